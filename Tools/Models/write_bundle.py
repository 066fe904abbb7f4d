"""Writes bundle.json beside the four weight files: names, digests, sizes, and the version that --version names."""
import argparse
import json
from pathlib import Path

import model_files


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--folder", type=Path, required=True)
    options.add_argument("--version", required=True, help="for example 2026-11-21-1")
    options = options.parse_args()
    bundle = {"format": 1, "name": "default", "version": options.version}
    total = 0
    for part in ("encoder", "intents", "generator", "verifier"):
        path = options.folder / f"{part}.gguf"
        bundle[part] = {"file": path.name, "sha256": model_files.sha256(path)}
        total += path.stat().st_size
    digest = model_files.read(options.folder / "intents.gguf")[0]["weir.encoder.sha256"]
    if digest != bundle["encoder"]["sha256"]:
        raise SystemExit("intents.gguf was trained on another encoder.gguf: train them again with weir train")
    (options.folder / "bundle.json").write_text(json.dumps(bundle, indent=2) + "\n")
    print("bundle of", total, "bytes")


if __name__ == "__main__":
    main()
