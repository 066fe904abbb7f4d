"""The check of places, lengths and names sees what is planted."""

import subprocess

from planted import PlantedTest

from house import layout


class LayoutTest(PlantedTest):
    def test_a_clean_tree_passes(self):
        self.assert_clean(layout.check)

    def test_an_entry_at_the_top_level_is_found(self):
        self.plant("notes.md", "x\n")
        self.plant("docs/x.md", "x\n")
        self.assert_found(layout.check, "notes.md:1", "does not belong at the top level")
        self.assert_found(layout.check, "docs/x.md:1", "does not belong at the top level")

    def test_long_files_are_found_in_every_language(self):
        for path in ("Sources/WeirTensor/Long.swift", "Sources/CWeirKernels/long.c", "Tools/Checks/long.py"):
            self.plant(path, "\n" * 400)
            self.assert_clean(layout.check)
            self.plant(path, "\n" * 401)
            self.assert_found(layout.check, f"{path}:401", "401 lines, at most 400")
            (self.root / path).unlink()

    def test_long_scripts_without_a_suffix_are_found(self):
        self.plant("Tools/long", "#!/bin/bash\n" + "\n" * 400)
        self.assert_found(layout.check, "Tools/long:401", "at most 400")

    def test_long_data_is_no_code(self):
        self.plant("Assets/Examples/prompts.jsonl", "{}\n" * 1000)
        self.assert_clean(layout.check)

    def test_names_that_say_nothing_are_found(self):
        for path in ("Sources/WeirTensor/MatrixUtils.swift", "Sources/WeirTensor/Helpers/Matrix.swift"):
            self.plant(path, "\n")
            self.assert_found(layout.check, f"{path}:1", "says nothing")

    def test_only_what_would_be_committed_counts(self):
        subprocess.run(["git", "init", "-q", str(self.root)], check=True)
        self.plant(".gitignore", "scratch/\n")
        self.plant("scratch/x.md", "x\n")
        self.assert_clean(layout.check)
        self.plant("other/x.md", "x\n")
        self.assert_found(layout.check, "other/x.md:1", "top level")
