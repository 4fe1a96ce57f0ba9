"""The CoreML interpreter's gathering and scattering against TensorFlow."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from tests.converters.mil_case import Case, check, floats, integers

X = floats(2, 3, 4)
WHOLE = integers(2, 3, 4)
INDICES = np.int32([[2, 0], [1, 2]])
NEGATIVE = np.int32([[-1, 0], [1, -3]])
CASES = [
    Case("gather", {"x": X, "indices": INDICES}, lambda x, i: tf.gather(x, i, axis=1), {"axis": 1}),
    Case("gather", {"x": X, "indices": NEGATIVE}, lambda x, i: tf.gather(x, i % 3, axis=-2), {"axis": -2}),
    Case("gather", {"x": WHOLE, "indices": np.int32(1)}, lambda x, i: x[1]),
    Case(
        "gather",
        {"x": X, "indices": INDICES},
        lambda x, i: tf.gather(x, i, axis=2, batch_dims=1),
        {"axis": 2, "batch_dims": 1},
        ios=16,
    ),
    Case(
        "gather",
        {"x": X, "indices": INDICES},
        lambda x, i: tf.gather(x, i, axis=1, batch_dims=1),
        {"axis": 1, "batch_dims": 1},
        ios=17,
    ),
    Case(
        "gather_along_axis",
        {"x": X, "indices": integers(2, 5, 4, low=-3, high=3)},
        lambda x, i: np.take_along_axis(x, i, 1),
        {"axis": 1},
    ),
    Case("gather_nd", {"x": X, "indices": INDICES[:, ::-1] % 2}, lambda x, i: tf.gather_nd(x, i)),
    Case(
        "gather_nd",
        {"x": X, "indices": np.int32([[[1], [0]], [[2], [2]]])},
        lambda x, i: tf.gather_nd(x, i, 1),
        {"batch_dims": 1},
        ios=16,
    ),
    *[
        Case(
            "scatter_nd",
            {"data": X, "indices": np.int32([[0, 1], [1, 2]]), "updates": floats(2, 4, seed=3)},
            function,
            {"mode": mode},
        )
        for mode, function in {
            "add": tf.tensor_scatter_nd_add,
            "sub": tf.tensor_scatter_nd_sub,
            "max": tf.tensor_scatter_nd_max,
            "min": tf.tensor_scatter_nd_min,
            "update": tf.tensor_scatter_nd_update,
        }.items()
    ],
    Case(
        "scatter_nd", {"data": X, "indices": np.int32([[1], [1]]), "updates": floats(2, 3, 4, seed=3)}, tf.tensor_scatter_nd_add
    ),
    Case(
        "scatter",
        {"data": np.int32([[1, 2, 3], [4, 5, 6]]), "indices": np.int32([1, 0]), "updates": np.int32([[5, 6, 7], [8, 9, 10]])},
        np.int32([[9, 11, 13], [9, 11, 13]]),
        {"axis": 0, "mode": "add"},
    ),
    Case(
        "scatter",
        {"data": X, "indices": np.int32([2, 0]), "updates": floats(2, 2, 4, seed=3)},
        lambda d, i, u: np.stack([u[:, 1], d[:, 1], u[:, 0]], 1),
        {"axis": 1, "mode": "update"},
    ),
    Case(
        "scatter",
        {"data": X, "indices": np.int32([2, 2]), "updates": floats(2, 2, 4, seed=3)},
        lambda d, i, u: np.stack([d[:, 0], d[:, 1], d[:, 2] * u[:, 0] * u[:, 1]], 1),
        {"axis": 1, "mode": "mul"},
        ios=17,
    ),
    Case(
        "scatter",
        {"data": X, "indices": np.int32([0]), "updates": floats(2, 1, 4, low=1)},
        lambda d, i, u: np.concatenate([d[:, :1] / u, d[:, 1:]], 1),
        {"axis": 1, "mode": "div"},
    ),
    Case(
        "scatter_along_axis",
        {"data": X[0], "indices": np.int32([[0, 1, 2, 0]]), "updates": floats(1, 4)},
        lambda d, i, u: np.float32([[u[0, k] if i[0, k] == r else d[r, k] for k in range(4)] for r in range(3)]),
        {"axis": 0, "mode": "update"},
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_single_precision(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path / "m.mlpackage")


def _has_floats(case: Case) -> bool:
    values = [v for value in case.inputs.values() for v in (value if isinstance(value, list) else [value])]
    return any(np.asarray(v).dtype == np.float32 for v in values)


@pytest.mark.parametrize("case", [c for c in CASES if not c.single and _has_floats(c)], ids=lambda case: case.id)
def test_half_precision(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path / "m.mlpackage", half=True)
