"""Loads the training data from --data DIR and fixes every split in one place.

DIR holds clinc150/, banking77/, bitext/, dialogues/, utterances/, dstc11/ as published (README.md names sources and
licences). Nothing read here is ever written into the repository.
"""
import csv
import gzip
import hashlib
import json
import random
import re
from collections import Counter, namedtuple

Row = namedtuple("Row", "prompt intent reply group split entity entity_type")
SMALL_WORDS = set("""a an the i me my we us our you your u ya it its is are am be been do does did can could would will
want wanna need to for of in on at with from about and or if please help assistance assist trying try got have has had
how what where when which who there this that some any hello hi hey with""".split())


def clinc(data, part):
    """[(text, intent)] of one part: train, val, test, oos_train, oos_val, oos_test."""
    return [tuple(row) for row in json.load(open(data / "clinc150/data_full.json"))[part]]


def clinc_more_oos(data):
    return [row[0] for row in json.load(open(data / "clinc150/data_oos_plus.json"))["oos_train"]]


def banking(data, part):
    """[(text, intent)]: 'train' without, 'val' only the 1 000 rows drawn with seed 0."""
    rows = [(r["text"].strip(), r["category"]) for r in csv.DictReader(open(data / "banking77/train.csv"))]
    order = list(range(len(rows)))
    random.Random(0).shuffle(order)
    return [rows[i] for i in (order[:1000] if part == "val" else order[1000:])]


def snips(data):
    """[(text, intent)]"""
    rows = csv.DictReader(open(data / "utterances/snips.tsv"), delimiter="\t", quoting=csv.QUOTE_NONE)
    return [(r["text"].strip(), r["intent"]) for r in rows]


def questions(data):
    """Search and encyclopaedia questions."""
    out = []
    for name, column in (("wellformed_queries", 2), ("nq_open_dev", 0), ("nq_open_effqa_dev", 0)):
        lines = open(data / f"utterances/{name}.tsv", encoding="utf-8").read().split("\n")[1:]
        out += [line.split("\t")[column].strip() for line in lines if line.strip()]
    return out


def cache_pairs(data):
    lines = open(data / "utterances/gptcache_mock_pairs.tsv", encoding="utf-8").read().split("\n")[1:]
    return [tuple(line.split("\t")[:2]) for line in lines if "\t" in line]


def dstc11(data):
    """[(text, intent)] of insurance, banking and finance support."""
    out = []
    for name in ("development", "test-banking", "test-finance"):
        out += [(r["utterance"], r["intent"]) for r in map(json.loads, open(data / f"dstc11/{name}.jsonl"))]
    return out


def dialogues(data):
    """Each dialogue: [(role, text)], roles user and assistant."""
    for name in ("sgd", "taskmaster4"):
        with gzip.open(data / f"dialogues/{name}.jsonl.gz", "rt", encoding="utf-8") as file:
            for line in file:
                yield [tuple(turn) for turn in json.loads(line)]


def _edits(word):
    splits = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    letters = "abcdefghijklmnopqrstuvwxyz"
    yield from (a + b[1:] for a, b in splits if b)
    yield from (a + b[1] + b[0] + b[2:] for a, b in splits if len(b) > 1)
    yield from (a + c + b[1:] for a, b in splits if b for c in letters)
    yield from (a + c + b for a, b in splits for c in letters)


def bitext(data):
    """Rows of both Bitext files with their split: 70 % train, 8 % val, 10 % calibration, 12 % test.

    The split is drawn by group. A group is the set of content words of a prompt after digits and entity values are
    made equal and rare spellings are mended, so that near-copies of a prompt never straddle two splits.
    """
    raw = []
    for name in ("9e56c98", "d5bd1d4"):
        raw += [dict(r, source=name) for r in csv.DictReader(open(data / f"bitext/{name}.csv", encoding="utf-8"))]
    words_of, counts = [], Counter()
    for r in raw:
        text = r["instruction"].lower()
        if r["entity_value"]:
            text = text.replace(r["entity_value"].lower(), " entity ")
        words = re.findall(r"[a-z']+", re.sub(r"[#$€£]*\d[\d.,]*", " entity ", text))
        words_of.append(words)
        counts.update(words)
    mended = {}
    for word, count in counts.items():
        best = max(_edits(word), key=lambda w: counts.get(w, 0)) if count < 15 and len(word) > 3 else word
        mended[word] = best if counts.get(best, 0) > 5 * count else word
    out = []
    for r, words in zip(raw, words_of):
        content = sorted({mended[w] for w in words} - SMALL_WORDS)
        group = r["intent"] + ":" + " ".join(content)
        draw = int(hashlib.sha256(group.encode()).hexdigest()[:8], 16) % 100
        split = "train" if draw < 70 else "val" if draw < 78 else "calibration" if draw < 88 else "test"
        out.append(Row(r["instruction"].strip(), r["intent"], r["response"].strip(), group, split, r["entity_value"],
                       r["entity_type"]))
    return out


def unique(texts):
    seen = set()
    return [t for t in texts if t and not (t.lower() in seen or seen.add(t.lower()))]


def distillation_texts(data, turns=34000, seed=7):
    """Short unlabelled texts for the encoder: no CLINC val/test, no BANKING77 validation, no Bitext test prompts."""
    texts = [t for t, _ in clinc(data, "train")] + [t for t, _ in clinc(data, "oos_train")] + clinc_more_oos(data)
    texts += [t for t, _ in banking(data, "train")] + [r.prompt for r in bitext(data) if r.split in ("train", "val")]
    texts += [t for t, _ in snips(data)] + questions(data) + [t for t, _ in dstc11(data)]
    texts += [side for pair in cache_pairs(data) for side in pair]
    spoken = unique(text for talk in dialogues(data) for _, text in talk if 4 <= len(text.split()) <= 26)
    random.Random(seed).shuffle(spoken)
    held_out = {t.lower() for part in ("val", "test", "oos_val", "oos_test") for t, _ in clinc(data, part)}
    held_out |= {t.lower() for t, _ in banking(data, "val")}
    held_out |= {r.prompt.lower() for r in bitext(data) if r.split in ("calibration", "test")}
    return [t for t in unique(texts + spoken[:turns]) if t.lower() not in held_out]


def reference_prompts(data):
    """1 000 fixed prompts for cross-checking implementations: CLINC test, bank, and odd ones."""
    odd = ["", " ", "a", "?", "!!!", "...", "\t\n", "İstanbul'da hava nasıl", "Crème brûlée à la carte, s'il vous plaît",
           "价格是多少?", "東京の天気は", "сколько стоит доставка", "👩‍👩‍👧‍👦 family plan 🎉🎉", "naïve café résumé coöperate",
           "a\u0000b", "\ufeffbom first", "zero\u200bwidth", "e\u0301 combining", "ﬁne ligature", "½ price ② items",
           "supercalifragilisticexpialidocious antidisestablishmentarianism", "x" * 99, "x" * 100, "x" * 101, "x" * 5000,
           "order #00004587345 for $1,499.99 (paid 12/03/2023)", "C++ vs C# vs F#?", "http://example.com/a?b=c&d=e#f",
           "mail me at jane.doe+spam@example.co.uk", "it's they're we've don't won't", "[CLS] [SEP] [MASK] [PAD] [UNK]",
           "##ing ##s", "ALL CAPS SHOUTING!!!", "\u202eright to left\u202c", "١٢٣٤", "한국어 문장입니다", "हिन्दी में लिखो",
           "ไทยภาษา", "tab\tseparated\tvalues", "line\nbreak\r\nends", "—dashes–and…ellipsis", "“quoted” ‘text’", "\x7f\x01\x02",
           "ß straße ẞ", "Łódź Ørsted Åland", "𝒻𝒶𝓃𝒸𝓎 𝕥𝕖𝕩𝕥", "🏳️‍🌈", "🇩🇪🇫🇷", "a-b_c.d,e;f:g", "100% of 1/2 + 3×4 = ?"]
    odd += [" ".join(["please cancel my order and refund the money"] * n) for n in (5, 20, 28, 29, 40, 200)]
    texts = [t for t, _ in clinc(data, "test")[::6]] + [t for t, _ in banking(data, "val")[:250]]
    return (odd + texts)[:1000]
