"""Step 6 of the generator: the answer probe, a calibrated logistic regression on the generator's own signals and states.

Replies are written for validation and calibration prompts of Bitext (half of them with slots) and for the project's own
training prompts: with the right intent, greedily and sampled; with a wrong intent; and for out-of-scope prompts with a drawn intent. A reply
is good when the judge (reply_judge.py) finds it on the *prompt's own* intent, it is no loop and it ended; a reply to an out-of-scope prompt
never is. Fit on three quarters of the prompts by group, Platt scaling folded into the weights, figures on the rest by a second
round with Bitext's test prompts. Writes the probe into --file and its figures into --out/probe.json.
"""
import argparse
import json
import random
import zlib
from pathlib import Path

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import roc_auc_score

import corpus
import generator_network
import reply_judge
import reply_writer

KINDS = ["right intent, greedy", "right intent, sampled", "wrong intent", "out of scope"]
# The generator is asked when the classifier is sure, and greedily: what it is calibrated for. The fit sees all kinds alike.
DEPLOYED = [0.85, 0.05, 0.05, 0.05]


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


def calibration_error(p, good, weight, bins=10):
    """Expected calibration error over bins of equal count, with weighted rows."""
    parts = np.array_split(np.argsort(p), bins)
    return sum(weight[k].sum() / weight.sum() * abs(np.average(p[k], weights=weight[k]) - np.average(good[k], weights=weight[k])) for k in parts)


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--file", type=Path, required=True)
    options.add_argument("--budget", type=float, default=0.05, help="share of accepted answers that may be bad")
    options.add_argument("--seed", type=int, default=23)
    options.add_argument("--scale", type=float, default=1.0, help="less than 1 for a quick try")
    options = options.parse_args()
    torch.set_num_threads(1)
    rng = random.Random(options.seed)
    network, tokenizer = generator_network.load(options.file, options.out / "generator_tokenizer.json")
    judge, teacher = reply_judge.load(options.out), reply_judge.Teacher()
    rows = json.load(open(options.out / "replies.json"))
    fixture = lambda name: [json.loads(line) for line in open(Path(__file__).parent / "fixtures" / name, encoding="utf-8")]
    half = lambda split: [(r["asked"] if rng.random() < 0.5 else r["prompt"], r["intent"]) for r in rows if r["split"] in split]
    own = fixture("support_prompts.jsonl")
    n = lambda count: int(count * options.scale)
    clinc = lambda part: [t for t, _ in corpus.clinc(options.data, part)]
    outside = rng.sample(clinc("oos_train"), n(60)) + rng.sample(clinc("train"), n(200)) + [r["prompt"] for r in own if r["intent"] == "out_of_scope"][:n(120)]
    inside = half(("val", "calibration")) + [(r["prompt"], r["intent"]) for r in own if r["intent"] != "out_of_scope"]
    fit = cases(inside, outside, rng, judge.labels, n(900), n(700), n(500))
    test = cases(half(("test",)), rng.sample(clinc("oos_test"), n(60)) + rng.sample(clinc("test"), n(60)), rng, judge.labels, n(400), n(200), n(120))
    data = {}
    for name, chosen in (("fit", fit), ("test", test)):
        replies = written(network, tokenizer, chosen)
        good = goodness(chosen, replies, judge, teacher)
        print(name, *(f"{k}: {good[[c[0] == i for c in chosen]].mean():.3f} of {sum(c[0] == i for c in chosen)}; " for i, k in enumerate(KINDS)), flush=True)
        data[name] = (np.array([r.signals for r in replies]), np.stack([r.first_state for r in replies]),
                      np.stack([r.mean_state for r in replies]), good, np.array([c[0] for c in chosen]), [zlib.crc32(c[1].encode()) % 4 for c in chosen])
    s, f, m, good, kind, fold = data["fit"]
    ts, tf, tm, tgood, tkind, _ = data["test"]
    fold = np.array(fold)
    weigh = lambda kinds: np.array([DEPLOYED[k] for k in kinds]) / np.bincount(kinds, minlength=4)[kinds] * len(kinds)
    weight, tweight = weigh(kind), weigh(tkind)
    figures = {"alone": {}}
    for k, name in enumerate(reply_writer.SIGNALS):
        figures["alone"][name] = [roc_auc_score(tgood, ts[:, k]), roc_auc_score(tgood[tkind < 2], ts[tkind < 2, k])]
    wanted = {"signals": [s, ts], "signals and mean state": [np.hstack([s, m]), np.hstack([ts, tm])],
              "signals and first state": [np.hstack([s, f]), np.hstack([ts, tf])],
              "signals and both states": [np.hstack([s, f, m]), np.hstack([ts, tf, tm])]}
    made = {}
    for name, (x, tx) in wanted.items():
        centre, scale = x.mean(0), x.std(0) + 1e-6
        best = None
        for strength in (0.001, 0.003, 0.01, 0.03, 0.1):
            scores = np.zeros(len(x))
            for part in range(4):
                model = LogisticRegression(C=strength, max_iter=400).fit((x[fold != part] - centre) / scale, good[fold != part])
                scores[fold == part] = model.decision_function((x[fold == part] - centre) / scale)
            auc = roc_auc_score(good, scores)
            if best is None or auc > best[0]:
                best = auc, strength, scores
        auc, strength, scores = best
        platt = LogisticRegression(C=1e6).fit(scores[:, None], good, sample_weight=weight)
        steps = IsotonicRegression(out_of_bounds="clip").fit(scores, good, sample_weight=weight)
        model = LogisticRegression(C=strength, max_iter=400).fit((x - centre) / scale, good)
        a, b = float(platt.coef_[0, 0]), float(platt.intercept_[0])
        weights = a * model.coef_[0] / scale
        bias = a * (model.intercept_[0] - (model.coef_[0] / scale) @ centre) + b
        p, held = 1 / (1 + np.exp(-(tx @ weights + bias))), 1 / (1 + np.exp(-(a * scores + b)))
        figures[name] = {"strength": strength, "auroc_folds": auc, "auroc": roc_auc_score(tgood, p),
                         "auroc_right_intent": roc_auc_score(tgood[tkind < 2], p[tkind < 2]), "ece": calibration_error(p, tgood, tweight),
                         "ece_isotonic": calibration_error(steps.predict((tx @ weights + bias - b) / a), tgood, tweight),
                         "brier": float(np.average((p - tgood) ** 2, weights=tweight))}
        made[name] = (weights, bias, p, held)
    chosen = max(made, key=lambda k: figures[k]["auroc_folds"])
    weights, bias, p, held = made[chosen]
    # The least threshold whose accepted replies, in the folds that did not train it and in the deployed mix, keep the budget; but never
    # one that refuses more than a fifth of the good greedy replies.
    share = lambda p, good, weight, t: float(np.average(good[p >= t], weights=weight[p >= t])) if (p >= t).any() else 1.0
    least = next((float(t) for t in np.sort(held) if share(held, good, weight, t) >= 1 - options.budget), 1.0)
    least = min(least, float(np.quantile(held[good & (kind == 0)], 0.2)))
    figures |= {"chosen": chosen, "least": least, "budget": options.budget,
                "accepted": {k: float((p[tkind == i] >= least).mean()) for i, k in enumerate(KINDS)},
                "good": share(p, tgood, tweight, -1), "good_of_accepted": share(p, tgood, tweight, least),
                "accepted_of_good_greedy": float((p[tgood & (tkind == 0)] >= least).mean())}
    json.dump(figures, open(options.out / "probe.json", "w"), indent=1)
    print(json.dumps(figures, indent=1))
    width, count = network.shape.width, len(reply_writer.SIGNALS)
    parts = {"features": reply_writer.SIGNALS, "weights": weights[:count].tolist(), "bias": float(bias), "min_acceptance": least}
    rest = weights[count:]
    if "first" in chosen or "both" in chosen:
        parts["first_state_weights"], rest = rest[:width].tolist(), rest[width:]
    if len(rest):
        parts["mean_state_weights"] = rest.tolist()
    generator_network.rewrite(options.file, options.out / "generator_tokenizer.json", probe=parts)


if __name__ == "__main__":
    main()
