"""Learned routing between Mixtral-8x7B (weak) and GPT-4 (strong) on MMLU: see the script mmlu beside this file.

random: 1 500 labelled questions of all subjects, measured on the other 12 537; the mean over SPLITS splits.
subjects: each of the 57 subjects is scored by a bundle that learned from 1 500 questions of the other subjects; the
scores are measured together. transfer: learned on one data set, measured on the other, where weak is the best model of
7B to 9B and strong the best of all, by the training questions.
"""
import os
import random
import statistics
import sys

from routing import advantage, calibration_error, learned, metric, mmlu, report, uiuc

LABELS = 1500


def labelled(rows):
    return [(prompt, {"sufficient": weak, "sufficient_premium": strong}) for prompt, _, weak, strong in rows]


def measure(binary, train, test, seed=1):
    """The scores, and the figures: RouteLLM's, and how far each tier's chance is from the share that was right."""
    found = learned(binary, labelled(train), [row[0] for row in test], seed)
    scores = [advantage(one) for one in found]
    weak, strong = [row[2] for row in test], [row[3] for row in test]
    return scores, metric(weak, strong, scores) | {
        "ece_weak": calibration_error([one["generator"] for one in found], weak),
        "ece_strong": calibration_error([one["premium"] for one in found], strong)}


def over_random_splits(binary, rows):
    splits = int(os.environ.get("SPLITS", "10"))
    found, lengths = [], []
    for split in range(splits):
        order = random.Random(split).sample(rows, len(rows))
        train, test = order[:LABELS], order[LABELS:]
        figures = measure(binary, train, test)[1]
        report(part="mmlu", measure="random", split=split, labels=len(train), rows=len(test), **figures)
        found.append(figures)
        lengths.append(metric([row[2] for row in test], [row[3] for row in test], [len(row[0]) for row in test])["apgr"])
    report(
        part="mmlu", measure="random", splits=splits, labels=LABELS,
        **{key: statistics.mean(one[key] for one in found) for key in found[0]},
        apgr_deviation=statistics.pstdev(one["apgr"] for one in found), apgr_least=min(one["apgr"] for one in found),
        apgr_of_length=statistics.mean(lengths))


def over_subjects(binary, rows):
    scores, tested = [], []
    for number, subject in enumerate(sorted({row[1] for row in rows})):
        others = random.Random(number).sample([row for row in rows if row[1] != subject], LABELS)
        own = [row for row in rows if row[1] == subject]
        scores += measure(binary, others, own)[0]
        tested += own
    report(
        part="mmlu", measure="leave one subject out", labels=LABELS, rows=len(tested),
        **metric([row[2] for row in tested], [row[3] for row in tested], scores))


def transfer(binary, rows, data):
    train, test = uiuc(data, "train"), uiuc(data, "test")
    means = {model: statistics.mean(scores[model] for _, scores in train) for model in train[0][1]}
    small = max((model for model in means if any(size in model for size in ("7b", "8b", "9b"))), key=means.get)
    best = max(means, key=means.get)

    def pairs(questions):
        return [(question, "", scores[small], scores[best]) for question, scores in questions]

    for name, source, target in (
        ("mmlu to uiuc", rows, pairs(train + test)), ("uiuc to mmlu", pairs(train), rows),
        ("uiuc train to uiuc test", pairs(train), pairs(test)),
    ):
        chosen = random.Random(0).sample(source, LABELS)
        report(
            part="mmlu", measure="transfer", way=name, weak=small, strong=best, labels=LABELS, rows=len(target),
            **measure(binary, chosen, target)[1])


def main():
    binary, data, *parts = sys.argv[1:]
    rows = mmlu(data)
    for part in parts or ["random", "subjects", "transfer"]:
        if part == "random":
            over_random_splits(binary, rows)
        elif part == "subjects":
            over_subjects(binary, rows)
        elif part == "transfer":
            transfer(binary, rows, data)
        else:
            sys.exit(f"mmlu: there is no part {part}: random, subjects, transfer")


if __name__ == "__main__":
    main()
