"""One library in one process, on one thread: rival.py NAME VECTORS FOLDER COUNT build | search WIDTHS COUNTS ROUNDS

Prints the same JSON as `weir bench-index`. All with 16 links a node (32 in the lowest layer) and 200 candidates while
building; the inner product of unit vectors.
"""
import json
import os
import shutil
import sys
import time
from pathlib import Path

import numpy as np

LINKS, CONSTRUCTION = 16, 200
LISTS = ("indist", "para")


def vectors(path, count=None):
    words = np.memmap(path, dtype=np.int32, mode="r")
    rows = words.reshape(-1, int(words[0]) + 1)[:count, 1:]
    return np.ascontiguousarray(rows).view(np.float32)


def memory():
    fields = dict(line.split(":") for line in Path("/proc/self/status").read_text().splitlines() if ":" in line)
    return {name: int(fields[key].split()[0]) / 1024 for name, key in (("rss", "VmRSS"), ("anon", "RssAnon"), ("file", "RssFile"))}


def minus(a, b):
    return {key: a[key] - b[key] for key in a}


class Hnswlib:
    """Floats of 32 bits."""

    def __init__(self, dimension, folder):
        import hnswlib

        self.index, self.path = hnswlib.Index("ip", dimension), str(folder / "index")

    def build(self, base):
        self.index.init_index(len(base), ef_construction=CONSTRUCTION, M=LINKS)
        self.index.set_num_threads(1)
        self.index.add_items(base, num_threads=1)
        self.index.save_index(self.path)

    def open(self):
        self.index.load_index(self.path)
        self.index.set_num_threads(1)

    def search(self, query, count, width):
        self.index.set_ef(width)
        return self.index.knn_query(query[None], k=count, num_threads=1)[0][0]


class Faiss:
    """Floats of 16 bits, mapped."""

    def __init__(self, dimension, folder):
        import faiss

        faiss.omp_set_num_threads(1)
        self.faiss, self.dimension, self.path = faiss, dimension, str(folder / "index")

    def build(self, base):
        f = self.faiss
        self.index = f.IndexHNSWSQ(self.dimension, f.ScalarQuantizer.QT_fp16, LINKS, f.METRIC_INNER_PRODUCT)
        self.index.hnsw.efConstruction = CONSTRUCTION
        self.index.train(base[:1000])
        self.index.add(base)
        f.write_index(self.index, self.path)

    def open(self):
        self.index = self.faiss.read_index(self.path, self.faiss.IO_FLAG_MMAP_IFC)

    def search(self, query, count, width):
        self.index.hnsw.efSearch = width
        return self.index.search(query[None], count)[1][0]


class Usearch:
    """Integers of 8 bits, mapped."""

    def __init__(self, dimension, folder):
        from usearch.index import Index

        self.index = Index(ndim=dimension, metric="cos", dtype="i8", connectivity=LINKS, expansion_add=CONSTRUCTION)
        self.path = str(folder / "index")

    def build(self, base):
        self.index.add(np.arange(len(base), dtype=np.uint64), base, threads=1)
        self.index.save(self.path)

    def open(self):
        self.index.view(self.path)

    def search(self, query, count, width):
        self.index.expansion_search = width
        return self.index.search(query, count, threads=1).keys


class Qdrant:
    """Integers of 8 bits, rescored with floats."""

    def __init__(self, dimension, folder):
        import qdrant_edge

        self.q, self.dimension, self.path = qdrant_edge, dimension, str(folder / "index")

    def build(self, base):
        q = self.q
        shutil.rmtree(self.path, ignore_errors=True)
        os.mkdir(self.path)
        graph = q.HnswIndexConfig(m=LINKS, ef_construct=CONSTRUCTION, full_scan_threshold=1000, max_indexing_threads=1)
        codes = q.ScalarQuantizationConfig(type=q.ScalarType.Int8, quantile=0.99, always_ram=True)
        one = q.EdgeOptimizersConfig(default_segment_number=1, indexing_threshold=1000, max_segment_size=10**9)
        self.shard = q.EdgeShard.create(self.path, q.EdgeConfig(
            vectors={"": q.EdgeVectorParams(size=self.dimension, distance=q.Distance.Dot, hnsw_config=graph, quantization_config=codes)},
            hnsw_config=graph, max_search_threads=1, optimizers=one))
        for start in range(0, len(base), 1000):
            points = [q.Point(start + i, vector.tolist(), {}) for i, vector in enumerate(base[start : start + 1000])]
            self.shard.update(q.UpdateOperation.upsert_points(points))
        self.shard.optimize()
        self.shard.flush()
        self.shard.close()

    def open(self):
        self.shard = self.q.EdgeShard.load(self.path)

    def search(self, query, count, width):
        q = self.q
        codes = q.QuantizationSearchParams(rescore=True, oversampling=2.0)
        found = self.shard.search(q.SearchRequest(
            query=q.Query.Nearest(query.tolist()), limit=count, params=q.SearchParams(hnsw_ef=max(width, count), quantization=codes)))
        return [point.id for point in found]


ENGINES = {"hnswlib": Hnswlib, "faiss": Faiss, "usearch": Usearch, "qdrant": Qdrant}


def size(path):
    """Bytes on the disk: qdrant's files have holes."""
    path = Path(path)
    return sum(file.stat().st_blocks * 512 for file in ([path] if path.is_file() else path.rglob("*")) if file.is_file())


def search(engine, folder, widths, counts, rounds, lists):
    queries = {name: vectors(f"{lists}/queries_{name}.fvecs") for name in LISTS}
    before, start = memory(), time.perf_counter()
    engine.open()
    result = {"load_s": time.perf_counter() - start, "memory_load": minus(memory(), before), "sweep": []}
    for name, rows in queries.items():
        for count in counts:
            for width in [width for width in widths if width >= count]:
                best = None
                for _ in range(rounds):
                    clock = time.process_time()
                    found = [engine.search(row, count, width) for row in rows]
                    spent = time.process_time() - clock
                    best = spent if best is None else min(best, spent)
                ids = np.full((len(rows), count + 1), -1, dtype=np.int32)
                ids[:, 0] = count
                for place, row in enumerate(found):
                    ids[place, 1 : 1 + len(row)] = np.asarray(row, dtype=np.int64)
                file = f"{name}_k{count}_ef{width}.ivecs"
                ids.tofile(folder / file)
                result["sweep"].append({"set": name, "k": count, "ef": width, "qps_cpu": len(rows) / best, "ids": file})
    return result | {"memory_search": minus(memory(), before), "file_bytes": size(engine.path)}


def main():
    name, lists, folder, count, task, *rest = sys.argv[1:]
    folder = Path(folder)
    dimension = int(np.fromfile(f"{lists}/base.fvecs", dtype=np.int32, count=1)[0])
    engine = ENGINES[name](dimension, folder)
    if task == "build":
        base = vectors(f"{lists}/base.fvecs", int(count))
        start, clock = time.perf_counter(), time.process_time()
        engine.build(base)
        result = {"build_s": time.perf_counter() - start, "build_cpu_s": time.process_time() - clock, "file_bytes": size(engine.path)}
    else:
        widths, counts = ([int(word) for word in text.split(",")] for text in rest[:2])
        result = search(engine, folder, widths, counts, int(rest[2]), lists)
    print(json.dumps(result))


main()
