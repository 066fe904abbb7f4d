"""The table of layers: who may import whom, and who is the one importer of an outside package."""

import re

from house.tree import Tree, Violation

# A target imports only targets of a lower level.
LEVELS = {
    "CWeirKernels": 0,
    "CWeirThreads": 0,
    "CWeirBundle": 0,
    "COpenBLAS": 0,
    "CCurl": 0,
    "WeirDomain": 0,
    "WeirFiles": 1,
    "WeirTensor": 1,
    "WeirStore": 1,
    "WeirHTTP": 1,
    "WeirTelemetry": 1,
    "WeirConfiguration": 1,
    "WeirRisk": 1,
    "WeirModelFiles": 2,
    "WeirVectorIndex": 2,
    "WeirLedger": 2,
    "WeirReview": 2,
    "WeirProviders": 2,
    "WeirDownload": 2,
    "WeirEvaluation": 2,
    "WeirEntities": 2,
    "WeirGrammar": 2,
    "WeirEncoder": 3,
    "WeirClassifier": 3,
    "WeirGenerator": 3,
    "WeirCache": 3,
    "WeirRetrieval": 3,
    "WeirFleet": 3,
    "WeirRouting": 4,
    "WeirTraining": 4,
    "WeirAssembly": 5,
    "WeirServer": 6,
    "WeirBenchmark": 6,
    "weir": 7,
}

# Outside modules with the one target that imports each; None: anybody from level 1 on.
OUTSIDE = {
    "GRDB": "WeirStore",
    "Crypto": "WeirFiles",
    "Logging": None,
    "Metrics": "WeirTelemetry",
    "CoreMetrics": "WeirTelemetry",
    "Hummingbird": "WeirServer",
    "HummingbirdCore": "WeirServer",
    "HTTPTypes": "WeirServer",
    "NIOCore": "WeirServer",
    "ArgumentParser": "weir",
}

# Modules of the toolchain.
SYSTEM = {
    "Swift", "Foundation", "FoundationEssentials", "Glibc", "Darwin", "Synchronization", "Dispatch", "Builtin", "_Differentiation",
    "RegexBuilder", "Testing", "XCTest",
}

# Headers that only one C target may include, by the beginning of their path.
OUTSIDE_HEADERS = {"curl/": "CCurl", "cblas": "COpenBLAS", "openblas": "COpenBLAS", "sqlite3": "WeirStore"}

IMPORT = re.compile(
    r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+"
    r"(?:(?:struct|class|enum|protocol|func|var|let|typealias|actor)\s+)?(\w+)"
)
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')


def check(tree: Tree) -> list[Violation]:
    declared = declarations(tree)
    violations = levels_of_declarations(declared)
    undeclared: set[str] = set()
    for path in tree.files():
        parts = path.split("/")
        if len(parts) < 3 or parts[0] not in ("Sources", "Tests"):
            continue
        target = parts[1]
        if parts[0] == "Sources" and target not in LEVELS:
            violations.append(Violation(path, 1, f"{target} is not in the table of layers (Tools/Checks/house/layers.py)"))
            continue
        if path.endswith(".swift"):
            violations += swift_imports(tree, path, target, declared, undeclared)
        elif path.endswith((".c", ".h", ".inc")):
            violations += c_includes(tree, path, target)
    return violations


def declarations(tree: Tree) -> dict[str, set[str]]:
    """What the manifest lets each target import."""
    result = {}
    for target in tree.manifest().get("targets", []):
        names = set()
        for dependency in target.get("dependencies", []):
            for value in dependency.values():
                if isinstance(value, list) and value:
                    names.add(value[0])
        result[target["name"]] = names
    return result


def levels_of_declarations(declared: dict[str, set[str]]) -> list[Violation]:
    violations = []
    for target, names in declared.items():
        for name in sorted(names):
            if target in LEVELS and LEVELS.get(name, -1) >= LEVELS[target]:
                violations.append(Violation("Package.swift", 1, upward(target, name)))
    return violations


def upward(target: str, name: str) -> str:
    return f"{target} (level {LEVELS[target]}) must not depend on {name} (level {LEVELS[name]}): dependencies point down"


def swift_imports(
    tree: Tree, path: str, target: str, declared: dict[str, set[str]], undeclared: set[str]
) -> list[Violation]:
    violations = []
    for number, line in enumerate(tree.code(path).split("\n"), 1):
        match = IMPORT.match(line)
        if not match or match[1] == target or match[1] in SYSTEM:
            continue
        name = match[1]
        problem = None
        if declared and target not in declared:
            if target not in undeclared:
                problem = f"{target} is not declared in Package.swift"
            undeclared.add(target)
        elif declared and name not in declared[target]:
            problem = f"{target} imports {name} without declaring it in Package.swift"
        if target in LEVELS:
            if name in LEVELS and LEVELS[name] >= LEVELS[target]:
                problem = upward(target, name)
            elif name not in LEVELS and name not in OUTSIDE:
                problem = f"{name} is neither a target nor a known outside module (Tools/Checks/house/layers.py)"
            elif name not in LEVELS and OUTSIDE[name] not in (None, target):
                problem = f"only {OUTSIDE[name]} imports {name}"
        if problem:
            violations.append(Violation(path, number, problem))
    return violations


def c_includes(tree: Tree, path: str, target: str) -> list[Violation]:
    violations = []
    # Comments are gone from `code`, but so are quoted names: take the directive's own line from the text.
    code, text = tree.code(path).split("\n"), tree.text(path).split("\n")
    for number, (stripped, line) in enumerate(zip(code, text), 1):
        match = INCLUDE.match(line)
        if not match or "include" not in stripped:
            continue
        header = match[1]
        owner = next((name for start, name in OUTSIDE_HEADERS.items() if header.startswith(start)), None)
        other = re.split(r"[/.]", header)[0]
        if owner and owner != target:
            violations.append(Violation(path, number, f"only {owner} includes {header}"))
        elif other in LEVELS and other != target and target in LEVELS and LEVELS[other] >= LEVELS[target]:
            violations.append(Violation(path, number, upward(target, other)))
    return violations
