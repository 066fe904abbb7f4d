"""Step 3 of the generator: generator.pt to a quantised GGUF file (figures and probe threshold come from evaluation)."""
import argparse
from pathlib import Path

import torch
from tokenizers import Tokenizer

import generator_network
import model_files


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--out", type=Path, required=True, help="folder with generator.pt and generator_tokenizer.json")
    options.add_argument("--file", type=Path, required=True)
    options.add_argument("--checkpoint", default="generator.pt")
    options = options.parse_args()
    state = torch.load(options.out / options.checkpoint)
    layers = 1 + max(int(name.split(".")[1]) for name in state if name.startswith("blk."))
    network = generator_network.Generator(generator_network.Shape(layers=layers))
    network.load_state_dict(state)
    generator_network.write(options.file, network, Tokenizer.from_file(str(options.out / "generator_tokenizer.json")), -10.0)
    print(options.file, options.file.stat().st_size, "bytes, sha256", model_files.sha256(options.file))


if __name__ == "__main__":
    main()
