"""The same files in tflite-runtime 2.14: each layer of the grid loads there and computes what LiteRT does."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kport.converters.prepare import prepare
from kport.converters.target import Options
from kport.converters.tflite.target import TARGET
from kport.errors import UnsupportedError
from kport.ir import Graph
from kport.trace import trace
from tests.compare import assert_same
from tests.converters.grid import sampled
from tests.converters.tflite_old_runtime import NEWEST, run_all
from tests.layers.graphs import built_layer, model_of
from tests.ops.cases import CASES as OPERATIONS
from tests.ops.test_ops import arrays_of, graph_inputs, record

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def runtime() -> None:
    """Not run, with the reason, where there is no wheel; in CI that is no excuse for the Python that has one."""
    if sys.version_info[:2] > NEWEST:
        assert not (os.environ.get("CI") and sys.version_info[:2] == NEWEST)
        pytest.skip(f"not run: tflite-runtime 2.14.0 has wheels for Python ≤ {'.'.join(map(str, NEWEST))}")


WRONG_THERE = {
    # its optimised CONV_2D in the body of this loop differs from its own reference kernels, which agree with LiteRT
    "ConvLSTM2D(filters=2, kernel_size=2, return_sequences=True, return_state=True, mask) (2, 4, 3, 3, 2)",
}


Case = tuple[str, Graph, list[Any]]


def agree(cases: Iterable[Case], folder: Path) -> None:
    """Writes a model for each case, runs all of them in both runtimes, and compares."""
    expected = {}
    for number, (name, graph, inputs) in enumerate(cases):
        path = folder / f"{number}.tflite"
        try:
            prepared = prepare(graph, TARGET, Options())
        except UnsupportedError:
            continue
        TARGET.write(prepared, path, {}, Options())
        arrays = [np.asarray(a) for a in inputs]
        np.savez(folder / f"{number}.in.npz", **{str(i): a.astype(str) if a.dtype == object else a for i, a in enumerate(arrays)})
        expected[str(number)] = name, TARGET.run(path, arrays)
    errors = run_all(folder)
    assert {expected[number][0]: error for number, error in errors.items()} == {}
    assert len(expected) > 50
    different = {}
    for number, (name, outputs) in expected.items():
        found = np.load(folder / f"{number}.out.npz")
        try:
            assert_same([found[str(i)] for i in range(len(outputs))], outputs, 1e-5, 1e-5)
        except AssertionError as error:
            different[name] = str(error)
    assert set(different) <= WRONG_THERE, different


def of_layers(share: float) -> Iterator[Case]:
    for parameter in sampled(share):
        if not parameter.marks:
            model, inputs = model_of(*built_layer(parameter.values[0]))
            yield parameter.id, trace(model), inputs


def of_operations() -> Iterator[Case]:
    for case in OPERATIONS:
        arrays = arrays_of(case)
        yield case.id, record(case, arrays, True), graph_inputs(arrays)


def test_a_sample_of_the_layers(runtime: None, tmp_path: Path) -> None:
    agree(of_layers(0.1), tmp_path)


@pytest.mark.slow
def test_all_layers(runtime: None, tmp_path: Path) -> None:
    agree(of_layers(1.0), tmp_path)


@pytest.mark.slow
def test_all_operations(runtime: None, tmp_path: Path) -> None:
    agree(of_operations(), tmp_path)
