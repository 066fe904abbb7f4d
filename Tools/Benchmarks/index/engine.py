"""Engines that are measured, each through processes of its own: Weir's binary, and libraries through rival.py."""
import array
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PYTHON = os.environ.get("WEIR_PYTHON", sys.executable)
LISTS = ("indist", "para")
ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith("WEIR_") or k == "WEIR_KERNELS"}
ENVIRONMENT |= {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}


def call(*words):
    process = subprocess.run([str(word) for word in words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT)
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, words[:3]))} ended with {process.returncode}: {process.stderr[-800:].decode(errors='replace')}")
    return process.stdout


def read_rows(path):
    """Rows of an .ivecs file."""
    words = array.array("i", Path(path).read_bytes())
    width = words[0] + 1
    return [words[start + 1 : start + width] for start in range(0, len(words), width)]


def recall(found, truth, count):
    """The share of the true `count` nearest that was found."""
    return sum(len(set(a[:count]) & set(b[:count])) for a, b in zip(found, truth)) / (count * len(found))


class Weir:
    def __init__(self, binary, vectors, folder, count, tenant_every=None, rescore=False):
        self.binary, self.vectors, self.folder, self.count = binary, Path(vectors), Path(folder), count
        self.tenant_every = tenant_every
        # The floats lie in the database anyway; here they are read from the file of all vectors.
        self.name, self.rescore = "weir, floats last" if rescore else "weir", rescore
        self.folder.mkdir(parents=True, exist_ok=True)
        self.file = self.folder / "index.weir"

    @staticmethod
    def draw(binary, folder, count):
        call(binary, "bench-index", "vectors", "--out", folder, "--count", count)

    def source(self, tenants=True):
        words = ["--base", self.vectors / "base.fvecs", "--limit", self.count]
        return words + (["--tenant-every", self.tenant_every] if tenants and self.tenant_every else [])

    def lists(self):
        return [word for name in LISTS for word in ("--queries", f"{name}={self.vectors}/queries_{name}.fvecs")]

    def truth(self, all_vectors=False, tenant=False):
        """{list: the nearest of each query}, found once and kept."""
        folder = self.folder / ("truth" if all_vectors else "truth-tenant")
        if not (folder / f"truth_{LISTS[-1]}.ivecs").exists():
            partial = self.folder / "truth.partial"
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir()
            call(self.binary, "bench-index", "truth", *self.source(not all_vectors), *self.lists(), "--nearest", 10, "--out", partial)
            partial.rename(folder)
        return {name: read_rows(folder / f"truth_{name}{'_tenant' if tenant else ''}.ivecs") for name in LISTS}

    def build(self):
        for old in self.folder.glob("index.weir*"):
            old.unlink()
        return json.loads(call(self.binary, "bench-index", "build", *self.source(), "--index", self.file))

    def search(self, widths, counts, rounds, tenant=False):
        """(figures, folder of the files with what was found)"""
        out = self.folder / "found"
        out.mkdir(exist_ok=True)
        words = ["--tenant"] if tenant else []
        words += ["--rescore", self.vectors / "base.fvecs"] if self.rescore else []
        return json.loads(call(
            self.binary, "bench-index", "search", "--index", self.file, *self.lists(), "--widths", ",".join(map(str, widths)),
            "--nearest", ",".join(map(str, counts)), "--rounds", rounds, "--out", out, *words)), out


class Rival:
    def __init__(self, name, vectors, folder, count):
        self.name, self.vectors, self.folder, self.count = name, vectors, Path(folder), count
        self.folder.mkdir(parents=True, exist_ok=True)

    def run(self, *words):
        return json.loads(call(PYTHON, HERE / "rival.py", self.name, self.vectors, self.folder, self.count, *words))

    def build(self):
        return self.run("build")

    def search(self, widths, counts, rounds):
        return self.run("search", ",".join(map(str, widths)), ",".join(map(str, counts)), rounds), self.folder
