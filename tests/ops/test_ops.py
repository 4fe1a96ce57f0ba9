"""Every operation of the grid: both kernels, type rule, gradient, decomposition and axis permutation."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from kport.check import check
from kport.interpret import interpret
from kport.ir import Graph, TensorType, Value
from kport.ir.arrays import dtype_name
from kport.ops.op import OPS, Op
from kport.ops.shapes import permute
from kport.tree import flatten
from tests.compare import assert_same
from tests.data import make, seed_of
from tests.ops.case import OpCase
from tests.ops.cases import CASES

pytestmark = pytest.mark.filterwarnings("ignore")
grid = pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)


def arrays_of(case: OpCase) -> list[Any]:
    return [make(spec, seed_of(f"{case.id}{i}")) for i, spec in enumerate(case.inputs)]


def expected_of(case: OpCase, arrays: list[Any]) -> Any:
    if case.expected is not None:
        return case.expected(*arrays)
    assert case.expected_tf is not None
    return case.expected_tf(*to_tensors(arrays))


def to_tensors(arrays: list[Any]) -> list[Any]:
    import tensorflow as tf

    return [a if not isinstance(a, np.ndarray) else tf.constant(a.tolist() if a.dtype == object else a) for a in arrays]


def record(case: OpCase, arrays: list[Any], known: bool = True) -> Graph:
    """The case as a graph; with `known` false the first dimensions of its data are unknown."""
    graph = Graph("case")
    data = OPS[case.op].data_inputs
    values = []
    for i, array in enumerate(arrays):
        if not isinstance(array, np.ndarray):
            values.append(array)
            continue
        fixed = known or not array.shape or (data is not None and i >= data)
        shape = array.shape if fixed else (None, *array.shape[1:])
        values.append(graph.add_input(f"input_{i}", TensorType(dtype_name(array), shape)))
    graph.set_outputs(flatten(case.call(*values)))
    return graph


def graph_inputs(arrays: list[Any]) -> list[np.ndarray]:
    return [a for a in arrays if isinstance(a, np.ndarray)]


@grid
def test_numpy_agrees(case: OpCase) -> None:
    arrays = arrays_of(case)
    assert_same(case.call(*arrays), expected_of(case, arrays), case.rtol, case.atol, case.id)


@grid
def test_tensorflow_agrees(case: OpCase) -> None:
    if "tensorflow" in case.skip:
        pytest.skip(case.skip["tensorflow"])
    arrays = arrays_of(case)
    assert_same(case.call(*to_tensors(arrays)), expected_of(case, arrays), case.rtol, case.atol, case.id)


@grid
def test_type_rule(case: OpCase) -> None:
    """The recorded types are those of the computed arrays, and the case really records its operation."""
    arrays = arrays_of(case)
    outputs = flatten(case.call(*arrays))
    for known in (True, False):
        if not known and "unknown sizes" in case.skip:
            continue
        graph = record(case, arrays, known)
        check(graph)
        assert case.op in {node.op.name for node in graph.nodes}
        for value, output in zip(graph.outputs, outputs, strict=True):
            array = np.asarray(output)
            assert value.dtype == dtype_name(array), case.id
            fits = all(d == s or (d is None and not known) for d, s in zip(value.shape, array.shape, strict=True))
            assert fits or "static shape" in case.skip, f"{value!r}, computed {array.shape}"
        results = interpret(graph, graph_inputs(arrays), observe=assert_as_stated)
        assert_same(results, [np.asarray(o) for o in outputs], case.rtol, case.atol, case.id)


def assert_as_stated(value: Value, array: np.ndarray) -> None:
    """What is computed on the way has the type that the graph says: no float32 becomes float64 in between."""
    array = np.asarray(array)
    assert dtype_name(array) == value.dtype, f"{value!r} is computed as {array.dtype}"
    assert array.ndim == value.ndim and all(d in (None, s) for d, s in zip(value.shape, array.shape, strict=True)), f"{value!r}"


@grid
def test_gradient(case: OpCase) -> None:
    """TensorFlow differentiates the kernel, and gets what it gets for the oracle's own function."""
    import tensorflow as tf

    arrays = arrays_of(case)
    graph = record(case, arrays)
    ops = {node.op.name: node.op for node in graph.nodes}
    if not ops[case.op].differentiable or not any("float" in v.dtype for v in graph.outputs):  # type: ignore[attr-defined]
        return
    floats = [i for i, a in enumerate(arrays) if isinstance(a, np.ndarray) and a.dtype.kind == "f"]
    if not floats:
        return

    def gradients(function: Any) -> list[Any]:
        tensors = to_tensors(arrays)
        with tf.GradientTape() as tape:
            for i in floats:
                tape.watch(tensors[i])
            outputs = [o for o in flatten(function(*tensors)) if o.dtype.is_floating]
            loss = sum(tf.reduce_sum(o * tf.cast(weights_like(o), o.dtype)) for o in outputs)
        return tape.gradient(loss, [tensors[i] for i in floats])

    actual = gradients(case.call)
    assert all(g is not None for g in actual), f"{case.id}: no gradient for an input"
    assert all(np.isfinite(np.asarray(g)).all() for g in map(tf.convert_to_tensor, actual))
    if case.expected_tf is not None:
        assert_same(list(map(tf.convert_to_tensor, actual)), gradients(case.expected_tf), case.rtol * 10, case.atol * 10, case.id)


def weights_like(tensor: Any) -> np.ndarray:
    """Unequal weights: a plain sum hides errors that cancel."""
    return np.linspace(0.5, 1.5, int(np.prod(tensor.shape))).reshape(tensor.shape)


def nodes_of(case: OpCase) -> list[tuple[Op, list[Any], list[Any]]]:
    """The operation's applications in the case: (operation, input arrays, output arrays)."""
    arrays = arrays_of(case)
    graph = record(case, arrays)
    values: dict[Value, Any] = dict(zip(graph.inputs, graph_inputs(arrays), strict=True))
    interpret(graph, graph_inputs(arrays), observe=lambda value, array: values.__setitem__(value, array))

    def read(v: Value | None) -> Any:
        return None if v is None else v.data if v.data is not None else values[v]

    return [
        (node.op, [read(v) for v in node.inputs], [read(v) for v in node.outputs])  # type: ignore[misc]
        for node in graph.nodes
        if node.op.name == case.op
    ]


@grid
def test_decomposition(case: OpCase) -> None:
    for op, inputs, outputs in nodes_of(case):
        result = op.decompose(*inputs)
        if result is not NotImplemented:
            assert_same(flatten(result), outputs, case.rtol * 10, case.atol * 10, f"{case.id} decomposed")
            assert [np.asarray(r).dtype for r in flatten(result)] == [o.dtype for o in outputs]


@grid
def test_permuted(case: OpCase) -> None:
    """An operation that says it can work on permuted data does."""
    for op, inputs, outputs in nodes_of(case):
        data = len(inputs) if op.data_inputs is None else op.data_inputs
        rank = max((a.ndim for a in inputs[:data] if a is not None), default=0)
        for permutation in itertools.permutations(range(rank)) if rank <= 5 else ():
            moved = op.permuted(permutation)
            if moved is None:
                continue
            new_op, out_permutation = moved
            expand = op.broadcasts and rank > 0
            given = [a if a is None else a.reshape((1,) * (rank - a.ndim) + a.shape) if expand else a for a in inputs]
            moves = [i < data and a is not None and a.ndim == rank for i, a in enumerate(given)]
            given = [a.transpose(permutation) if moves[i] else a for i, a in enumerate(given)]
            results = new_op.numpy(*given)
            for result, output in zip(flatten(results), outputs, strict=True):
                wanted = output if out_permutation is None else output.transpose(out_permutation)
                assert_same(result, wanted, case.rtol * 10, case.atol * 10, f"{case.id} permuted by {permutation}")
                assert permute(output.shape, out_permutation or range(output.ndim)) == result.shape
