"""Small ONNX models and what is in them.

Run in this folder with numpy, ml_dtypes and onnx 1.23 from PyPI: python make.py
Writes *.onnx, external.data and expected.json: for each file and tensor its shape, type, use and values, as the onnx
package decodes them. The uses are those of the operators' definitions.
"""

import json

import ml_dtypes
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

random = np.random.default_rng(7)
expected = {}


def weights(*shape, dtype=np.float32):
    return random.normal(0, 0.1, shape).astype(np.float32).astype(dtype)


def tensor(name, array):
    return numpy_helper.from_array(array, name)


def values(proto):
    array = numpy_helper.to_array(proto)
    return [float(x) for x in array.astype(np.float64).ravel()] if array.dtype.kind in "fV" else None


def save(file, nodes, initialisers, uses, names=None, raw=None, **graph):
    """`uses`: by the name in the file; `names`: what the reader calls it, where that differs."""
    names = names or {}
    graph = helper.make_graph(nodes, "g", [], [], initialisers, **graph)
    model = helper.make_model(graph, producer_name="make.py")
    with open(file, "wb") as out:
        out.write(raw(model.SerializeToString()) if raw else model.SerializeToString())
    describe(file, initialisers, uses, names)


def describe(file, protos, uses, names):
    entry = expected.setdefault(file, {})
    for proto in protos:
        entry[names.get(proto.name, proto.name)] = {
            "shape": list(proto.dims),
            "usage": uses.get(proto.name),
            "values": values(proto),
        }


def node(op, inputs, outputs, name="", **attributes):
    return helper.make_node(op, inputs, outputs, name, **attributes)


# Gemm both ways round, and from the left; an embedding.
save(
    "mlp.onnx",
    [
        node("Gather", ["emb", "ids"], ["x"]),
        node("Gemm", ["x", "fc1.weight", "fc1.bias"], ["h"], transB=1),
        node("Gemm", ["h", "fc2.weight"], ["y"]),
        node("Gemm", ["left", "y"], ["z"], transA=1),
        node("MatMul", ["left2", "z"], ["w"]),
    ],
    [
        tensor("emb", weights(6, 4)),
        tensor("fc1.weight", weights(5, 4)),
        tensor("fc1.bias", weights(5)),
        tensor("fc2.weight", weights(5, 3)),
        tensor("left", weights(2, 7)),
        tensor("left2", weights(3, 7)),
    ],
    {"fc1.weight": "OutputsFirst", "fc2.weight": "InputsFirst", "left": "InputsFirst", "left2": "OutputsFirst"},
)

# Names that the exporter invented, and weights that reach their node through others.
base = "/encoder/layer.0/attention/self"
save(
    "anonymous.onnx",
    [
        node("MatMul", ["x", "onnx::MatMul_6"], ["q"], f"{base}/query/MatMul"),
        node("Transpose", ["12"], ["t"], f"{base}/key/Transpose", perm=[1, 0]),
        node("MatMul", ["x", "t"], ["k"], f"{base}/key/MatMul"),
        node("Cast", ["onnx::MatMul_8"], ["c"], to=1),
        node("Transpose", ["c"], ["d"]),
        node("Identity", ["d"], ["e"]),
        node("MatMul", ["x", "e"], ["v"], f"{base}/value/MatMul"),
        node("DequantizeLinear", ["onnx::MatMul_9", "scale"], ["f"]),
        node("MatMul", ["x", "f"], ["o"], "/encoder/layer.0/attention/output/dense/MatMul"),
        node("MatMul", ["x", "onnx::MatMul_10"], ["p"], f"{base}/query/MatMul_1"),
        node("MatMul", ["x", "turned"], ["s"]),
        node("Transpose", ["odd"], ["odd_t"], perm=[2, 0, 1]),
        node("MatMul", ["x", "odd_t"], ["u"]),
        node("Transpose", ["stack"], ["stack_t"], perm=[0, 2, 1]),
        node("MatMul", ["x", "stack_t"], ["stacked"]),
        node("Conv", ["x", "onnx::Conv_20", "onnx::Conv_21"], ["conv"], "/layer1/layer1.0/conv1/Conv"),
        node("MatMul", ["x", "cycle"], ["y"]),
        node("Identity", ["cycle"], ["cycle"]),
        node("Gather", ["tied", "ids"], ["g"]),
        node("Gemm", ["x", "tied"], ["tied_out"], transB=1),
    ],
    [
        tensor("onnx::MatMul_6", weights(4, 5)),
        tensor("12", weights(5, 4)),
        tensor("onnx::MatMul_8", weights(5, 4, dtype=np.float16)),
        tensor("onnx::MatMul_9", (weights(4, 5) * 100).astype(np.int8)),
        tensor("scale", np.float32(0.5)),
        tensor("onnx::MatMul_10", weights(4, 2)),
        tensor("turned", weights(4, 3)),
        tensor("odd", weights(3, 2, 4)),
        tensor("stack", weights(2, 5, 4)),
        tensor("onnx::Conv_20", weights(2, 3, 1, 1)),
        tensor("onnx::Conv_21", weights(2)),
        tensor("tied", weights(6, 4)),
        tensor("unused.weight", weights(3, 3)),
    ],
    {
        "onnx::MatMul_6": "InputsFirst",
        "12": "OutputsFirst",
        "onnx::MatMul_8": "OutputsFirst",
        "onnx::MatMul_9": "InputsFirst",
        "onnx::MatMul_10": "InputsFirst",
        "turned": "InputsFirst",
        "stack": "OutputsFirst",
        "onnx::Conv_20": "Convolution { groups: 1 }",
    },
    {
        "onnx::MatMul_6": "encoder.layer.0.attention.self.query.weight",
        "12": "encoder.layer.0.attention.self.key.weight",
        "onnx::MatMul_8": "encoder.layer.0.attention.self.value.weight",
        "onnx::MatMul_9": "encoder.layer.0.attention.output.dense.weight",
        "onnx::Conv_20": "layer1.0.conv1.weight",
        "onnx::Conv_21": "layer1.0.conv1.bias",
    },
)

save(
    "conv.onnx",
    [
        node("Conv", ["x", "plain.weight"], ["a"]),
        node("Conv", ["a", "depthwise.weight"], ["b"], group=4),
        node("ConvTranspose", ["b", "up.weight"], ["c"], group=2),
    ],
    [
        tensor("plain.weight", weights(4, 3, 3, 3)),
        tensor("depthwise.weight", weights(4, 1, 3, 3)),
        tensor("up.weight", weights(4, 3, 2, 2)),
    ],
    {
        "plain.weight": "Convolution { groups: 1 }",
        "depthwise.weight": "Convolution { groups: 4 }",
        "up.weight": "TransposedConvolution { groups: 2 }",
    },
)


# Every field that can hold numbers.
def typed(name, kind, array, field):
    proto = TensorProto(name=name, data_type=kind, dims=array.shape)
    getattr(proto, field).extend(array.ravel().tolist())
    return proto


def bits(array, unsigned):
    return array.view(unsigned).astype(np.int64)


half, brain = weights(3, 5, dtype=np.float16), weights(3, 5, dtype=ml_dtypes.bfloat16)
small, wide = weights(3, 5, dtype=ml_dtypes.float8_e4m3fn), weights(3, 5, dtype=ml_dtypes.float8_e5m2)
four = helper.make_tensor("four", TensorProto.FLOAT4E2M1, [5], [0.5, -1, 6, 0, -0.5])
constant = tensor("ignored", weights(2, 3))
floats = typed("unpacked", TensorProto.FLOAT, weights(2, 3), "float_data")


def unpack(model):
    """The floats of `unpacked` one by one, each behind its tag, as old writers have them."""
    packed = floats.SerializeToString()
    data = np.array(floats.float_data, "<f4").tobytes()
    before = b"\x22" + bytes([len(data)]) + data
    single = b"".join(b"\x25" + data[at : at + 4] for at in range(0, len(data), 4))
    assert before in packed and len(single) == len(before) + 4
    unpacked = packed.replace(before, single)
    # Lengths of tensor and graph grow by 4 and stay of one and two bytes.
    graph = onnx.load_from_string(model).graph.SerializeToString()
    grown = graph.replace(b"\x2a" + bytes([len(packed)]) + packed, b"\x2a" + bytes([len(unpacked)]) + unpacked)
    assert len(grown) == len(graph) + 4 and len(graph) < 16380
    length = lambda n: bytes([n & 0x7F | 0x80, n >> 7])
    changed = model.replace(length(len(graph)) + graph, length(len(grown)) + grown)
    assert len(changed) == len(model) + 4
    return changed


save(
    "typed.onnx",
    [node("Constant", [], ["constant.weight"], value=constant), node("Constant", [], ["n"], value=tensor("", np.float32(2)))],
    [
        typed("floats", TensorProto.FLOAT, weights(3, 5), "float_data"),
        floats,
        typed("doubles", TensorProto.DOUBLE, weights(3, 5, dtype=np.float64), "double_data"),
        typed("half", TensorProto.FLOAT16, bits(half, np.uint16).reshape(3, 5), "int32_data"),
        typed("brain", TensorProto.BFLOAT16, bits(brain, np.uint16).reshape(3, 5), "int32_data"),
        typed("small", TensorProto.FLOAT8E4M3FN, bits(small, np.uint8).reshape(3, 5), "int32_data"),
        typed("wide", TensorProto.FLOAT8E5M2, bits(wide, np.uint8).reshape(3, 5), "int32_data"),
        four,
        tensor("fnuz", weights(4, dtype=ml_dtypes.float8_e4m3fnuz)),
        tensor("fnuz2", weights(4, dtype=ml_dtypes.float8_e5m2fnuz)),
        typed("longs", TensorProto.INT64, np.array([1, -1, 300]), "int64_data"),
        typed("unsigned", TensorProto.UINT32, np.array([1, 2**31]), "uint64_data"),
        typed("empty", TensorProto.FLOAT, np.zeros((0, 3), np.float32), "float_data"),
    ],
    {},
    raw=unpack,
    sparse_initializer=[
        helper.make_sparse_tensor(tensor("sparse", weights(1)), tensor("i", np.array([3])), [10]),
    ],
)
describe("typed.onnx", [constant], {}, {"ignored": "constant.weight"})

# Two branches with a weight of one name each, turned differently.
outer = tensor("outer.weight", weights(4, 4))
then_w, else_w = tensor("w", weights(4, 3)), tensor("w", weights(3, 4))
then_branch = helper.make_graph(
    [node("MatMul", ["x", "w"], ["a"]), node("MatMul", ["x", "outer.weight"], ["b"])], "then", [], [], [then_w]
)
else_branch = helper.make_graph([node("Gemm", ["x", "w"], ["c"], transB=1)], "else", [], [], [else_w])
save(
    "branches.onnx",
    [node("If", ["condition"], ["y"], "choice", then_branch=then_branch, else_branch=else_branch)],
    [outer],
    {"outer.weight": "InputsFirst"},
)
describe("branches.onnx", [else_w], {"w": "OutputsFirst"}, {})
describe("branches.onnx", [then_w], {"w": "InputsFirst"}, {"w": "choice.then_branch.w"})

# Weights in a file of their own.
inside = [tensor("fc1.weight", weights(20, 16)), tensor("fc2.weight", weights(14, 20)), tensor("bias", weights(3))]
graph = helper.make_graph(
    [node("Gemm", ["x", "fc1.weight"], ["h"], transB=1), node("Gemm", ["h", "fc2.weight"], ["y"], transB=1)],
    "g",
    [],
    [],
    inside,
)
describe("external.onnx", inside, {"fc1.weight": "OutputsFirst", "fc2.weight": "OutputsFirst"}, {})
onnx.save_model(
    helper.make_model(graph), "external.onnx", save_as_external_data=True, location="external.data", size_threshold=1000
)

with open("expected.json", "w") as out:
    json.dump(expected, out, indent=None)
