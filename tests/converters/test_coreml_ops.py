"""Every operation of the grid as a CoreML package in the interpreter: with known sizes for the newest system, with unknown
ones for the oldest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kport import ops
from kport.converters.coreml.target import TARGET
from kport.converters.prepare import prepare
from kport.converters.target import Options
from kport.errors import UnsupportedError
from kport.interpret import interpret
from kport.ir import Graph, TensorType
from kport.ops.op import OPS, Op
from tests.compare import assert_same
from tests.converters.grid import refused_with_reason
from tests.ops.case import OpCase
from tests.ops.cases import CASES
from tests.ops.test_ops import arrays_of, graph_inputs, record

pytestmark = pytest.mark.filterwarnings("ignore")

PARTLY = {
    "ConvTranspose": "CoreML's tensors have at most 5 axes",  # a kernel in three dimensions that isn't constant
    "CumProd": "CoreML has no operation for CumProd",  # of an unknown number
    "Einsum": "CoreML has no operation for Einsum",  # a diagonal of unknown size
}
"""Operations that some of their rows can't be said, and what the error then has to say."""


def agrees(graph: Graph, inputs: list[np.ndarray], path: Path, options: Options) -> None:
    """The package computes what the interpreter computes from the graph as it was traced."""
    TARGET.write(prepare(graph, TARGET, options), path, {}, options)
    expected = [np.asarray(e) for e in interpret(graph, inputs)]
    outputs = TARGET.run(path, [np.asarray(a) for a in inputs])
    bound = TARGET.tolerances[options.precision]
    assert [o.dtype for o in outputs] == [e.dtype for e in expected]
    assert_same(outputs, expected, bound.rtol, bound.atol)


def broadcasts_unknown(case: OpCase, arrays: list[Any]) -> bool:
    """Whether a size of 1 that nobody knows of would have to be broadcast: gather_along_axis doesn't, NumPy does."""
    return case.op == "TakeAlongAxis" and len({a.shape[0] for a in arrays}) > 1


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_operation(case: OpCase, tmp_path: Path) -> None:
    arrays = arrays_of(case)
    for known, min_os in ((True, "ios18"), (False, "ios15")):
        if not known and ("unknown sizes" in case.skip or broadcasts_unknown(case, arrays)):
            continue
        options = Options(min_os=min_os)
        graph = record(case, arrays, known)
        try:
            agrees(graph, graph_inputs(arrays), tmp_path / f"{min_os}.mlpackage", options)
        except UnsupportedError as error:
            if case.op in PARTLY:
                assert PARTLY[case.op] in str(error)
            else:
                refused_with_reason(TARGET, graph, error, options)


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


@pytest.mark.parametrize("name", OF_ANY_NUMBERS)
def test_types_that_programs_do_not_have(name: str, tmp_path: Path) -> None:
    """Programs compute with float16, float32, int32 and bool: what has another dtype goes in and comes out as the Keras model
    has it."""
    rng = np.random.default_rng(1)
    for dtype in ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "float16", "float64"):
        if name == "negative" and dtype.startswith("u"):
            continue  # beyond 32 bits
        arrays = [rng.integers(1, 6, (3, 4)).astype(dtype) for _ in range(2)]
        graph = Graph("case")
        inputs = [graph.add_input(f"x{i}", TensorType(dtype, (None, 4))) for i in range(2)]
        graph.set_outputs([OF_ANY_NUMBERS[name](*inputs)], ["y"])
        agrees(graph, arrays, tmp_path / f"{dtype}.mlpackage", Options())


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "uint16"])
def test_narrow_integers_wrap_around(dtype: str, tmp_path: Path) -> None:
    values = np.array([[-70000, -129, -1, 0, 127, 128, 255, 256, 70000]], np.int32)
    graph = Graph("case")
    x = graph.add_input("x", TensorType("int32", (None, 9)))
    graph.set_outputs([ops.cast(ops.cast(x, dtype), "float32")], ["y"])
    agrees(graph, [values], tmp_path / "model.mlpackage", Options())
