"""The generator: a small llama-architecture network, its tokenizer and its GGUF file.

Grouped-query attention, SwiGLU, RMSNorm, tied head. Rotary positions turn neighbouring pairs (x0, x1), which is what
llama.cpp calls the NORM convention, so the weights need no permutation on export.
"""
import json
from dataclasses import dataclass

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import nn
from torch.nn import functional as F

import model_files

END_OF_TEXT, START, END = "<|endoftext|>", "<|im_start|>", "<|im_end|>"
SPECIALS = [END_OF_TEXT, START, END]
TEMPLATE = ("{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}{% endfor %}"
            "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}")


@dataclass
class Shape:
    vocabulary: int = 4096
    width: int = 256
    layers: int = 6
    heads: int = 4
    kv_heads: int = 2
    hidden: int = 704
    context: int = 512
    epsilon: float = 1e-5
    theta: float = 10000.0


def prompt_text(intent, prompt):
    return f"{START}system\nintent: {intent}{END}\n{START}user\n{prompt}{END}\n{START}assistant\n"


class Block(nn.Module):
    def __init__(self, shape):
        super().__init__()
        size = shape.width // shape.heads
        self.shape, self.size = shape, size
        self.attn_norm = nn.RMSNorm(shape.width, shape.epsilon)
        self.ffn_norm = nn.RMSNorm(shape.width, shape.epsilon)
        linear = lambda a, b: nn.Linear(a, b, bias=False)
        self.attn_q, self.attn_k = linear(shape.width, shape.heads * size), linear(shape.width, shape.kv_heads * size)
        self.attn_v, self.attn_output = linear(shape.width, shape.kv_heads * size), linear(shape.heads * size, shape.width)
        self.ffn_gate, self.ffn_up = linear(shape.width, shape.hidden), linear(shape.width, shape.hidden)
        self.ffn_down = linear(shape.hidden, shape.width)
        self.drop = nn.Dropout(0.0)

    def forward(self, x, turn, past=None):
        b, n, _ = x.shape
        y = self.attn_norm(x)
        q = rotate(self.attn_q(y).view(b, n, self.shape.heads, self.size).transpose(1, 2), turn)
        k = rotate(self.attn_k(y).view(b, n, self.shape.kv_heads, self.size).transpose(1, 2), turn)
        v = self.attn_v(y).view(b, n, self.shape.kv_heads, self.size).transpose(1, 2)
        if past is not None:
            if past:
                k, v = torch.cat([past[0], k], 2), torch.cat([past[1], v], 2)
            past[:] = [k, v]
        group = self.shape.heads // self.shape.kv_heads
        k, v = k.repeat_interleave(group, 1), v.repeat_interleave(group, 1)
        y = attention(q, k, v)
        x = x + self.drop(self.attn_output(y.transpose(1, 2).reshape(b, n, -1)))
        y = self.ffn_norm(x)
        return x + self.drop(self.ffn_down(F.silu(self.ffn_gate(y)) * self.ffn_up(y)))


def attention(q, k, v):
    """Causal over the last positions. Products and softmax in plain form: on CPU a step takes 0.8 s against 1.05 s with the fused form."""
    scores = q * q.shape[-1] ** -0.5 @ k.transpose(-2, -1)
    n = scores.shape[-2]
    if n > 1:
        scores = scores + torch.full((n, n), float("-inf"), dtype=scores.dtype).triu(1)
    return scores.softmax(-1).to(v.dtype) @ v


def rotate(x, turn):
    cos, sin = turn
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.stack([a * cos - b * sin, a * sin + b * cos], -1).flatten(-2).to(x.dtype)


class Generator(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        self.token_embd = nn.Embedding(shape.vocabulary, shape.width)
        self.blk = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.output_norm = nn.RMSNorm(shape.width, shape.epsilon)
        size = shape.width // shape.heads
        angle = torch.outer(torch.arange(shape.context).float(), shape.theta ** (-torch.arange(0, size, 2).float() / size))
        self.register_buffer("cos", angle.cos(), persistent=False)
        self.register_buffer("sin", angle.sin(), persistent=False)
        for name, p in self.named_parameters():
            if p.ndim == 2:
                deep = "attn_output" in name or "ffn_down" in name
                nn.init.normal_(p, std=0.04 / (2 * shape.layers) ** 0.5 if deep else 0.04)

    def hidden(self, ids, past=None, start=0):
        turn = self.cos[start:start + ids.shape[1]], self.sin[start:start + ids.shape[1]]
        x = self.token_embd(ids)
        for n, block in enumerate(self.blk):
            x = block(x, turn, None if past is None else past[n])
        return self.output_norm(x)

    def forward(self, ids, past=None, start=0):
        return F.linear(self.hidden(ids, past, start), self.token_embd.weight)

    @torch.no_grad()
    def greedy(self, ids, stop, most):
        """(new token ids without the stop token, their mean log-probability with it, stopped by itself)."""
        past = [[] for _ in self.blk]
        logits, out, total = self(torch.tensor([ids]), past)[0, -1], [], 0.0
        most = min(most, self.shape.context - len(ids) - 1)
        for _ in range(most):
            scores = F.log_softmax(logits.float(), -1)
            token = int(scores.argmax())
            total += float(scores[token])
            if token == stop:
                return out, total / (len(out) + 1), True
            out.append(token)
            logits = self(torch.tensor([[token]]), past, len(ids) + len(out) - 1)[0, -1]
        return out, total / max(1, len(out)), False


def write(path, network, tokenizer, kind="Q8_0", probe=None, figures=None):
    """The network as GGUF. kind: type of the layers' matrices; the embeddings, which are the head too, are Q8_0.

    probe: names and values under `weir.probe.`, metadata and not tensors, because llama.cpp refuses tensors that it does not know.
    """
    shape = network.shape
    out = model_files.Writer(path, "llama", "weir-generator")
    out.add_block_count(shape.layers)
    out.add_context_length(shape.context)
    out.add_embedding_length(shape.width)
    out.add_feed_forward_length(shape.hidden)
    out.add_head_count(shape.heads)
    out.add_head_count_kv(shape.kv_heads)
    out.add_layer_norm_rms_eps(shape.epsilon)
    out.add_rope_freq_base(shape.theta)
    out.add_rope_dimension_count(shape.width // shape.heads)
    out.add_vocab_size(shape.vocabulary)
    out.add_file_type({"Q8_0": 7, "Q4_0": 2}[kind])
    model = json.loads(tokenizer.to_str())["model"]
    tokens = sorted(model["vocab"], key=model["vocab"].get)
    out.add_tokenizer_model("gpt2")
    out.add_tokenizer_pre("gpt-2")
    out.add_token_list(tokens)
    out.add_token_types([3 if t in SPECIALS else 1 for t in tokens])
    out.add_token_merges([m if isinstance(m, str) else " ".join(m) for m in model["merges"]])
    out.add_bos_token_id(tokens.index(END_OF_TEXT))
    out.add_eos_token_id(tokens.index(END))
    out.add_add_bos_token(False)
    out.add_chat_template(TEMPLATE)
    out.add_bool("weir.generator.reads_slots", True)
    for name, value in (probe or {}).items():
        out.add_array("weir.probe." + name, value) if isinstance(value, list) else out.add_float32("weir.probe." + name, float(value))
    for name, value in (figures or {}).items():
        out.add_float32("weir.eval." + name, float(value))
    for name, values in network.state_dict().items():
        values = values.float().numpy()
        if values.ndim == 1:
            out.vector(name, values)
        else:
            out.matrix(name, values, kind=model_files.Type[kind if name.startswith("blk.") else "Q8_0"])
    out.close()


def rewrite(path, tokenizer_path, probe=None, figures=None):
    """Puts another probe or other figures into a file and leaves all else: packing what was unpacked gives the same bytes."""
    network, tokenizer = load(path, tokenizer_path)
    data, _ = model_files.read(path)
    had = lambda prefix: {k[len(prefix):]: v for k, v in data.items() if k.startswith(prefix)}
    kind = "Q4_0" if data["general.file_type"] == 2 else "Q8_0"
    write(path, network, tokenizer, kind, had("weir.probe.") if probe is None else probe, had("weir.eval.") if figures is None else figures)


def probe_of(path):
    """((signal weights, first state's, mean state's, bias), least probability) of a file's probe; (None, None) where it has none."""
    data, _ = model_files.read(path)
    if "weir.probe.bias" not in data:
        return None, None
    value = lambda name: np.array(data.get("weir.probe." + name, []))
    weights = value("weights"), value("first_state_weights"), value("mean_state_weights"), float(value("bias"))
    return weights, float(value("min_acceptance"))


def grown(network, shape):
    """The network's weights in one with more layers, which computes the same: the added last layers write nothing yet."""
    larger = Generator(shape)
    state = larger.state_dict()
    for n in range(network.shape.layers, shape.layers):
        for part in ("attn_output", "ffn_down"):
            state[f"blk.{n}.{part}.weight"].zero_()
    state.update(network.state_dict())
    larger.load_state_dict(state)
    return larger


def load(path, tokenizer_path):
    """(network, tokenizer) computed from the numbers in a GGUF file, dequantised."""
    data, tensors = model_files.read(path)
    network = Generator(Shape(len(data["tokenizer.ggml.tokens"]), data["llama.embedding_length"], data["llama.block_count"],
                              data["llama.attention.head_count"], data["llama.attention.head_count_kv"],
                              data["llama.feed_forward_length"], data["llama.context_length"],
                              data["llama.attention.layer_norm_rms_epsilon"], data["llama.rope.freq_base"])).eval()
    network.load_state_dict({name: torch.from_numpy(t) for name, t in tensors.items()})
    return network, Tokenizer.from_file(str(tokenizer_path))
