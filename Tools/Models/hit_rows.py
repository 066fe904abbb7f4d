"""Texts, answers and scenarios for the cache's verifier, from the data sets that --data names.

A text's answer is its intent (SNIPS: with its slot values; pairs of duplicates: the pair). Every set is split twice: its
intents into those that the verifier is fitted on, those that set its thresholds and those that judge it, and the
prompts of each intent into stored and asked ones. A scenario is one cache: some prompts stored, others asked, of which
some have no duplicate stored. Nothing of this is ever written into the repository.
"""
import csv
import hashlib
import json
import random
import re

import corpus
import opposites

SPLITS = ("fit", "calibrate", "judge")


NUMBERS = {word: str(n) for n, word in enumerate("zero one two three four five six seven eight nine ten".split())}


def slot_value(name, value):
    """The value as it counts: the set writes one thing in several ways."""
    value = str(value).lower()
    return "this" if name == "object_select" and value == "current" else NUMBERS.get(value, value)


def snips(data):
    """[(text, intent and slot values)]"""
    rows = csv.DictReader(open(data / "utterances/snips.tsv"), delimiter="\t", quoting=csv.QUOTE_NONE)
    out = []
    for row in rows:
        slots = json.loads(row["slots_json"])
        values = "|".join(f"{k}={slot_value(k, v)}" for k, v in sorted(slots.items()) if k != "rating_unit")
        out.append((row["text"].strip(), f"{row['intent']}|{values}"))
    return out


def nq(data):
    """[(question, answers)] of NQ-open."""
    out = []
    for name in ("nq_open_dev", "nq_open_effqa_dev"):
        for line in open(data / f"utterances/{name}.tsv", encoding="utf-8").read().split("\n")[1:]:
            if "\t" in line:
                text, answers = line.split("\t")[:2]
                out.append((text.strip(), "|".join(sorted(a.lower() for a in json.loads(answers)))))
    return out


def joined(rows):
    """Questions that share an answer get one: [(question, answer)]."""
    first, parent = {}, list(range(len(rows)))

    def root(i):
        while parent[i] != i:
            i = parent[i] = parent[parent[i]]
        return i

    for i, (_, answers) in enumerate(rows):
        for answer in answers.split("|"):
            parent[root(i)] = root(first.setdefault(answer, i))
    return [(text, f"nq:{root(i)}") for i, (text, _) in enumerate(rows)]


def distinct_pairs(data):
    """The paraphrase pairs without those that say nearly what another says."""
    kept, words = [], []
    for x, y in corpus.cache_pairs(data):
        mine = set(re.findall(r"[a-z0-9]+", x.lower()))
        if all(len(mine & other) < 0.5 * len(mine | other) for other in words):
            kept.append((x, y))
            words.append(mine)
    return kept


def split_of(name, label):
    """fit, calibrate or judge, by the label alone."""
    draw = int(hashlib.sha256(f"{name}:{label}".encode()).hexdigest()[:8], 16) % 100
    return "fit" if draw < 40 else "calibrate" if draw < 70 else "judge"


class Texts:
    """All texts once, with their answers; `add` gives the place."""

    def __init__(self):
        self.rows, self.places = [], {}

    def add(self, text, answer):
        text = " ".join(text.split())
        key = (text, answer)
        if key not in self.places:
            self.places[key] = len(self.rows)
            self.rows.append({"text": text, "answer": answer})
        return self.places[key]


class Builder:
    def __init__(self, data, seed):
        self.data, self.texts, self.rng = data, Texts(), random.Random(seed)
        self.scenarios = []
        self.questions = [t for t in corpus.questions(data) if t]
        self.rng.shuffle(self.questions)

    def add(self, family, split, kind, stored, asked):
        """`asked` rows are (text, answer or None, kind of question)."""
        texts, self_rows = self.texts, []
        answers = {a for _, a in stored}
        places = [texts.add(t, a) for t, a in stored]
        seen = {self.texts.rows[p]["text"].lower() for p in places}
        for text, answer, trap in asked:
            if " ".join(text.split()).lower() in seen:
                continue
            self_rows.append((texts.add(text, answer or "none"), trap))
        self.scenarios.append({
            "name": f"{family}/{split}/{kind}", "family": family, "split": split, "stored": places,
            "asked": [p for p, _ in self_rows], "kinds": [k for _, k in self_rows]})
        return answers

    def strangers(self, count):
        return [(t, None, "out of scope") for t in self.rng.sample(self.questions, count)]

    def intents(self, family, train, test, outside, sizes, repeats=1, asked=400, seen=False):
        """Scenarios of a set of intents. `outside` are prompts that belong to no intent."""
        for split in SPLITS:
            if seen and split == "fit":
                continue
            labels = sorted({a for _, a in train if seen or split_of(family, a) == split})
            outer = [(t, None, "out of scope") for n, t in enumerate(outside) if n % 3 == SPLITS.index(split)]
            for size in sizes:
                for share in (1.0, 0.6, 0.3):
                    for _ in range(repeats):
                        kept = set(self.rng.sample(labels, max(2, int(len(labels) * share))))
                        by = {}
                        for t, a in train:
                            if a in kept:
                                by.setdefault(a, []).append(t)
                        stored = []
                        for a in sorted(by):
                            self.rng.shuffle(by[a])
                            stored += [(t, a) for t in by[a][:size]]
                        pool = [(t, a) for t, a in test if a in set(labels)]
                        rows = [(t, a, "same intent" if a in kept else "near intent")
                                for t, a in self.rng.sample(pool, min(asked, len(pool)))]
                        rest = outer or self.strangers(100)
                        rows += self.rng.sample(rest, min(len(rest), asked // 5))
                        self.add(family, split, f"{size}x{len(kept)}", stored, rows)

    def pairs(self, family, split, stored, asked, size=None):
        self.add(family, split, "pairs", stored, asked)


def traps(rows, rng, share=1.0):
    """Changes of texts that need another answer, and changes that do not: (text, answer or None, kind)."""
    out = []
    for text, answer in rows:
        if rng.random() > share:
            continue
        made = opposites.opposite(text, rng)
        if made:
            out.append((made[0], None, made[1]))
        if rng.random() < 0.5:
            out.append((rng.choice(["please {}", "hi, {}", "{} please", "{} thanks", "could you tell me: {}"]).format(text)
                        if rng.random() < 0.5 else opposites.typo(text, rng), answer, "reworded"))
    return out


def full(b, family, train, test, outside, sizes):
    """Every intent stored, and the judge's intents asked."""
    by = {}
    for t, a in train:
        by.setdefault(a, []).append(t)
    for size in sizes:
        stored = []
        for a in sorted(by):
            b.rng.shuffle(by[a])
            stored += [(t, a) for t in by[a][:size]]
        rows = [(t, a, "same intent") for t, a in test if split_of(family, a) == "judge"]
        rows += [(t, None, "out of scope") for n, t in enumerate(outside) if n % 3 == SPLITS.index("judge")]
        b.add(family, "judge", f"all x {size}", stored, rows)


def half(rows, rng, share=0.4):
    rows = list(rows)
    rng.shuffle(rows)
    count = int(len(rows) * share)
    return rows[count:], rows[:count]


def build(data, seed, repeats=1):
    b = Builder(data, seed)
    sizes = (1, 3, 10, 50, 1000)
    b.intents("clinc150", corpus.clinc(data, "train"), corpus.clinc(data, "val") + corpus.clinc(data, "test"),
              [t for part in ("oos_train", "oos_val", "oos_test") for t, _ in corpus.clinc(data, part)], sizes, repeats)
    bank = corpus.banking(data, "train")
    val = corpus.banking(data, "val")
    stored, asked = half(bank, b.rng, 0.3)
    b.intents("banking77", stored, asked + val, [], sizes, repeats)
    full(b, "banking77", bank, val, [], sizes)
    full(b, "clinc150", corpus.clinc(data, "train"), corpus.clinc(data, "test"),
         [t for t, _ in corpus.clinc(data, "oos_test")], sizes)
    rows = [(r.prompt, r.intent) for r in corpus.bitext(data) if r.split == "train"]
    rest = [(r.prompt, r.intent) for r in corpus.bitext(data) if r.split != "train"]
    b.intents("bitext", rows, rest, [], sizes, repeats)
    stored, asked = half([(t, a) for t, a in corpus.dstc11(data)], b.rng)
    b.intents("dstc11", stored, asked, [], (1, 3, 10, 50), repeats)
    # Commands with slots: duplicates have the same values; everything else of the set is a trap.
    by = {}
    for t, a in snips(data):
        by.setdefault(a, []).append(t)
    for split in SPLITS:
        mine = {a: ts for a, ts in by.items() if split_of("snips", a) == split}
        stored = [(ts[0], a) for a, ts in sorted(mine.items()) if b.rng.random() < 0.7]
        kept = {a for _, a in stored}
        more = [(t, a, "same intent") for a, ts in mine.items() if a in kept for t in ts[1:]]
        other = [(ts[0], None, "slot") for a, ts in mine.items() if a not in kept]
        b.add("snips", split, "slots", stored, more + b.rng.sample(other, min(600, len(other))))
        # Generated changes of what is stored, in every domain.
        sources = {
            "clinc150": corpus.clinc(data, "train"), "banking77": bank, "snips": stored,
            "questions": [(t, "q:" + t) for t in b.questions]}
        for family, rows in sources.items():
            mine = [(t, a) for t, a in rows if family == "snips" or split_of(family, a) == split]
            b.rng.shuffle(mine)
            mine = mine[:1200]
            # Every text is its own question here, whatever its intent: the change is about the text.
            mine = [(t, f"own:{t}") for t, _ in mine]
            b.add("swaps", split, family, mine, traps(mine, b.rng))
        # The same where an answer is shared by all prompts of an intent.
        for family in ("clinc150", "banking77"):
            mine = {}
            for t, a in sources[family]:
                if split_of(family, a) == split and len(mine.setdefault(a, [])) < 12:
                    mine[a].append(t)
            mine = [(t, a) for a, ts in sorted(mine.items()) for t in ts]
            b.add("swaps", split, family + " intents", mine, traps(mine, b.rng))
        # Questions that are asked once: whatever is near is another question, or one whose answer is the same.
        mine = [(t, a) for t, a in joined(nq(data)) if split_of("nq", t) == split]
        stored, asked = half(mine, b.rng, 0.5)
        answers = {a for _, a in stored}
        b.add("questions", split, "nq", stored, [(t, a, "same intent" if a in answers else "out of scope") for t, a in asked])
        # Sentences and their paraphrases.
        mine = [(x, y) for x, y in distinct_pairs(data) if split_of("gptcache", x) == split]
        stored = [(x, "pair:" + x) for x, _ in mine[::2]]
        b.add("paraphrases", split, "gptcache", stored,
              [(y, "pair:" + x, "same intent") for x, y in mine[::2]] + [(y, None, "out of scope") for _, y in mine[1::2]])
    return b


def write(builder, texts, scenarios):
    with open(texts, "w") as file:
        for row in builder.texts.rows:
            file.write(json.dumps(row) + "\n")
    with open(scenarios, "w") as file:
        for row in builder.scenarios:
            file.write(json.dumps({k: row[k] for k in ("name", "stored", "asked")}) + "\n")
