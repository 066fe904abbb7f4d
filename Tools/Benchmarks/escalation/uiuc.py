"""Money against accuracy: each question goes to one of three tiers, by the learned chance that the tier's answer is enough.

The stream is every question of test.json, once. A tier is the model that does best on train.json among those of its
price, by the list of the data's publisher: US dollars per million tokens, read or written. A question counts a token for
four bytes, every answer ANSWER tokens. The bundle learns from train.json. A tier is worth its chance less WEIGHT times
its share of premium's price, and the best is asked. WEIGHT is the one that costs least in cross-fitted predictions for
train.json while accuracy there stays within TOLERANCE of premium alone; test.json is looked at once, with that weight.

The rule is the router's, the tuning of WEIGHT and the prices are this script's: the router's own weight is fixed at PRODUCT
(RoutePolicy.worthOfMoney), and it counts tokens and prices by its own lists. product prints what the fixed weight comes to.

routed: the figure. No answer is tried and thrown away, because the choice is made before anything is asked. cascade:
economy is asked first and a judge that is always right sends what is wrong up; every failed try is paid. Other weights on
test.json follow, to show the curve; nothing was chosen by them.
"""
import random
import statistics
import sys

from routing import learned, report, uiuc

PRICES = {
    "gemma-2-9b-it": 0.10, "qwen2.5-7b-instruct": 0.20, "codegemma-7b": 0.20, "llama-3.1-8b-instruct": 0.20,
    "llama3-chatqa-1.5-8b": 0.20, "mistral-7b-instruct-v0.3": 0.20, "llama-3.3-nemotron-super-49b-v1": 0.90,
    "llama-3.1-nemotron-51b-instruct": 0.90, "llama3-chatqa-1.5-70b": 0.90,
}
TIERS = ["economy", "standard", "premium"]
ANSWER = 200
TOLERANCE = 0.01
PRODUCT = 0.1
WEIGHTS = [step / 200 for step in range(0, 61)]
FOLDS = 4


def labels(scores, models):
    return {"sufficient_" + tier: scores[model] for tier, model in zip(TIERS, models)}


def chosen(found, weight, models):
    price = [PRICES[model] for model in models]
    return max(range(3), key=lambda tier: found[TIERS[tier]] - weight * price[tier] / price[2])


def outcome(rows, picks, models):
    """Mean accuracy and cost as a share of premium alone; `picks` are the tiers asked for each row, the last one answers."""
    right = spent = whole = 0.0
    for (question, scores), tiers in zip(rows, picks):
        tokens = len(question.encode()) / 4 + ANSWER
        right += scores[models[tiers[-1]]]
        spent += sum(PRICES[models[tier]] for tier in tiers) * tokens
        whole += PRICES[models[2]] * tokens
    return right / len(rows), spent / whole


def cascade(scores, models):
    for tier in range(3):
        if scores[models[tier]] > 0.5:
            break
    return list(range(tier + 1))


def main():
    binary, data = sys.argv[1:]
    train, test = uiuc(data, "train"), uiuc(data, "test")
    means = {model: statistics.mean(scores[model] for _, scores in train) for model in PRICES}
    models = [max((m for m in PRICES if PRICES[m] == price), key=means.get) for price in sorted(set(PRICES.values()))]

    def predicted(source, target):
        return learned(binary, [(q, labels(s, models)) for q, s in source], [q for q, _ in target])

    fold = [random.Random(index).randrange(FOLDS) for index in range(len(train))]
    held = [None] * len(train)
    for left in range(FOLDS):
        inside = [index for index in range(len(train)) if fold[index] == left]
        source = [train[index] for index in range(len(train)) if fold[index] != left]
        for index, found in zip(inside, predicted(source, [train[index] for index in inside])):
            held[index] = found
    floor = outcome(train, [[2]] * len(train), models)[0] - TOLERANCE
    weight, least = 0.0, 1.0
    for candidate in WEIGHTS:
        accuracy, cost = outcome(train, [[chosen(found, candidate, models)] for found in held], models)
        if accuracy >= floor and cost < least:
            weight, least = candidate, cost
    final = predicted(train, test)
    alone = outcome(test, [[2]] * len(test), models)[0]

    def tell(name, picks, **more):
        accuracy, cost = outcome(test, picks, models)
        report(
            part="uiuc", measure=name, rows=len(test), accuracy=accuracy, against_premium=accuracy - alone,
            cost_saved=1 - cost, tries=sum(len(tiers) for tiers in picks),
            answered={TIERS[t]: sum(tiers[-1] == t for tiers in picks) for t in range(3)}, **more)

    for tier in range(3):
        tell("all " + TIERS[tier], [[tier]] * len(test), model=models[tier])
    tell("routed", [[chosen(found, weight, models)] for found in final], weight=weight, rule="weight tuned on train.json")
    tell("product", [[chosen(found, PRODUCT, models)] for found in final], weight=PRODUCT, rule="the router's fixed weight")
    tell("cascade with a judge that is always right", [cascade(scores, models) for _, scores in test])
    for other in (0.02, 0.05, 0.08, 0.1, 0.12, 0.15, 0.2):
        tell("curve", [[chosen(found, other, models)] for found in final], weight=other)


if __name__ == "__main__":
    main()
