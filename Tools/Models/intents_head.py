"""The intents head as its file defines it: logits, features, confidence, gate; GGUF in both directions.

This is the reference for the Swift implementation. Features, in order: p1 the largest in-scope probability, p1 - p2,
probability of out_of_scope, energy (logsumexp of the untempered logits), cosine to the predicted intent's centre,
largest cosine to any centre.
"""
import numpy as np
from scipy.special import expit, logsumexp, softmax

import model_files

TENSORS = ["hidden.weight", "hidden.bias", "output.weight", "output.bias", "centres.weight", "confidence.weight",
           "confidence.bias", "confidence.mean", "confidence.scale", "gate.weight", "gate.bias", "calibration.x", "calibration.y"]


def logits(head, x):
    return np.maximum(x @ head["hidden.weight"].T + head["hidden.bias"], 0) @ head["output.weight"].T + head["output.bias"]


def predict(head, x):
    """The most likely in-scope intent of each row."""
    return logits(head, x)[:, :-1].argmax(1)


def features(head, x):
    scores = logits(head, x)
    p = softmax(scores / head["temperature"], axis=1)
    ranked = np.sort(p[:, :-1], axis=1)
    cosines = x @ head["centres.weight"].T
    return np.c_[ranked[:, -1], ranked[:, -1] - ranked[:, -2], p[:, -1], logsumexp(scores, axis=1),
                 cosines[np.arange(len(x)), scores[:, :-1].argmax(1)], cosines.max(1)]


def judge(head, x):
    """(predicted in-scope intent, calibrated confidence that it is right, probability of out of scope, features)."""
    f = features(head, x)
    z = (f - head["confidence.mean"]) / head["confidence.scale"]
    raw = expit(z @ head["confidence.weight"] + head["confidence.bias"])
    confidence = np.interp(raw, head["calibration.x"], head["calibration.y"])
    return predict(head, x), confidence, expit(z @ head["gate.weight"] + head["gate.bias"]), f


def write(path, head, labels, encoder_digest, calibration_rows, figures):
    out = model_files.Writer(path, "weir-intents", "weir-intents")
    out.add_array("weir.intents.labels", labels)
    out.add_float32("weir.intents.temperature", head["temperature"])
    out.add_uint32("weir.intents.calibration_rows", calibration_rows)
    out.add_string("weir.encoder.sha256", encoder_digest)
    for name, value in figures.items():
        out.add_float32("weir.eval." + name, float(value))
    for name in TENSORS:
        out.vector(name, np.atleast_1d(head[name]))
    out.close()


def load(path):
    """(head, labels, metadata)"""
    metadata, head = model_files.read(path)
    head["temperature"] = metadata["weir.intents.temperature"]
    return head, metadata["weir.intents.labels"], metadata
