"""Where things lie, how long files are, what they are called."""

import pathlib
import re

from house.tree import Tree, Violation, is_script

TOP_LEVEL = {"Package.swift", "Sources", "Tests", "Assets", "Tools", "README.md", "LICENSE"}
MOST_LINES = 400
CODE = (".swift", ".c", ".h", ".inc", ".py")
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "manager", "core", "common", "misc", "base"}


def check(tree: Tree) -> list[Violation]:
    violations = []
    for path in tree.files():
        first = path.split("/")[0]
        if first not in TOP_LEVEL and not first.startswith("."):
            allowed = ", ".join(sorted(TOP_LEVEL))
            violations.append(Violation(path, 1, f"{first} does not belong at the top level, which has only {allowed}"))
        violations += length(tree, path)
        violations += name(path)
    return violations


def length(tree: Tree, path: str) -> list[Violation]:
    if not path.endswith(CODE) and not is_script(tree, path, "python") and not is_script(tree, path, "sh"):
        return []
    lines = tree.text(path).count("\n")
    if lines <= MOST_LINES:
        return []
    return [Violation(path, MOST_LINES + 1, f"{lines} lines, at most {MOST_LINES}: find the second idea in this file")]


def name(path: str) -> list[Violation]:
    if not path.startswith(("Sources/", "Tests/")):
        return []
    for part in pathlib.PurePath(path).parts[1:]:
        words = re.findall(r"[A-Z]?[a-z]+", part.split(".")[0])
        empty = next((word for word in words if word.lower() in EMPTY_NAMES), None)
        if empty:
            return [Violation(path, 1, f"the name {part} says nothing ({empty}): name the one idea")]
    return []
