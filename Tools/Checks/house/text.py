"""Words that do not belong into a committed file: notes to oneself, folders of one machine, keys."""

import re

from house.tree import Tree, Violation

# Put together from pieces, so that this file does not hold what it forbids.
NOTES = re.compile(r"\b(?:" + "|".join(["TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK"]) + r")\b")
FOLDERS = re.compile(
    r"(?<![\w.}~$)/-])/(?:home/(?!someone\b)\w|root/|Users/\w|work/|workspace/|workdir/|mnt/\w|tmp/(?!weir)\w)"
)
KEYS = re.compile(r"\bsk-[A-Za-z0-9]{20}|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{30}|BEGIN [A-Z ]*PRIVATE KEY")


def check(tree: Tree) -> list[Violation]:
    violations = []
    for path in tree.files():
        prose_only = path.startswith("Assets/") and path.endswith((".jsonl", ".json", ".txt"))
        for number, line in enumerate(tree.text(path).split("\n"), 1):
            if NOTES.search(line) and not prose_only and path != "LICENSE":
                violations.append(Violation(path, number, "a note to oneself: do it, or open an issue"))
            if FOLDERS.search(line):
                violations.append(Violation(path, number, "a folder of one machine: use a parameter or a relative path"))
            if KEYS.search(line):
                violations.append(Violation(path, number, "this looks like a secret key"))
    return violations
