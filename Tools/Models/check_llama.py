"""Checks generator.gguf against llama.cpp (llama-cpp-python): token ids and greedy text of a few prompts."""
import argparse
from pathlib import Path

import llama_cpp

import generator_network

PROMPTS = [("cancel_order", "I bought the wrong jacket, please cancel order 4471"), ("track_refund", "where is my money??"),
           ("delivery_options", "which ways of shipping do you offer to Zürich?"), ("review", "i want to leave a review")]


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--out", type=Path, required=True, help="folder with generator_tokenizer.json")
    options.add_argument("--file", type=Path, required=True)
    options.add_argument("--tokens", type=int, default=180)
    options = options.parse_args()
    network, tokenizer = generator_network.load(options.file, options.out / "generator_tokenizer.json")
    model = llama_cpp.Llama(str(options.file), n_ctx=512, n_threads=1, verbose=False, logits_all=False)
    end = tokenizer.token_to_id(generator_network.END)
    for intent, prompt in PROMPTS:
        text = generator_network.prompt_text(intent, prompt)
        ids = tokenizer.encode(text).ids
        theirs = model.tokenize(text.encode(), add_bos=False, special=True)
        mine, mean, stopped = network.greedy(ids, end, options.tokens)
        out = []
        for token in model.generate(theirs, temp=0.0, top_k=1, repeat_penalty=1.0):
            if token == end or len(out) >= options.tokens:
                break
            out.append(token)
        same = next((i for i, (a, b) in enumerate(zip(mine, out)) if a != b), min(len(mine), len(out)))
        print(f"{intent}: ids equal {ids == theirs}; greedy tokens {len(mine)} and {len(out)}, equal for the first {same}; "
              f"mean log-probability {mean:.3f}; stopped {stopped}")
        print("   ", tokenizer.decode(mine).replace("\n", "\n    "))


if __name__ == "__main__":
    main()
