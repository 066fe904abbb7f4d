"""Writes RouteLLM's results on MMLU as JSON lines for `weir train` and `weir eval`: is the weak model's answer enough?

    sufficiency.py DATA OUT      DATA holds routellm_mmlu/ as published

The intent of a question is its subject, `sufficient` is whether Mixtral-8x7B answered it right. Contaminated prompts are
left out. sufficiency.jsonl: four fifths to train on and a fifth (split validation), drawn with seed 0, on which the head's
area under ROC is judged.
"""
import csv
import json
import random
import sys
from pathlib import Path


def main():
    data, out = Path(sys.argv[1]) / "routellm_mmlu", Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    contaminated = {json.loads(line)["eval_prompt"] for line in open(data / "contaminated_prompts.jsonl", encoding="utf-8")}
    rows = []
    for file in sorted((data / "responses").glob("*.csv")):
        for row in csv.DictReader(open(file, encoding="utf-8")):
            prompt = row["prompt"]
            if prompt in contaminated:
                continue
            right = next(value for name, value in row.items() if name and "mixtral" in name.lower())
            rows.append({"text": prompt[:4000], "intent": file.stem.removeprefix("mmlu_"), "sufficient": right.strip().lower() in ("true", "1", "1.0")})
    random.Random(0).shuffle(rows)
    with open(out / "sufficiency.jsonl", "w", encoding="utf-8") as file:
        for number, row in enumerate(rows):
            file.write(json.dumps(row | {"split": "validation" if number % 5 == 0 else "train"}) + "\n")
    print(f"{len(rows)} questions, {sum(row['sufficient'] for row in rows) / len(rows):.1%} answered right by the weak model")


if __name__ == "__main__":
    main()
