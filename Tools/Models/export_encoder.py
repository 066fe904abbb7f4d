"""Step 3 of the encoder: student.pt and vocabulary.json to a quantised GGUF file, with references computed from it."""
import argparse
import json
from pathlib import Path

import convert_minilm
import corpus
import encoder_network
import model_files


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--out", type=Path, required=True, help="folder with student.pt and vocabulary.json")
    options.add_argument("--file", type=Path, required=True, help="the GGUF file to write")
    options.add_argument("--references", type=Path)
    options.add_argument("--name", default="student")
    options = options.parse_args()
    vocabulary = json.load(open(options.out / "vocabulary.json"))
    network = encoder_network.from_checkpoint(options.out / f"{options.name}.pt")
    encoder_network.write(options.file, network, vocabulary, "weir-encoder")
    print(options.file, options.file.stat().st_size, "bytes, sha256", model_files.sha256(options.file))
    if options.references:
        network, tokenizer = encoder_network.load(options.file)
        convert_minilm.write_references(options.references, network, tokenizer, corpus.reference_prompts(options.data))


if __name__ == "__main__":
    main()
