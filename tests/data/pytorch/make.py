"""Small files of PyTorch, one per thing that a reader must cope with, and what is in them.

Run in this folder as `python make.py` (PyTorch 2.15, Python 3.11). It writes the files and `expected.json`: for each
file and tensor the type, the shape and the values, in C order. PyTorch itself is the oracle: the values are those of
the tensors that were saved. The tar of the first versions is written by hand after `legacy_load` of
torch/serialization.py, which reads it back here.
"""

import collections
import io
import json
import pickle
import struct
import tarfile
import zipfile

import numpy
import torch

torch.manual_seed(0)
EXPECTED = {}
NAMES = {
    torch.float64: "F64", torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16",
    torch.float8_e4m3fn: "F8_E4M3", torch.float8_e5m2: "F8_E5M2", torch.float8_e4m3fnuz: "F8_E4M3FNUZ",
    torch.float8_e5m2fnuz: "F8_E5M2FNUZ", torch.float8_e8m0fnu: "F8_E8M0", torch.complex64: "C64",
    torch.complex128: "C128", torch.complex32: "C32", torch.bool: "BOOL", torch.uint8: "U8", torch.int8: "I8",
    torch.uint16: "U16", torch.int16: "I16", torch.uint32: "U32", torch.int32: "I32", torch.uint64: "U64",
    torch.int64: "I64",
}


def expect(file, tensors):
    """The tensors of the chosen state dict, by their names."""
    EXPECTED[file] = {name: record(tensor) for name, tensor in tensors.items()}


def record(tensor):
    tensor = tensor.detach()
    values = tensor.double().flatten().tolist() if tensor.is_floating_point() else None
    return {"dtype": NAMES[tensor.dtype], "shape": list(tensor.shape), "values": values}


def save(file, value, tensors, **options):
    torch.save(value, file, **options)
    expect(file, tensors)


def weights(*shape):
    return torch.randn(*shape)


class Block(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = torch.nn.Linear(4, 3)
        self.norm = torch.nn.BatchNorm1d(3)

    def forward(self, x):
        return self.norm(self.linear(x))


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = torch.nn.ModuleList([Block(), Block()])
        self.head = torch.nn.Linear(3, 2, bias=False)

    def forward(self, x):
        for block in self.blocks:
            x = block(x).repeat(1, 2)[:, :4]
        return self.head(x[:, :3])


def modules():
    # As a program would find it that runs as a script.
    for container in (Block, Net):
        container.__module__ = "__main__"
    net = Net()
    save("module.pt", net, net.state_dict())
    # Such files hold the paths of sources; in the one that is kept, folders are replaced by as many letters x.
    save("module_stream.pt", net, net.state_dict(), _use_new_zipfile_serialization=False)
    torch.jit.script(net.eval()).save("scripted.pt")
    expect("scripted.pt", net.state_dict())


def training():
    net = Net()
    optimiser = torch.optim.AdamW(net.parameters(), lr=0.1)
    net(torch.randn(5, 4)).sum().backward()
    optimiser.step()
    state = {name: tensor.clone() for name, tensor in net.state_dict().items()}
    average = {name: tensor.clone() for name, tensor in state.items()}
    whole = {
        "epoch": 3,
        "best": torch.tensor(0.5),
        "ema": average,
        "shadow": {"decay": 0.99, "shadow_params": [weights(9, 9), weights(9)]},
        "model": state,
        "optimizer": optimiser.state_dict(),
        "rng_state": torch.get_rng_state()[:16],
        "args": {"lr": numpy.float64(0.1), "steps": numpy.arange(3)},
    }
    save("training.pt", whole, state)
    torch.save(optimiser.state_dict(), "adam.pt")
    two = {"G": {"a.weight": weights(2, 2)}, "D": {"b.weight": weights(3, 3)}}
    save("two.pt", two, two["D"])
    nested = {"model": {"embed": {"weight": weights(2, 3)}, "encoder": {"layers.0.weight": weights(3, 3)}}}
    save("nested.pt", nested, {
        "embed.weight": nested["model"]["embed"]["weight"],
        "encoder.layers.0.weight": nested["model"]["encoder"]["layers.0.weight"],
    })
    items = [weights(2, 2), (weights(3), torch.nn.Parameter(weights(1, 2)))]
    save("list.pt", items, {"0": items[0], "1.0": items[1][0], "1.1": items[1][1]})
    lone = weights(2, 5)
    save("lone.pt", lone, {"tensor": lone})


def average():
    """Weights and their average, with spectra of their own: a chain of two layers."""
    generator = torch.Generator().manual_seed(7)
    def chain(size):
        layer = lambda *shape: size * torch.randn(*shape, generator=generator)
        return collections.OrderedDict([("0.weight", layer(40, 30)), ("2.weight", layer(30, 40))])
    whole = {"model": chain(0.1), "model_ema": chain(0.05), "epoch": 3}
    save("average.pt", whole, whole["model"])


def types():
    base = weights(3, 4)
    tensors = {NAMES[dtype]: base.to(dtype) for dtype in NAMES if dtype.is_floating_point}
    tensors |= {NAMES[dtype]: base.to(torch.complex64).to(dtype) for dtype in NAMES if dtype.is_complex}
    integers = torch.arange(6).reshape(2, 3)
    others = [dtype for dtype in NAMES if not dtype.is_floating_point and not dtype.is_complex]
    tensors |= {NAMES[dtype]: integers.to(dtype) for dtype in others}
    save("types.pt", tensors, tensors)
    # The stream refuses types that have no class of storages.
    old = {name: tensor for name, tensor in tensors.items() if tensor.dtype in OLD}
    save("types_stream.pt", old, old, _use_new_zipfile_serialization=False)


OLD = {
    torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.complex64, torch.complex128, torch.bool,
    torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64,
}


def views():
    base = weights(6, 8)
    tensors = {
        "whole": base,
        "shared": base,
        "rows": base[2:4],
        "column": base[:, 3],
        "transposed": base.t(),
        "sliced": base[1:5:2, 1:7:3],
        "permuted": weights(2, 3, 4).permute(2, 0, 1),
        "one": base[3:4, :1],
        "scalar": base[5, 7],
        "empty": base[:0],
        "channels_last": weights(2, 3, 2, 2).to(memory_format=torch.channels_last),
    }
    skipped = {"expanded": base[:1].expand(4, 8), "sparse": base.to_sparse(), "csr": base.to_sparse_csr()}
    skipped["quantised"] = torch.quantize_per_tensor(base, 0.1, 0, torch.qint8)
    skipped["meta"] = torch.empty(2, 2, device="meta")
    complex_view = torch.view_as_complex(weights(3, 2)).conj().imag
    skipped["negated"] = complex_view
    save("views.pt", tensors | skipped, tensors)
    del skipped["negated"], skipped["meta"]
    save("views_stream.pt", tensors | skipped, tensors, _use_new_zipfile_serialization=False)


def protocols():
    state = collections.OrderedDict(a=weights(2, 3), b=torch.nn.Parameter(weights(4)))
    state["é"] = weights(1)
    # Protocol 0 has no place for identifiers of storages: what is saved with it cannot be loaded again.
    for protocol in range(1, 6):
        save(f"protocol{protocol}.pt", state, state, pickle_protocol=protocol)
        save(
            f"protocol{protocol}_stream.pt", state, state,
            pickle_protocol=protocol, _use_new_zipfile_serialization=False,
        )
    # What zip tools make of it when they pack it anew.
    deflate("protocol2.pt", "deflated.pt")
    expect("deflated.pt", state)


def deflate(old, new):
    with zipfile.ZipFile(old) as source, zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            target.writestr(entry.filename, source.read(entry))


def tar():
    """Two tensors in one storage, one in a part of it, and a parameter."""
    base = weights(20)
    numbers = torch.arange(4)
    storages, tensors = io.BytesIO(), io.BytesIO()

    def dump(value, file):
        pickle.dump(value, file, protocol=2)

    dump(2, storages)
    for key, kind, values in [(11, torch.FloatStorage, base.numpy()), (12, torch.LongStorage, numbers.numpy())]:
        dump((key, "cpu", kind), storages)
        storages.write(struct.pack("<q", values.size) + values.tobytes())
    dump([(13, 11, 6, 10)], storages)
    entries = [(21, 11, [2, 3], [3, 1], 0), (22, 13, [3, 2], [1, 3], 2), (23, 12, [4], [1], 0), (24, 11, [5], [1], 15)]
    dump(len(entries), tensors)
    for key, storage, shape, strides, first in entries:
        dump((key, storage, torch.FloatTensor), tensors)
        tensors.write(struct.pack("<ii", len(shape), 0))
        tensors.write(struct.pack(f"<{2 * len(shape) + 1}q", *shape, *strides, first))

    class Pickler(pickle.Pickler):
        def persistent_id(self, value):
            return value.key if isinstance(value, Reference) else None

    class Reference:
        def __init__(self, key):
            self.key = str(key)

    class Parameter:
        """Written as parameters were: a call, then a state."""

        def __reduce__(self):
            return torch.nn.parameter.Parameter, (Reference(24), True)

    state = collections.OrderedDict(
        [("rows", Reference(21)), ("transposed", Reference(22)), ("steps", Reference(23)), ("parameter", Parameter())]
    )
    body, system = io.BytesIO(), io.BytesIO()
    Pickler(body, protocol=2).dump(state)
    dump({"protocol_version": 1000, "little_endian": True, "type_sizes": {"int": 4}}, system)
    with tarfile.open("first.tar", "w", format=tarfile.PAX_FORMAT) as archive:
        files = {"sys_info": system, "pickle": body, "tensors": tensors, "storages": storages}
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime = len(content.getvalue()), 1480000000.25
            archive.addfile(entry, io.BytesIO(content.getvalue()))
    part = base[6:16]
    expected = {
        "rows": base[:6].reshape(2, 3), "transposed": part[2:8].reshape(2, 3).t(), "steps": numbers, "parameter": base[15:],
    }
    read = torch.load("first.tar", weights_only=False)
    for name, tensor in expected.items():
        assert torch.equal(read[name], tensor), name
    expect("first.tar", expected)


def others():
    with open("numpy.pkl", "wb") as file:
        pickle.dump({"weight": numpy.ones((2, 2), dtype=numpy.float32)}, file, protocol=2)


for make in (modules, training, average, types, views, protocols, tar, others):
    make()
with open("expected.json", "w") as file:
    json.dump(EXPECTED, file, indent=1)
    file.write("\n")
