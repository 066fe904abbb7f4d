"""What `swift format` says of the Swift files."""

import re
import subprocess

from house.tree import Tree, Violation

FINDING = re.compile(r"^(.+?):(\d+):\d+: (?:error|warning): (.*)$")


def check(tree: Tree) -> list[Violation]:
    files = [path for path in tree.files() if path.endswith(".swift") and not path.startswith("Tools/")]
    if not files:
        return []
    command = ["swift", "format", "lint", "--strict", "--parallel"]
    if (tree.root / ".swift-format").exists():
        command += ["--configuration", ".swift-format"]
    done = subprocess.run(command + files, cwd=tree.root, capture_output=True, text=True, check=False)
    violations = []
    for line in done.stderr.splitlines():
        match = FINDING.match(line)
        if match:
            path = match[1].removeprefix(str(tree.root.resolve()) + "/")
            violations.append(Violation(path, int(match[2]), match[3]))
    if done.returncode and not violations:
        violations.append(Violation("Package.swift", 1, f"swift format failed: {done.stderr.strip()[-300:]}"))
    return violations
