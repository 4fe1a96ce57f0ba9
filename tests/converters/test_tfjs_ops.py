"""Every operation of the grid in TF.js, in Node: with known sizes and with unknown ones."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kport import ops
from kport.converters.prepare import prepare
from kport.converters.runtime_process import RuntimeProcess
from kport.converters.target import Options
from kport.converters.tfjs import runner
from kport.converters.tfjs.target import TARGET
from kport.errors import UnsupportedError
from kport.interpret import interpret
from kport.ir import Graph, TensorType
from kport.ops.op import OPS, Op
from tests.compare import assert_same
from tests.converters.test_onnx_ops import OF_ANY_NUMBERS, broadcasts_unknown
from tests.ops.case import OpCase
from tests.ops.cases import CASES
from tests.ops.test_ops import arrays_of, graph_inputs, record

pytestmark = pytest.mark.filterwarnings("ignore")

PARTLY = {
    "MaxPool": "TF.js's pools have no dilations",
    "StringHash": "TF.js has no integers beyond 32 bits",
    "ScatterNd": "TF.js scatters sums and replacements, not by",
}
"""Operations some of whose rows can't be said, and the reason that the error then has to give."""


def agrees(graph: Graph, inputs: list[np.ndarray], path: Path, backend: str = "wasm") -> None:
    """The graph, written and run, computes what the interpreter computes."""
    TARGET.write(prepare(graph, TARGET, Options()), path, {}, Options())
    expected = [np.asarray(e) for e in interpret(graph, inputs)]
    outputs = runner.run(path, [np.asarray(a) for a in inputs], backend)
    for output, value in zip(outputs, expected, strict=True):
        assert output.dtype == value.dtype or value.dtype.kind in "OV", (output.dtype, value.dtype)
    tolerance = TARGET.tolerances["float32"]
    assert_same(outputs, expected, tolerance.rtol, tolerance.atol)


def sampled() -> list[Any]:
    """The first row of each operation and some of the rest; what remains is slow."""
    seen: set[str] = set()
    found = []
    for case in CASES:
        is_chosen = case.op not in seen or zlib.crc32(case.id.encode()) % 4 == 0
        seen.add(case.op)
        found.append(pytest.param(case, id=case.id, marks=() if is_chosen else pytest.mark.slow))
    return found


@pytest.fixture(scope="module", autouse=True)
def node(needs_runtime: Callable[[str], RuntimeProcess]) -> RuntimeProcess:
    return needs_runtime("browser")


@pytest.mark.parametrize("case", sampled())
def test_operation(case: OpCase, tmp_path: Path) -> None:
    arrays = arrays_of(case)
    for known in (True, False):
        if not known and ("unknown sizes" in case.skip or broadcasts_unknown(case, arrays)):
            continue
        try:
            agrees(record(case, arrays, known), graph_inputs(arrays), tmp_path / f"{known}.tfjs")
        except UnsupportedError as error:
            reasons = {TARGET.unsupported.get(OPS[case.op]), PARTLY.get(case.op)} - {None}
            assert any(str(reason) in str(error) for reason in reasons), error


def test_every_operation_is_said_decomposed_or_refused_with_a_reason() -> None:
    said = set(TARGET.emissions) | set(TARGET.unsupported)
    assert not [name for name, op in OPS.items() if op not in said and op.decompose is Op.decompose]


@pytest.mark.parametrize("backend", ["wasm", "cpu"])
@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "float16", "float64"])
def test_types_that_tfjs_does_not_have(dtype: str, backend: str, tmp_path: Path) -> None:
    """All floats are float32 there, all integers int32; the results come back in the model's own dtypes."""
    rng = np.random.default_rng(1)
    arrays = [rng.integers(1, 6, (3, 4)).astype(dtype) for _ in range(2)]
    graph = Graph("case")
    inputs = [graph.add_input(f"x{i}", TensorType(dtype, (None, 4))) for i in range(2)]
    results = {name: function(*inputs) for name, function in OF_ANY_NUMBERS.items()}
    graph.set_outputs(list(results.values()), list(results))
    agrees(graph, arrays, tmp_path / "model.tfjs", backend)


@pytest.mark.parametrize("backend", ["wasm", "cpu"])
def test_bits_of_all_of_an_integer(backend: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    arrays = [rng.integers(-(1 << 31), (1 << 31) - 1, 200).astype(np.int32) for _ in range(2)]
    graph = Graph("bits")
    a, b = (graph.add_input(name, TensorType("int32", (None,))) for name in "ab")
    graph.set_outputs([ops.bitwise_and(a, b), ops.bitwise_or(a, b), ops.bitwise_xor(a, b)], ["and", "or", "xor"])
    agrees(graph, arrays, tmp_path / "model.tfjs", backend)
