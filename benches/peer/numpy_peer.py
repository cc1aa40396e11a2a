"""The same analysis in NumPy, vectorised as a good user would: from weights in memory to distances, N_i(r), Z_q(r), tau,
alpha, alpha_0, width and the neuron fractal dimensions. Written for the comparison; `npm run bench -- job` runs it.

    numpy_peer.py FILE      a safetensors file of f32 matrices [outputs, inputs], one group each

Each line of the standard input is {"form": "exp" or "multiply", "runs": n}; the answer is one line with the milliseconds of
each run and the numbers to compare. The forms differ in Z_q only: exp(q ln p) for each q, or powers by multiplication.
"""

import json
import re
import sys
import time

import numpy as np

THRESHOLD, NFD_THRESHOLD, LEAST_EDGES = 150, 200, 10
STEP = 0.1
Q = np.arange(-30, 31) / 10


def load(path):
    """The matrices of the file, in the order of the network: blocks, and in them the order of the file."""
    with open(path, "rb") as file:
        data = file.read()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    body = np.frombuffer(data, np.float32, offset=8 + length)
    entries = sorted(
        header.items(), key=lambda item: (int(re.search(r"\d+", item[0])[0]), item[1]["data_offsets"][0])
    )
    spans = [(entry["data_offsets"], entry["shape"]) for _, entry in entries]
    return [body[start // 4 : end // 4].reshape(shape) for (start, end), shape in spans]


def radius_counts(weights, longest, least):
    """[inputs, longest + 1]: edges of each input neuron at each rounded radius, of lengths above `least`."""
    with np.errstate(divide="ignore"):
        distance = 1 / np.abs(weights.T.astype(np.float64))
    neurons = len(distance)
    kept = (distance > least) & (distance <= longest)
    cell = np.rint(distance[kept]).astype(np.intp) + (longest + 1) * np.nonzero(kept)[0]
    return np.bincount(cell, minlength=neurons * (longest + 1)).reshape(neurons, longest + 1)


def partition_by_exp(mass):
    log = np.log(mass)
    return np.array([np.exp(q * log).sum(axis=0) for q in Q])


def partition_by_multiplication(mass):
    """p^0.1 and its inverse once, then one multiplication for each order."""
    z = np.empty((len(Q), mass.shape[1]))
    zero = len(Q) // 2
    z[zero] = len(mass)
    up = mass**STEP
    for base, direction in ((up, 1), (1 / up, -1)):
        power = base.copy()
        for order in range(1, zero + 1):
            power.sum(axis=0, out=z[zero + direction * order])
            power *= base
    return z


def slopes(x, y):
    """Slope of the least-squares line of each row of y on x."""
    centred = x - x.mean()
    return y @ centred / (centred @ centred)


def spectrum(counts, partition):
    number = 1 + counts.cumsum(axis=1)
    kept = number[:, -1] > 1 + LEAST_EDGES
    radii = np.nonzero(counts[kept].any(axis=0))[0]
    number = np.take(number[kept], radii, axis=1)  # in C order, which indexing would not give
    mass = number / number[:, -1:]
    tau = slopes(np.log(radii / radii[-1]), np.log(partition(mass)))
    alpha = np.gradient(tau, STEP)
    return {"alpha": alpha, "f": Q * alpha - tau, "alpha0": alpha[len(Q) // 2], "width": np.ptp(alpha)}


def fractal_dimensions(counts):
    """One for each neuron: slope of ln N on ln r over its own distinct radii above 0."""
    number = 1 + counts.cumsum(axis=1)
    points = (counts[:, 1:] > 0).astype(np.float64)
    x, y = np.log(np.arange(1, counts.shape[1])), np.log(number[:, 1:])
    n, sum_x, sum_xx = points.sum(axis=1), points @ x, points @ (x * x)
    masked = points * y
    sum_y, sum_xy = masked.sum(axis=1), masked @ x
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = (n * sum_xy - sum_x * sum_y) / (n * sum_xx - sum_x * sum_x)
    return np.where((number[:, -1] > 1 + LEAST_EDGES) & (n > 1), slope, 0)


def analyse(matrices, partition):
    counts = np.concatenate([radius_counts(matrix, THRESHOLD, 1) for matrix in matrices])
    answer = spectrum(counts, partition)
    all_counts = np.concatenate([radius_counts(matrix, NFD_THRESHOLD, 0) for matrix in matrices])
    edges = np.concatenate([(matrix != 0).any(axis=0) for matrix in matrices])
    dimensions = fractal_dimensions(all_counts)[edges]
    answer |= {"nfd_mean": dimensions.mean(), "nfd_max": dimensions.max()}
    return answer


def main():
    matrices = load(sys.argv[1])
    forms = {"exp": partition_by_exp, "multiply": partition_by_multiplication}
    for line in sys.stdin:
        order = json.loads(line)
        times = []
        for _ in range(order["runs"]):
            start = time.perf_counter()
            answer = analyse(matrices, forms[order["form"]])
            times.append(1e3 * (time.perf_counter() - start))
        plain = {name: value.tolist() for name, value in answer.items()}
        versions = {"python": sys.version.split()[0], "numpy": np.__version__}
        print(json.dumps({"times": times, "answer": plain, "versions": versions}), flush=True)


if __name__ == "__main__":
    main()
