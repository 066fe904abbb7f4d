"""The tree under check: which files it has, what is in them, and what the manifest declares."""

import json
import pathlib
import subprocess
from dataclasses import dataclass, field

SKIPPED = {".git", ".build", ".swiftpm", "__pycache__", ".venv"}


@dataclass(frozen=True, order=True)
class Violation:
    """One line of output: where, and what is wrong with it."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


@dataclass
class Tree:
    root: pathlib.Path
    manifest_file: pathlib.Path | None = None
    _texts: dict = field(default_factory=dict)
    _manifest: dict | None = None

    def files(self) -> list[str]:
        """Paths of what would be committed, relative to the root: tracked, or new and not ignored."""
        if (self.root / ".git").exists():
            command = ["git", "-C", str(self.root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
            listed = subprocess.run(command, check=True, capture_output=True).stdout.decode().split("\0")
            return sorted(name for name in listed if name and (self.root / name).is_file())
        found = []
        for path in self.root.rglob("*"):
            relative = path.relative_to(self.root)
            if path.is_file() and not SKIPPED.intersection(relative.parts):
                found.append(str(relative))
        return sorted(found)

    def text(self, path: str) -> str:
        """The text of a file; empty for what is not text."""
        if path not in self._texts:
            data = (self.root / path).read_bytes()
            try:
                self._texts[path] = "" if b"\0" in data[:4096] else data.decode()
            except UnicodeDecodeError:
                self._texts[path] = ""
        return self._texts[path]

    def code(self, path: str) -> str:
        """The text without comments and without what is in quotes; lines stay where they are."""
        key = (path, "code")
        if key not in self._texts:
            self._texts[key] = without_comments(self.text(path), nested=path.endswith(".swift"))
        return self._texts[key]

    def manifest(self) -> dict:
        """What `swift package dump-package` says; `{}` in a tree without a manifest."""
        if self._manifest is None:
            if self.manifest_file:
                self._manifest = json.loads(self.manifest_file.read_text())
            elif (self.root / "Package.swift").exists():
                command = ["swift", "package", "--package-path", str(self.root), "dump-package"]
                self._manifest = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
            else:
                self._manifest = {}
        return self._manifest


def is_script(tree: Tree, path: str, interpreter: str) -> bool:
    """Whether a file without a suffix begins with `#!...interpreter`."""
    first = tree.text(path).split("\n", 1)[0]
    return "." not in pathlib.Path(path).name and first.startswith("#!") and interpreter in first


def without_comments(text: str, nested: bool) -> str:
    """Blanks comments and the contents of quotes of Swift or C. Interpolated code counts as quoted."""
    out, i, end = [], 0, len(text)

    def blank(start: int, stop: int) -> None:
        out.append("".join("\n" if letter == "\n" else " " for letter in text[start:stop]))

    while i < end:
        if text.startswith("//", i):
            stop = text.find("\n", i)
            stop = end if stop < 0 else stop
            blank(i, stop)
        elif text.startswith("/*", i):
            depth, stop = 1, i + 2
            while stop < end and depth:
                if nested and text.startswith("/*", stop):
                    depth, stop = depth + 1, stop + 2
                elif text.startswith("*/", stop):
                    depth, stop = depth - 1, stop + 2
                else:
                    stop += 1
            blank(i, stop)
        elif text[i] == '"' or (nested and text[i] == "#" and text[i:].lstrip("#").startswith('"')):
            stop = _end_of_quote(text, i)
            out.append('"')
            blank(i + 1, stop - 1)
            out.append('"' if stop - i > 1 else "")
        elif not nested and text[i] == "'":
            stop = i + 1
            while stop < end and text[stop] not in "'\n":
                stop += 2 if text[stop] == "\\" else 1
            stop = min(stop + 1, end)
            blank(i, stop)
        else:
            out.append(text[i])
            stop = i + 1
        i = stop
    return "".join(out)


def _end_of_quote(text: str, start: int) -> int:
    hashes = 0
    while text[start + hashes] == "#":
        hashes += 1
    long = text.startswith('"""', start + hashes)
    quote = ('"""' if long else '"') + "#" * hashes
    i = start + hashes + (3 if long else 1)
    while i < len(text):
        if text.startswith(quote, i):
            return i + len(quote)
        if not long and text[i] == "\n":
            return i
        i += 2 if text[i] == "\\" and not hashes else 1
    return len(text)
