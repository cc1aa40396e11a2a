"""Compares the matrices of a document with independent implementations: oracle.py DOCUMENT FOLDER.

The document is one of "neuromfa analyze FOLDER --rivals", whose files are stepN.safetensors with binary32 entries and
linear layers only. Needs numpy and powerlaw. Prints the largest relative differences, and where powerlaw finds another
exponent.
"""

import contextlib
import io
import json
import struct
import sys
import warnings

import numpy as np
import powerlaw

warnings.simplefilter("ignore")


def tensors(path):
    data = open(path, "rb").read()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)

    def entries(entry):
        start, end = entry["data_offsets"]
        return np.frombuffer(data[8 + length + start : 8 + length + end], "<f4").reshape(entry["shape"]).astype(float)

    return {name: entries(entry) for name, entry in header.items() if entry["dtype"] == "F32"}


def fit(values):
    logs = np.log(values)
    fits = []
    for start in range(len(values) - 1):
        m = len(values) - start
        alpha = 1 + m / np.sum(logs[start:] - logs[start])
        law = 1 - (values[start:] / values[start]) ** (1 - alpha)
        fits.append((np.max(np.abs(law - np.arange(m) / m)), alpha, values[start]))
    return min(fits)


def other_fit(values):
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        return powerlaw.Fit(values, verbose=False, parameter_ranges={"alpha": [1.0001, 1000]}).power_law.alpha


document, folder = json.load(open(sys.argv[1])), sys.argv[2]
worst, different, count = {}, [], 0
for checkpoint in document["checkpoints"]:
    weights = tensors(f"{folder}/{checkpoint['name']}.safetensors")
    for found in checkpoint["rivals"]["matrices"]:
        matrix = weights[found["tensor"]]
        singular = np.linalg.svd(matrix, compute_uv=False)
        values = np.sort(singular**2)
        distance, alpha, x_min = fit(values)
        wanted = {
            "spectral_norm": singular[0],
            "stable_rank": np.sum(matrix**2) / singular[0] ** 2,
            "alpha": alpha,
            "x_min": x_min,
            "distance": distance,
        }
        for name, value in wanted.items():
            worst[name] = max(worst.get(name, 0), float(abs(found[name] - value) / value))
        count += 1
        if abs(other_fit(values) - found["alpha"]) > 1e-6:
            different.append((checkpoint["name"], found["tensor"]))
print(f"{count} matrices, largest relative differences: {worst}")
print(f"powerlaw finds another exponent in {len(different)}: {different}")
