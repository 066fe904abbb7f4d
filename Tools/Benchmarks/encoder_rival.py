"""onnxruntime's side of Tools/Benchmarks/encoder: exports a sentence encoder to ONNX and times it when told to.

    encoder_rival.py FOLDER TEXTS PLACE LENGTH...

FOLDER has the model as the Hugging Face hub has it, TEXTS supplies words. Writes PLACE/LENGTH.txt, texts of exactly so many tokens,
then reads lines "KIND LENGTH" (KIND: f32, int8, f32-fused, int8-fused) and answers each with a line of JSON: milliseconds of every pass.
"PLACE/KIND-LENGTH.npy" has the vectors. One thread; a pass is the session alone, without tokenizing.
"""
import json
import os
import random
import sys
import time
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")
import numpy
import onnxruntime
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers import optimizer
from transformers import AutoModel, AutoTokenizer

TEXTS_OF_A_LENGTH = 100


class Sentence(torch.nn.Module):
    """Token states to the sentence's vector: mean over the tokens, unit length."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask):
        states = self.model(input_ids=input_ids, attention_mask=attention_mask)[0]
        weights = attention_mask.unsqueeze(-1).to(states.dtype)
        return torch.nn.functional.normalize((states * weights).sum(1) / weights.sum(1), dim=1)


def export(folder: str, place: Path) -> dict[str, Path]:
    model = Sentence(AutoModel.from_pretrained(folder, attn_implementation="eager")).eval()
    example = torch.ones((1, 8), dtype=torch.int64)
    axes = {name: {0: "texts", 1: "tokens"} for name in ("input_ids", "attention_mask")}
    files = {kind: place / f"{kind}.onnx" for kind in ("f32", "int8", "f32-fused", "int8-fused")}
    with torch.inference_mode():
        torch.onnx.export(model, (example, example), str(files["f32"]), input_names=list(axes), output_names=["vector"],
                          dynamic_axes=axes, opset_version=17, dynamo=False)
    settings = model.model.config
    optimizer.optimize_model(str(files["f32"]), "bert", settings.num_attention_heads, settings.hidden_size).save_model_to_file(
        str(files["f32-fused"]))
    for kind in ("", "-fused"):
        quantize_dynamic(files["f32" + kind], files["int8" + kind], per_channel=True, weight_type=QuantType.QInt8,
                         extra_options={"DefaultTensorType": 1})
    return files


def texts_of(length: int, words: list[str], rng: random.Random) -> list[str]:
    """Texts of `length` tokens: words that are one token each, and the two marks."""
    return [" ".join(rng.choices(words, k=length - 2)) for _ in range(TEXTS_OF_A_LENGTH)]


def main() -> int:
    folder, source, place = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    lengths = [int(length) for length in sys.argv[4:]]
    tokenizer = AutoTokenizer.from_pretrained(folder)
    found = sorted(set(Path(source).read_text(encoding="utf-8").lower().split()))
    words = [word for word in found if word.isascii() and word.isalpha() and len(tokenizer.tokenize(word)) == 1]
    rng = random.Random(1)
    texts = {length: texts_of(length, words, rng) for length in lengths}
    for length, lines in texts.items():
        (place / f"{length}.txt").write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        stdout, sys.stdout = sys.stdout, nowhere
        files = export(folder, place)
        sys.stdout = stdout
    sessions = {k: onnxruntime.InferenceSession(str(f), options, providers=["CPUExecutionProvider"]) for k, f in files.items()}
    inputs = {}
    for length, lines in texts.items():
        rows = [numpy.array([tokenizer(line)["input_ids"]], dtype=numpy.int64) for line in lines]
        assert all(row.shape == (1, length) for row in rows), f"texts of {length} tokens came out with others"
        inputs[length] = [{"input_ids": row, "attention_mask": numpy.ones_like(row)} for row in rows]
    print(json.dumps({"ready": sorted(sessions)}), flush=True)
    for line in sys.stdin:
        kind, length = line.split()
        session, times, vectors = sessions[kind], [], []
        for one in inputs[int(length)][:5]:
            session.run(None, one)
        for one in inputs[int(length)]:
            begin = time.perf_counter()
            vector = session.run(None, one)[0][0]
            times.append((time.perf_counter() - begin) * 1e3)
            vectors.append(vector)
        numpy.save(place / f"{kind}-{length}.npy", numpy.array(vectors))
        print(json.dumps({"times": times}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
