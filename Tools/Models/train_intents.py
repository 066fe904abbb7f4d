"""Trains, calibrates and exports the intents head on the shipped encoder's embeddings: intents.gguf.

Network: 384 -> 256 ReLU -> 28 logits (27 Bitext intents sorted, then out_of_scope), softmax of logits / T. Six features of
the logits and of the cosines to the class centres feed two logistic models: confidence (the predicted in-scope intent
is right) and gate (out of scope). They, and the isotonic calibration, see calibration rows only; these never train
the network. Calibration rows are weighted: half out of scope, a quarter Bitext,
a quarter in-scope text written by people.
"""
import argparse
import json
import random
from pathlib import Path

import numpy as np
import torch
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp, softmax
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

import encoder_network
import intent_rows
import intents_head
import model_files

HIDDEN, KNOTS = 256, 48
VARIANTS = {"bitext": 1, "natural": 3, "written": 8}


def train_network(x, y, classes, seed, epochs=30):
    """Weights of the head; every epoch sees as many out-of-scope rows as in-scope ones."""
    torch.manual_seed(seed)
    scale = x.shape[1] ** 0.5
    net = torch.nn.Sequential(torch.nn.Linear(x.shape[1], HIDDEN), torch.nn.ReLU(), torch.nn.Dropout(0.4),
                              torch.nn.Linear(HIDDEN, classes))
    x, y = torch.tensor(x * scale), torch.tensor(y)
    inside, outside = (y < classes - 1).nonzero()[:, 0], (y == classes - 1).nonzero()[:, 0]
    optimiser = torch.optim.AdamW(net.parameters(), 1e-3, weight_decay=2e-2)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, epochs)
    for _ in range(epochs):
        rows = torch.cat([inside, outside[torch.randperm(len(outside))[:len(inside)]]])
        for batch in rows[torch.randperm(len(rows))].split(128):
            noisy = x[batch] + 0.7 * torch.randn_like(x[batch])
            optimiser.zero_grad()
            torch.nn.functional.cross_entropy(net(noisy), y[batch], label_smoothing=0.03).backward()
            optimiser.step()
        schedule.step()
    first, last = net[0], net[3]
    return {"hidden.weight": first.weight.detach().numpy() * scale, "hidden.bias": first.bias.detach().numpy(),
            "output.weight": last.weight.detach().numpy(), "output.bias": last.bias.detach().numpy()}


def fit_temperature(logits, y, weight):
    def loss(t):
        return -(weight * (logits / t - logsumexp(logits / t, axis=1, keepdims=True))[np.arange(len(y)), y]).sum()
    return float(minimize_scalar(loss, bounds=(0.1, 10), method="bounded").x)


def half_and_half(outside):
    """Row weights that make out-of-scope rows half of the total."""
    return np.where(outside, 0.5 / outside.mean(), 0.5 / (1 - outside.mean()))


def calibration_weights(rows):
    """Half out of scope; the in-scope half again half Bitext (templates), half text written by people."""
    kind = ["out" if r.intent == intent_rows.OUT else "bitext" if r.source == "bitext" else "people" for r in rows]
    share = {"out": 0.5, "bitext": 0.25, "people": 0.25}
    return np.array([share[k] * len(kind) / kind.count(k) for k in kind])


def logistic(z, target, weight):
    return LogisticRegression(C=1.0, max_iter=2000).fit(z, target, sample_weight=weight)


def calibrate(z, right, weight, seed):
    """Knots of the isotonic curve, fitted on scores that a fold's own logistic model never trained on."""
    raw = np.zeros(len(z))
    for train, test in StratifiedKFold(5, shuffle=True, random_state=seed).split(z, right):
        raw[test] = logistic(z[train], right[train], weight[train]).predict_proba(z[test])[:, 1]
    curve = IsotonicRegression(out_of_bounds="clip").fit(raw, right, sample_weight=weight)
    x = np.unique(np.quantile(raw, np.linspace(0, 1, KNOTS)).astype(np.float32))
    centre = (x[1:] + x[:-1]) / 2
    smooth = (curve.predict(x) + curve.predict(np.r_[x[0], centre]) + curve.predict(np.r_[centre, x[-1]])) / 3
    return x, np.clip(np.maximum.accumulate(smooth), 0.002, 0.998).astype(np.float32)


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--out", type=Path, required=True, help="folder for the rows and embeddings that evaluation reads")
    options.add_argument("--encoder", type=Path, required=True)
    options.add_argument("--file", type=Path, required=True)
    options.add_argument("--seed", type=int, default=5)
    options = options.parse_args()
    torch.set_num_threads(1)
    rng = random.Random(options.seed)
    rows = intent_rows.load(options.data, options.out / "intent_base.json", options.seed)
    entities = intent_rows.entity_values(options.data)
    train = [r for r in rows if r.split == "train"]
    extra = [v for r in train for v in intent_rows.variants(r, entities, rng, VARIANTS[r.source] if r.source in VARIANTS
                                                            else int(rng.random() < 0.3))]
    calibration = [r for r in rows if r.split == "calibration"]
    calibration += [v for r in calibration for v in intent_rows.variants(r, entities, rng, 1)]
    rows = train + extra + calibration + [r for r in rows if r.split in ("val", "test")]
    json.dump([r._asdict() for r in rows], open(options.out / "intent_rows.json", "w"))
    network, tokenizer = encoder_network.load(options.encoder)
    x = encoder_network.embed(network, tokenizer, [r.text for r in rows])
    np.save(options.out / "intent_embeddings.npy", x)

    labels = sorted({r.intent for r in rows} - {intent_rows.OUT}) + [intent_rows.OUT]
    y = np.array([labels.index(r.intent) for r in rows])
    used = np.arange(len(rows)) < len(train) + len(extra)
    head = train_network(x[used], y[used], len(labels), options.seed)
    plain = np.arange(len(rows)) < len(train)
    centres = np.stack([x[plain & (y == c)].mean(0) for c in range(len(labels) - 1)])
    head["centres.weight"] = centres / np.linalg.norm(centres, axis=1, keepdims=True)

    val = np.array([r.split == "val" for r in rows])
    head["temperature"] = fit_temperature(intents_head.logits(head, x[val]), y[val], half_and_half(y[val] == len(labels) - 1))
    held = np.array([r.split == "calibration" for r in rows])
    features = intents_head.features(head, x[held])
    predicted = intents_head.predict(head, x[held])
    outside = y[held] == len(labels) - 1
    weight = calibration_weights([r for r, h in zip(rows, held) if h])
    head["confidence.mean"], head["confidence.scale"] = features.mean(0), features.std(0) + 1e-6
    z = (features - head["confidence.mean"]) / head["confidence.scale"]
    confidence, gate = logistic(z, predicted == y[held], weight), logistic(z, outside, weight)
    head["confidence.weight"], head["confidence.bias"] = confidence.coef_[0], confidence.intercept_
    head["gate.weight"], head["gate.bias"] = gate.coef_[0], gate.intercept_
    head["calibration.x"], head["calibration.y"] = calibrate(z, predicted == y[held], weight, options.seed)
    intents_head.write(options.file, head, labels, model_files.sha256(options.encoder), int(held.sum()), {})
    print(f"{used.sum()} training rows, {held.sum()} calibration rows, temperature {head['temperature']:.3f}")


if __name__ == "__main__":
    main()
