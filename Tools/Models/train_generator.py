"""Step 2 of the generator: pre-trains on dialogues, then fine-tunes on support replies (loss on reply tokens only).

bfloat16 matrix products, float32 weights. The learning rate of each stage warms up over 100 steps and falls to zero
along a cosine over its minutes. Every check writes --out/generator.pt (fine-tuning: when the validation loss is the best yet).
"""
import argparse
import json
import math
import random
import time
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch.nn import functional as F

from generator_network import Generator, Shape, prompt_text
from opposites import typo


def dialogue_batches(stream, rng, rows, width):
    while True:
        starts = [rng.randrange(0, len(stream) - width - 1) for _ in range(rows)]
        block = torch.from_numpy(np.stack([stream[s:s + width + 1] for s in starts]).astype(np.int64))
        yield block[:, :-1], block[:, 1:]


def reply_batch(rows):
    """(inputs, targets): targets are -100 outside the reply."""
    width = max(len(p) + len(r) for p, r in rows) - 1
    inputs, targets = torch.zeros(len(rows), width, dtype=torch.long), torch.full((len(rows), width), -100)
    for i, (prompt, reply) in enumerate(rows):
        ids = torch.tensor(prompt + reply)
        inputs[i, :len(ids) - 1] = ids[:-1]
        targets[i, len(prompt) - 1:len(ids) - 1] = ids[len(prompt):]
    return inputs, targets


def reply_batches(rows, tokenizer, rng, size):
    while True:
        shuffled = rng.sample(rows, len(rows))
        for start in range(0, len(shuffled), size * 16):
            part = sorted(shuffled[start:start + size * 16], key=lambda r: len(r["prompt_ids"]) + len(r["reply_ids"]))
            groups = [part[i:i + size] for i in range(0, len(part), size)]
            for group in rng.sample(groups, len(groups)):
                spelled = [tokenizer.encode(prompt_text(r["intent"], typo(r["prompt"], rng))).ids if rng.random() < 0.15
                           else r["prompt_ids"] for r in group]
                yield reply_batch([(p, r["reply_ids"]) for p, r in zip(spelled, group)])


def loss_of(network, inputs, targets):
    with torch.autocast("cpu", torch.bfloat16):
        hidden = network.hidden(inputs)
        keep = targets != -100
        logits = F.linear(hidden[keep], network.token_embd.weight)
    return F.cross_entropy(logits.float(), targets[keep])


def run(network, batches, minutes, rate, decay, check, every=150):
    """Trains for some minutes; calls check(seconds, steps, tokens, running loss)."""
    matrices = [p for p in network.parameters() if p.ndim == 2]
    vectors = [p for p in network.parameters() if p.ndim == 1]
    optimiser = torch.optim.AdamW([{"params": matrices, "weight_decay": decay}, {"params": vectors, "weight_decay": 0.0}],
                                  lr=rate, betas=(0.9, 0.98), fused=True)
    began, steps, tokens, running, due = time.time(), 0, 0, None, every
    for inputs, targets in batches:
        used = (time.time() - began) / (minutes * 60)
        if used >= 1:
            break
        for group in optimiser.param_groups:
            group["lr"] = rate * min(1, (steps + 1) / 100) * max(0.02, 0.5 + 0.5 * math.cos(math.pi * used))
        loss = loss_of(network, inputs, targets)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        steps, tokens = steps + 1, tokens + inputs.numel()
        running = loss.item() if running is None else 0.98 * running + 0.02 * loss.item()
        if time.time() - began > due:
            check(time.time() - began, steps, tokens, running)
            due += every
    check(time.time() - began, steps, tokens, running)


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--out", type=Path, required=True, help="folder that prepare_generator.py wrote")
    options.add_argument("--layers", type=int, default=5)
    options.add_argument("--pretrain-minutes", type=float, default=15)
    options.add_argument("--tune-minutes", type=float, default=30)
    options.add_argument("--rate", type=float, default=2e-3)
    options.add_argument("--tune-rate", type=float, default=1.2e-3)
    options.add_argument("--seed", type=int, default=3)
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--resume", type=Path, help="start from this checkpoint, for more of either stage")
    options = options.parse_args()
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    rng = random.Random(options.seed)
    network = Generator(Shape(layers=options.layers))
    if options.resume:
        network.load_state_dict(torch.load(options.resume))
    print(sum(p.numel() for p in network.parameters()), "parameters", flush=True)
    tokenizer = Tokenizer.from_file(str(options.out / "generator_tokenizer.json"))
    target = options.out / "generator.pt"

    def report(seconds, steps, tokens, running):
        print(f"pretrain {seconds:.0f} s step {steps} tokens {tokens} loss {running:.4f}", flush=True)
        torch.save(network.state_dict(), target)

    if options.pretrain_minutes > 0:
        stream = np.load(options.out / "dialogues.npy")
        run(network, dialogue_batches(stream, rng, 16, 160), options.pretrain_minutes, options.rate, 0.05, report)
        torch.save(network.state_dict(), options.out / "generator_pretrained.pt")

    rows = json.load(open(options.out / "replies.json"))
    train = [r for r in rows if r["split"] == "train"]
    val = [(r["prompt_ids"], r["reply_ids"]) for r in rows if r["split"] == "val"][::3]
    best = [float("inf")]

    def validate(seconds, steps, tokens, running):
        network.eval()
        with torch.no_grad():
            losses = [(loss_of(network, *reply_batch([row])).item(), len(row[1])) for row in val]
        network.train()
        value = sum(l * n for l, n in losses) / sum(n for _, n in losses)
        print(f"tune {seconds:.0f} s step {steps} tokens {tokens} loss {running:.4f} validation {value:.4f}", flush=True)
        if value < best[0]:
            best[0] = value
            torch.save(network.state_dict(), target)

    run(network, reply_batches(train, tokenizer, rng, 24), options.tune_minutes, options.tune_rate, 0.1, validate)


if __name__ == "__main__":
    main()
