"""Operations as nodes of a Keras 3 file: each function of the grid, saved by Keras and opened by kport."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import kport
from kport.tree import flatten
from tests.compare import assert_same
from tests.data import Bools, Exactly, Ints
from tests.ops.test_functions import FUNCTIONS, X, arguments, identifier

pytestmark = pytest.mark.filterwarnings("ignore")

NOT_NODES = {
    "bincount": "Keras 3.15 can't put weights into a node",
    "digitize": "Keras 3.15 can't infer its output",
    "geomspace": "its inputs are scalars, a model's are not",
    "histogram": "Keras 3.15 can't infer its output",
    "linspace": "its inputs are scalars, a model's are not",
    "logspace": "its inputs are scalars, a model's are not",
    "trapezoid": "Keras 3.15 can't save the places of the integral",
}

NODES: list[tuple[str, list[Any], Any]] = [
    *(row for row in FUNCTIONS if row[0] not in NOT_NODES),
    *(
        (name, [X], [])
        for name in ("sin", "floor", "sign", "log1p", "expm1", "erf", "softmax", "relu", "sort", "argsort", "isnan")
    ),
    *((name, [X], {"axis": 1}) for name in ("sum", "mean", "var", "max", "argmax", "cumsum", "flip", "logsumexp", "norm")),
    ("top_k", [X], [3]),
    ("one_hot", [Ints((2, 3), 4)], [4]),
    ("tile", [X], [(1, 2, 1)]),
    ("roll", [X], [1, 1]),
    ("squeeze", [(2, 1, 3)], [1]),
    ("expand_dims", [X], [1]),
    ("take", [X], {"indices": np.array([0, 2]), "axis": 1}),
    ("swapaxes", [X], [1, 2]),
    ("moveaxis", [X], [1, 2]),
    ("tril", [X], []),
    ("split", [X], [2, 2]),
    ("clip", [X], [-0.5, 0.5]),
    ("where", [Bools((2, 3)), (2, 3), (2, 3)], []),
    ("matmul", [X, (4, 5)], []),
    ("searchsorted", [Exactly([1.0, 2, 4]), (5,)], []),
]


@pytest.mark.parametrize("row", NODES, ids=identifier)
def test_node_of_a_file(row: tuple[str, list[Any], Any], tmp_path: Path) -> None:
    import keras

    arrays, args, kwargs = arguments(row)
    inputs = [keras.Input(batch_shape=a.shape, dtype=a.dtype.name) for a in arrays]
    given = arrays if len(arrays) > 1 else arrays[0]
    theirs = keras.Model(inputs, getattr(keras.ops, row[0])(*inputs, *args, **kwargs))
    theirs.save(tmp_path / "model.keras")
    model = kport.load(tmp_path / "model.keras")
    expected = [np.asarray(y) for y in flatten(theirs(given))]
    assert_same([np.asarray(y) for y in flatten(model(given))], expected)


def test_python_operators_and_slices_of_a_file(tmp_path: Path) -> None:
    import keras

    x, n = keras.Input((4, 3)), keras.Input((4,), dtype="int32")
    outputs = [
        x[:, 1:] / 2 - x[..., ::-1][:, :3] ** 2,
        x[:, None, -1],
        (x > 0) | (x <= -0.5),
        n // 3 % 2,
        -abs(x) @ keras.ops.ones((3, 2)),
    ]
    theirs = keras.Model([x, n], outputs)
    theirs.save(tmp_path / "model.keras")
    model = kport.load(tmp_path / "model.keras")
    rng = np.random.default_rng(0)
    given = [rng.normal(size=(2, 4, 3)).astype("float32"), rng.integers(0, 9, (2, 4)).astype("int32")]
    assert_same([np.asarray(y) for y in model(given)], [np.asarray(y) for y in theirs(given)])
