"""Measures intents.gguf on held-out rows and on the hand-made prompts, and writes the figures into the file.

Held-out: Bitext test groups and out-of-scope test rows (see intent_rows.py), weighted half and half where one figure
covers both. --references writes 200 prompts with features, logits, confidence and gate for the Swift tests.
"""
import argparse
import json
from collections import Counter
from pathlib import Path

import numpy as np
from sklearn.metrics import f1_score, roc_auc_score

import encoder_network
import intents_head
import model_files
from train_intents import half_and_half

OUT = "out_of_scope"


def calibration_error(p, right, weight, bins=15):
    index = np.clip((p * bins).astype(int), 0, bins - 1)
    total = weight.sum()
    return sum(abs((weight * (right - p))[index == b].sum()) / total for b in range(bins))


def coverage(p, right, weight, target):
    """Largest weighted share of rows accepted, most confident first, whose accuracy is at least target."""
    order = np.argsort(-p, kind="stable")
    share, hits = np.cumsum(weight[order]), np.cumsum((weight * right)[order])
    good = np.where(hits / share >= target)[0]
    return share[good[-1]] / weight.sum() if len(good) else 0.0


def measure(head, labels, x, intents, title):
    y = np.array([labels.index(i) for i in intents])
    inside = y < len(labels) - 1
    predicted, confidence, gate, features = intents_head.judge(head, x)
    weight = half_and_half(~inside)
    right = (predicted == y).astype(float)
    reject = np.quantile(gate[inside], 0.95)
    figures = {
        "accuracy": right[inside].mean(), "macro_f1": f1_score(y[inside], predicted[inside], average="macro"),
        "oos_auroc": roc_auc_score(~inside, gate), "oos_auroc_max_probability": roc_auc_score(inside, features[:, 0]),
        "oos_recall_at_5": (gate[~inside] > reject).mean(), "oos_recall_at_half": (gate[~inside] > 0.5).mean(),
        "in_scope_rejected_at_half": (gate[inside] > 0.5).mean(),
        "ece": calibration_error(confidence, right, weight), "brier": np.average((confidence - right) ** 2, weights=weight),
        "coverage_at_95": coverage(confidence, right, weight, 0.95), "coverage_at_98": coverage(confidence, right, weight, 0.98),
        "coverage_at_99": coverage(confidence, right, weight, 0.99)}
    for level in (0.8, 0.9, 0.95):
        taken = confidence >= level
        figures[f"share_accepted_{int(level * 100)}"] = np.average(taken, weights=weight)
        figures[f"accuracy_accepted_{int(level * 100)}"] = np.average(right[taken], weights=weight[taken]) if taken.any() else 0.0
    print(f"\n{title}: {inside.sum()} in scope, {(~inside).sum()} out of scope")
    for name, value in figures.items():
        print(f"  {name:28s} {value:.4f}")
    return figures, predicted, y, gate, confidence


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--out", type=Path, required=True, help="folder that train_intents.py wrote rows to")
    options.add_argument("--encoder", type=Path, required=True)
    options.add_argument("--file", type=Path, required=True)
    options.add_argument("--references", type=Path)
    options = options.parse_args()
    head, labels, metadata = intents_head.load(options.file)
    rows, x = json.load(open(options.out / "intent_rows.json")), np.load(options.out / "intent_embeddings.npy")
    test = np.array([r["split"] == "test" for r in rows])
    held = [r for r in rows if r["split"] == "test"]
    figures, predicted, y, gate, confidence = measure(head, labels, x[test], [r["intent"] for r in held], "held-out rows")
    inside = y < len(labels) - 1
    for source in ("bitext", "natural"):
        chosen = np.array([r["source"] == source for r in held])
        print(f"  in scope from {source:8s} accuracy {(predicted == y)[chosen].mean():.4f} rejected by the gate at 0.5 "
              f"{(gate[chosen] > 0.5).mean():.4f} mean confidence {confidence[chosen].mean():.4f} rows {chosen.sum()}")
    for source in sorted({r["source"] for r in held} - {"bitext", "natural"}):
        chosen = np.array([r["source"] == source for r in held])
        print(f"  gate AUROC against {source:10s} {roc_auc_score(~inside[inside | chosen], gate[inside | chosen]):.4f}  "
              f"recall at 5 % {(gate[chosen] > np.quantile(gate[inside], 0.95)).mean():.3f}  rows {chosen.sum()}")
    worst = Counter((labels[a], labels[b]) for a, b in zip(y, predicted) if a != b and a < len(labels) - 1).most_common(8)
    print("  most frequent confusions:", "; ".join(f"{a} as {b} {n}" for (a, b), n in worst))

    network, tokenizer = encoder_network.load(options.encoder)
    lines = open(Path(__file__).parent / "fixtures/handmade_prompts.jsonl", encoding="utf-8")
    hand = [json.loads(line) for line in lines]
    vectors = encoder_network.embed(network, tokenizer, [r["prompt"] for r in hand])
    other, predicted, y, gate, confidence = measure(head, labels, vectors, [r["intent"] for r in hand], "hand-made prompts")
    for r, p, g, c in zip(hand, predicted, gate, confidence):
        if labels[p] != r["intent"] and (r["intent"] != OUT or g < 0.5):
            print(f"  wrong: {r['prompt']!r} is {r['intent']}, said {labels[p]} confidence {c:.2f} out of scope {g:.2f}")
    figures = {k: v for k, v in figures.items()} | {"handmade_" + k: other[k] for k in ("accuracy", "oos_auroc", "ece", "brier")}
    intents_head.write(options.file, head, labels, metadata["weir.encoder.sha256"], metadata["weir.intents.calibration_rows"], figures)
    assert metadata["weir.encoder.sha256"] == model_files.sha256(options.encoder), "the head belongs to another encoder"

    if options.references:
        texts = [r["prompt"] for r in hand] + [r["text"] for r in held[::max(1, len(held) // 125)]]
        texts = texts[:200]
        vectors = encoder_network.embed(network, tokenizer, texts)
        predicted, confidence, gate, features = intents_head.judge(head, vectors)
        with open(options.references, "w", encoding="utf-8") as file:
            for i, text in enumerate(texts):
                file.write(json.dumps({"text": text, "intent": labels[predicted[i]], "features": features[i].tolist(),
                                       "logits": intents_head.logits(head, vectors[i:i + 1])[0].tolist(),
                                       "confidence": float(confidence[i]), "p_oos": float(gate[i])}) + "\n")


if __name__ == "__main__":
    main()
