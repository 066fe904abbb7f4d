"""The format check and the command itself see what is planted."""

import pathlib
import subprocess
import sys

from planted import PlantedTest

from house import formatting

COMMAND = pathlib.Path(__file__).resolve().parents[1] / "check"


class FormatTest(PlantedTest):
    def test_a_badly_formatted_file_is_found(self):
        for path in ("Sources/WeirStore/Row.swift", "Sources/WeirTensor/Matrix.swift", "Tests/WeirDomainTests/MoneyTests.swift"):
            (self.root / path).unlink()
        self.assert_clean(formatting.check)
        self.plant("Sources/WeirDomain/Bad.swift", "struct A{\n      var b : Int=1 }\n")
        self.assert_found(formatting.check, "Sources/WeirDomain/Bad.swift:2", "[Spacing]")


class CommandTest(PlantedTest):
    def run_check(self, *names: str) -> subprocess.CompletedProcess:
        self.found(lambda tree: [])
        command = [sys.executable, str(COMMAND), "--root", str(self.root), "--manifest", str(self.root / ".manifest.json")]
        return subprocess.run([*command, *names], capture_output=True, text=True, check=False)

    def test_a_clean_tree_is_silent_with_status_0(self):
        done = self.run_check("layers", "layout", "safety", "text")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_a_violation_is_a_line_with_status_1(self):
        self.plant("notes.md", "x\n")
        done = self.run_check("layout")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"^notes\.md:1: notes\.md does not belong")

    def test_an_unknown_check_is_a_usage_error(self):
        self.assertEqual(self.run_check("magic").returncode, 2)
