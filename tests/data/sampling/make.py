"""Sampled neurons of small models, straight from the text of the method (section 2), with NumPy's RandomState.

Run once, with numpy:  python tests/data/sampling/make.py
"""

import json
import pathlib

from numpy.random import RandomState


def ascending(values):
    return sorted(int(v) for v in values)


def blocks(seed, k, count, d, n_q, n_kv, head_dim, m, fused, gate):
    """Blocks of four groups."""
    state = RandomState(seed)
    draws = []
    for _ in range(count):
        draws.append([state.permutation(n)[:j] for n, j in ((d, k), (n_q, k), (d, k), (m, 2 * k))])
    draws.append([state.permutation(d)[:k]])
    g = n_q // n_kv
    groups = []
    for b in range(count):
        a, h, mlp_in, f = draws[b]
        shared = {int(row) // (head_dim * g) * head_dim + int(row) % head_dim for row in h}
        if fused:
            outputs = [ascending(set(h.tolist()) | {n_q + r for r in shared} | {n_q + n_kv + r for r in shared})]
        else:
            outputs = [ascending(h), ascending(shared), ascending(shared)]
        groups.append((ascending(a), outputs))
        groups.append((ascending(h), [ascending(mlp_in)]))
        if gate == "one matrix":
            hidden = [ascending(f.tolist() + [row + m for row in f.tolist()])]
        else:
            hidden = [ascending(f)] * (2 if gate == "two matrices" else 1)
        groups.append((ascending(mlp_in), hidden))
        groups.append((ascending(f), [ascending(draws[b + 1][0])]))
    return groups


def chain(seed, k, sizes):
    """Groups of one matrix: (inputs, outputs)."""
    state, carried, groups = RandomState(seed), None, []
    for inputs, outputs in sizes:
        if carried is not None and carried[0] == inputs:
            drawn = carried[1]
        else:
            drawn = state.permutation(inputs)[:k]
        out = state.permutation(outputs)[:k]
        groups.append((ascending(drawn), [ascending(out)]))
        carried = (outputs, out)
    return groups


def layers(count, prefix, shapes):
    return [[f"{prefix}{b}.{name}.weight", shape] for b in range(count) for name, shape in shapes]


def llama(d, n_q, n_kv, m):
    return layers(2, "model.layers.", [
        ("self_attn.q_proj", [n_q, d]), ("self_attn.k_proj", [n_kv, d]), ("self_attn.v_proj", [n_kv, d]),
        ("self_attn.o_proj", [d, n_q]), ("mlp.gate_proj", [m, d]), ("mlp.up_proj", [m, d]), ("mlp.down_proj", [d, m])])


def phi3(d, n_q, n_kv, m):
    return layers(2, "model.layers.", [
        ("self_attn.qkv_proj", [n_q + 2 * n_kv, d]), ("self_attn.o_proj", [d, n_q]), ("mlp.gate_up_proj", [2 * m, d]),
        ("mlp.down_proj", [d, m])])


def gpt2(d, m):
    return layers(2, "h.", [("attn.c_attn", [d, 3 * d]), ("attn.c_proj", [d, d]), ("mlp.c_fc", [d, m]),
                            ("mlp.c_proj", [m, d])])


CNN = [["0.weight", [16, 3, 3, 3]], ["2.weight", [32, 16, 3, 3]], ["4.weight", [32, 1, 3, 3]],
       ["5.weight", [64, 32, 1, 1]], ["9.weight", [10, 256]]]

cases = []
for seed, k in [(0, 8), (3, 48)]:
    def case(name, tensors, groups, **more):
        cases.append({"name": name, "seed": seed, "k": k, "tensors": tensors, **more,
                      "groups": [{"inputs": i, "outputs": o} for i, o in groups]})

    case("grouped queries, width of heads from config.json", llama(64, 96, 48, 172),
         blocks(seed, k, 2, 64, 96, 48, 24, 172, False, "two matrices"), config={"head_dim": 24})
    case("grouped queries, width of heads from their number", llama(64, 64, 16, 40),
         blocks(seed, k, 2, 64, 64, 16, 8, 40, False, "two matrices"), config={"num_attention_heads": 8})
    case("grouped queries, width of heads from the number of shared ones", llama(64, 64, 16, 40),
         blocks(seed, k, 2, 64, 64, 16, 4, 40, False, "two matrices"),
         config={"num_key_value_heads": 4})
    case("grouped queries, width of heads from their normalisation",
         llama(64, 64, 16, 40) + [["model.layers.0.self_attn.q_norm.weight", [2]]],
         blocks(seed, k, 2, 64, 64, 16, 2, 40, False, "two matrices"))
    case("grouped queries, width of heads guessed", llama(64, 192, 96, 40),
         blocks(seed, k, 2, 64, 192, 96, 32, 40, False, "two matrices"), guessed=32)
    case("everything fused", phi3(64, 64, 32, 100), blocks(seed, k, 2, 64, 64, 32, 16, 100, True, "one matrix"),
         config={"head_dim": 16})
    case("Conv1D", gpt2(64, 256), blocks(seed, k, 2, 64, 64, 64, 64, 256, True, "none"))
    case("convolutions", CNN, chain(seed, k, [(3, 16), (16, 32), (32, 32), (32, 64), (256, 10)]))

text = "[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n"
(pathlib.Path(__file__).parent / "sampled.json").write_text(text)
