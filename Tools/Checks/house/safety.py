"""Code that can crash or race: unsafe code outside its targets, unchecked promises, forced values, sleeping tests."""

import re

from house.tree import Tree, Violation

# Where pointers may be touched, behind wrappers that check counts.
UNSAFE_TARGETS = {"WeirTensor", "WeirFiles", "WeirVectorIndex", "WeirHTTP", "WeirStore"}

UNSAFE = re.compile(
    r"\bunsafe\b(?!\s*[:=,)])|\bUnsafe\w*(?:Pointer|Span)\b|\bwithUnsafe\w+|\bunsafe(?:BitCast|DowncastF?)\b|\bOpaquePointer\b"
)
FORCED = re.compile(r"(?<=[\w)\]}>?\"])!(?![=\w(])")
SLEEP = re.compile(r"(?<!func )(?:\b|\.)(?:sleep|usleep|nanosleep)\s*\(")
# The release binary carries no locale data (Tools/Release/no_locale_data.c), so these would trap there.
LOCALE = re.compile(r"\b(?:Date|Number|ByteCount|Measurement|RelativeDateTime|List|PersonName\w*)Formatter\b")
# How many lines below it the reason of a few unsafe lines holds.
REASON_REACH = 8
UNCHECKED = "@unchecked Sendable"
ACCESS = re.compile(r"(?:^|\s)(?:public|open)\s+(?:(?:static|final|class|mutating|override|nonisolated|indirect)\s+)*"
                    r"(?:func|var|let|struct|class|enum|protocol|actor|init|extension|typealias|subscript)\b")


def check(tree: Tree) -> list[Violation]:
    violations = []
    for path in tree.files():
        parts = path.split("/")
        if path.endswith(".swift") and parts[0] in ("Sources", "Tests"):
            violations += lines(tree, path, in_sources=parts[0] == "Sources", target=parts[1])
    return violations


def lines(tree: Tree, path: str, in_sources: bool, target: str) -> list[Violation]:
    violations = []
    texts = tree.text(path).split("\n")
    for number, code in enumerate(tree.code(path).split("\n"), 1):
        def report(message: str) -> None:
            violations.append(Violation(path, number, message))

        if UNCHECKED in code:
            nearby = texts[max(0, number - 2) : number]
            if not any(f"{UNCHECKED} because " in line for line in nearby):
                report(f"{UNCHECKED} without its reason: write `// {UNCHECKED} because ...` on the line above")
        if in_sources and target not in UNSAFE_TARGETS and UNSAFE.search(code):
            if not any("// unsafe because " in line for line in texts[max(0, number - 1 - REASON_REACH) : number]):
                report(
                    f"unsafe code outside {', '.join(sorted(UNSAFE_TARGETS))}: move it there, or for a few lines around "
                    "one call write `// unsafe because ...` above them"
                )
        if re.search(r"\btry!|\bas!", code):
            report("try! and as! turn bad input into a crash: throw or use `guard let`")
        elif FORCED.search(code):
            report("a forced value turns bad input into a crash: use `guard let` or `#require`")
        if in_sources and LOCALE.search(code):
            report("formatters need locale data, which the release binary does not carry: write the digits yourself")
        if in_sources and ACCESS.search(code):
            report("nothing is public here: `package` is the access level between targets")
        if not in_sources and SLEEP.search(code) and "// sleeps because " not in "".join(texts[max(0, number - 2) : number]):
            report("a test that sleeps: make time a parameter (or write `// sleeps because ...` above)")
    return violations
