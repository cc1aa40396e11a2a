"""Arrays of every kind as NumPy writes them, and what is in them.

Run in this folder with numpy 2.4 and ml_dtypes from PyPI: python make.py
Writes types.npz, types_compressed.npz, fortran.npy and expected.json: shape, type and values of each array.
"""

import json

import ml_dtypes
import numpy as np

random = np.random.default_rng(3)
numbers = random.normal(0, 1, (3, 4))
arrays = {
    "layer.0/half": numbers.astype("<f2"),
    "single": numbers.astype("<f4"),
    "double": numbers,
    "scalar": np.float64(2.5),
    "empty": np.zeros((0, 3), "<f4"),
    "fortran": np.asfortranarray(random.normal(0, 1, (2, 3, 4))),
    "column": np.asfortranarray(random.normal(0, 1, (5, 1))),
    "int": np.arange(6, dtype="<i8").reshape(2, 3),
    "big_int": np.arange(6, dtype=">i2"),
    "flags": np.array([True, False]),
    "complex": numbers.astype("<c8"),
    "skipped big": numbers.astype(">f4"),
    "skipped brain": numbers.astype(ml_dtypes.bfloat16),
    "skipped long": numbers.astype(np.longdouble),
    "skipped structure": np.zeros(2, dtype=[("a", "<f4"), ("b'] (", "<i4", (2,))]),
    "skipped object": np.array([{}, None], object),
    "skipped text": np.array(["a", "bc"]),
}
np.savez("types.npz", **arrays)
np.savez_compressed("types_compressed.npz", **arrays)
np.save("fortran.npy", arrays["fortran"])
expected = {
    name: {
        "shape": list(array.shape),
        "values": [float(x) for x in array.astype(float).ravel()] if array.dtype.kind == "f" else None,
    }
    for name, array in arrays.items()
    if not name.startswith("skipped")
}
with open("expected.json", "w") as out:
    json.dump(expected, out)
