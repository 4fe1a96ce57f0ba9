"""Every operation of the grid in ONNX Runtime: with known sizes in the newest opset, with unknown ones in the default."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kport import ops
from kport.converters.onnx.opset import DEFAULT, NEWEST, OLDEST
from kport.converters.onnx.target import TARGET
from kport.converters.target import Options
from kport.errors import UnsupportedError
from kport.ir import Graph, TensorType
from kport.ops.op import OPS, Op
from tests.converters.onnx_check import agrees
from tests.ops.case import OpCase
from tests.ops.cases import CASES
from tests.ops.test_ops import arrays_of, graph_inputs, record

pytestmark = pytest.mark.filterwarnings("ignore")

PARTLY = {"Resize": "can be told only for a known size"}
"""Operations that some of their rows can't be said in any opset, and the reason that the error then has to give."""


def broadcasts_unknown(case: OpCase, arrays: list[Any]) -> bool:
    """Whether a size of 1 that nobody knows of would have to be broadcast: GatherElements doesn't, NumPy does."""
    return case.op == "TakeAlongAxis" and len({a.shape[0] for a in arrays}) > 1


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_operation(case: OpCase, tmp_path: Path) -> None:
    arrays = arrays_of(case)
    for known, opset in ((True, NEWEST), (False, DEFAULT)):
        if not known and ("unknown sizes" in case.skip or broadcasts_unknown(case, arrays)):
            continue
        graph = record(case, arrays, known)
        try:
            agrees(graph, graph_inputs(arrays), tmp_path / "model.onnx", Options(opset=opset))
        except UnsupportedError as error:
            newer = "(--opset" if opset < NEWEST else "no reason"
            assert TARGET.unsupported.get(OPS[case.op], PARTLY.get(case.op, newer)) in str(error)


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
}


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "float16", "float64"])
@pytest.mark.parametrize("name", OF_ANY_NUMBERS)
def test_types_without_a_kernel_of_their_own(name: str, dtype: str, tmp_path: Path) -> None:
    """ONNX Runtime has a kernel for some types only; the others go through a wider one, with the same result."""
    rng = np.random.default_rng(1)
    arrays = [rng.integers(1, 6, (3, 4)).astype(dtype) for _ in range(2)]
    graph = Graph("case")
    inputs = [graph.add_input(f"x{i}", TensorType(dtype, (None, 4))) for i in range(2)]
    graph.set_outputs([OF_ANY_NUMBERS[name](*inputs)], ["y"])
    agrees(graph, arrays, tmp_path / "model.onnx", Options(opset=OLDEST))
