"""Measures a generator file on held-out prompts, beside retrieval, templates and n-grams; writes the figures into the file.

Perplexity per word of Bitext's held-out individual replies, beside an interpolated (Witten-Bell) 5-gram over the same tokens, alone and
mixed with a 5-gram of the reply of the nearest training prompt. Greedy replies to held-out prompts, as written and with slots, and to the project's
hand-made prompts (no training saw them): the judge of reply_judge.py, the judge of the first card (nearest centre), unknown
slots, values of the customer's that the prompt does not hold, given values that the reply leaves out, loops, cut replies, copies; and the
same of the replies that the product's rules accept, and that its rules and the file's probe accept.
"""
import argparse
import json
import math
import random
import time
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

import generator_network
import reply_judge
import reply_writer
import support_replies
from tune_generator import reply_batch


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

    def probabilities(self, row):
        padded, out = [-1] * (self.order - 1) + row, []
        for i in range(self.order - 1, len(padded)):
            p = 1 / self.vocabulary
            for n in range(self.order):
                past = tuple(padded[i - n:i])
                total, kinds = self.total[past], self.kinds[past]
                if total:
                    p = (self.counts[(*past, padded[i])] + kinds * p) / (total + kinds)
            out.append(p)
        return np.array(out)


@torch.no_grad()
def neural_loss(network, pairs):
    total, order = 0.0, sorted(pairs, key=lambda p: len(p[0]) + len(p[1]))
    for start in range(0, len(order), 8):
        inputs, targets = reply_batch(order[start:start + 8])
        total += F.cross_entropy(network(inputs).flatten(0, 1), targets.flatten(), ignore_index=-100, reduction="sum").item()
    return total


def facts(chosen, texts, stopped, judge, vectors, training):
    """Figures of some replies to rows with `intent` and `asked`."""
    truth = [r["intent"] for r in chosen]
    said, old = judge.intents(vectors), judge.intents_by_centre(vectors)
    mean = lambda values: float(np.mean(list(values)))
    given = [(support_replies.slots_of(r["asked"]) & support_replies.CUSTOMER_SLOTS, support_replies.slots_of(t)) for r, t in zip(chosen, texts)]
    out = {"on_intent": mean(a == b for a, b in zip(said, truth)), "on_intent_centre": mean(a == b for a, b in zip(old, truth)),
           "unknown_slots": mean(support_replies.has_unknown_slot(t) for t in texts), "loops": mean(reply_writer.is_loop(t) for t in texts),
           "cut": mean(not s for s in stopped), "invented_values": mean(bool((s & support_replies.CUSTOMER_SLOTS) - a) for a, s in given),
           "given_values_kept": mean(a <= s for a, s in given if a), "words": mean(len(t.split()) for t in texts),
           "different": len(set(texts)) / len(texts), "copied": mean(t in training for t in texts)}
    off = Counter((a, b) for a, b in zip(truth, said) if a != b).most_common(6)
    return out, off


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--out", type=Path, required=True, help="folder with replies.json, reply_vectors.npz and generator_tokenizer.json")
    options.add_argument("--file", type=Path, required=True)
    options.add_argument("--prompts", type=int, default=300)
    options.add_argument("--rest", action="store_true", help="measure those held-out prompts that would not be drawn without this option")
    options.add_argument("--baselines", action="store_true", help="measure n-grams, retrieval and templates too")
    options.add_argument("--keep", action="store_true", help="write the figures into the file")
    options.add_argument("--seed", type=int, default=17)
    options = options.parse_args()
    torch.set_num_threads(1)
    network, tokenizer = generator_network.load(options.file, options.out / "generator_tokenizer.json")
    probe, least = generator_network.probe_of(options.file)
    rows = json.load(open(options.out / "replies.json"))
    saved = dict(np.load(options.out / "reply_vectors.npz"))
    place = {s: [i for i, r in enumerate(rows) if r["split"] == s] for s in ("train", "val", "test")}
    test = [rows[i] for i in place["test"]]
    training = {rows[i]["reply"] for i in place["train"]}
    ids = lambda text: tokenizer.encode(text).ids
    prompt = lambda r, name: ids(generator_network.prompt_text(r["intent"], r[name]))
    words = sum(len(r["reply"].split()) for r in test)
    figures = {}
    for name in ("prompt", "asked"):
        loss = neural_loss(network, [(prompt(r, name), ids(r["reply"] + generator_network.END)) for r in test])
        figures["word_perplexity" + ("_slots" if name == "asked" else "")] = math.exp(loss / words)
    print(figures, flush=True)
    judge, teacher = reply_judge.load(options.out), reply_judge.Teacher()
    by_intent = defaultdict(list)
    for i in place["train"]:
        by_intent[rows[i]["intent"]].append(i)
    nearest = lambda v, intent: by_intent[intent][int((saved["prompts"][by_intent[intent]] @ v).argmax())]
    if options.baselines:
        replied = lambda i: ids(rows[i]["reply"] + generator_network.END)
        whole = FiveGram([replied(i) for i in place["train"]], network.shape.vocabulary)
        figures["word_perplexity_5gram"] = math.exp(-sum(np.log(whole.probabilities(replied(i))).sum() for i in place["test"]) / words)
        def mixed(places, share):
            total = 0.0
            for i in places:
                near = FiveGram([replied(nearest(saved["prompts"][i], rows[i]["intent"]))], network.shape.vocabulary)
                total -= np.log(share * near.probabilities(replied(i)) + (1 - share) * whole.probabilities(replied(i))).sum()
            return total
        share = min((0.05, 0.1, 0.2, 0.3), key=lambda s: mixed(place["val"], s))
        figures |= {"word_perplexity_retrieval": math.exp(mixed(place["test"], share) / words), "retrieval_share": share}
        print(figures, flush=True)
    chosen = random.Random(options.seed).sample(place["test"], min(options.prompts, len(test)))
    if options.rest:
        chosen = sorted(set(place["test"]) - set(chosen))
    some = [rows[i] for i in chosen]
    hand = [json.loads(line) for line in open(Path(__file__).parent / "fixtures/handmade_prompts.jsonl", encoding="utf-8")]
    hand = [dict(r, asked=support_replies.with_slots(r["prompt"], r["intent"], "", "")) for r in hand if r["intent"] != "out_of_scope"]
    for title, these, name in (("", some, "prompt"), ("_slots", some, "asked"), ("_handmade", hand, "prompt")):
        began = time.process_time()
        replies = reply_writer.write(network, tokenizer, [prompt(r, name) for r in these])
        texts = [r.text for r in replies]
        vectors = teacher(texts)
        found, off = facts(these, texts, [r.stopped for r in replies], judge, vectors, training)
        figures |= {k + title: v for k, v in found.items()}
        taken = {"by_rules": [reply_writer.passes_rules(r) for r in replies]}
        if least is not None:
            taken["by_rules_and_probe"] = [a and reply_writer.probability(probe, r) >= least for a, r in zip(taken["by_rules"], replies)]
        for way, kept in taken.items():
            left = [k for k, a in enumerate(kept) if a]
            of, _ = facts([these[k] for k in left], [texts[k] for k in left], [True] * len(left), judge, vectors[left], training)
            figures |= {f"taken_{way}{title}": len(left) / len(kept)} | {f"{k}_{way}{title}": of[k] for k in ("on_intent", "loops", "invented_values")}
        print(title or "raw", len(these), f"{time.process_time() - began:.0f} s", {k: round(v, 4) for k, v in found.items()}, "off:", off, flush=True)
        if options.keep:
            json.dump([(r["intent"], r[name], t) for r, t in zip(these, texts)], open(options.out / f"written{title}.json", "w"), indent=1)
    if options.baselines:
        yes = [True] * len(some)
        references, _ = facts(some, [r["reply"] for r in some], yes, judge, saved["replies"][chosen], set())
        near = [nearest(saved["prompts"][i], rows[i]["intent"]) for i in chosen]
        retrieved, _ = facts(some, [rows[i]["reply"] for i in near], yes, judge, saved["replies"][near], training)
        hand_vectors = teacher([r["asked"] for r in hand])
        near = [nearest(v, r["intent"]) for v, r in zip(hand_vectors, hand)]
        retrieved_hand, _ = facts(hand, [rows[i]["reply"] for i in near], [True] * len(hand), judge, saved["replies"][near], training)
        for title, found in (("references", references), ("nearest training reply", retrieved), ("nearest training reply, handmade", retrieved_hand)):
            print(title, {k: round(v, 4) for k, v in found.items()})
        figures |= {"on_intent_references": references["on_intent"], "on_intent_centre_references": references["on_intent_centre"],
                    "on_intent_retrieval": retrieved["on_intent"], "on_intent_retrieval_handmade": retrieved_hand["on_intent"],
                    "invented_values_retrieval": retrieved["invented_values"], "given_values_kept_retrieval": retrieved["given_values_kept"]}
    for name, value in figures.items():
        print(f"{name:36s} {value:.4f}")
    if options.keep:
        json.dump(figures, open(options.out / "figures.json", "w"), indent=1)
        generator_network.rewrite(options.file, options.out / "generator_tokenizer.json", figures=figures)


if __name__ == "__main__":
    main()
