"""Compares `weir embed` on an encoder's folder with sentence-transformers on the same folder.

    Tools/Checks/encoders/compare.py WEIR FOLDER TEXTS [COUNT]

TEXTS is a file of one text a line. Prints the token counts that differ and the cosines; exit status 1 below 0.999.
"""

import json
import subprocess
import sys
import tempfile

import numpy
import sentence_transformers

weir, folder, texts = sys.argv[1:4]
count = int(sys.argv[4]) if len(sys.argv) > 4 else 1000
lines = [line.strip() for line in open(texts, encoding="utf-8")]
lines = [line for line in lines if line][:count]
model = sentence_transformers.SentenceTransformer(folder, device="cpu")
expected = model.encode(lines, batch_size=1, normalize_embeddings=True)
with tempfile.NamedTemporaryFile("w", suffix=".toml") as config:
    config.write(f"[models]\nencoder = {json.dumps(folder)}\n")
    config.flush()
    run = subprocess.run(
        [weir, "embed", "--config", config.name], input="".join(line + "\n" for line in lines), capture_output=True,
        text=True, check=True)
found = [json.loads(line) for line in run.stdout.splitlines()]
assert len(found) == len(lines), f"{len(found)} vectors for {len(lines)} texts"
limit = model.get_max_seq_length()
prefix = model.prompts.get(model.default_prompt_name, "") if model.default_prompt_name else ""
tokens = [len(model.tokenizer(prefix + line, truncation=True, max_length=limit)["input_ids"]) for line in lines]
cosines = numpy.array([float(numpy.dot(item["embedding"], vector)) for item, vector in zip(found, expected)])
differing = sum(item["tokens"] != count for item, count in zip(found, tokens))
print(f"{len(lines)} texts: {differing} with another number of tokens; cosine least {cosines.min():.6f}, "
      f"mean {cosines.mean():.6f}, 1st percentile {numpy.percentile(cosines, 1):.6f}")
sys.exit(0 if cosines.min() >= 0.999 and differing == 0 else 1)
