"""Writes blocks.gguf and blocks.f32: random blocks of every quantised type that is read, and their values.

Run once, in this folder, with numpy 2.4 and gguf 0.19 (`pip install gguf`):

    python make.py

blocks.gguf holds one tensor [rows, elements] for each type, named after it, of random bytes. Only the binary16
numbers of each block are chosen: finite ones of every size, zeros and subnormals among them, so that every value is
finite. blocks.f32 holds the values that gguf-py decodes, binary32, the tensors in the order of TYPES.
"""
import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType, GGUFWriter
from gguf.quants import dequantize

# Where the binary16 numbers of a block lie.
TYPES = {
    "Q4_0": [0],
    "Q4_1": [0, 2],
    "Q5_0": [0],
    "Q5_1": [0, 2],
    "Q8_0": [0],
    "Q2_K": [80, 82],
    "Q3_K": [108],
    "Q4_K": [0, 2],
    "Q5_K": [0, 2],
    "Q6_K": [208],
    "IQ4_NL": [0],
}
ROWS = 4
ELEMENTS = 1024

random = np.random.default_rng(20)
writer = GGUFWriter("blocks.gguf", "llama")
writer.add_embedding_length(4096)
writer.add_head_count(32)
writer.add_head_count_kv(8)
writer.add_key_length(128)
writer.add_block_count(2)
writer.add_token_list([f"token {number}" for number in range(300)])
writer.add_token_scores([0.5] * 300)
writer.add_description("random blocks")

values = []
for name, halves in TYPES.items():
    kind = GGMLQuantizationType[name]
    block_elements, block_bytes = GGML_QUANT_SIZES[kind]
    count = ROWS * ELEMENTS // block_elements
    blocks = random.integers(0, 256, (count, block_bytes), dtype=np.uint8)
    for at in halves:
        # Every pattern but those of infinities and NaN.
        patterns = random.integers(0, 0x7C00, count, dtype=np.uint16)
        patterns[:4] = [0x0000, 0x0001, 0x03FF, 0x7BFF]
        signs = random.integers(0, 2, count, dtype=np.uint16) << 15
        blocks[:, at : at + 2] = (patterns | signs).astype("<u2").view(np.uint8).reshape(count, 2)
    rows = blocks.reshape(ROWS, -1)
    decoded = dequantize(rows, kind)
    assert decoded.shape == (ROWS, ELEMENTS) and np.isfinite(decoded).all()
    values.append(decoded.astype("<f4").tobytes())
    writer.add_tensor(name, rows, raw_dtype=kind)

writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
with open("blocks.f32", "wb") as file:
    file.write(b"".join(values))
