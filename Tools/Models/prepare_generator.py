"""Step 1 of the generator: the byte-level BPE tokenizer and the token ids of both training stages, in --out.

dialogues.npy: SGD and Taskmaster dialogues as ChatML turns, one stream. replies.json: Bitext's individual replies, cleaned
and cut to --tokens by whole sentences (support_replies.py), with the prompt as written and with slots for its values. Broken
replies stay in the test split only. The file with one short reply an intent gives no replies, but its training prompts are
kept in more_prompts.json, with the project's own training prompts, to be paired with a near prompt's reply. A tokenizer that is already in --out is kept.
"""
import argparse
import json
import random
from collections import Counter
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

import corpus
import support_replies
from generator_network import END, SPECIALS, START


def dialogue_text(talk):
    return "".join(f"{START}{role}\n{text.strip()}{END}\n" for role, text in talk)


def trained_tokenizer(rows, talks, size):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    text = [reply for r, reply in rows if r.split == "train"] * 3 + [r.prompt for r, _ in rows if r.split == "train"]
    text += [turn for talk in talks[:4000] for _, turn in talk]
    tokenizer.train_from_iterator(text, trainers.BpeTrainer(vocab_size=size, special_tokens=SPECIALS, show_progress=False,
                                                            initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    return tokenizer


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--vocabulary", type=int, default=4096)
    options.add_argument("--tokens", type=int, default=192)
    options = options.parse_args()
    rng = random.Random(2)
    talks = list(corpus.dialogues(options.data))
    rng.shuffle(talks)
    rows, seen = [], set()
    for r in corpus.bitext(options.data):
        reply = support_replies.clean(r.reply, r.intent, r.entity, r.entity_type)
        if (r.prompt.lower(), reply) not in seen:
            seen.add((r.prompt.lower(), reply))
            rows.append((r, reply))
    counts = Counter(reply for _, reply in rows)
    individual = [(r, reply) for r, reply in rows if counts[reply] < 50]

    path = options.out / "generator_tokenizer.json"
    tokenizer = Tokenizer.from_file(str(path)) if path.exists() else trained_tokenizer(rows, talks, options.vocabulary)
    tokenizer.save(str(path))
    stream = [i for e in tokenizer.encode_batch([dialogue_text(t) for t in talks]) for i in e.ids + [0]]
    np.save(options.out / "dialogues.npy", np.array(stream, np.int16))
    count = lambda t: len(tokenizer.encode(t).ids)
    out = []
    for r, reply in individual:
        asked = support_replies.with_slots(r.prompt, r.intent, r.entity, r.entity_type)
        reply = support_replies.cut(reply, count, options.tokens)
        if reply and not support_replies.has_unknown_slot(reply) and (r.split == "test" or support_replies.is_good(reply, asked)):
            out.append({"intent": r.intent, "split": r.split, "prompt": r.prompt, "asked": asked, "reply": reply})
    json.dump(out, open(options.out / "replies.json", "w"))
    own = map(json.loads, open(Path(__file__).parent / "fixtures/support_prompts.jsonl", encoding="utf-8"))
    more = [{"intent": r.intent, "prompt": r.prompt,
             "asked": support_replies.with_slots(r.prompt, r.intent, r.entity, r.entity_type)}
            for r, reply in rows if counts[reply] >= 50 and r.split == "train"]
    more += [{"intent": r["intent"], "prompt": r["prompt"], "asked": support_replies.with_slots(r["prompt"], r["intent"], "", "")}
             for r in own if r["intent"] != "out_of_scope"]
    json.dump(more, open(options.out / "more_prompts.json", "w"))
    print(len(stream), "dialogue tokens;", Counter(r["split"] for r in out), "replies; mean tokens",
          np.mean([count(r["reply"]) for r in out]), ";", len(more), "more prompts")


if __name__ == "__main__":
    main()
