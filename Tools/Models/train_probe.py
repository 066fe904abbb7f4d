"""Step 6 of the generator: the answer probe, a calibrated logistic regression on the generator's own signals and states.

Replies are written for validation and calibration prompts of Bitext (half of them with slots) and for the project's own
training prompts: with the right intent, greedily and sampled; with a wrong intent; and for out-of-scope prompts with a drawn intent. A reply
is good when the judge (reply_judge.py) finds it on the *prompt's own* intent, it is no loop and it ended; a reply to an out-of-scope prompt
never is. Replies that the product's rules refuse (cut, a line twice) are left out: the probe is never asked about them.

Two steps. The states tell what the model made of the prompt: a regression on them, all kinds alike, is shrunk hard. Its
out-of-fold score and the signals then enter a second regression whose rows weigh what the router really asks (mostly the right
intent), so that likelihood keeps its weight there and the probability is calibrated for that mix. Both are linear, so the file holds one.
Figures are of Bitext's test prompts and of CLINC150's test split. Writes the probe into --file and its figures into --out/probe.json; with
--measure it fits nothing and measures the probe that the file has.
"""
import argparse
import json
import random
import zlib
from pathlib import Path

import numpy as np
import torch
from scipy.stats import beta
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

import corpus
import generator_network
import reply_judge
import reply_writer

KINDS = ["right intent, greedy", "right intent, sampled", "wrong intent", "out of scope"]
# The generator is asked when the classifier is sure, and greedily: what it is calibrated for. This mix is an assumption.
DEPLOYED = [0.85, 0.05, 0.05, 0.05]
FOLDS = 4


def cases(prompts, outside, rng, labels, right, sampled, wrong):
    """[(kind, prompt, given intent, true intent or None)]"""
    draw = lambda n: rng.sample(prompts, min(n, len(prompts)))
    out = [(0, p, i, i) for p, i in draw(right)] + [(1, p, i, i) for p, i in draw(sampled)]
    out += [(2, p, rng.choice([l for l in labels if l != i]), i) for p, i in draw(wrong)]
    return out + [(3, p, rng.choice(labels), None) for p in outside]


def written(network, tokenizer, chosen, temperature=1.1):
    prompt = lambda c: tokenizer.encode(generator_network.prompt_text(c[2], c[1])).ids
    out = [None] * len(chosen)
    for hot in (False, True):
        places = [k for k, c in enumerate(chosen) if (c[0] == 1) == hot]
        for k, r in zip(places, reply_writer.write(network, tokenizer, [prompt(chosen[k]) for k in places], temperature if hot else 0.0)):
            out[k] = r
    return out


def goodness(chosen, replies, judge, teacher):
    good, asked = np.zeros(len(chosen), bool), [k for k, c in enumerate(chosen) if c[3] is not None]
    with torch.autocast("cpu", torch.bfloat16):
        said = judge.intents(teacher([replies[k].text for k in asked]))
    for k, s in zip(asked, said):
        good[k] = s == chosen[k][3] and replies[k].stopped and not reply_writer.is_loop(replies[k].text)
    return good


class Cases:
    """Replies as numbers: signals, states, whether good, kind, fold by prompt, whether the rules let them pass."""

    def __init__(self, name, chosen, network, tokenizer, judge, teacher):
        replies = written(network, tokenizer, chosen)
        self.good, self.kind = goodness(chosen, replies, judge, teacher), np.array([c[0] for c in chosen])
        self.passed = np.array([reply_writer.passes_rules(r) for r in replies])
        self.signals = np.array([r.signals for r in replies])
        self.first, self.mean = np.stack([r.first_state for r in replies]), np.stack([r.mean_state for r in replies])
        self.fold = np.array([zlib.crc32(c[1].encode()) % FOLDS for c in chosen])
        print(name, *(f"{k}: {self.good[self.kind == i].mean():.3f} good of {(self.kind == i).sum()}, {self.passed[self.kind == i].mean():.3f} "
                      f"pass the rules; " for i, k in enumerate(KINDS)), flush=True)

    def kept(self):
        """Those that the rules let pass."""
        passed = self.passed
        for name, values in list(vars(self).items()):
            setattr(self, name, values[passed])
        return self

    def states(self, which):
        return {"first": self.first, "mean": self.mean, "both": np.hstack([self.first, self.mean])}[which]

    @property
    def weight(self):
        """Of each row in the deployed mix."""
        return np.array(DEPLOYED)[self.kind] / np.bincount(self.kind, minlength=4)[self.kind] * len(self.kind)


def calibration_error(p, good, weight, bins=10):
    """Expected calibration error over bins of equal count, with weighted rows."""
    parts = np.array_split(np.argsort(p), bins)
    return sum(weight[k].sum() / weight.sum() * abs(np.average(p[k], weights=weight[k]) - np.average(good[k], weights=weight[k])) for k in parts)


def regression(x, good, strength, weight=None):
    """(weights, bias) of a logistic regression on standardised columns, given for the columns as they are."""
    centre, scale = x.mean(0), x.std(0) + 1e-6
    model = LogisticRegression(C=strength, max_iter=600).fit((x - centre) / scale, good, sample_weight=weight)
    weights = model.coef_[0] / scale
    return weights, float(model.intercept_[0] - weights @ centre)


def out_of_fold(x, good, fold, strength, weight=None):
    scores = np.zeros(len(x))
    for part in range(FOLDS):
        weights, bias = regression(x[fold != part], good[fold != part], strength, None if weight is None else weight[fold != part])
        scores[fold == part] = x[fold == part] @ weights + bias
    return scores


def separation(score, cases):
    """AUROC of good greedy replies to the right intent against the bad ones of each kind, and of all rows in the deployed mix."""
    top = cases.good & (cases.kind == 0)
    out = {}
    for i, name in enumerate(KINDS):
        low = ~cases.good & (cases.kind == i)
        if low.any():
            out[name] = roc_auc_score(np.r_[np.ones(top.sum()), np.zeros(low.sum())], np.r_[score[top], score[low]])
    right = cases.kind < 2
    out["right intent, both"] = roc_auc_score(cases.good[right], score[right])
    out["deployed mix"] = roc_auc_score(cases.good, score, sample_weight=cases.weight)
    return out


def accepted(cases, take):
    """What is accepted where `take` says so: shares by kind, shares of bad ones with a bound of 95 %, and in the deployed mix."""
    shares, bad, bound = {}, {}, {}
    for i, name in enumerate(KINDS):
        these = cases.kind == i
        n, k = int((these & take).sum()), int((these & take & ~cases.good).sum())
        shares[name], bad[name] = float(take[these].mean()), k / n if n else 0.0
        bound[name] = float(beta.ppf(0.95, k + 1, n - k)) if k < n else 1.0
    mix = float(np.average(~cases.good[take], weights=cases.weight[take])) if take.any() else 0.0
    top = cases.good & (cases.kind == 0)
    return {"accepted": shares, "bad_of_accepted": bad, "bad_of_accepted_at_most": bound, "bad_of_accepted_mix": mix,
            "bad_before_mix": float(np.average(~cases.good, weights=cases.weight)), "accepted_of_good_greedy": float(take[top].mean())}


def fit(data):
    """The chosen weights as (signals, first state, mean state, bias), and what was tried."""
    tried, best = {}, None
    for which in (None, "first", "mean", "both"):
        for strength in (1e-4, 1e-3, 1e-2, 1e-1) if which else (0,):
            state = out_of_fold(data.states(which), data.good, data.fold, strength) if which else np.zeros(len(data.good))
            x = np.column_stack([data.signals, state]) if which else data.signals
            scores = out_of_fold(x, data.good, data.fold, 0.1, data.weight)
            found = separation(scores, data)
            tried[f"signals and {which} state, strength {strength}" if which else "signals alone"] = found
            if best is None or found["deployed mix"] > best[0]:
                best = found["deployed mix"], which, strength, x, scores
    _, which, strength, x, scores = best
    weights, bias = regression(x, data.good, 0.1, data.weight)
    count, width = len(reply_writer.SIGNALS), data.first.shape[1]
    first = mean = np.zeros(0)
    if which:
        state, state_bias = regression(data.states(which), data.good, strength)
        state, bias = weights[count] * state, bias + weights[count] * state_bias
        first, mean = (state[:width] if which != "mean" else first), (state[-width:] if which != "first" else mean)
    return (weights[:count], first, mean, bias), f"{which} state, strength {strength}", tried, 1 / (1 + np.exp(-scores))


def probability(cases, parts):
    signals, first, mean, bias = parts
    score = bias + cases.signals @ signals
    score += (cases.first @ first if len(first) else 0) + (cases.mean @ mean if len(mean) else 0)
    return 1 / (1 + np.exp(-score))


def measured(cases, p, least):
    """Figures of a probe on cases that the rules let pass, beside each signal alone."""
    alone = {name: separation(-cases.signals[:, k] if name in ("mean_entropy", "repeated_share") else cases.signals[:, k], cases)
             for k, name in enumerate(reply_writer.SIGNALS)}
    return {"cases": {k: [int((cases.kind == i).sum()), int((~cases.good & (cases.kind == i)).sum())] for i, k in enumerate(KINDS)},
            "auroc": separation(p, cases), "auroc_alone": alone, "ece": calibration_error(p, cases.good, cases.weight),
            "brier": float(np.average((p - cases.good) ** 2, weights=cases.weight)), **accepted(cases, p >= least)}


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--file", type=Path, required=True)
    options.add_argument("--measure", action="store_true", help="fit nothing: measure the probe that the file has")
    options.add_argument("--budget", type=float, default=0.05, help="share of accepted answers that may be bad")
    options.add_argument("--seed", type=int, default=23)
    options.add_argument("--scale", type=float, default=1.0, help="less than 1 for a quick try")
    options = options.parse_args()
    torch.set_num_threads(1)
    rng = random.Random(options.seed)
    tokens = options.out / "generator_tokenizer.json"
    network, tokenizer = generator_network.load(options.file, tokens)
    judge, teacher = reply_judge.load(options.out), reply_judge.Teacher()
    rows = json.load(open(options.out / "replies.json"))
    fixture = lambda name: [json.loads(line) for line in open(Path(__file__).parent / "fixtures" / name, encoding="utf-8")]
    half = lambda split: [(r["asked"] if rng.random() < 0.5 else r["prompt"], r["intent"]) for r in rows if r["split"] in split]
    n = lambda count: int(count * options.scale)
    clinc = lambda part: [t for t, _ in corpus.clinc(options.data, part)]
    replied = lambda name, chosen: Cases(name, chosen, network, tokenizer, judge, teacher).kept()
    test = replied("test", cases(half(("test",)), rng.sample(clinc("oos_test"), n(60)) + rng.sample(clinc("test"), n(60)), rng, judge.labels,
                                 n(580), n(200), n(120)))
    if options.measure:
        parts, least = generator_network.probe_of(options.file)
        print(json.dumps(measured(test, probability(test, parts), least), indent=1))
        return
    own = fixture("support_prompts.jsonl")
    outside = rng.sample(clinc("oos_train"), n(60)) + rng.sample(clinc("train"), n(160)) + [r["prompt"] for r in own if r["intent"] == "out_of_scope"][:n(80)]
    inside = half(("val", "calibration")) + [(r["prompt"], r["intent"]) for r in own if r["intent"] != "out_of_scope"]
    data = replied("fit", cases(inside, outside, rng, judge.labels, n(1600), n(400), n(300)))
    parts, chosen, tried, held = fit(data)
    # The least threshold whose accepted replies, in the folds that did not train it and in the deployed mix, keep the budget; but never
    # one that refuses more than a fifth of the good greedy replies.
    bad = lambda t: np.average(~data.good[held >= t], weights=data.weight[held >= t])
    least = next((float(t) for t in np.sort(held) if bad(t) <= options.budget), 1.0)
    least = min(least, float(np.quantile(held[data.good & (data.kind == 0)], 0.2)))
    figures = {"chosen": chosen, "least": least, "budget": options.budget, "signals": dict(zip(reply_writer.SIGNALS, map(float, parts[0]))),
               "tried": tried, "folds": measured(data, held, least), "test": measured(test, probability(test, parts), least)}
    json.dump(figures, open(options.out / "probe.json", "w"), indent=1)
    print(json.dumps(figures, indent=1))
    made = {"features": reply_writer.SIGNALS, "weights": parts[0].tolist(), "bias": float(parts[3]), "min_acceptance": least}
    made |= {name: values.tolist() for name, values in (("first_state_weights", parts[1]), ("mean_state_weights", parts[2])) if len(values)}
    generator_network.rewrite(options.file, tokens, probe=made)


if __name__ == "__main__":
    main()
