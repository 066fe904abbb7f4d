"""Step 2 of the encoder: distils the teacher into three of its own layers with the pruned vocabulary.

Loss: 1 - cosine to the teacher's embedding, plus the squared error of the similarity matrix of the batch (neighbours
stay neighbours). One text in eight gets a keyboard slip while its target stays that of the clean text. Texts that have
an opposite (opposites.py) get targets moved apart along their difference: norm(t + g (t - t')).
bfloat16 matrix products, float32 weights. The learning rate follows the share of --minutes used; checkpoints every
two minutes to --out/student.pt.
"""
import argparse
import json
import random
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import normalize

import corpus
import encoder_network
from opposites import typo


def student(layers, vocabulary, tokens):
    """The teacher's chosen layers and the rows of its token table that the pruned vocabulary keeps."""
    teacher, _, _ = encoder_network.load_teacher()
    rows = [tokens.index(t) for t in vocabulary]
    state = teacher.state_dict()
    config = teacher.config
    config.num_hidden_layers, config.vocab_size = len(layers), len(vocabulary)
    config.max_position_embeddings = encoder_network.MAX_TOKENS
    config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0.0
    network = encoder_network.BertModel(config, add_pooling_layer=False)
    mine = {}
    for name in network.state_dict():
        source = name
        if name.startswith("encoder.layer."):
            n, rest = name[len("encoder.layer."):].split(".", 1)
            source = f"encoder.layer.{layers[int(n)]}.{rest}"
        value = state[source]
        if "word_embeddings" in name:
            value = value[rows]
        if "position_embeddings" in name:
            value = value[:encoder_network.MAX_TOKENS]
        mine[name] = value.clone()
    network.load_state_dict(mine)
    return network


def targets(folder, gap):
    """(texts, target embeddings): the teacher's, moved apart where a text has an opposite."""
    texts = json.load(open(folder / "texts.json"))
    vectors = np.load(folder / "teacher.npy")
    if gap == 0:
        return texts, torch.from_numpy(vectors)
    pairs = json.load(open(folder / "opposites.json"))
    other = np.load(folder / "opposites.npy")
    at = np.array([i for i, _ in pairs])
    difference = vectors[at] - other
    other = other - gap * difference
    vectors[at] = vectors[at] + gap * difference
    return texts + [t for _, t in pairs], normalize(torch.from_numpy(np.concatenate([vectors, other])), dim=-1)


def batches(rows, size, rng):
    """Index lists of texts of like length, in random order."""
    order = list(range(len(rows)))
    rng.shuffle(order)
    out = []
    for start in range(0, len(order), size * 32):
        part = sorted(order[start:start + size * 32], key=lambda i: len(rows[i]))
        out += [part[i:i + size] for i in range(0, len(part), size)]
    rng.shuffle(out)
    return out


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--layers", default="0,2,5")
    options.add_argument("--minutes", type=float, default=30)
    options.add_argument("--batch", type=int, default=128)
    options.add_argument("--rate", type=float, default=6e-4)
    options.add_argument("--similarity", type=float, default=20.0)
    options.add_argument("--gap", type=float, default=0.3)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--threads", type=int, default=1, help="one is faster than two while other work shares the cores")
    options.add_argument("--name", default="student")
    options.add_argument("--resume", type=Path, help="start from this checkpoint, for more minutes at a lower --rate")
    options = options.parse_args()
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    rng = random.Random(options.seed)

    vocabulary = json.load(open(options.out / "vocabulary.json"))
    teacher, teacher_tokenizer, tokens = encoder_network.load_teacher()
    held_out = [t for t, _ in corpus.clinc(options.data, "val")][::6] + [t for t, _ in corpus.banking(options.data, "val")][::2]
    wanted = encoder_network.embed(teacher, teacher_tokenizer, held_out)
    network = student([int(n) for n in options.layers.split(",")], vocabulary, tokens)
    if options.resume:
        network.load_state_dict(torch.load(options.resume))
    tokenizer = encoder_network.tokenizer_for(vocabulary)
    texts, target = targets(options.out, options.gap)
    table = [p for n, p in network.named_parameters() if "word_embeddings" in n]
    rest = [p for n, p in network.named_parameters() if "word_embeddings" not in n]
    optimiser = torch.optim.AdamW([{"params": rest, "weight_decay": 0.01}, {"params": table, "weight_decay": 0.0}],
                                  lr=options.rate, betas=(0.9, 0.98), fused=True)
    began, step, epoch, next_check, running = time.time(), 0, 0, 120, 0.0
    used = 0.0

    def check():
        network.eval()
        got = encoder_network.embed(network, tokenizer, held_out)
        error = ((got @ got.T - wanted @ wanted.T) ** 2).mean() ** 0.5
        print(f"{time.time() - began:.0f} s epoch {epoch} step {step} loss {running:.4f} "
              f"held-out cosine {(got * wanted).sum(1).mean():.4f} similarity error {error:.4f}", flush=True)
        torch.save(network.state_dict(), options.out / f"{options.name}.pt")
        network.train()

    network.train()
    while used < 1:
        noisy = [typo(t, rng) if rng.random() < 0.125 else t for t in texts]
        rows = [e.ids[:48] for e in tokenizer.encode_batch(noisy)]
        for chosen in batches(rows, options.batch, rng):
            used = (time.time() - began) / (options.minutes * 60)
            if used >= 1:
                break
            scale = min(1, (step + 1) / 200) * max(0.02, 1 - used)
            for group in optimiser.param_groups:
                group["lr"] = options.rate * scale
            ids, mask = encoder_network.pad([rows[i] for i in chosen], 0)
            with torch.autocast("cpu", torch.bfloat16):
                got = encoder_network.pooled(network, ids, mask)
            want = target[chosen]
            loss = (1 - (got * want).sum(1)).mean() + options.similarity * ((got @ got.T - want @ want.T) ** 2).mean()
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            step += 1
            running = loss.item() if step == 1 else 0.99 * running + 0.01 * loss.item()
            if time.time() - began > next_check:
                check()
                next_check += 120
        epoch += 1
    check()


if __name__ == "__main__":
    main()
