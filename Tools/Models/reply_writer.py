"""Writes replies with the network, many at once, with the signals that the answer probe reads.

Prompts of equal length share a batch, so that no padding is needed. Signals are those of Sources/WeirGenerator/AnswerSignals.swift: over the
chosen tokens, the one that ends the turn included, under the model's own distribution; states are those after the output norm.
"""
import re
from collections import Counter, defaultdict, namedtuple

import numpy as np
import torch
from torch.nn import functional as F

import generator_network

Reply = namedtuple("Reply", "ids text stopped signals first_state mean_state")
SIGNALS = ["mean_logprob", "least_logprob", "lowest_tenth_logprob", "mean_entropy", "log_tokens", "repeated_share"]


def repeated_share(ids):
    runs = [tuple(ids[i:i + 4]) for i in range(len(ids) - 3)]
    return 1 - len(set(runs)) / len(runs) if len(runs) >= 16 else 0.0


@torch.no_grad()
def write(network, tokenizer, prompts, temperature=0.0, most=224, rows=32, seed=0):
    """Replies to prompts (lists of ids), in their order. temperature 0 is greedy."""
    end = tokenizer.token_to_id(generator_network.END)
    generator = torch.Generator().manual_seed(seed)
    groups, out = defaultdict(list), [None] * len(prompts)
    for i, p in enumerate(prompts):
        groups[len(p)].append(i)
    for length, places in sorted(groups.items()):
        for start in range(0, len(places), rows):
            batch = places[start:start + rows]
            past = [[] for _ in network.blk]
            state = network.hidden(torch.tensor([prompts[i] for i in batch]), past)[:, -1]
            ids, logs, entropies = [[] for _ in batch], [[] for _ in batch], [[] for _ in batch]
            sums, firsts, stopped = torch.zeros_like(state), state.clone(), [False] * len(batch)
            for n in range(min(most, network.shape.context - length - 1)):
                scores = F.log_softmax(state @ network.token_embd.weight.T, -1)
                entropy = -(scores.exp() * scores).sum(-1)
                token = (scores.argmax(-1) if temperature == 0 else
                         torch.multinomial((scores / temperature).softmax(-1), 1, generator=generator)[:, 0])
                taken = scores.gather(1, token[:, None])[:, 0]
                for k, t in enumerate(token.tolist()):
                    if stopped[k]:
                        continue
                    logs[k].append(float(taken[k]))
                    entropies[k].append(float(entropy[k]))
                    sums[k] += state[k]
                    if t == end:
                        stopped[k] = True
                    else:
                        ids[k].append(t)
                if all(stopped):
                    break
                state = network.hidden(token[:, None], past, length + n)[:, -1]
            for k, i in enumerate(batch):
                lowest = sorted(logs[k])[:(len(logs[k]) + 9) // 10]
                signals = [np.mean(logs[k]), min(logs[k]), np.mean(lowest), np.mean(entropies[k]), np.log(len(ids[k]) + 1),
                           repeated_share(ids[k])]
                out[i] = Reply(ids[k], tokenizer.decode(ids[k], skip_special_tokens=False), stopped[k], signals,
                               firsts[k].numpy(), (sums[k] / len(logs[k])).numpy())
    return out


def repeats_line(text):
    """A line of four words or more twice, as Sources/WeirGenerator/AnswerProbe.swift has it."""
    seen = set()
    for line in text.splitlines():
        words = line[next((i for i, c in enumerate(line) if c.isalpha() or c == "{"), len(line)):]
        if len([w for w in words.split(" ") if w]) < 4:
            continue
        if words in seen:
            return True
        seen.add(words)
    return False


def passes_rules(reply):
    """What the product asks of an answer before it asks the probe: it ended, and says no line and not half of its runs twice."""
    return bool(reply.stopped and reply.text.strip() and repeated_share(reply.ids) <= 0.5 and not repeats_line(reply.text))


def probability(probe, reply):
    """That a reply is fit, by the weights of generator_network.probe_of."""
    signals, first, mean, bias = probe
    score = bias + np.dot(signals, reply.signals)
    score += (np.dot(first, reply.first_state) if len(first) else 0) + (np.dot(mean, reply.mean_state) if len(mean) else 0)
    return float(1 / (1 + np.exp(-score)))


def is_loop(text):
    """A sentence or step twice, or six words three times."""
    parts = [re.sub(r"^\d+\.\s*", "", p).strip().lower() for p in re.split(r"(?<=[.!?])\s+|\n", text)]
    parts = [p for p in parts if len(p.split()) > 3]
    words = text.lower().split()
    sixes = Counter(tuple(words[i:i + 6]) for i in range(len(words) - 5))
    return len(set(parts)) < len(parts) or bool(sixes and max(sixes.values()) >= 3)
