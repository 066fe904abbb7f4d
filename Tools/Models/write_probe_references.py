"""Writes the probe's reference values of a few own prompts (greedy replies, PyTorch on the file's numbers) for the Swift tests."""
import argparse
import json
from pathlib import Path

import torch

import generator_network
import reply_writer

PROMPTS = [("cancel_order", "please cancel order {{Order Number}}"), ("cancel_order", "I bought the wrong jacket, stop it before it ships"),
           ("track_refund", "where is my money??"), ("delivery_options", "which ways of shipping do you offer to Zürich?"),
           ("review", "what is the tallest mountain of South America"), ("create_account", "send my parcel to the new flat instead"),
           ("recover_password", "i forgot my pasword"), ("get_invoice", "get me the bill from {{Person Name}}")]


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--out", type=Path, required=True, help="folder with generator_tokenizer.json")
    options.add_argument("--file", type=Path, required=True)
    options.add_argument("--references", type=Path, required=True)
    options = options.parse_args()
    torch.set_num_threads(1)
    network, tokenizer = generator_network.load(options.file, options.out / "generator_tokenizer.json")
    probe, _ = generator_network.probe_of(options.file)
    replies = reply_writer.write(network, tokenizer, [tokenizer.encode(generator_network.prompt_text(i, p)).ids for i, p in PROMPTS])
    out = []
    for (intent, prompt), r in zip(PROMPTS, replies):
        out.append({"intent": intent, "prompt": prompt, "tokens": r.ids, "probability": reply_writer.probability(probe, r),
                    "mean_logprob": float(r.signals[0]), "mean_entropy": float(r.signals[3])})
    options.references.write_text(json.dumps(out) + "\n")
    print(len(out), "replies of", [len(r["tokens"]) for r in out], "tokens; probabilities", [round(r["probability"], 3) for r in out])


if __name__ == "__main__":
    main()
