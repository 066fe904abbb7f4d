"""What the routing benchmarks share: data as published, the binary under test, and RouteLLM's metric."""
import bisect
import csv
import json
import random
import subprocess
import tempfile
from pathlib import Path

WEAK, STRONG = "mistralai/Mixtral-8x7B-Instruct-v0.1", "gpt-4-1106-preview"


def mmlu(data):
    """Rows of (prompt, subject, weak right, strong right); contaminated prompts are left out, as RouteLLM does."""
    folder = Path(data) / "routellm_mmlu"
    with open(folder / "contaminated_prompts.jsonl", encoding="utf-8") as file:
        contaminated = {json.loads(line)["eval_prompt"] for line in file}
    rows = []
    for path in sorted((folder / "responses").glob("*.csv")):
        with open(path, encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if row["prompt"] not in contaminated:
                    rows.append((row["prompt"], path.stem.removeprefix("mmlu_"), number(row[WEAK]), number(row[STRONG])))
    return rows


def number(text):
    return 1.0 if text.strip().lower() in ("true", "1", "1.0") else 0.0


def uiuc(data, name):
    """Rows of (question, {model: score})."""
    with open(Path(data) / "llmrouter_uiuc" / f"{name}.json", encoding="utf-8") as file:
        return [(row["question"], row["scores"]) for row in json.load(file)]


def learned(binary, train, test, seed=1):
    """Trains on rows of (prompt, {field: label}) and gives for each prompt of `test` what `weir classify` says.

    The two intents are none: a bundle needs some, and these only tell short prompts from long ones.
    """
    with tempfile.TemporaryDirectory() as folder:
        middle = sorted(len(prompt) for prompt, _ in train)[len(train) // 2]
        with open(f"{folder}/train.jsonl", "w", encoding="utf-8") as file:
            for prompt, labels in train:
                intent = "short" if len(prompt) <= middle else "long"
                file.write(json.dumps({"text": prompt, "intent": intent} | labels) + "\n")
        subprocess.run(
            [
                binary, "train", f"{folder}/train.jsonl", "--out", f"{folder}/bundle", "--epochs", "2", "--cv", "2",
                "--seed", str(seed), "--json",
            ], check=True, stdout=subprocess.DEVNULL)
        lines = "".join(json.dumps({"id": str(index), "prompt": prompt}) + "\n" for index, prompt in enumerate(test))
        done = subprocess.run(
            [binary, "classify", "--models", f"{folder}/bundle", "--format", "jsonl"], input=lines.encode(), check=True,
            stdout=subprocess.PIPE)
        found = [json.loads(line) for line in done.stdout.splitlines()]
        assert [row["id"] for row in found] == [str(index) for index in range(len(test))]
        return [row["sufficiency"] for row in found]


def advantage(sufficiency):
    """What the strong model is expected to gain: the score to route by."""
    return sufficiency["premium"] - sufficiency["generator"]


def metric(weak, strong, score):
    """RouteLLM's figures: at the 11 edges of ten quantiles of the score, what reaches the edge goes to the strong model.

    APGR: the area under accuracy by share of strong calls, 0 for the weak model alone and 1 for the strong one.
    CPT(x): the share of strong calls, in percent, with which the share x of the gap in accuracy is won.
    """
    draw = random.Random(0)
    score = [value + draw.random() * 1e-9 for value in score]
    ordered = sorted(score)
    edges = []
    for part in range(11):
        place = (len(ordered) - 1) * part / 10
        low = int(place)
        high = min(low + 1, len(ordered) - 1)
        edges.append(ordered[low] + (place - low) * (ordered[high] - ordered[low]))
    points = []
    for part, edge in enumerate(edges):
        is_up = [value > edge if part == 10 else value >= edge for value in score]
        right = sum(s if up else w for w, s, up in zip(weak, strong, is_up))
        points.append((sum(is_up) / len(score), right / len(score)))
    points.sort()
    shares, accuracies = [x for x, _ in points], [y for _, y in points]
    low, high = sum(weak) / len(weak), sum(strong) / len(strong)
    area = sum((points[i + 1][0] - points[i][0]) * (points[i + 1][1] + points[i][1]) / 2 for i in range(len(points) - 1))
    width = shares[-1] - shares[0]

    def cpt(part):
        return 100 * interpolate(low + part * (high - low), accuracies, shares)

    return {"apgr": (area - low * width) / ((high - low) * width), "cpt50": cpt(0.5), "cpt80": cpt(0.8)}


def calibration_error(chances, labels, bins=10):
    """Mean distance of chance and share in bins of equal width, weighed by their rows."""
    sums = [[0, 0.0, 0.0] for _ in range(bins)]
    for chance, label in zip(chances, labels):
        own = sums[min(int(chance * bins), bins - 1)]
        own[0] += 1
        own[1] += chance
        own[2] += label
    return sum(abs(chance - label) for _, chance, label in sums) / len(chances)


def interpolate(x, xs, ys):
    """numpy.interp for one x, in data that need not rise: as there, the place is found by bisection."""
    if x <= xs[0]:
        return ys[0]
    if x >= xs[-1]:
        return ys[-1]
    right = min(max(bisect.bisect_right(xs, x), 1), len(xs) - 1)
    width = xs[right] - xs[right - 1]
    return ys[right - 1] + (x - xs[right - 1]) / width * (ys[right] - ys[right - 1]) if width else ys[right - 1]


def report(**fields):
    print(json.dumps({key: round(value, 4) if isinstance(value, float) else value for key, value in fields.items()}), flush=True)
