"""Writes CLINC150 and BANKING77 as JSON lines for `weir train` and `weir eval`, outside the repository.

    prepare.py DATA OUT      DATA holds clinc150/ and banking77/ as published

clinc.jsonl has the published training and validation rows (with the 250 out-of-scope training queries of data_oos_plus),
clinc-test.jsonl the test rows; the -10 files have ten training examples an intent and nothing else, drawn with seed 0;
banking-val.jsonl is a thousand training rows drawn with seed 0.
"""
import csv
import json
import random
import sys
from pathlib import Path


def write(path, rows):
    with open(path, "w", encoding="utf-8") as file:
        for text, intent, split in rows:
            file.write(json.dumps({"text": text, "intent": intent} | ({"split": split} if split else {})) + "\n")


def few(rows, count=10):
    taken, out = {}, []
    for text, intent, _ in random.Random(0).sample(rows, len(rows)):
        if taken.setdefault(intent, 0) < count:
            taken[intent] += 1
            out.append((text, intent, None))
    return out


def main():
    data, out = Path(sys.argv[1]), Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    clinc = json.load(open(data / "clinc150/data_full.json"))
    more = json.load(open(data / "clinc150/data_oos_plus.json"))["oos_train"]
    train = [(t, i, None) for t, i in clinc["train"]]
    outside = [(row[0], "out_of_scope", None) for row in more]
    validation = [(t, i, "validation") for t, i in clinc["val"]]
    validation += [(t, "out_of_scope", "validation") for t, _ in clinc["oos_val"]]
    write(out / "clinc.jsonl", train + outside + validation)
    write(out / "clinc-test.jsonl", [(t, i, "test") for t, i in clinc["test"]] + [(t, "out_of_scope", "test") for t, _ in clinc["oos_test"]])
    write(out / "clinc-10.jsonl", few(train))
    rows = [(r["text"].strip(), r["category"], None) for r in csv.DictReader(open(data / "banking77/train.csv", encoding="utf-8"))]
    order = list(range(len(rows)))
    random.Random(0).shuffle(order)
    kept = [rows[i] for i in order[1000:]]
    write(out / "banking.jsonl", kept)
    write(out / "banking-10.jsonl", few(kept))
    write(out / "banking-val.jsonl", [(t, i, "test") for t, i, _ in (rows[i] for i in order[:1000])])


if __name__ == "__main__":
    main()
