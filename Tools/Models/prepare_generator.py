"""Step 1 of the generator: the byte-level BPE tokenizer and the token ids of both training stages, in --out.

dialogues.npy: SGD and Taskmaster dialogues as ChatML turns, one stream. replies.json: rows of Bitext with prompt ids,
reply ids, intent, split; replies cleaned (support_replies.py) and cut to --tokens by whole sentences. The file with one
short reply an intent would drown the individual replies: only one in six of its rows is used.
"""
import argparse
import json
import random
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

import corpus
import support_replies
from generator_network import END, SPECIALS, START, prompt_text


def dialogue_text(talk):
    return "".join(f"{START}{role}\n{text.strip()}{END}\n" for role, text in talk)


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--vocabulary", type=int, default=4096)
    options.add_argument("--tokens", type=int, default=160)
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
    counts = {}
    for _, reply in rows:
        counts[reply] = counts.get(reply, 0) + 1
    rows = [(r, reply) for r, reply in rows if counts[reply] < 50 or rng.random() < 1 / 6]

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    text = [reply for r, reply in rows if r.split == "train"] * 3 + [r.prompt for r, _ in rows if r.split == "train"]
    text += [turn for talk in talks[:4000] for _, turn in talk]
    tokenizer.train_from_iterator(text, trainers.BpeTrainer(vocab_size=options.vocabulary, special_tokens=SPECIALS, show_progress=False,
                                                            initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    tokenizer.save(str(options.out / "generator_tokenizer.json"))

    stream = [i for e in tokenizer.encode_batch([dialogue_text(t) for t in talks]) for i in e.ids + [0]]
    np.save(options.out / "dialogues.npy", np.array(stream, np.int16))
    count = lambda t: len(tokenizer.encode(t).ids)
    out = []
    for r, reply in rows:
        reply = support_replies.cut(reply, count, options.tokens)
        if reply and not support_replies.has_unknown_slot(reply):
            out.append({"intent": r.intent, "split": r.split, "prompt": r.prompt, "reply": reply,
                        "prompt_ids": tokenizer.encode(prompt_text(r.intent, r.prompt)).ids,
                        "reply_ids": tokenizer.encode(reply + END).ids})
    json.dump(out, open(options.out / "replies.json", "w"))
    print(len(stream), "dialogue tokens;", len(out), "replies, mean tokens", np.mean([len(r["reply_ids"]) for r in out]))


if __name__ == "__main__":
    main()
