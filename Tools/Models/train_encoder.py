"""Step 2 of the encoder: distils the teacher into some of its own layers, narrowed, with the pruned vocabulary.

The student starts from the teacher's --layers (or from an exported file, --start) with the --width most used neurons of
each feed-forward part. Loss: 1 - cosine to the teacher's embedding, plus the squared error of the batch's similarity
matrix (neighbours stay neighbours). One text in six is disturbed (a keyboard slip, a polite frame) while its target
stays that of the clean text. A text and its opposite (opposites.py) stand in one batch with targets moved apart along
their difference until their cosine is --apart, and a hinge on what still lies closer. With --labels a linear head on the
embedding also learns the intents of the labelled sets' training rows, each row among the intents of its own set; the
head is thrown away. bfloat16 matrix products, float32
weights; with --quantise the last fifth of the time computes with weights rounded to int8 by channel and activations
rounded to int8 by token. The rate follows the share of --minutes used; checkpoints every two minutes to --out/NAME.pt.
"""
import argparse
import json
import random
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import normalize

import corpus
import encoder_network
from opposites import typo


POLITE = ["hi, {}", "hello {}", "please {}", "{} please", "{}, thanks", "hey can you help me, {}", "{} asap", "quick question: {}",
          "good morning. {}", "{} thank you", "so {}", "ok {}", "um {}", "{}?", "{}.", "{}!"]


def from_teacher(layers, vocabulary):
    """The teacher's chosen layers and the rows of its token table that the pruned vocabulary keeps."""
    teacher, _, tokens = encoder_network.load_teacher()
    rows = [tokens.index(t) for t in vocabulary]
    state = teacher.state_dict()
    config = teacher.config
    config.num_hidden_layers, config.vocab_size = len(layers), len(vocabulary)
    config.max_position_embeddings = encoder_network.MAX_TOKENS
    mine = {}
    for name, value in state.items():
        if name.startswith("encoder.layer."):
            n, rest = name[len("encoder.layer."):].split(".", 1)
            if int(n) in layers:
                mine[f"encoder.layer.{layers.index(int(n))}.{rest}"] = value.clone()
        elif "word_embeddings" in name:
            mine[name] = value[rows]
        elif "position_embeddings" in name:
            mine[name] = value[:encoder_network.MAX_TOKENS].clone()
        elif not name.startswith("pooler"):
            mine[name] = value.clone()
    return built(config, mine)


def from_file(path, vocabulary):
    """An exported student; tokens that it lacks get the teacher's rows."""
    network, tokenizer = encoder_network.load(path)
    teacher, _, tokens = encoder_network.load_teacher()
    table = teacher.state_dict()["embeddings.word_embeddings.weight"]
    state, known = network.state_dict(), tokenizer.get_vocab()
    mine = state["embeddings.word_embeddings.weight"]
    state["embeddings.word_embeddings.weight"] = torch.stack(
        [mine[known[t]] if t in known else table[tokens.index(t)] for t in vocabulary])
    network.config.vocab_size = len(vocabulary)
    return built(network.config, state)


def built(config, state):
    config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0.0
    config._attn_implementation = "eager"  # on short texts twice as fast as the fused form on CPU
    network = encoder_network.BertModel(config, add_pooling_layer=False)
    network.load_state_dict(state)
    return network


@torch.no_grad()
def narrowed(network, tokenizer, texts, width):
    """The network with the `width` feed-forward neurons a layer that matter most on these texts: by mean absolute
    activation times the length of their output column."""
    activity = [0] * network.config.num_hidden_layers
    hooks = [layer.intermediate.register_forward_hook(
        lambda _, __, out, n=n: activity.__setitem__(n, activity[n] + out.abs().mean((0, 1))))
        for n, layer in enumerate(network.encoder.layer)]
    encoder_network.embed(network, tokenizer, texts)
    for hook in hooks:
        hook.remove()
    state = network.state_dict()
    for n, seen in enumerate(activity):
        up, down = f"encoder.layer.{n}.intermediate.dense.", f"encoder.layer.{n}.output.dense.weight"
        kept = (seen * state[down].norm(dim=0)).topk(width).indices.sort().values
        state[up + "weight"], state[up + "bias"] = state[up + "weight"][kept], state[up + "bias"][kept]
        state[down] = state[down][:, kept]
    network.config.intermediate_size = width
    return built(network.config, state)


def targets(folder, apart):
    """(texts, target embeddings, index of a text -> index of its opposite)."""
    texts = json.load(open(folder / "texts.json"))
    vectors, other = np.load(folder / "teacher.npy"), np.load(folder / "opposites.npy")
    pairs = json.load(open(folder / "opposites.json"))
    at = np.array([i for i, _ in pairs])
    difference = vectors[at] - other
    cosine = (vectors[at] * other).sum(1, keepdims=True).clip(-1, 1 - 1e-4)
    # |difference|^2 = 2 (1 - cosine): stretched so that the cosine becomes `apart`, at most fourfold, never shrunk.
    gap = (np.clip(np.sqrt((1 - apart) / (1 - cosine)), 1, 4) - 1) / 2
    other = other - gap * difference
    vectors[at] = vectors[at] + gap * difference
    opposites = {int(i): len(texts) + n for n, i in enumerate(at)}
    return texts + [t for _, t in pairs], normalize(torch.from_numpy(np.concatenate([vectors, other])), dim=-1), opposites


def labels_of(data, texts):
    """(class of each text or -1, first class of its set, end of its set, number of classes); training rows only."""
    sets = [corpus.clinc(data, "train"), corpus.banking(data, "train"), corpus.snips(data), corpus.dstc11(data),
            [(r.prompt, r.intent) for r in corpus.bitext(data) if r.split == "train"]]
    known, classes = {}, 0
    for rows in sets:
        names = {name: classes + n for n, name in enumerate(sorted({name for _, name in rows}))}
        for text, name in rows:
            known.setdefault(text.lower(), (names[name], classes, classes + len(names)))
        classes += len(names)
    found = torch.tensor([known.get(t.lower(), (-1, 0, classes)) for t in texts])
    return found[:, 0], found[:, 1], found[:, 2], classes


def intents_loss(head, got, wanted, first, end):
    """Cross-entropy of the rows that have a label, among the classes of their own set."""
    has = wanted >= 0
    if not has.any():
        return 0.0
    scores = head(got[has]) * 16
    place = torch.arange(scores.shape[1])
    outside = (place < first[has][:, None]) | (place >= end[has][:, None])
    return torch.nn.functional.cross_entropy(scores.masked_fill(outside, -1e4), wanted[has],  reduction="sum") / len(got)


def disturbed(text, rng):
    if rng.random() < 0.5:
        return typo(text, rng)
    return rng.choice(POLITE).format(text)


def rounded(values, axis):
    """To 255 steps of the largest absolute value along the axis; the gradient passes through."""
    scale = values.detach().abs().amax(axis, keepdim=True).clamp_min(1e-8) / 127
    return values + ((values / scale).round() * scale - values).detach()


class RoundedLinear(torch.nn.Linear):
    """Int8 weights by output channel, int8 activations by token."""
    def forward(self, x):
        return torch.nn.functional.linear(rounded(x, -1), rounded(self.weight, 1), self.bias)


def batches(rows, opposites, size, rng):
    """Index lists of texts of like length, in random order; a text's opposite stands behind it."""
    paired = set(opposites.values())
    order = [i for i in range(len(rows)) if i not in paired]
    rng.shuffle(order)
    out = []
    for start in range(0, len(order), size * 24):
        part, batch = sorted(order[start:start + size * 24], key=lambda i: len(rows[i])), []
        for i in part:
            batch += [i, opposites[i]] if i in opposites else [i]
            if len(batch) >= size:
                out.append(batch)
                batch = []
        out += [batch] if len(batch) > 1 else []
    rng.shuffle(out)
    return out


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--layers", default="0,2,5")
    options.add_argument("--minutes", type=float, default=30)
    options.add_argument("--batch", type=int, default=128)
    options.add_argument("--rate", type=float, default=6e-4)
    options.add_argument("--similarity", type=float, default=20.0)
    options.add_argument("--apart", type=float, default=0.7, help="cosine that opposites are moved to")
    options.add_argument("--hinge", type=float, default=4.0)
    options.add_argument("--width", type=int, default=640, help="feed-forward neurons a layer")
    options.add_argument("--start", type=Path, help="an exported student to start from, instead of the teacher's layers")
    options.add_argument("--labels", type=float, default=0.0, help="weight of the labelled sets' intents")
    options.add_argument("--quantise", action="store_true")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--threads", type=int, default=1, help="one is faster than two while other work shares the cores")
    options.add_argument("--name", default="student")
    options.add_argument("--resume", type=Path, help="start from this checkpoint, for more minutes at a lower --rate")
    options = options.parse_args()
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    rng = random.Random(options.seed)

    vocabulary = json.load(open(options.out / "vocabulary.json"))
    teacher, teacher_tokenizer, _ = encoder_network.load_teacher()
    held_out = [t for t, _ in corpus.clinc(options.data, "val")][::6] + [t for t, _ in corpus.banking(options.data, "val")][::2]
    wanted = encoder_network.embed(teacher, teacher_tokenizer, held_out)
    tokenizer = encoder_network.tokenizer_for(vocabulary)
    texts, target, opposites = targets(options.out, options.apart)
    if options.start:
        network = from_file(options.start, vocabulary)
    else:
        network = from_teacher([int(n) for n in options.layers.split(",")], vocabulary)
    if options.width < network.config.intermediate_size:
        network = narrowed(network.eval(), tokenizer, texts[:20000:8], options.width)
    if options.resume:
        network.load_state_dict(torch.load(options.resume))
    wanted_class, first_class, end_class, classes = labels_of(options.data, texts)
    head = torch.nn.utils.parametrizations.weight_norm(torch.nn.Linear(network.config.hidden_size, classes, bias=False))
    table = [p for n, p in network.named_parameters() if "word_embeddings" in n]
    rest = [p for n, p in network.named_parameters() if "word_embeddings" not in n]
    optimiser = torch.optim.AdamW([{"params": rest, "weight_decay": 0.01}, {"params": table, "weight_decay": 0.0},
                                   {"params": head.parameters(), "weight_decay": 0.0}],
                                  lr=options.rate, betas=(0.9, 0.98), fused=True)
    began, step, epoch, next_check, running = time.time(), 0, 0, 120, 0.0
    used = 0.0

    def check():
        network.eval()
        got = encoder_network.embed(network, tokenizer, held_out)
        error = ((got @ got.T - wanted @ wanted.T) ** 2).mean() ** 0.5
        print(f"{time.time() - began:.0f} s epoch {epoch} step {step} loss {running:.4f} "
              f"held-out cosine {(got * wanted).sum(1).mean():.4f} similarity error {error:.4f}", flush=True)
        torch.save(network.state_dict(), options.out / f"{options.name}.pt")
        network.train()

    network.train()
    while used < 1:
        noisy = [disturbed(t, rng) if rng.random() < 1 / 6 else t for t in texts]
        rows = [e.ids[:48] for e in tokenizer.encode_batch(noisy)]
        for chosen in batches(rows, opposites, options.batch, rng):
            used = (time.time() - began) / (options.minutes * 60)
            if used >= 1:
                break
            if options.quantise and used > 0.8:
                for module in network.encoder.modules():
                    if type(module) is torch.nn.Linear:
                        module.__class__ = RoundedLinear
            scale = min(1, (step + 1) / 200) * max(0.02, 1 - used)
            for group in optimiser.param_groups:
                group["lr"] = options.rate * scale
            ids, mask = encoder_network.pad([rows[i] for i in chosen], 0)
            with torch.autocast("cpu", torch.bfloat16):
                got = encoder_network.pooled(network, ids, mask)
            want = target[chosen]
            similar = got @ got.T
            loss = (1 - (got * want).sum(1)).mean() + options.similarity * ((similar - want @ want.T) ** 2).mean()
            place = {i: n for n, i in enumerate(chosen)}
            left = [n for n, i in enumerate(chosen) if i in opposites]
            if left:
                right = [place[opposites[chosen[n]]] for n in left]
                loss = loss + options.hinge * ((similar[left, right] - options.apart).clamp_min(0) ** 2).sum() / len(chosen)
            if options.labels:
                loss = loss + options.labels * intents_loss(head, got, wanted_class[chosen], first_class[chosen], end_class[chosen])
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            step += 1
            running = loss.item() if step == 1 else 0.99 * running + 0.01 * loss.item()
            if time.time() - began > next_check:
                check()
                next_check += 120
        epoch += 1
    check()


if __name__ == "__main__":
    main()
