"""Fits the weights of TokenFamily to real tokenizers, and states the error on texts that were not fitted.

    fit.py --litellm DIR --mistral DIR --qwen DIR [--texts DIR]

The folders are unpacked wheels (`pip download --no-deps litellm mistral-common dashscope`, then unzip), which carry vocabularies:
cl100k, o200k, Claude 2's, DeepSeek's, Mistral's tekken and Qwen's. Texts are those of this machine: Vim's tutors
and messages in many languages, Python's own sources, JSON files, and `--texts`, files of English prose.
"""

import argparse
import base64
import gettext
import glob
import json
import random
import unicodedata

import numpy
import tiktoken
from scipy.optimize import nnls
from tokenizers import Tokenizer

# In the order of TokenFamily.Weights.
FEATURES = ["words", "long", "rare", "capitals", "digits", "marks", "spaces", "lines", "latin", "greek", "han", "kana", "hangul", "other"]


def features(text):
    """Counts of what tokens are made of; TokenCounter in Swift counts the same."""
    count = dict.fromkeys(FEATURES, 0)
    run, length = None, 0

    def close():
        nonlocal run, length
        if run == "word":
            count["words"] += 1
            count["long"] += max(0, min(length, 10) - 5)
            count["rare"] += max(0, length - 10)
        elif run == "digit":
            count["digits"] += (length + 2) // 3
        elif run == "space":
            count["spaces"] += 1 if length > 1 else 0
        elif run == "line":
            count["lines"] += 1
        run, length = None, 0

    previous = None
    for character in text:
        code = ord(character)
        if 65 <= code <= 90 or 97 <= code <= 122:
            kind = "word"
        elif 48 <= code <= 57:
            kind = "digit"
        elif character in " \t":
            kind = "space"
        elif character in "\n\r":
            kind = "line"
        else:
            kind = None
        if kind != run:
            close()
            run = kind
        length += 1
        if kind == "word":
            if code <= 90 and previous is not None and 97 <= previous <= 122:
                count["capitals"] += 1
        elif kind is None:
            if code < 0x80:
                count["marks"] += 1
            elif code < 0x250 or 0x1E00 <= code < 0x1F00:
                count["latin"] += 1
            elif code < 0x530:
                count["greek"] += 1
            elif 0x3040 <= code < 0x3100:
                count["kana"] += 1
            elif 0xAC00 <= code < 0xD7B0:
                count["hangul"] += 1
            elif 0x3400 <= code < 0xA000 or 0x20000 <= code < 0x32000 or 0xFF00 <= code < 0xFFF0 or 0x3000 <= code < 0x3040:
                count["han"] += 1
            else:
                count["other"] += 1
        previous = code
    close()
    return [count[name] for name in FEATURES]


def tokenizers(options):
    root = options.litellm + "/litellm/litellm_core_utils/tokenizers/"

    def ranks(path):
        with open(path, "rb") as file:
            return {base64.b64decode(a): int(b) for a, b in (line.split() for line in file if line.strip())}

    cl100k = r"""'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s"""
    upper = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    lower = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    o200k = "|".join([upper, lower, r"\p{N}{1,3}", r" ?[^\s\p{L}\p{N}]+[\r\n/]*", r"\s*[\r\n]+", r"\s+(?!\S)", r"\s+"])
    qwen = r"""(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"""
    result = {}
    for name, path, pattern in [
        ("cl100k", root + "9b5ad71b2ce5302211f9c61530b329a4922fc6a4", cl100k),
        ("o200k", root + "fb374d419588a4632f3f557e76b4b70aebbca790", o200k),
        ("qwen", options.qwen + "/dashscope/resources/qwen.tiktoken", qwen),
    ]:
        encoding = tiktoken.Encoding(name, pat_str=pattern, mergeable_ranks=ranks(path), special_tokens={})
        result[name] = lambda text, encoding=encoding: len(encoding.encode_ordinary(text))
    with open(options.mistral + "/mistral_common/data/tekken_240911.json") as file:
        tekken = json.load(file)
    most = tekken["config"]["default_vocab_size"] - tekken["config"]["default_num_special_tokens"]
    merges = {base64.b64decode(entry["token_bytes"]): entry["rank"] for entry in tekken["vocab"][:most]}
    encoding = tiktoken.Encoding("tekken", pat_str=tekken["config"]["pattern"], mergeable_ranks=merges, special_tokens={})
    result["tekken"] = lambda text: len(encoding.encode_ordinary(text))
    for name in ["anthropic", "deepseek"]:
        tokenizer = Tokenizer.from_file(root + name + "_tokenizer.json")
        result["claude2" if name == "anthropic" else name] = lambda text, tokenizer=tokenizer: len(
            tokenizer.encode(text, add_special_tokens=False).ids
        )
    return result


def texts(options):
    """(kind, text) of 200 to 2000 characters."""
    found = []

    def cut(kind, text):
        position = 0
        while position + 200 < len(text):
            size = random.randint(200, 2000)
            found.append((kind, text[position : position + size]))
            position += size

    for path in sorted(glob.glob("/usr/share/vim/vim*/tutor/tutor*.utf-8")) + sorted(glob.glob("/usr/share/vim/vim*/tutor/tutor")):
        with open(path, encoding="utf-8", errors="ignore") as file:
            cut("prose", file.read()[:20000])
    for path in sorted(glob.glob("/usr/share/vim/vim*/lang/*/LC_MESSAGES/vim.mo")):
        try:
            with open(path, "rb") as file:
                catalogue = gettext.GNUTranslations(file)._catalog
        except (UnicodeDecodeError, LookupError):
            continue
        cut("messages", " ".join(value for value in catalogue.values() if isinstance(value, str))[:16000])
    for path in sorted(glob.glob("/usr/lib/python3*/*.py"))[:60]:
        with open(path, encoding="utf-8", errors="ignore") as file:
            cut("code", file.read()[:6000])
    for path in sorted(glob.glob("/usr/lib/python3*/*/*.json") + glob.glob("/usr/share/**/*.json", recursive=True))[:60]:
        with open(path, encoding="utf-8", errors="ignore") as file:
            cut("json", file.read()[:6000])
    for path in sorted(glob.glob((options.texts or "/nowhere") + "/**/*.*", recursive=True)):
        try:
            with open(path, encoding="utf-8") as file:
                cut("english", file.read(400000)[100000:160000])
        except (UnicodeDecodeError, IsADirectoryError):
            continue
    return found


def main():
    parser = argparse.ArgumentParser()
    for name in ["litellm", "mistral", "qwen"]:
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--texts")
    options = parser.parse_args()
    random.seed(1)
    corpus = texts(options)
    random.shuffle(corpus)
    counters = tokenizers(options)
    matrix = numpy.array([features(text) for _, text in corpus], dtype=float)
    half = len(corpus) // 2
    print(f"{len(corpus)} texts, {half} of them fitted")
    print("features: " + " ".join(FEATURES))
    for family, names in [("o200k", ["o200k"]), ("cl100k", ["cl100k"]), ("claude", ["claude2"]), ("open", ["tekken", "qwen", "deepseek"])]:
        counts = {name: numpy.array([counters[name](text) for _, text in corpus], dtype=float) for name in names}
        goal = sum(counts.values()) / len(names)
        # Relative errors count: each text's row is divided by its tokens.
        weights, _ = nnls(matrix[:half] / goal[:half, None], numpy.ones(half))
        weights = numpy.round(weights * 256)
        print(family, [int(weight) for weight in weights])
        guess = matrix @ (weights / 256)
        four = numpy.array([(len(text.encode()) + 3) // 4 for _, text in corpus], dtype=float)
        for name in names:
            print(f"  {name}: kind, texts, mean absolute error, 95th percentile, error of the sum; of bytes / 4")
            for kind in ["all", "english", "prose", "messages", "code", "json"]:
                chosen = [i for i in range(half, len(corpus)) if kind in ("all", corpus[i][0])]
                if not chosen:
                    continue
                truth = counts[name][chosen]
                columns = []
                for estimate in (guess[chosen], four[chosen]):
                    error = numpy.abs(estimate - truth) / truth
                    columns.append(f"{error.mean():6.1%} {numpy.quantile(error, 0.95):6.1%} {estimate.sum() / truth.sum() - 1:+6.1%}")
                print(f"    {kind:9}{len(chosen):6}  {columns[0]}   {columns[1]}")


main()
