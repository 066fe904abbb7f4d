"""Writes the rows of the shipped intents as JSON lines, for `weir train` and `weir eval`.

OUT/intents.jsonl has training rows with their variants (split train) and calibration rows (split validation);
OUT/intents-test.jsonl the held-out rows. The network never learns from a calibration row; these are weighted half
out of scope, a quarter Bitext (templates), a quarter in-scope text written by people.
"""
import argparse
import json
import random
from pathlib import Path

import torch

import intent_rows

VARIANTS = {"bitext": 1, "natural": 3, "written": 8}


def calibration_weights(rows):
    kind = ["out" if r.intent == intent_rows.OUT else "bitext" if r.source == "bitext" else "people" for r in rows]
    share = {"out": 0.5, "bitext": 0.25, "people": 0.25}
    return [share[k] * len(kind) / kind.count(k) for k in kind]


def write(path, rows, split, weights=None):
    with open(path, "a", encoding="utf-8") as file:
        for row, weight in zip(rows, weights or [None] * len(rows)):
            line = {"text": row.text, "intent": row.intent, "split": split}
            file.write(json.dumps(line | ({"weight": round(weight, 6)} if weight else {})) + "\n")


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--seed", type=int, default=5)
    options = options.parse_args()
    torch.set_num_threads(1)
    rng = random.Random(options.seed)
    rows = [r for r in intent_rows.load(options.data, options.out / "intent_base.json", options.seed) if r.text.strip()]
    entities = intent_rows.entity_values(options.data)
    train = [r for r in rows if r.split in ("train", "val")]
    train += [v for r in train for v in intent_rows.variants(r, entities, rng, VARIANTS[r.source] if r.source in VARIANTS
                                                             else int(rng.random() < 0.3))]
    calibration = [r for r in rows if r.split == "calibration"]
    calibration += [v for r in calibration for v in intent_rows.variants(r, entities, rng, 1)]
    for name in ("intents.jsonl", "intents-test.jsonl"):
        (options.out / name).unlink(missing_ok=True)
    write(options.out / "intents.jsonl", train, "train")
    write(options.out / "intents.jsonl", calibration, "validation", calibration_weights(calibration))
    test = [r for r in rows if r.split == "test"]
    write(options.out / "intents-test.jsonl", test, "test")
    print(f"{len(train)} training rows, {len(calibration)} calibration rows, {len(test)} test rows")


if __name__ == "__main__":
    main()
