"""GGUF reading and writing shared by the recipes: Q8_0 matrices, F32 vectors, sha256 of a file.

All files are GGUF v3, little-endian, alignment 32. `read` gives back what a reader of the file sees: dequantised
F32 arrays and metadata, so that every figure is measured on the shipped numbers and not on the training ones.
"""
import hashlib

import gguf
import numpy as np
from gguf import GGMLQuantizationType as Type


class Writer:
    """Collects metadata and tensors of one file; `close` writes it."""

    def __init__(self, path, architecture, name):
        self.path = str(path)
        self.file = gguf.GGUFWriter(self.path, architecture)
        self.file.add_name(name)

    def __getattr__(self, method):
        return getattr(self.file, method)

    def matrix(self, name, values, quantise=True, kind=Type.Q8_0):
        """A matrix [rows x columns] in Q8_0 or another kind (columns a multiple of 32), or F32."""
        values = np.ascontiguousarray(values, dtype=np.float32)
        if quantise:
            self.file.add_tensor(name, gguf.quants.quantize(values, kind), raw_dtype=kind)
        else:
            self.file.add_tensor(name, values)

    def vector(self, name, values):
        self.file.add_tensor(name, np.ascontiguousarray(values, dtype=np.float32))

    def close(self):
        self.file.write_header_to_file()
        self.file.write_kv_data_to_file()
        self.file.write_tensors_to_file()
        self.file.close()


def read(path):
    """(metadata, tensors): Python values and dequantised float32 arrays of a GGUF file."""
    reader = gguf.GGUFReader(str(path))
    metadata = {name: field.contents() for name, field in reader.fields.items() if not name.startswith("GGUF.")}
    tensors = {}
    for tensor in reader.tensors:
        if tensor.tensor_type == Type.F32:
            tensors[tensor.name] = np.array(tensor.data, dtype=np.float32)
        else:
            tensors[tensor.name] = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
    return metadata, tensors


def sha256(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
