#!/usr/bin/env python3
"""Train a small character-level GPT-NeoX language model and keep its checkpoints.

Reads text.txt.xz next to this file; writes checkpoints/stepN.safetensors, config.json, scores.json and
training.json (all below --out). Tensor names and layouts are those of Hugging Face's GPTNeoXForCausalLM.
"""
import argparse
import json
import lzma
import math
import resource
import time
from pathlib import Path

import torch
import torch.nn as nn
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

HERE = Path(__file__).resolve().parent
STEPS = [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1000, 1500, 2000, 3000]
ROTARY_PCT, ROTARY_BASE, EPS = 0.25, 10000, 1e-5


# ---------------------------------------------------------------- model

def rotary_tables(length, dims):
    """cos and sin for the first `dims` dimensions of every head."""
    inv = 1.0 / ROTARY_BASE ** (torch.arange(0, dims, 2).float() / dims)
    angle = torch.outer(torch.arange(length).float(), inv)
    angle = torch.cat([angle, angle], dim=-1)
    return angle.cos(), angle.sin()


def rotate(x, cos, sin):
    dims = cos.shape[-1]
    rot, rest = x[..., :dims], x[..., dims:]
    half = torch.cat([-rot[..., dims // 2:], rot[..., :dims // 2]], dim=-1)
    return torch.cat([rot * cos + half * sin, rest], dim=-1)


class Attention(nn.Module):
    def __init__(self, d, heads):
        super().__init__()
        self.heads = heads
        self.query_key_value = nn.Linear(d, 3 * d)
        self.dense = nn.Linear(d, d)

    def forward(self, x, cos, sin):
        b, t, d = x.shape
        # GPT-NeoX's layout: the rows of the matrix are [head][q | k | v][dimension of the head].
        qkv = self.query_key_value(x).view(b, t, self.heads, 3 * d // self.heads).transpose(1, 2)
        q, k, v = qkv.chunk(3, dim=-1)
        y = F.scaled_dot_product_attention(rotate(q, cos, sin), rotate(k, cos, sin), v, is_causal=True)
        return self.dense(y.transpose(1, 2).reshape(b, t, d))


class MLP(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.dense_h_to_4h = nn.Linear(d, 4 * d)
        self.dense_4h_to_h = nn.Linear(4 * d, d)

    def forward(self, x):
        return self.dense_4h_to_h(F.gelu(self.dense_h_to_4h(x)))


class Layer(nn.Module):
    def __init__(self, d, heads):
        super().__init__()
        self.input_layernorm = nn.LayerNorm(d, eps=EPS)
        self.post_attention_layernorm = nn.LayerNorm(d, eps=EPS)
        self.attention = Attention(d, heads)
        self.mlp = MLP(d)

    def forward(self, x, cos, sin):  # parallel residual
        return x + self.attention(self.input_layernorm(x), cos, sin) + self.mlp(self.post_attention_layernorm(x))


class Trunk(nn.Module):
    def __init__(self, vocab, d, layers, heads):
        super().__init__()
        self.embed_in = nn.Embedding(vocab, d)
        self.layers = nn.ModuleList(Layer(d, heads) for _ in range(layers))
        self.final_layer_norm = nn.LayerNorm(d, eps=EPS)


class GPTNeoX(nn.Module):
    def __init__(self, vocab, d, layers, heads, context):
        super().__init__()
        self.gpt_neox = Trunk(vocab, d, layers, heads)
        self.embed_out = nn.Linear(d, vocab, bias=False)
        cos, sin = rotary_tables(context, int(d // heads * ROTARY_PCT))
        self.register_buffer("cos", cos, persistent=False)  # not stored
        self.register_buffer("sin", sin, persistent=False)

    def forward(self, ids):
        t = ids.shape[1]
        x = self.gpt_neox.embed_in(ids)
        for layer in self.gpt_neox.layers:
            x = layer(x, self.cos[:t], self.sin[:t])
        return self.embed_out(self.gpt_neox.final_layer_norm(x))

    @torch.no_grad()
    def initialise(self, d, layers, generator):
        """Pythia's initialisation: small_init everywhere, wang_init for the two matrices that write to the
        residual stream; biases 0, layer norms 1 and 0."""
        small, wang = math.sqrt(2 / (5 * d)), 2 / layers / math.sqrt(d)
        for name, p in self.named_parameters():
            if p.dim() == 2:
                output = name.endswith(("attention.dense.weight", "mlp.dense_4h_to_h.weight"))
                p.normal_(0, wang if output else small, generator=generator)
            elif name.endswith("bias"):
                p.zero_()


# ---------------------------------------------------------------- checkpoints and scores

def save_f16(model, path):
    tensors = {k: v.detach().to(torch.float16).contiguous() for k, v in model.state_dict().items()}
    save_file(tensors, path, metadata={"format": "pt"})
    path.chmod(0o644)


@torch.no_grad()
def score(model, valid, context, windows):
    """Next-character accuracy and loss (nats per character) on `windows` evenly spaced pieces."""
    starts = torch.linspace(0, len(valid) - context - 1, windows).long().tolist()
    hits, loss, n = 0, 0.0, windows * context
    for i in range(0, windows, 32):
        piece = torch.stack([valid[s:s + context + 1] for s in starts[i:i + 32]])
        logits, target = model(piece[:, :-1]).flatten(0, 1), piece[:, 1:].flatten()
        hits += (logits.argmax(-1) == target).sum().item()
        loss += F.cross_entropy(logits, target, reduction="sum").item()
    return hits / n, loss / n


def cpu_seconds():
    use = resource.getrusage(resource.RUSAGE_SELF)
    return use.ru_utime + use.ru_stime


def write_json(path, value):
    path.write_text(json.dumps(value, indent=2) + "\n")


# ---------------------------------------------------------------- main

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    ap.add_argument("--text", type=Path, default=HERE / "text.txt.xz")
    ap.add_argument("--out", type=Path, default=HERE)
    ap.add_argument("--steps", type=int, default=STEPS[-1], help="stop after this many steps")
    ap.add_argument("--hidden", type=int, default=128)
    ap.add_argument("--layers", type=int, default=6)
    ap.add_argument("--heads", type=int, default=4)
    ap.add_argument("--context", type=int, default=128)
    ap.add_argument("--batch", type=int, default=16)
    ap.add_argument("--lr", type=float, default=2e-3, help="highest learning rate")
    ap.add_argument("--warmup", type=int, default=100, help="steps of linear warm-up; then cosine to lr/10")
    ap.add_argument("--weight-decay", type=float, default=0.1, help="on matrices only")
    ap.add_argument("--windows", type=int, default=1024, help="validation pieces of `context` characters")
    ap.add_argument("--threads", type=int, default=2)
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--score-only", action="store_true", help="score the stored checkpoints again, write nothing")
    a = ap.parse_args()

    torch.set_num_threads(a.threads)
    torch.use_deterministic_algorithms(True)
    wall, cpu = time.monotonic(), cpu_seconds()

    text = lzma.open(a.text, "rt", encoding="ascii", newline="").read()
    alphabet = sorted(set(text))
    index = {c: i for i, c in enumerate(alphabet)}
    ids = torch.tensor([index[c] for c in text])
    cut = len(ids) * 9 // 10  # the last tenth is for validation
    train, valid = ids[:cut], ids[cut:]

    generator = torch.Generator().manual_seed(a.seed)
    shape = dict(vocab=len(alphabet), d=a.hidden, layers=a.layers, heads=a.heads, context=a.context)
    model, stored = GPTNeoX(**shape), GPTNeoX(**shape)
    model.initialise(a.hidden, a.layers, generator)

    folder = a.out / "checkpoints"
    folder.mkdir(parents=True, exist_ok=True)

    def rescore(step):
        """Scores are those of the stored float16 weights, computed in float32."""
        stored.load_state_dict({k: v.float() for k, v in load_file(folder / f"step{step}.safetensors").items()})
        accuracy, loss = score(stored, valid, a.context, a.windows)
        print(f"step {step}: accuracy {accuracy:.4f}, validation loss {loss:.4f}", flush=True)
        return dict(step=step, accuracy=round(accuracy, 4), loss=round(loss, 4))

    steps = [s for s in STEPS if s <= a.steps]
    if a.score_only:
        for s in steps:
            rescore(s)
        return

    write_json(a.out / "config.json", {
        "architectures": ["GPTNeoXForCausalLM"], "attention_bias": True, "attention_dropout": 0.0,
        "bos_token_id": None, "classifier_dropout": 0.0, "eos_token_id": None, "hidden_act": "gelu",
        "hidden_dropout": 0.0, "hidden_size": a.hidden, "initializer_range": 0.02,
        "intermediate_size": 4 * a.hidden, "layer_norm_eps": EPS, "max_position_embeddings": a.context,
        "model_type": "gpt_neox", "num_attention_heads": a.heads, "num_hidden_layers": a.layers,
        "rope_scaling": None, "rotary_emb_base": ROTARY_BASE, "rotary_pct": ROTARY_PCT,
        "tie_word_embeddings": False, "torch_dtype": "float16", "use_cache": True,
        "use_parallel_residual": True, "vocab_size": len(alphabet)})

    matrices = [p for p in model.parameters() if p.dim() == 2]
    vectors = [p for p in model.parameters() if p.dim() < 2]
    optimiser = torch.optim.AdamW([{"params": matrices, "weight_decay": a.weight_decay},
                                   {"params": vectors, "weight_decay": 0.0}], betas=(0.9, 0.95), eps=1e-8)
    offsets = torch.arange(a.context + 1)
    results, training_cpu = [], 0.0

    for step in range(a.steps + 1):
        if step in steps:
            save_f16(model, folder / f"step{step}.safetensors")
            results.append(rescore(step))
        if step == a.steps:
            break
        start = cpu_seconds()
        progress = max(0.0, (step + 1 - a.warmup) / max(1, STEPS[-1] - a.warmup))
        rate = a.lr * min((step + 1) / a.warmup, 0.55 + 0.45 * math.cos(math.pi * progress))
        for group in optimiser.param_groups:
            group["lr"] = rate
        where = torch.randint(len(train) - a.context, (a.batch, 1), generator=generator)
        piece = train[where + offsets]
        loss = F.cross_entropy(model(piece[:, :-1]).flatten(0, 1), piece[:, 1:].flatten())
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        training_cpu += cpu_seconds() - start
        if (step + 1) % 50 == 0:
            print(f"  step {step + 1}: training loss {loss.item():.4f}, {time.monotonic() - wall:.0f} s", flush=True)

    def values(key):
        return [{"step": r["step"], "value": r[key]} for r in results]

    write_json(a.out / "scores.json", {"metrics": [
        {"metric": "next-character accuracy", "values": values("accuracy")},
        {"metric": "validation loss", "values": values("loss")}]})
    write_json(a.out / "training.json", {
        "seed": a.seed, "steps": a.steps, "batch": a.batch, "context": a.context,
        "tokens_per_step": a.batch * a.context, "training_characters": len(train),
        "validation_characters": len(valid), "validation_characters_scored": a.windows * a.context,
        "scores_from": "stored float16 weights, computed in float32", "loss_unit": "nats per character",
        "optimiser": "AdamW, betas 0.9 and 0.95, eps 1e-8, gradient norm clipped at 1",
        "learning_rate": a.lr, "warmup_steps": a.warmup, "schedule": "linear warm-up, cosine to a tenth",
        "weight_decay_on_matrices": a.weight_decay,
        "parameters": sum(p.numel() for p in model.parameters()),
        "block_weights": sum(p.numel() for k, p in model.gpt_neox.layers.named_parameters() if p.dim() == 2),
        "torch": torch.__version__, "threads": a.threads,
        "wall_seconds": round(time.monotonic() - wall), "cpu_seconds": round(cpu_seconds() - cpu),
        "cpu_seconds_training_only": round(training_cpu), "vocabulary": "".join(alphabet)})


if __name__ == "__main__":
    main()
