"""A model as PyTorch exports it: weights of linear layers turned and without names.

Run in this folder with torch 2.15 and onnx 1.23 from PyPI: python export.py
Writes exported.onnx, and exported.json: shape, use and values by the names that PyTorch has for them.
"""

import json

import torch
from torch import nn


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.query = nn.Linear(8, 8)
        self.ff = nn.Sequential(nn.Linear(8, 12), nn.GELU(), nn.Linear(12, 8))

    def forward(self, x):
        return self.ff(self.query(x)) + x


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(10, 8)
        self.layer = nn.ModuleList([Block(), Block()])
        self.head = nn.Linear(8, 3)

    def forward(self, ids):
        x = self.emb(ids)
        for block in self.layer:
            x = block(x)
        return self.head(x.mean(1))


torch.manual_seed(0)
model = Model()
torch.onnx.export(model, (torch.zeros(2, 5, dtype=torch.long),), "exported.onnx", dynamo=False)
expected = {}
for name, weight in model.state_dict().items():
    turned = name.startswith("layer") and weight.dim() == 2
    stored = weight.T if turned else weight
    usage = "InputsFirst" if turned else "OutputsFirst" if name == "head.weight" else None
    expected[name] = {"shape": list(stored.shape), "usage": usage, "values": stored.flatten().tolist()}
with open("exported.json", "w") as out:
    json.dump({"exported.onnx": expected}, out)
