"""Every operation of the grid, with known and with unknown sizes, in DL4J: it computes the same, or is refused.

The first axis of every input is taken for the batch's, which most rows of the grid don't mean: those that move it, or compute
along it, have to be refused rather than said wrong. Weights are inputs in this grid, which DL4J's layers don't have: the grid
of layers is where those are run.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kport.converters.dl4j.target import TARGET
from kport.converters.prepare import prepare
from kport.converters.target import Options
from kport.errors import UnsupportedError
from kport.interpret import interpret
from kport.ops.op import OPS, Op
from tests.compare import assert_same
from tests.ops.case import OpCase
from tests.ops.cases import CASES
from tests.ops.test_ops import arrays_of, graph_inputs, record

pytestmark = pytest.mark.filterwarnings("ignore")


def sampled() -> list[Any]:
    """The first row of each operation, and a fifth of the others; what remains is slow."""
    seen: set[str] = set()
    found = []
    for case in CASES:
        is_chosen = case.op not in seen or zlib.crc32(case.id.encode()) % 5 == 0
        seen.add(case.op)
        found.append(pytest.param(case, id=case.id, marks=() if is_chosen else pytest.mark.slow))
    return found


@pytest.mark.parametrize("case", sampled())
def test_operation(case: OpCase, needs_runtime: Callable[[str], Any], tmp_path: Path) -> None:
    needs_runtime("jvm")
    arrays = arrays_of(case)
    inputs = [np.asarray(a) for a in graph_inputs(arrays)]
    for known in (True, False):
        if not known and "unknown sizes" in case.skip:
            continue
        graph = record(case, arrays, known)
        try:
            TARGET.write(prepare(graph, TARGET, Options()), tmp_path / "model.dl4j.h5", {}, Options())
        except UnsupportedError:
            continue
        outputs = TARGET.run(tmp_path / "model.dl4j.h5", inputs)
        assert_same(outputs, [np.asarray(e) for e in interpret(graph, inputs)], 1e-4, 1e-5)


OF_SAMPLES = (
    "Add", "AveragePool", "Clip", "Concatenate", "CumSum",
    "LogicalAnd", "MaxPool", "Pad", "ReduceMax", "ReduceSum", "Relu", "Slice", "Softmax",
    "Softplus", "Split", "Transpose", "Where",
)  # fmt: skip
"""Operations of which rows have to be said: a table that refused everything would pass the test above."""


@pytest.mark.parametrize("name", OF_SAMPLES)
def test_operations_of_samples_are_said(name: str) -> None:
    for case in (c for c in CASES if c.op == name):
        try:
            prepare(record(case, arrays_of(case), True), TARGET, Options())
            return
        except UnsupportedError:
            continue
    pytest.fail(f"{name}: every row is refused")


def test_every_operation_is_said_decomposed_or_refused_with_a_reason() -> None:
    said = set(TARGET.emissions) | set(TARGET.unsupported)
    silent = [name for name, op in OPS.items() if op not in said and op.decompose is Op.decompose]
    assert not silent
