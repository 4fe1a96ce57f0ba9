"""Choices and loops given as functions, on arrays, on tensors and in graphs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kport import ops
from kport.check import check
from kport.errors import ShapeError
from kport.interpret import interpret
from kport.ir import Graph, TensorType
from tests.compare import assert_same

pytestmark = pytest.mark.filterwarnings("ignore")
X = np.arange(6, dtype="float32").reshape(3, 2)


def everywhere(function: Any, *arrays: np.ndarray) -> list[Any]:
    """The results on arrays, on tensors and in a graph whose first sizes are unknown."""
    import tensorflow as tf

    graph = Graph()
    shapes = [(None, *a.shape[1:]) if a.ndim else () for a in arrays]
    values = [graph.add_input("x", TensorType(a.dtype.name, s)) for a, s in zip(arrays, shapes, strict=True)]
    graph.set_outputs([function(*values)])
    check(graph)
    return [function(*arrays), function(*map(tf.constant, arrays)), interpret(graph, arrays)[0]]


@pytest.mark.parametrize("pred", [True, False])
def test_cond_takes_one_of_two(pred: bool) -> None:
    for result in everywhere(lambda p, x: ops.cond(p, lambda: ops.add(x, 1), lambda: ops.multiply(x, 2)), np.array(pred), X):
        assert_same(result, X + 1 if pred else X * 2)


@pytest.mark.parametrize("index", [-1, 0, 1, 2, 9])
def test_switch_takes_the_nearest_branch(index: int) -> None:
    branches = [lambda x: ops.add(x, 1), lambda x: ops.multiply(x, 2), lambda x: ops.negative(x)]
    for result in everywhere(lambda i, x: ops.switch(i, branches, x), np.array(index, "int32"), X):
        assert_same(result, [X + 1, X * 2, -X][min(max(index, 0), 2)])


@pytest.mark.parametrize("function", [ops.map, ops.vectorized_map])
def test_map_stacks_what_it_gives_for_each_slice(function: Any) -> None:
    for result in everywhere(lambda x: function(lambda row: {"sum": ops.sum(row)}, x)["sum"], X):
        assert_same(result, X.sum(1))
    for result in everywhere(lambda x, y: function(lambda pair: ops.subtract(pair[0], pair[1]), [x, y]), X, X * 3):
        assert_same(result, -2 * X)


def test_fori_loop_counts() -> None:
    for result in everywhere(lambda x: ops.fori_loop(1, 4, lambda i, s: ops.add(s, i), x), X):
        assert_same(result, X + 6)


def test_while_loop_runs_as_long_as_its_condition_holds() -> None:
    import tensorflow as tf

    for x in (np.float32(1), tf.constant(1.0)):
        assert float(ops.while_loop(lambda v: ops.less(v, 100.0), lambda v: ops.multiply(v, 3.0), [x])[0]) == 243
        assert float(ops.while_loop(lambda v: ops.less(v, 100.0), lambda v: ops.multiply(v, 3.0), [x], 2)[0]) == 9


def test_loops_of_unknown_length_are_refused_in_a_graph() -> None:
    value = Graph().add_input("n", TensorType("int32", ()))
    with pytest.raises(ShapeError, match="the number of iterations must be known"):
        ops.while_loop(lambda v: ops.less(v, 9), lambda v: ops.add(v, 1), [value])
    with pytest.raises(ShapeError, match="expected bounds that are known"):
        ops.fori_loop(0, value, lambda i, s: s, 0)
