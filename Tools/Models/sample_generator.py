"""Prints twenty greedy replies to in-scope prompts of fixtures/handmade_prompts.jsonl, drawn with --seed, unselected."""
import argparse
import json
import random
from pathlib import Path

import torch

import generator_network


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--out", type=Path, required=True, help="folder with generator_tokenizer.json")
    options.add_argument("--file", type=Path, required=True)
    options.add_argument("--seed", type=int, default=17)
    options = options.parse_args()
    torch.set_num_threads(1)
    network, tokenizer = generator_network.load(options.file, options.out / "generator_tokenizer.json")
    end = tokenizer.token_to_id(generator_network.END)
    lines = open(Path(__file__).parent / "fixtures/handmade_prompts.jsonl", encoding="utf-8")
    rows = [r for r in map(json.loads, lines) if r["intent"] != "out_of_scope"]
    for r in random.Random(options.seed).sample(rows, 20):
        ids, mean, stopped = network.greedy(tokenizer.encode(generator_network.prompt_text(r["intent"], r["prompt"])).ids, end, 220)
        print(f"[{r['intent']}, {mean:.2f}{'' if stopped else ', cut'}] {r['prompt']}\n{tokenizer.decode(ids)}\n")


if __name__ == "__main__":
    main()
