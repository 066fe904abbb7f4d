"""Step 5 of the generator: generator.pt to a quantised GGUF file (figures come from evaluation, the probe from train_probe.py)."""
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
    options.add_argument("--kind", choices=["Q8_0", "Q4_0"], default="Q8_0", help="type of the layers' matrices")
    options = options.parse_args()
    network = generator_network.Generator(generator_network.Shape())
    network.load_state_dict(torch.load(options.out / options.checkpoint))
    tokenizer = Tokenizer.from_file(str(options.out / "generator_tokenizer.json"))
    generator_network.write(options.file, network, tokenizer, options.kind)
    print(options.file, options.file.stat().st_size, "bytes, sha256", model_files.sha256(options.file))


if __name__ == "__main__":
    main()
