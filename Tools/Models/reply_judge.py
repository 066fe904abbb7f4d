"""Says of which intent a reply is, by the teacher encoder; and drops training replies that are of another intent than their own.

The judge: the 20 training references nearest to the reply (cosine of MiniLM embeddings, all intents together) vote with the
weight exp(20 * cosine). Run as a script it embeds the references (--out/reply_vectors.npz), compares judges on the validation
references, and writes for every training reply which intent the other training replies say (field `judged` in replies.json).
"""
import argparse
import json
from pathlib import Path

import numpy as np
import torch

import encoder_network

NEAREST, SHARPNESS = 20, 20.0


class Judge:
    def __init__(self, vectors, intents):
        self.vectors, self.labels = vectors, sorted(set(intents))
        self.own = np.array([self.labels.index(i) for i in intents])
        centres = np.stack([vectors[self.own == k].mean(0) for k in range(len(self.labels))])
        self.centres = centres / np.linalg.norm(centres, axis=1, keepdims=True)

    def votes(self, vectors, nearest=NEAREST, without=None):
        """[replies x intents], rows add up to 1; without: for each reply one reference that does not vote."""
        scores = vectors @ self.vectors.T
        if without is not None:
            scores[np.arange(len(vectors)), without] = -2
        out = np.zeros((len(vectors), len(self.labels)))
        top = np.argpartition(-scores, nearest, axis=1)[:, :nearest]
        for row, (places, line) in enumerate(zip(top, scores)):
            np.add.at(out[row], self.own[places], np.exp(SHARPNESS * line[places]))
        return out / out.sum(1, keepdims=True)

    def intents(self, vectors):
        return [self.labels[k] for k in self.votes(vectors).argmax(1)]

    def intents_by_centre(self, vectors):
        """The definition of the first card: the nearest centre of training replies."""
        return [self.labels[k] for k in (vectors @ self.centres.T).argmax(1)]


class Teacher:
    def __init__(self):
        self.network, self.tokenizer, _ = encoder_network.load_teacher()

    def __call__(self, texts):
        return encoder_network.embed(self.network, self.tokenizer, texts, batch=32)


def load(out):
    """The judge over the training references of replies.json."""
    rows, saved = json.load(open(out / "replies.json")), np.load(out / "reply_vectors.npz")["replies"]
    train = [i for i, r in enumerate(rows) if r["split"] == "train" and r.get("judged", r["intent"]) == r["intent"]]
    return Judge(saved[train], [rows[i]["intent"] for i in train])


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--out", type=Path, required=True, help="folder that prepare_generator.py wrote")
    options = options.parse_args()
    torch.set_num_threads(1)
    rows, more = (json.load(open(options.out / name)) for name in ("replies.json", "more_prompts.json"))
    teacher = Teacher()
    vectors = teacher([r["reply"] for r in rows])
    np.savez(options.out / "reply_vectors.npz", replies=vectors, prompts=teacher([r["asked"] for r in rows]),
             more=teacher([r["asked"] for r in more]))
    place = {s: [i for i, r in enumerate(rows) if r["split"] == s] for s in ("train", "val", "test")}
    judge = Judge(vectors[place["train"]], [rows[i]["intent"] for i in place["train"]])
    for name in ("val", "test"):
        truth = [rows[i]["intent"] for i in place[name]]
        share = lambda said: np.mean([a == b for a, b in zip(said, truth)])
        print(name, len(truth), "centre", f"{share(judge.intents_by_centre(vectors[place[name]])):.4f}", *(
            f"nearest {n} {share([judge.labels[k] for k in judge.votes(vectors[place[name]], n).argmax(1)]):.4f}" for n in (1, 3, 5, 10, 20, 40)))
    said = judge.votes(vectors[place["train"]], without=np.arange(len(place["train"]))).argmax(1)
    for i, k in zip(place["train"], said):
        rows[i]["judged"] = judge.labels[k]
    json.dump(rows, open(options.out / "replies.json", "w"))
    print("training replies of another intent by the rest:", sum(rows[i]["judged"] != rows[i]["intent"] for i in place["train"]),
          "of", len(place["train"]))


if __name__ == "__main__":
    main()
