"""Fits the cache's verifier and writes verifier.gguf: the probability that a stored answer serves an asked prompt.

The real binary is asked for the features of every decision (`weir bench --hits`), so what is learned is what runs. The
network is fitted on the intents of the split `fit`; `calibrate` sets its scale and is stored in the file for the
thresholds; `judge` is touched by --judge alone. --minilm adds another encoder's vectors for the general part.
"""
import argparse
import json
import subprocess
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch

import hit_rows
import model_files

torch.set_num_threads(1)
# What holds under any encoder: shares, counts and words; no similarity by itself.
GENERAL = """margin vote10 vote20 vote40 agreement agreement4 variety lead broadLead sharpLead unsaidByFellows unsaidByStored
unsaidByAsked saidByOthers sharedWords asksOtherwise swapsEnds replacesWord addsWords sameFrame waived""".split()


LARGE = ("banking77", "clinc150", "swaps")


def feature_names():
    """The cases of VerifierFeature, in their order."""
    source = Path(__file__).resolve().parents[2] / "Sources/WeirCache/Verifier/VerifierFeature.swift"
    names = []
    for line in source.read_text().split("\n"):
        if line.strip().startswith("case "):
            names += [name.strip() for name in line.strip()[5:].split(",")]
    return names


class Decisions:
    """Rows of one run: features, whether the candidate was right, weights, and where they come from."""

    def __init__(self, builder, path):
        rows = [json.loads(line) for line in open(path)]
        texts = builder.texts.rows
        self.x, self.right, self.family, self.split, self.kind, self.name, self.dup, self.place = [], [], [], [], [], [], [], []
        self.refused = []
        answers = [{texts[p]["answer"] for p in s["stored"]} for s in builder.scenarios]
        kinds = [dict(zip(s["asked"], s["kinds"])) for s in builder.scenarios]
        width = len(feature_names())
        for row in rows:
            s = builder.scenarios[row["scenario"]]
            asked = texts[row["asked"]]
            if not row["shared"]:
                continue
            has = row.get("candidate") is not None
            self.x.append(row["features"] if has else [np.nan] * width)
            self.right.append(has and texts[row["candidate"]]["answer"] == asked["answer"])
            self.family.append(s["family"])
            self.split.append(s["split"])
            self.name.append(s["name"])
            self.kind.append(kinds[row["scenario"]][row["asked"]])
            self.dup.append(asked["answer"] in answers[row["scenario"]])
            self.place.append(row["asked"])
            self.refused.append(row["refusals"])
        self.x = np.array(self.x, np.float32)
        self.has = ~np.isnan(self.x[:, 0])
        for name in ("right", "family", "split", "kind", "name", "dup", "place"):
            setattr(self, name, np.array(getattr(self, name)))

    def weights(self, chosen):
        """Every kind of data weighs the same, and within it every cache."""
        caches, families = defaultdict(int), defaultdict(set)
        for i in np.where(chosen)[0]:
            caches[self.name[i]] += 1
            families[self.family[i]].add(self.name[i])
        w = np.zeros(len(self.x))
        for i in np.where(chosen)[0]:
            w[i] = 1 / caches[self.name[i]] / len(families[self.family[i]])
        return (w[chosen] / w[chosen].mean()).astype(np.float32)


class Network:
    def __init__(self, names, columns, width):
        self.names, self.columns = names, columns
        self.net = torch.nn.Sequential(torch.nn.Linear(len(columns), width), torch.nn.ReLU(), torch.nn.Linear(width, 1))
        self.slope, self.shift = 1.0, 0.0

    def inputs(self, x):
        return torch.tensor(np.clip((x[:, self.columns] - self.mean) / self.scale, -4, 4), dtype=torch.float32)

    def fit(self, x, y, w, epochs, seed, decay):
        torch.manual_seed(seed)
        for layer in self.net:
            if hasattr(layer, "reset_parameters"):
                layer.reset_parameters()
        self.mean, self.scale = x[:, self.columns].mean(0), x[:, self.columns].std(0) + 1e-6
        x, y, w = self.inputs(x), torch.tensor(y, dtype=torch.float32), torch.tensor(w)
        optimizer = torch.optim.AdamW(self.net.parameters(), weight_decay=decay)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 8e-3, total_steps=epochs * (len(x) // 512 + 1))
        for _ in range(epochs):
            order = torch.randperm(len(x))
            for i in range(0, len(order), 512):
                batch = order[i:i + 512]
                noisy = x[batch] + 0.1 * torch.randn(len(batch), x.shape[1])
                loss = torch.nn.functional.binary_cross_entropy_with_logits(self.net(noisy)[:, 0], y[batch], w[batch])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                schedule.step()

    def scores(self, x):
        with torch.no_grad():
            return self.net(self.inputs(x))[:, 0].numpy() * self.slope + self.shift

    def calibrate(self, scores, y, w):
        """Slope and shift of the scores by weighted logistic regression (Platt)."""
        parameters = torch.tensor([1.0, 0.0], requires_grad=True)
        s, y, w = torch.tensor(scores), torch.tensor(y, dtype=torch.float32), torch.tensor(w)
        optimizer = torch.optim.LBFGS([parameters], max_iter=100)

        def loss():
            optimizer.zero_grad()
            value = torch.nn.functional.binary_cross_entropy_with_logits(parameters[0] * s + parameters[1], y, w)
            value.backward()
            return value

        optimizer.step(loss)
        self.slope, self.shift = [float(v) for v in parameters.detach()]

    def write(self, writer, part):
        first, last = self.net[0], self.net[2]
        writer.add_array(f"weir.verifier.{part}.features", [self.names[i] for i in self.columns])
        writer.vector(f"{part}.mean", self.mean)
        writer.vector(f"{part}.scale", self.scale)
        writer.matrix(f"{part}.hidden.weight", first.weight.detach().numpy(), quantise=False)
        writer.vector(f"{part}.hidden.bias", first.bias.detach().numpy())
        writer.vector(f"{part}.output.weight", last.weight.detach().numpy()[0] * self.slope)
        writer.vector(f"{part}.output.bias", last.bias.detach().numpy() * self.slope + self.shift)


def once(decisions, chosen, rng):
    """Of decisions about the same text, one: what is counted must not be the same prompt again."""
    order = rng.permutation(np.where(chosen)[0])
    seen, kept = set(), []
    for i in order:
        key = (decisions.family[i], decisions.place[i])
        if key not in seen:
            seen.add(key)
            kept.append(i)
    return np.array(kept)


def write_calibration(writer, part, network, decisions, rng, floor=0.5):
    chosen = once(decisions, (decisions.split == "calibrate") & decisions.has, rng)
    # Kinds of data with too few prompts of their own stand together: alone they could prove no budget.
    family_of = np.array([f if f in LARGE else "other" for f in decisions.family[chosen]])
    families = sorted(set(family_of))
    writer.add_array(f"weir.verifier.{part}.families", families)
    probabilities = 1 / (1 + np.exp(-network.scores(decisions.x[chosen]).astype(np.float64)))
    out = {}
    for family in families:
        mine = family_of == family
        p, right = probabilities[mine], decisions.right[chosen][mine]
        order = np.argsort(-p, kind="stable")
        p, right = p[order], right[order]
        keep = p >= floor
        values = np.where(right, p, -p)[keep].astype(np.float32)
        writer.vector(f"{part}.calibration.{family}", values)
        out[family] = (p, right)
    return out


def run(weir, texts, scenarios, out, encoder=None):
    command = [weir, "bench", "--hits", texts, "--scenarios", scenarios, "--verifier", "", "--features"]
    with open(out, "w") as file:
        subprocess.run(command + (["--encoder", encoder] if encoder else []), stdout=file, check=True)


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--weir", default="../../.build/release/weir")
    options.add_argument("--file", type=Path, required=True)
    options.add_argument("--models", type=Path, default=Path("../../Assets/Models"))
    options.add_argument("--minilm", help="GGUF file of another encoder for the general part")
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--width", type=int, default=48)
    options.add_argument("--epochs", type=int, default=16)
    options.add_argument("--keep", action="store_true", help="use the decisions that --out already has")
    options = options.parse_args()
    builder = hit_rows.build(options.data, options.seed)
    texts, scenarios = str(options.out / "hit-texts.jsonl"), str(options.out / "hit-scenarios.jsonl")
    hit_rows.write(builder, texts, scenarios)
    runs = {"own": None, **({"other": options.minilm} if options.minilm else {})}
    decisions = {}
    for name, encoder in runs.items():
        path = options.out / f"hit-decisions-{name}.jsonl"
        if not (options.keep and path.exists()):
            run(options.weir, texts, scenarios, path, encoder)
        decisions[name] = Decisions(builder, path)
    names = feature_names()
    writer = model_files.Writer(options.file, "weir-verifier", "weir-verifier")
    writer.add_string("weir.encoder.sha256", model_files.sha256(options.models / "encoder.gguf"))
    rng = np.random.default_rng(options.seed)
    for part in ("matched", "general"):
        sources = [decisions["own"]] if part == "matched" else list(decisions.values())
        columns = list(range(len(names))) if part == "matched" else [names.index(n) for n in GENERAL]
        network = Network(names, columns, options.width)
        x, y, w = [], [], []
        for d in sources:
            chosen = (d.split == "fit") & d.has
            x.append(d.x[chosen]), y.append(d.right[chosen]), w.append(d.weights(chosen))
        network.fit(np.concatenate(x), np.concatenate(y), np.concatenate(w), options.epochs, options.seed, 1e-2)
        judged = sources[-1]
        chosen = (judged.split == "calibrate") & judged.has
        network.calibrate(network.scores(judged.x[chosen]), judged.right[chosen], judged.weights(chosen))
        network.write(writer, part)
        found = write_calibration(writer, part, network, judged, rng)
        for family, (p, right) in found.items():
            wrong = np.cumsum(~right) / np.arange(1, len(p) + 1)
            good = np.where(wrong <= 0.01)[0]
            print(part, family, len(p), "decisions; at 1 %:", good[-1] + 1 if len(good) else 0, "served, from",
                  round(float(p[good[-1]]), 4) if len(good) else None, "right in all", int(right.sum()), flush=True)
    writer.close()
    print(options.file, options.file.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
