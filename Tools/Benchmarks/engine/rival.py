"""llama.cpp's side of the race, in a process of its own: one JSON object on standard output.

    rival.py speed MODEL THREADS ROUNDS LENGTH...
    rival.py loss MODEL IDS WINDOW        IDS is a file of token ids, and after them the text on a line (JSON)

Through llama-cpp-python's low-level interface, which is llama.cpp's own, with its defaults (flash attention where it
chooses so, memory-mapped files, repacked weights). A step costs Python some microseconds.
"""
import ctypes
import json
import math
import resource
import sys
import time

import llama_cpp

PROMPT_TOKENS, DECODED_TOKENS = 32, 64


def peak_bytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def silent(level, text, data):
    pass


class Rival:
    def __init__(self, path, threads, context, outputs=1):
        self.quiet = llama_cpp.llama_log_callback(silent)
        llama_cpp.llama_log_set(self.quiet, ctypes.c_void_p(0))
        llama_cpp.llama_backend_init()
        self.bare = peak_bytes()
        # Loading is the file, the vocabulary and a context: what weir bench times as load.generator, too.
        begin = time.perf_counter()
        self.model = llama_cpp.llama_model_load_from_file(path.encode(), llama_cpp.llama_model_default_params())
        if not self.model:
            sys.exit(f"rival: llama.cpp cannot load {path}")
        settings = llama_cpp.llama_context_default_params()
        settings.n_ctx, settings.n_batch, settings.n_ubatch = context, 512, 512
        settings.n_threads = settings.n_threads_batch = threads
        settings.no_perf = True
        self.context = llama_cpp.llama_init_from_model(self.model, settings)
        self.load_seconds = time.perf_counter() - begin
        self.memory = llama_cpp.llama_get_memory(self.context)
        self.vocab = llama_cpp.llama_model_get_vocab(self.model)
        self.size = llama_cpp.llama_vocab_n_tokens(self.vocab)

    def clear(self):
        llama_cpp.llama_memory_clear(self.memory, True)

    def batch(self, ids):
        # The batch points into the array, which must live as long.
        array = (llama_cpp.llama_token * len(ids))(*ids)
        return array, llama_cpp.llama_batch_get_one(array, len(ids))

    def decode(self, batch):
        status = llama_cpp.llama_decode(self.context, batch)
        if status != 0:
            sys.exit(f"rival: llama_decode ended with {status}")

    def prefill(self, ids):
        """Seconds until the logits after the prompt are there."""
        self.clear()
        array, batch = self.batch(ids)
        begin = time.perf_counter()
        self.decode(batch)
        llama_cpp.llama_get_logits_ith(self.context, -1)
        return time.perf_counter() - begin

    def continuation(self, prompt, ids):
        """Seconds of each token."""
        self.prefill(prompt)
        batches = [self.batch([token]) for token in ids]
        times = []
        for _, batch in batches:
            begin = time.perf_counter()
            self.decode(batch)
            llama_cpp.llama_get_logits_ith(self.context, -1)
            times.append(time.perf_counter() - begin)
        return times


def speed(path, threads, rounds, lengths):
    import random
    chance = random.Random(1)
    rival = Rival(path, threads, 1024)
    ids = lambda count: [chance.randrange(300, min(rival.size, 16_000)) for _ in range(count)]
    times = {f"prefill.{length}.t{threads}": [] for length in lengths}
    decode = f"decode.{DECODED_TOKENS}.t{threads}"
    times[decode] = []
    for number in range(rounds + 1):
        for length in lengths:
            found = rival.prefill(ids(length))
            if number:
                times[f"prefill.{length}.t{threads}"].append(found / length)
        found = rival.continuation(ids(PROMPT_TOKENS), ids(DECODED_TOKENS))
        if number:
            times[decode] += found
    rows = []
    for name, found in times.items():
        found.sort()
        rows.append(dict(name=name, rate=1 / found[len(found) // 2], p99_ns=round(found[-1 - len(found) // 100] * 1e9)))
    rows.append(dict(name="load.generator", rate=1 / rival.load_seconds))
    return dict(name=f"llama.cpp {llama_cpp.__version__}", rows=rows, bare_bytes=rival.bare)


def loss(path, ids_file, window):
    import numpy as np
    with open(ids_file) as source:
        given = json.load(source)
    ids = given["tokens"]
    rival = Rival(path, 1, window + 8)
    text = given["text"].encode()
    room = (llama_cpp.llama_token * (len(text) + 8))()
    count = llama_cpp.llama_tokenize(rival.vocab, text, len(text), room, len(room), False, False)
    losses, best = [], []
    for first in range(0, len(ids) - window + 1, window):
        rival.clear()
        part = ids[first:first + window]
        batch = llama_cpp.llama_batch_init(window, 0, 1)
        batch.n_tokens = window
        for place, token in enumerate(part):
            batch.token[place], batch.pos[place] = token, place
            batch.n_seq_id[place], batch.seq_id[place][0], batch.logits[place] = 1, 0, True
        rival.decode(batch)
        for place in range(window - 1):
            pointer = llama_cpp.llama_get_logits_ith(rival.context, place)
            logits = np.ctypeslib.as_array(pointer, shape=(rival.size,)).astype(np.float64)
            highest = logits.max()
            losses.append(float(highest + math.log(np.exp(logits - highest).sum()) - logits[part[place + 1]]))
            best.append(int(logits.argmax()))
        llama_cpp.llama_batch_free(batch)
    return dict(tokens=list(room[:count]), losses=losses, best=best)


if __name__ == "__main__":
    kind, model = sys.argv[1:3]
    if kind == "speed":
        result = speed(model, int(sys.argv[3]), int(sys.argv[4]), [int(length) for length in sys.argv[5:]])
    else:
        result = loss(model, sys.argv[3], int(sys.argv[4]))
    print(json.dumps(result))
