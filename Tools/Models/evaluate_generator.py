"""Measures generator.gguf on held-out prompts and writes the figures and the probe threshold into the file.

Perplexity per word of held-out replies beside an interpolated (Witten-Bell) 5-gram over the same tokens. Greedy replies:
on-intent when the teacher encoder finds the reply nearest to its own intent's centre of training replies; unknown slots;
loops (a sentence or step twice, or six words three times); cut (no end token). The reply of the nearest training
prompt of the same intent is measured beside it.
"""
import argparse
import json
import math
import random
import re
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

import encoder_network
import generator_network
import support_replies
from train_generator import reply_batch


class FiveGram:
    """Witten-Bell interpolation down to a uniform distribution over the vocabulary."""

    def __init__(self, rows, vocabulary, order=5):
        self.order, self.vocabulary = order, vocabulary
        self.counts, self.total, self.kinds = Counter(), Counter(), Counter()
        for row in rows:
            padded = [-1] * (order - 1) + row
            for i in range(order - 1, len(padded)):
                for n in range(order):
                    key = (*padded[i - n:i], padded[i])
                    if key not in self.counts:
                        self.kinds[key[:-1]] += 1
                    self.counts[key] += 1
                    self.total[key[:-1]] += 1

    def log_probability(self, row):
        padded, out = [-1] * (self.order - 1) + row, 0.0
        for i in range(self.order - 1, len(padded)):
            p = 1 / self.vocabulary
            for n in range(self.order):
                past = tuple(padded[i - n:i])
                total, kinds = self.total[past], self.kinds[past]
                if total:
                    p = (self.counts[(*past, padded[i])] + kinds * p) / (total + kinds)
            out += math.log(p)
        return out


def loops(text):
    parts = [re.sub(r"^\d+\.\s*", "", p).strip().lower() for p in re.split(r"(?<=[.!?])\s+|\n", text)]
    parts = [p for p in parts if len(p.split()) > 3]
    words = text.lower().split()
    sixes = Counter(tuple(words[i:i + 6]) for i in range(len(words) - 5))
    return len(set(parts)) < len(parts) or (sixes and max(sixes.values()) >= 3)


@torch.no_grad()
def neural_loss(network, rows):
    total = 0.0
    for r in rows:
        inputs, targets = reply_batch([(r["prompt_ids"], r["reply_ids"])])
        total += F.cross_entropy(network(inputs)[0], targets[0], ignore_index=-100, reduction="sum").item()
    return total


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--out", type=Path, required=True, help="folder with replies.json and generator_tokenizer.json")
    options.add_argument("--file", type=Path, required=True)
    options.add_argument("--prompts", type=int, default=240)
    options.add_argument("--seed", type=int, default=17)
    options = options.parse_args()
    torch.set_num_threads(1)
    network, tokenizer = generator_network.load(options.file, options.out / "generator_tokenizer.json")
    rows = json.load(open(options.out / "replies.json"))
    train, test = ([r for r in rows if r["split"] == s] for s in ("train", "test"))
    figures = {}
    baseline = FiveGram([r["reply_ids"] for r in train], network.shape.vocabulary)
    common = Counter(r["reply"] for r in rows)
    for name, chosen in (("", test), ("_individual", [r for r in test if common[r["reply"]] == 1])):
        words = sum(len(r["reply"].split()) for r in chosen)
        figures["word_perplexity" + name] = math.exp(neural_loss(network, chosen) / words)
        figures["word_perplexity_5gram" + name] = math.exp(-sum(baseline.log_probability(r["reply_ids"]) for r in chosen) / words)

    teacher, teacher_tokenizer, _ = encoder_network.load_teacher()
    embed = lambda texts: encoder_network.embed(teacher, teacher_tokenizer, texts, batch=32)
    groups = defaultdict(list)
    for r in train:
        groups[r["intent"]].append(r)
    rng = random.Random(options.seed)
    labels = sorted(groups)
    centres = np.stack([embed([r["reply"] for r in rng.sample(groups[i], 60)]).mean(0) for i in labels])
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    chosen = rng.sample(test, options.prompts)
    truth = np.array([labels.index(r["intent"]) for r in chosen])
    on_intent = lambda texts: (embed(texts) @ centres.T).argmax(1) == truth

    end, out = tokenizer.token_to_id(generator_network.END), []
    for i, r in enumerate(chosen):
        ids, mean, stopped = network.greedy(r["prompt_ids"], end, 220)
        out.append((tokenizer.decode(ids), mean, stopped))
        if i % 40 == 0:
            print("reply", i, flush=True)
    texts = [t for t, _, _ in out]
    good = on_intent(texts)
    near = []
    prompts = {i: embed([r["prompt"] for r in groups[i]]) for i in labels}
    for r, v in zip(chosen, embed([r["prompt"] for r in chosen])):
        near.append(groups[r["intent"]][int((prompts[r["intent"]] @ v).argmax())]["reply"])
    likelihood = np.array([m for _, m, _ in out])
    figures |= {
        "on_intent": good.mean(), "on_intent_of_references": on_intent([r["reply"] for r in chosen]).mean(),
        "on_intent_of_nearest_training_reply": on_intent(near).mean(),
        "unknown_slots": np.mean([support_replies.has_unknown_slot(t) for t in texts]),
        "loops": np.mean([bool(loops(t)) for t in texts]), "loops_of_references": np.mean([bool(loops(r["reply"])) for r in chosen]),
        "cut": np.mean([not s for _, _, s in out]),
        "words_mean": np.mean([len(t.split()) for t in texts]), "different_replies": len(set(texts)) / len(texts),
        "copied_from_training": np.mean([t in {r["reply"] for r in train} for t in texts]),
        "mean_logprob": likelihood.mean(), "probe_min_mean_logprob": np.quantile(likelihood[good], 0.01)}
    for name, value in figures.items():
        print(f"{name:40s} {value:.4f}")
    print("off-intent:", Counter((r["intent"], labels[k]) for r, k, ok in
                                 zip(chosen, (embed(texts) @ centres.T).argmax(1), good) if not ok).most_common(8))
    generator_network.write(options.file, network, tokenizer, figures.pop("probe_min_mean_logprob"), figures)


if __name__ == "__main__":
    main()
