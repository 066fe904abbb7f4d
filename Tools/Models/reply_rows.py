"""Training rows of the fine-tuning: a reply with every prompt that may ask for it, and the changes made to both.

A prompt is the row's own or a near one (teacher encoder, same intent, same values given); half of the time its values are
slots. It may get a typo, lose its capitals or punctuation, or stand in a polite frame. A reply is taken apart into opening, steps and
closing; parts may come from another reply to the same intent with the same values, so that no reply is seen often in one form.
"""
import json
import re
from collections import defaultdict

import numpy as np

import support_replies
from opposites import typo

BEFORE = ["hi, ", "hello ", "hey there, ", "please ", "good morning, ", "can you help me? ", "excuse me, ", "quick question: ", "so, ", "um, ",
          "I need some help. ", "not sure if this is the right place, but ", "I've been waiting all day. ", "sorry to bother you, "]
AFTER = [", please", " please", " thanks", ", thank you!", " asap", ", can you help?", " if possible", "?", " - thanks in advance", ", is that possible?"]


def parts(reply):
    """(opening, steps, closing): steps are the lines from the first to the last list item; both ends may be empty."""
    items = list(re.finditer(r"(?m)^[ \t]*(?:\d+\.|-) .*$", reply))
    if len(items) < 2:
        return reply, "", ""
    return reply[:items[0].start()].strip(), reply[items[0].start():items[-1].end()].strip(), reply[items[-1].end():].strip()


def customer_slots(text):
    return frozenset(support_replies.slots_of(text) & support_replies.CUSTOMER_SLOTS)


class Rows:
    def __init__(self, out):
        rows, more = (json.load(open(out / name)) for name in ("replies.json", "more_prompts.json"))
        saved = np.load(out / "reply_vectors.npz")
        vectors, more_vectors = saved["prompts"], saved["more"]
        places = [i for i, r in enumerate(rows) if r["split"] == "train" and r["judged"] == r["intent"]]
        self.val = [r for r in rows if r["split"] == "val"]
        self.train = [dict(rows[i], parts=parts(rows[i]["reply"]), more=[], key=(
            rows[i]["intent"], customer_slots(rows[i]["asked"]), support_replies.ends_it(rows[i]["reply"]))) for i in places]
        self.alike, self.by_intent, alike = defaultdict(list), defaultdict(list), defaultdict(list)
        for k, r in enumerate(self.train):
            self.by_intent[r["intent"]].append(r)
            self.alike[r["key"]].append(r)
            alike[r["key"][:2]].append(k)
        for vector, r in zip(more_vectors, more):
            near = alike.get((r["intent"], customer_slots(r["asked"])), [])
            scores = vectors[[places[k] for k in near]] @ vector
            for n in np.argsort(-scores)[:3]:
                target = self.train[near[n]]
                if r["intent"] != "newsletter_subscription" or support_replies.ends_it(r["asked"]) == support_replies.ends_it(target["asked"]):
                    target["more"].append(r)

    def prompt(self, row, rng):
        source = rng.choice(row["more"]) if row["more"] and rng.random() < 0.4 else row
        text = source["asked"] if rng.random() < 0.5 else source["prompt"]
        if rng.random() < 0.15:
            text = (rng.choice(BEFORE) + text) if rng.random() < 0.5 else text.rstrip(" ?.!") + rng.choice(AFTER)
        if rng.random() < 0.2 and "{{" not in text:
            text = typo(text, rng)
        if rng.random() < 0.15 and "{{" not in text:
            text = text.lower()
        if rng.random() < 0.1:
            text = text.rstrip(" ?.!")
        return text

    def reply(self, row, rng, mixed):
        opening, steps, closing = row["parts"]
        if not steps or rng.random() >= mixed:
            return row["reply"]
        others = [r for r in self.alike[row["key"]] if r["parts"][1]]
        if rng.random() < 0.5:
            steps = rng.choice(others)["parts"][1]
        if rng.random() < 0.6:
            closing = rng.choice(others)["parts"][2]
        reply = "\n\n".join(p for p in (opening, steps, closing) if p)
        return reply if customer_slots(reply) <= row["key"][1] else row["reply"]
