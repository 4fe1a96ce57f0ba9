"""Every operation of the grid in LiteRT, with known sizes and with unknown ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kport import ops
from kport.converters.target import Options
from kport.converters.tflite.target import TARGET
from kport.errors import UnsupportedError
from kport.ir import Graph, TensorType
from kport.ops.op import OPS, Op
from tests.converters.grid import agrees
from tests.ops.case import OpCase
from tests.ops.cases import CASES
from tests.ops.test_ops import arrays_of, graph_inputs, record

pytestmark = pytest.mark.filterwarnings("ignore")


PARTLY = {
    "AveragePool": "can be told only for a known size",
    "Conv": "CONV_3D has no groups",  # where the kernel isn't constant
    "CumProd": "TFLite has no operation for CumProd",  # of an axis of unknown size
    "Einsum": "TFLite has no operation for Einsum",  # of a diagonal
    "MaxPool": "TFLite's pools have no dilations",
}
"""Operations of which some rows can't be said, and the reason that the error then has to give."""


def broadcasts_unknown(case: OpCase, arrays: list[Any]) -> bool:
    """Whether a size of 1 that nobody knows of would have to be broadcast: GATHER doesn't, NumPy does."""
    return case.op == "TakeAlongAxis" and len({a.shape[0] for a in arrays}) > 1


@pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_operation(case: OpCase, known: bool, tmp_path: Path) -> None:
    if not known and "unknown sizes" in case.skip:
        pytest.skip(f"unknown sizes: {case.skip['unknown sizes']}")
    arrays = arrays_of(case)
    if not known and broadcasts_unknown(case, arrays):
        pytest.skip("unknown sizes: one of them would be 1 and broadcast")
    graph = record(case, arrays, known)
    try:
        agrees(TARGET, None, graph, graph_inputs(arrays), tmp_path / "model.tflite", Options())
    except UnsupportedError as error:
        assert TARGET.unsupported.get(OPS[case.op]) or PARTLY[case.op] in str(error), error


def test_every_operation_is_said_decomposed_or_refused_with_a_reason() -> None:
    said = set(TARGET.emissions) | set(TARGET.unsupported)
    missing = [name for name, op in OPS.items() if op not in said and op.decompose is Op.decompose]
    assert not missing


OF_ANY_NUMBERS = {
    "add": ops.add,
    "multiply": ops.multiply,
    "maximum": ops.maximum,
    "less": ops.less,
    "equal": ops.equal,
    "where": lambda a, b: ops.where(ops.greater(a, b), a, b),
    "sum": lambda a, b: ops.sum(a, -1),
    "max": lambda a, b: ops.max(a, -1),
    "argmax": lambda a, b: ops.argmax(a, -1),
    "concatenate": lambda a, b: ops.concatenate([a, b], 0),
    "pad": lambda a, b: ops.pad(a, ((0, 0), (1, 2))),
    "take": lambda a, b: ops.take(a, np.array([1, 0]), 1),
    "cumsum": lambda a, b: ops.cumsum(a, 1),
    "negative": lambda a, b: ops.negative(a),
    "matmul": lambda a, b: ops.matmul(a, ops.transpose(b)),
    "sort": lambda a, b: ops.sort(a, -1),
    "slice": lambda a, b: a[:, ::-1],
    "tile": lambda a, b: ops.tile(a, (1, 2)),
    "reshape": lambda a, b: ops.reshape(ops.transpose(a), (-1,)),
}


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "float16", "float64"])
@pytest.mark.parametrize("name", OF_ANY_NUMBERS)
def test_types_without_a_kernel_of_their_own(name: str, dtype: str, tmp_path: Path) -> None:
    """TFLite has a kernel for some types only; the others go through a wider one, with the same result."""
    rng = np.random.default_rng(1)
    arrays = [rng.integers(1, 6, (3, 4)).astype(dtype) for _ in range(2)]
    graph = Graph("case")
    inputs = [graph.add_input(f"x{i}", TensorType(dtype, (None, 4))) for i in range(2)]
    graph.set_outputs([OF_ANY_NUMBERS[name](*inputs)], ["y"])
    agrees(TARGET, None, graph, arrays, tmp_path / "model.tflite")
