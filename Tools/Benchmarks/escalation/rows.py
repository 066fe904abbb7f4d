"""Writes labelled rows for the error budget's benchmarks as JSON lines, outside the repository.

    rows.py clinc DATA OUT      clinc.jsonl (to train: train, validation and out-of-scope rows), clinc-stream.jsonl (test rows with
                                their out-of-scope queries)
    rows.py banking DATA OUT    banking.jsonl (to train, 50 intents), banking-stream.jsonl (those intents), banking-near.jsonl (the
                                same and the 27 intents left out, as out of scope)
    rows.py show NAME REPORT    prints the report of `weir eval --json` as one line for its figures and one for each budget
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


def clinc(data, out):
    full = json.load(open(data / "clinc150/data_full.json", encoding="utf-8"))
    more = json.load(open(data / "clinc150/data_oos_plus.json", encoding="utf-8"))
    train = [(t, i, None) for t, i in full["train"]] + [(row[0], "out_of_scope", None) for row in more["oos_train"]]
    train += [(t, i, "validation") for t, i in full["val"]] + [(t, "out_of_scope", "validation") for t, _ in full["oos_val"]]
    write(out / "clinc.jsonl", train)
    write(out / "clinc-stream.jsonl", [(t, i, None) for t, i in full["test"]] + [(t, "out_of_scope", None) for t, _ in full["oos_test"]])


def banking(data, out):
    rows = [(r["text"].strip(), r["category"]) for r in csv.DictReader(open(data / "banking77/train.csv", encoding="utf-8"))]
    chance = random.Random(0)
    hidden = set(chance.sample(sorted({i for _, i in rows}), 27))
    chance.shuffle(rows)
    known, strange = [r for r in rows if r[1] not in hidden], [r for r in rows if r[1] in hidden]
    # A quarter of the known intents' rows is the stream; the same number of strange ones makes half of the shifted one.
    held = len(known) // 4
    stream = [(t, i, None) for t, i in known[:held]]
    strange = [(t, "out_of_scope", None) for t, _ in strange[:held]]
    write(out / "banking.jsonl", [(t, i, "validation" if n % 5 == 0 else None) for n, (t, i) in enumerate(known[held:])])
    write(out / "banking-stream.jsonl", stream)
    write(out / "banking-near.jsonl", stream + strange)


def show(name, report):
    """One line for the figures, one for each budget, one for each budget before shifted rows."""
    report = json.load(open(report, encoding="utf-8"))
    figures = {key: round(value["value"], 4) for key, value in report["report"]["figures"].items()}
    print(json.dumps({"stream": name, "examples": report["report"]["examples"]} | figures))
    for line in report["budgets"]["promises"]:
        print(json.dumps({"stream": name, "delta": report["budgets"]["delta"]} | line))
    for line in report.get("shifted", {}).get("promises", []):
        print(json.dumps({"stream": name, "shifted": True, "audit_rate": report["shifted"]["audit_rate"]} | line))


if __name__ == "__main__":
    part, data, out = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    if part == "show":
        show(sys.argv[2], out)
    else:
        out.mkdir(parents=True, exist_ok=True)
        {"clinc": clinc, "banking": banking}[part](data, out)
