"""Step 1 of the encoder: texts, the pruned vocabulary, and the teacher's embeddings, written once to --out.

texts.json, vocabulary.json, teacher.npy (float32, unit length), and opposites.json/.npy: changed texts (see opposites.py)
with the index of the text that they came from. About five minutes on two cores.
The vocabulary holds the specials, all single characters of ASCII and Latin text with their ## forms, every piece that
the texts use at least twice, then BERT's own (frequency) order until --vocabulary entries are reached.
"""
import argparse
import json
import random
from collections import Counter
from pathlib import Path

import numpy as np
import torch

import corpus
import encoder_network
from opposites import opposite


def pruned_vocabulary(tokens, counts, size):
    keep = list(encoder_network.SPECIALS)
    bare = lambda t: t[2:] if t.startswith("##") else t
    keep += [t for t in tokens if len(bare(t)) == 1 and ord(bare(t)) < 0x250]
    keep += [t for t, n in counts.most_common() if n >= 2]
    keep += [t for t in tokens if not t.startswith("[unused") and (bare(t).isascii() or counts[t])]
    chosen = set(list(dict.fromkeys(keep))[:size])
    return encoder_network.SPECIALS + [t for t in tokens if t in chosen and t not in encoder_network.SPECIALS]


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--vocabulary", type=int, default=13300)
    options.add_argument("--opposites", type=int, default=16000)
    options = options.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    network, tokenizer, tokens = encoder_network.load_teacher()
    texts = corpus.distillation_texts(options.data)
    counts = Counter(token for e in tokenizer.encode_batch(texts) for token in e.tokens)
    vocabulary = pruned_vocabulary(tokens, counts, options.vocabulary)
    kept = set(vocabulary)
    covered = sum(n for t, n in counts.items() if t in kept) / counts.total()
    print(len(texts), "texts;", len(counts), "pieces seen;", len(vocabulary), "kept;", f"{covered:.4%} of running pieces")
    json.dump(texts, open(options.out / "texts.json", "w"))
    json.dump(vocabulary, open(options.out / "vocabulary.json", "w"))
    report = lambda done: print("teacher", done, flush=True)
    np.save(options.out / "teacher.npy", encoder_network.embed(network, tokenizer, texts, 128, report))

    rng = random.Random(11)
    pairs = [(i, made[0]) for i, text in enumerate(texts) if (made := opposite(text, rng))]
    pairs = rng.sample(pairs, min(options.opposites, len(pairs)))
    json.dump(pairs, open(options.out / "opposites.json", "w"))
    np.save(options.out / "opposites.npy", encoder_network.embed(network, tokenizer, [t for _, t in pairs], 128, report))


if __name__ == "__main__":
    main()
