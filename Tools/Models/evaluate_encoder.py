"""Measures an exported encoder beside its teacher: closeness, heads on CLINC150 and BANKING77, opposites, speed.

Heads are a 256-unit MLP with temperature, three seeds, on frozen embeddings. CLINC150: trained on train, best epoch
count fixed, measured on test; out-of-scope by energy. BANKING77: trained on train without the 1 000 validation rows,
measured on these. Opposite pairs: changes of CLINC test texts (opposites.py) against the paraphrase pairs of GPTCache.
"""
import argparse
import json
import random
import time
from pathlib import Path

import numpy as np
import torch
from sklearn.metrics import average_precision_score, roc_auc_score

import corpus
import encoder_network
from opposites import opposite


def head(x, y, seed, epochs=40):
    """A function from embeddings to logits, trained on x, y."""
    torch.manual_seed(seed)
    scale = x.shape[1] ** 0.5
    net = torch.nn.Sequential(torch.nn.Linear(x.shape[1], 256), torch.nn.GELU(), torch.nn.Dropout(0.3),
                              torch.nn.Linear(256, int(y.max()) + 1))
    optimiser = torch.optim.AdamW(net.parameters(), 2e-3, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, epochs)
    x, y = torch.tensor(x * scale).float(), torch.tensor(y)
    for _ in range(epochs):
        for rows in torch.randperm(len(x)).split(128):
            optimiser.zero_grad()
            torch.nn.functional.cross_entropy(net(x[rows]), y[rows], label_smoothing=0.05).backward()
            optimiser.step()
        schedule.step()
    net.eval()

    @torch.no_grad()
    def logits(z):
        return net(torch.tensor(z * scale).float()).numpy().astype(float)
    return logits


def measure(embed, data, seeds):
    figures = {}
    parts = {p: corpus.clinc(data, p) for p in ("train", "test", "oos_test")}
    x = {p: embed([t for t, _ in rows]) for p, rows in parts.items()}
    labels = {c: i for i, c in enumerate(sorted({c for _, c in parts["train"]}))}
    y = {p: np.array([labels[c] for _, c in parts[p]]) for p in ("train", "test")}
    accuracy, auroc = [], []
    for seed in range(seeds):
        logits = head(x["train"], y["train"], seed)
        inside, outside = logits(x["test"]), logits(x["oos_test"])
        accuracy.append((inside.argmax(1) == y["test"]).mean() * 100)
        energy = [np.logaddexp.reduce(v, axis=1) for v in (inside, outside)]
        auroc.append(roc_auc_score(np.r_[np.ones(len(inside)), np.zeros(len(outside))], np.concatenate(energy)) * 100)
    print("clinc150 heads", [round(a, 2) for a in accuracy], flush=True)
    figures["clinc150_in_scope_accuracy"], figures["clinc150_oos_auroc_energy"] = np.mean(accuracy), np.mean(auroc)
    train, val = corpus.banking(data, "train"), corpus.banking(data, "val")
    labels = {c: i for i, c in enumerate(sorted({c for _, c in train}))}
    xt, xv = embed([t for t, _ in train]), embed([t for t, _ in val])
    yt, yv = (np.array([labels[c] for _, c in rows]) for rows in (train, val))
    accuracy = [(head(xt, yt, seed)(xv).argmax(1) == yv).mean() * 100 for seed in range(seeds)]
    print("banking77 heads", [round(a, 2) for a in accuracy], flush=True)
    figures["banking77_validation_accuracy"] = np.mean(accuracy)

    rng = random.Random(3)
    tests = [t for t, _ in corpus.clinc(data, "test")]
    changed = [(t, *made) for t in tests if (made := opposite(t, rng))]
    a, b = embed([t for t, _, _ in changed]), embed([t for _, t, _ in changed])
    apart = (a * b).sum(1)
    pairs = corpus.cache_pairs(data)
    left, right = embed([p for p, _ in pairs]), embed([p for _, p in pairs])
    same = (left * right).sum(1)
    shuffled = (left * np.roll(right, 1, axis=0)).sum(1)
    figures["paraphrase_cosine_mean"], figures["duplicate_pairs_average_precision"] = same.mean(), average_precision_score(
        np.r_[np.ones(len(same)), np.zeros(len(shuffled))], np.r_[same, shuffled]) * 100
    kinds = np.array([k for _, _, k in changed])
    figures["opposites_below_paraphrase"] = (apart[:, None] < same[None]).mean() * 100
    for kind in ("polarity", "negation", "number", "name"):
        chosen = apart[kinds == kind]
        figures[f"opposite_{kind}_cosine_mean"] = chosen.mean()
        figures[f"opposite_{kind}_below_paraphrase"] = (chosen[:, None] < same[None]).mean() * 100
    return figures, x["test"]


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--file", type=Path, required=True)
    options.add_argument("--seeds", type=int, default=3)
    options.add_argument("--teacher", type=Path, help="JSON file that keeps the teacher's figures between runs")
    options = options.parse_args()
    torch.set_num_threads(1)
    network, tokenizer = encoder_network.load(options.file)
    teacher, teacher_tokenizer, _ = encoder_network.load_teacher()
    began = time.time()
    figures, mine = measure(lambda texts: encoder_network.embed(network, tokenizer, texts), options.data, options.seeds)
    tests = [t for t, _ in corpus.clinc(options.data, "test")]
    theirs = encoder_network.embed(teacher, teacher_tokenizer, tests)
    cosine = (mine * theirs).sum(1)
    figures["cosine_to_teacher_mean"], figures["cosine_to_teacher_p1"] = cosine.mean(), np.quantile(cosine, 0.01)
    nearest = [np.argsort(-(e @ e.T - 2 * np.eye(len(e))), axis=1)[:, :10] for e in (mine, theirs)]
    figures["nearest_neighbour_unchanged"] = (nearest[0][:, 0] == nearest[1][:, 0]).mean() * 100
    figures["top10_neighbours_shared"] = np.mean([len(set(a) & set(b)) * 10 for a, b in zip(*nearest)])
    if options.teacher and options.teacher.exists():
        reference = json.load(open(options.teacher))
    else:
        reference, _ = measure(lambda texts: encoder_network.embed(teacher, teacher_tokenizer, texts), options.data, options.seeds)
        if options.teacher:
            json.dump({k: float(v) for k, v in reference.items()}, open(options.teacher, "w"))
    print(f"{options.file}: {time.time() - began:.0f} s")
    for name, value in figures.items():
        beside = f"{reference[name]:9.4f}" if name in reference else "        -"
        print(f"{name:40s} {value:9.4f} teacher {beside}")


if __name__ == "__main__":
    main()
