"""The check of words sees what is planted. What it forbids is put together here from pieces."""

from planted import PlantedTest

from house import text

FILE = "Sources/WeirDomain/Bad.swift"


class TextTest(PlantedTest):
    def test_a_clean_tree_passes(self):
        self.assert_clean(text.check)

    def test_notes_to_oneself_are_found(self):
        for note in ("TO" + "DO", "FIX" + "ME", "X" + "XX"):
            self.plant(FILE, f"\n// {note}: later\n")
            self.assert_found(text.check, f"{FILE}:2", "note to oneself")

    def test_folders_of_one_machine_are_found(self):
        for folder in ("/ho" + "me/alice/x", "/ro" + "ot/.cache", "/wo" + "rk/main", "/Us" + "ers/bob", "/t" + "mp/w/x", "/mn" + "t/disk"):
            for line in (f'let a = "{folder}"', f"cd {folder}", f"PATH={folder}"):
                self.plant(FILE, f"\n{line}\n")
                self.assert_found(text.check, f"{FILE}:2", "folder of one machine")

    def test_places_that_every_machine_has_are_fine(self):
        self.plant(FILE, '"/etc/weir/weir.toml"\n"/var/lib/weir"\n"/usr/lib"\n~/.config/home/x\n"$HOME/work/x"\n/tmp/weir-1\n')
        self.assert_clean(text.check)

    def test_secret_keys_are_found(self):
        for key in ("sk-" + "a1" * 12, "AKIA" + "A" * 16, "ghp_" + "a" * 36, "-----BEGIN " + "RSA PRIVATE KEY-----"):
            self.plant("Assets/Examples/x.jsonl", f"\n{key}\n")
            self.assert_found(text.check, "Assets/Examples/x.jsonl:2", "secret key")
