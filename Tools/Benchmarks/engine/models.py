#!/usr/bin/env python3
"""Files of random weights in the exact shapes of small models, quantized by llama.cpp's own quantizer.

    models.py FOLDER [--shape NAME]... [--type TYPE]...

Files that are there stay as they are. Needs numpy, gguf, llama-cpp-python. Speed does not depend on the weights.
"""
import argparse
import ctypes
import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
sys.path.insert(0, os.path.join(ROOT, "Tools/Checks/fixtures"))

SHAPES = ["smollm2-135m", "qwen2.5-0.5b"]
TYPES = ["q8_0", "q4_0", "q4_k_m"]


def make(folder, shape, kind):
    """The path of the file."""
    import gguf
    import llama_cpp
    import make_generator
    path = os.path.join(folder, f"{shape}-{kind}.gguf")
    if os.path.exists(path):
        return path
    half = os.path.join(folder, f"{shape}-f16.gguf")
    if not os.path.exists(half):
        make_generator.write(half + ".part", make_generator.SHAPES[shape], lambda name: gguf.GGMLQuantizationType.F16)
        os.rename(half + ".part", half)
    if kind == "f16":
        return path
    settings = llama_cpp.llama_model_quantize_default_params()
    settings.ftype = getattr(llama_cpp, f"LLAMA_FTYPE_MOSTLY_{kind.upper()}")
    status = llama_cpp.llama_model_quantize(half.encode(), (path + ".part").encode(), ctypes.byref(settings))
    if status != 0:
        sys.exit(f"models: llama.cpp could not quantize {half} to {kind} (status {status})")
    os.rename(path + ".part", path)
    return path


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--shape", action="append")
    parser.add_argument("--type", action="append")
    options = parser.parse_args()
    os.makedirs(options.folder, exist_ok=True)
    for shape in options.shape or SHAPES:
        for kind in options.type or TYPES:
            print(make(options.folder, shape, kind), flush=True)


if __name__ == "__main__":
    main()
