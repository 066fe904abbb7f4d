"""The rules of the house, one module a topic; each has `check(tree)` that gives a list of violations."""
