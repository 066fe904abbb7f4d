"""A tree in a temporary folder, clean until a test plants something in it."""

import json
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from house.tree import Tree  # noqa: E402

CLEAN = {
    "Package.swift": "// swift-tools-version: 6.2\n",
    "README.md": "# Weir\n",
    "LICENSE": "Apache\n",
    ".gitignore": ".build/\n",
    "Sources/WeirDomain/Money.swift": "/// Money.\npackage struct Money {\n  package var picodollars: Int\n}\n",
    "Sources/WeirStore/Row.swift": "package import GRDB\npackage import WeirDomain\n\nlet sign = !true && 1 != 2\n",
    "Sources/CWeirKernels/dot.c": '#include "CWeirKernels.h"\n#include <stdint.h>\n',
    "Sources/CWeirKernels/include/CWeirKernels.h": "#pragma once\n",
    "Sources/WeirTensor/Matrix.swift": "import CWeirKernels\n\nfunc f(_ p: UnsafeRawPointer) { unsafe g(p) }\n",
    "Tests/WeirDomainTests/MoneyTests.swift": "import Testing\n\n@testable import WeirDomain\n",
}


def by_name(*names: str) -> list[dict]:
    return [{"byName": [name, None]} for name in names]


DECLARED = {
    "WeirDomain": [],
    "WeirStore": [*by_name("WeirDomain"), {"product": ["GRDB", "GRDB.swift", None, None]}],
    "CWeirKernels": [],
    "WeirTensor": by_name("CWeirKernels"),
    "WeirDomainTests": by_name("WeirDomain"),
}


class PlantedTest(unittest.TestCase):
    """Each test plants one thing; the check must name its file and line, and must say nothing of a clean tree."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="weir-checks-")
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.declared = dict(DECLARED)
        for path, text in CLEAN.items():
            self.plant(path, text)

    def plant(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def found(self, check) -> list[str]:
        manifest = self.root / ".manifest.json"
        targets = [{"name": name, "dependencies": uses} for name, uses in self.declared.items()]
        manifest.write_text(json.dumps({"targets": targets}))
        return [str(violation) for violation in check(Tree(self.root, manifest))]

    def assert_found(self, check, place: str, words: str) -> None:
        found = self.found(check)
        hits = [line for line in found if line.startswith(place + ":") and words in line]
        self.assertTrue(hits, f"expected {place} with {words!r}, found {found}")

    def assert_clean(self, check) -> None:
        self.assertEqual(self.found(check), [])
