"""Step 4 of the generator: fine-tunes on support replies (loss on reply tokens only), from --out/pretrained.pt.

Intents are drawn evenly; rows and their changes are those of reply_rows.py. Dropout on both residual branches, weight decay, a running mean
of the weights. Every check measures the validation replies with the mean weights; the best ones are kept in --out/generator.pt,
and the training ends when they have not improved for --patience checks.
"""
import argparse
import random
import time
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import nn

from generator_network import END, Generator, Shape, grown, load, prompt_text
from pretrain_generator import loss_of, optimisers, part_of_rate, step
from reply_rows import Rows


def reply_batch(rows):
    """(inputs, targets) of (prompt ids, reply ids) pairs: targets are -100 outside the reply."""
    width = max(len(p) + len(r) for p, r in rows) - 1
    inputs, targets = torch.zeros(len(rows), width, dtype=torch.long), torch.full((len(rows), width), -100)
    for i, (prompt, reply) in enumerate(rows):
        ids = torch.tensor(prompt + reply)
        inputs[i, :len(ids) - 1] = ids[:-1]
        targets[i, len(prompt) - 1:len(ids) - 1] = ids[len(prompt):]
    return inputs, targets


def batches(rows, tokenizer, rng, size, mixed):
    """Endless: each round of 8 batches has every intent equally often, and rows of like length share a batch."""
    intents = sorted(rows.by_intent)
    waiting = {i: [] for i in intents}
    ids = lambda text: tokenizer.encode(text).ids
    turn = []
    while True:
        pairs = []
        while len(pairs) < 8 * size:
            if not turn:
                turn = rng.sample(intents, len(intents))
            intent = turn.pop()
            if not waiting[intent]:
                waiting[intent] = rng.sample(rows.by_intent[intent], len(rows.by_intent[intent]))
            row = waiting[intent].pop()
            pairs.append((ids(prompt_text(intent, rows.prompt(row, rng))), ids(rows.reply(row, rng, mixed) + END)))
        pairs.sort(key=lambda p: len(p[0]) + len(p[1]))
        groups = [pairs[i:i + size] for i in range(0, len(pairs), size)]
        rng.shuffle(groups)
        yield from (reply_batch(g) for g in groups)


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--start", default="pretrained.pt", help="a checkpoint in --out, or a generator file to go on from")
    options.add_argument("--steps", type=int, default=780)
    options.add_argument("--minutes", type=float, default=1e6, help="the rate falls over this time where it is shorter than --steps take")
    options.add_argument("--rows", type=int, default=24)
    options.add_argument("--rate", type=float, default=1.5e-3)
    options.add_argument("--decay", type=float, default=0.1)
    options.add_argument("--dropout", type=float, default=0.1)
    options.add_argument("--mixed", type=float, default=0.35, help="share of replies put together from several")
    options.add_argument("--patience", type=int, default=5)
    options.add_argument("--seed", type=int, default=4)
    options.add_argument("--threads", type=int, default=1)
    options = options.parse_args()
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    rng = random.Random(options.seed)
    tokenizer = Tokenizer.from_file(str(options.out / "generator_tokenizer.json"))
    rows = Rows(options.out)
    network, mean = Generator(Shape()), Generator(Shape()).eval()
    if options.start.endswith(".gguf"):
        network = grown(load(options.start, options.out / "generator_tokenizer.json")[0], Shape())
        network.train()
    else:
        network.load_state_dict(torch.load(options.out / options.start))
    mean.load_state_dict(network.state_dict())
    for module in network.modules():
        if isinstance(module, nn.Dropout):
            module.p = options.dropout
    ids = lambda text: tokenizer.encode(text).ids
    val = [(ids(prompt_text(r["intent"], r["asked" if i % 2 else "prompt"])), ids(r["reply"] + END)) for i, r in enumerate(rows.val)][::2]
    val.sort(key=lambda p: len(p[0]) + len(p[1]))
    print(len(rows.train), "rows,", sum(len(r["more"]) for r in rows.train), "more prompts,", len(val), "validation rows", flush=True)
    made = optimisers(network, options.rate, options.decay)
    began, running, best, waited, tokens = time.time(), None, float("inf"), 0, 0
    for done, (inputs, targets) in zip(range(1, options.steps + 1), batches(rows, tokenizer, rng, options.rows, options.mixed)):
        used = max(done / options.steps, (time.time() - began) / 60 / options.minutes)
        loss = loss_of(network, inputs, targets)
        step(network, made, loss, min(done / 30, part_of_rate(min(used, 1) * options.steps, options.steps)))
        tokens += int((inputs != 0).sum())
        keep = min(0.98, done / (done + 10))
        with torch.no_grad():
            for a, b in zip(mean.parameters(), network.parameters()):
                a.lerp_(b, 1 - keep)
        running = loss.item() if running is None else 0.96 * running + 0.04 * loss.item()
        if done % 40 and used < 1:
            continue
        with torch.no_grad():
            total = count = 0
            for start in range(0, len(val), 16):
                inputs, targets = reply_batch(val[start:start + 16])
                n = int((targets != -100).sum())
                total, count = total + n * loss_of(mean, inputs, targets).item(), count + n
        value = total / count
        print(f"tune {time.time() - began:.0f} s step {done} of {options.steps} tokens {tokens} loss {running:.4f} validation {value:.4f}", flush=True)
        waited = 0 if value < best else waited + 1
        if value < best:
            best = value
            torch.save(mean.state_dict(), options.out / "generator.pt")
        if waited >= options.patience or used >= 1:
            break


if __name__ == "__main__":
    main()
