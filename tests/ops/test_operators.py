"""Python's operators on symbols and weights."""

from __future__ import annotations

import numpy as np
import pytest

from kport import layers, ops
from kport.interpret import interpret
from kport.ir import Graph, TensorType, Value
from kport.ops import Variable
from tests.compare import assert_same

X = np.arange(1, 7, dtype="float32").reshape(2, 3)


def value(dtype: str = "float32", shape: tuple[int | None, ...] = (2, 3)) -> Value:
    return Graph().add_input("x", TensorType(dtype, shape))


def test_symbols_are_equal_to_themselves_only_and_can_be_keys() -> None:
    for a, b in [(value(), value()), (layers.Input((3,)), layers.Input((3,)))]:
        assert a == a and a != b and len({a, b}) == 2


def test_an_array_leaves_the_operator_to_the_symbol() -> None:
    x = value()
    for result in (X + x, X @ value(shape=(3, 2)), 2**x, X[0] / x):
        assert isinstance(result, Value) and result.dtype == "float32"


def test_a_weight_is_an_operand_too() -> None:
    weight = Variable(shape=(2, 3), name="weight")
    weight.assign(X)
    assert_same(weight * 2 - weight[:, :1], X * 2 - X[:, :1])
    assert_same(-weight / 2, -X / 2)
    graph = Graph()
    x = graph.add_input("x", TensorType("float32", (None, 3)))
    graph.set_outputs([x + weight[0], weight @ ops.transpose(x)])
    assert_same(interpret(graph, [X]), [X + X[0], X @ X.T])


def test_the_shape_of_a_weight_needs_no_numbers() -> None:
    def initializer(shape: tuple[int, ...], dtype: str) -> np.ndarray:
        raise AssertionError("the initial value was asked for")

    assert ops.shape(Variable(initializer, (2, 3))) == (2, 3)


def test_a_symbol_has_no_truth() -> None:
    with pytest.raises(TypeError, match="isn't known while a graph is traced"):
        bool(value() > 0)


def test_a_symbol_of_known_length_is_a_sequence() -> None:
    first, second = value()
    assert first.shape == second.shape == (3,) and len(value()) == 2
    with pytest.raises(TypeError, match="the size of its first dimension is not known"):
        list(value(shape=(None, 3)))
