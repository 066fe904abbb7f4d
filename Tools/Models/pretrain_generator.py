"""Step 2 of the generator: pre-trains on the dialogue stream, so many epochs of it, every window once an epoch.

Muon (momentum made orthogonal) for the matrices of the layers, AdamW for embeddings and norms; bfloat16 products, float32
weights. The rate warms up over 60 steps and falls along a cosine to a fiftieth. Writes --out/pretrained.pt and a log.
"""
import argparse
import math
import random
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from generator_network import Generator, Shape


def loss_of(network, inputs, targets):
    """Mean cross-entropy over the targets that are not -100."""
    with torch.autocast("cpu", torch.bfloat16):
        hidden = network.hidden(inputs)
        keep = targets != -100
        logits = F.linear(hidden[keep], network.token_embd.weight)
    return F.cross_entropy(logits.float(), targets[keep])


def optimisers(network, rate, decay):
    """Muon for the layers' matrices, AdamW for the rest; the base rate of each group is kept in `base`."""
    matrices = [p for name, p in network.named_parameters() if name.startswith("blk.") and p.ndim == 2]
    known = {id(p) for p in matrices}
    rest = [p for p in network.parameters() if id(p) not in known]
    made = [torch.optim.Muon(matrices, lr=rate, weight_decay=decay, adjust_lr_fn="match_rms_adamw"),
            torch.optim.AdamW([{"params": [p for p in rest if p.ndim == 2], "weight_decay": decay},
                               {"params": [p for p in rest if p.ndim == 1], "weight_decay": 0.0}],
                              lr=rate, betas=(0.9, 0.98), fused=True)]
    for optimiser in made:
        for group in optimiser.param_groups:
            group["base"] = group["lr"]
    return made


def step(network, made, loss, part):
    """One step at `part` of the base rate."""
    for optimiser in made:
        optimiser.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    for optimiser in made:
        for group in optimiser.param_groups:
            group["lr"] = group["base"] * part
        optimiser.step()


def part_of_rate(done, steps, warm=60, least=0.02):
    return min(1, (done + 1) / warm) * max(least, 0.5 + 0.5 * math.cos(math.pi * done / steps))


def windows(stream, width, rng):
    """All windows of one epoch in random order; each epoch cuts the stream at another offset."""
    while True:
        offset = rng.randrange(width)
        starts = list(range(offset, len(stream) - width - 1, width))
        rng.shuffle(starts)
        yield from starts


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--out", type=Path, required=True, help="folder that prepare_generator.py wrote")
    options.add_argument("--epochs", type=float, default=1.05)
    options.add_argument("--rows", type=int, default=16)
    options.add_argument("--window", type=int, default=256)
    options.add_argument("--rate", type=float, default=4e-3)
    options.add_argument("--decay", type=float, default=0.05)
    options.add_argument("--resume", type=Path, help="go on from these weights: skips --first steps, ends at --last")
    options.add_argument("--first", type=int, default=0)
    options.add_argument("--last", type=int)
    options.add_argument("--seed", type=int, default=3)
    options.add_argument("--threads", type=int, default=1)
    options = options.parse_args()
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    network = Generator(Shape())
    print(sum(p.numel() for p in network.parameters()), "parameters", flush=True)
    stream = np.load(options.out / "dialogues.npy")
    held, stream = stream[:40 * options.window + 1], stream[40 * options.window + 1:]
    steps = options.last or int(options.epochs * len(stream) / options.rows / options.window)
    source = windows(stream, options.window, random.Random(options.seed))
    for _ in range(options.first * options.rows):
        next(source)
    if options.resume:
        network.load_state_dict(torch.load(options.resume))
    made = optimisers(network, options.rate, options.decay)
    pair = lambda rows: (rows[:, :-1], rows[:, 1:])
    began, running = time.time(), None

    def check(done):
        with torch.no_grad():
            rows = torch.from_numpy(np.stack([held[i * options.window:(i + 1) * options.window + 1] for i in range(40)]).astype(np.int64))
            value = loss_of(network, *pair(rows)).item()
        print(f"pretrain {time.time() - began:.0f} s step {done} of {steps} tokens {done * options.rows * options.window} "
              f"loss {running:.4f} held out {value:.4f}", flush=True)
        torch.save(network.state_dict(), options.out / "pretrained.pt")

    for done in range(options.first, steps):
        rows = np.stack([stream[s:s + options.window + 1] for s in (next(source) for _ in range(options.rows))])
        loss = loss_of(network, *pair(torch.from_numpy(rows.astype(np.int64))))
        step(network, made, loss, part_of_rate(done - options.first, steps - options.first, warm=10 if options.resume else 60))
        running = loss.item() if running is None else 0.98 * running + 0.02 * loss.item()
        if (done + 1) % 100 == 0:
            check(done + 1)
    check(steps)


if __name__ == "__main__":
    main()
