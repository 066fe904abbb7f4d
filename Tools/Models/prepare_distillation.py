"""Step 1 of the encoder: texts, the pruned vocabulary, and the teacher's embeddings, written once to --out.

texts.json, vocabulary.json, teacher.npy (float32, unit length), and opposites.json/.npy: changed texts (see opposites.py)
with the index of the text that they came from. About ten minutes on one core.
A part of the texts appears again with one or two words exchanged for rare ones of the vocabulary, so that words which
the data hardly uses keep the teacher's meaning. The vocabulary holds the specials, all single characters of ASCII and
Latin text with their ## forms, every piece that the texts use at least twice, then BERT's own (frequency) order until
--vocabulary entries are reached.
"""
import argparse
import json
import random
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
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


def exchanged(texts, vocabulary, counts, rng, number):
    """Texts of four words or more with one or two longer words exchanged for rare whole words of the vocabulary."""
    rare = [t for t in vocabulary if t.isascii() and t.isalpha() and len(t) > 2 and counts[t] < 20]
    out = []
    while len(out) < number:
        words = rng.choice(texts).split()
        at = [i for i, word in enumerate(words) if len(word) > 3 and word.isalpha()]
        if len(words) > 3 and at:
            for i in rng.sample(at, min(len(at), rng.choice([1, 1, 2]))):
                words[i] = rng.choice(rare)
            out.append(" ".join(words))
    return out


NUMBERED = ["{} for {} people", "{} order {}", "{} in {} minutes", "{} at {} o'clock", "{} ${}", "{} number {}", "{} the {}th", "{} within {} days",
            "{} {} dollars", "order {1}: {0}", "{1} times {0}", "{} room {}", "{} {} percent", "invoice {1}, {0}", "{} {} miles", "{} #{}"]


def numbered(texts, rng, number):
    """Texts with a number of one to five digits, so that opposites by number are not rare."""
    return [rng.choice(NUMBERED).format(rng.choice(texts).rstrip(".?!"), rng.randrange(1, 10 ** rng.randrange(1, 6)))
            for _ in range(number)]


def embed(texts):
    """The teacher's embeddings, bfloat16 products, in one of the pool's processes."""
    torch.set_num_threads(1)
    network, tokenizer, _ = encoder_network.load_teacher()
    with torch.autocast("cpu", torch.bfloat16):
        return encoder_network.embed(network, tokenizer, texts, 128)


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--vocabulary", type=int, default=18500)
    options.add_argument("--opposites", type=int, default=48000)
    options.add_argument("--numbered", type=int, default=9000)
    options.add_argument("--exchanged", type=int, default=30000)
    options = options.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    _, tokenizer, tokens = encoder_network.load_teacher()
    texts = corpus.distillation_texts(options.data)
    counts = Counter(token for e in tokenizer.encode_batch(texts) for token in e.tokens)
    vocabulary = pruned_vocabulary(tokens, counts, options.vocabulary)
    kept = set(vocabulary)
    covered = sum(n for t, n in counts.items() if t in kept) / counts.total()
    print(len(texts), "texts;", len(counts), "pieces seen;", len(vocabulary), "kept;", f"{covered:.4%} of running pieces")
    json.dump(vocabulary, open(options.out / "vocabulary.json", "w"))
    rng = random.Random(11)
    texts += numbered(texts, rng, options.numbered)
    made = [(i, *change) for i, text in enumerate(texts) if (change := opposite(text, rng))]
    rng.shuffle(made)
    pairs = [(i, text) for i, text, kind in made if kind != "negation"][: options.opposites * 6 // 10]
    pairs += [(i, text) for i, text, kind in made if kind == "negation"][: options.opposites - len(pairs)]
    texts += exchanged(texts, vocabulary, counts, rng, options.exchanged)
    json.dump(texts, open(options.out / "texts.json", "w"))
    json.dump(pairs, open(options.out / "opposites.json", "w"))
    every = texts + [text for _, text in pairs]
    slices = [every[i:i + 4096] for i in range(0, len(every), 4096)]
    vectors = []
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        for part in pool.map(embed, slices):
            vectors.append(part)
            print("teacher", sum(map(len, vectors)), "of", len(every), flush=True)
    vectors = np.concatenate(vectors)
    np.save(options.out / "teacher.npy", vectors[:len(texts)])
    np.save(options.out / "opposites.npy", vectors[len(texts):])


if __name__ == "__main__":
    main()
