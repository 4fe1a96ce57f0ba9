"""Half precision: what becomes float16, what doesn't, and that nothing becomes infinite."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kport import ops
from kport.check import check
from kport.converters.passes.half_precision import LIMIT, half_precision
from kport.interpret import interpret
from kport.ir import Graph, TensorType
from tests.converters.test_passes import graph_of, weights


def halved(graph: Graph, rtol: float = 1e-2, atol: float = 1e-3) -> Graph:
    """The graph in half precision: the same interface, and nearly the same numbers."""
    result, changes = half_precision(graph)
    check(result)
    assert changes > 0
    assert result.input_names == graph.input_names
    assert [v.type for v in (*result.inputs, *result.outputs)] == [v.type for v in (*graph.inputs, *graph.outputs)]
    x = [weights(*(2 if d is None else d for d in v.shape)) for v in graph.inputs]
    for a, e in zip(interpret(result, x), interpret(graph, x), strict=True):
        np.testing.assert_allclose(a, e, rtol, atol)
    return result


def dtypes(graph: Graph) -> list[tuple[str, str]]:
    """Each operation with the dtype of its first output, casts left out."""
    return [(n.op.name, n.outputs[0].dtype) for n in graph.nodes if n.op.name != "Cast"]


def test_weights_and_computation_are_float16_between_two_casts() -> None:
    graph = graph_of(lambda x: ops.relu(ops.linear(x, weights(4, 6), weights(6))), (None, 4))
    result = halved(graph)
    assert [n.op.name for n in result.nodes] == ["Cast", "Linear", "Relu", "Cast"]
    assert {v.dtype for v in result.constants()} == {"float16"}
    assert result.outputs[0].name == graph.outputs[0].name
    assert {v.name for n in result.nodes for v in n.outputs if v.dtype == "float16"} == {
        "x0:float16", "layer/Linear:float16", "layer/Relu:float16",
    }  # fmt: skip


def test_inputs_are_prepared_in_single_precision() -> None:
    graph = graph_of(lambda x: ops.linear(ops.subtract(ops.multiply(x, 1 / 255), 0.5), weights(4, 6)), (None, 4))
    assert dtypes(halved(graph)) == [("Multiply", "float32"), ("Subtract", "float32"), ("Linear", "float16")]


SAFE: dict[str, Any] = {
    "Softmax": ops.softmax,
    "ReduceSum": lambda x: ops.sum(x, -1),
    "Exp": ops.exp,
    "Square": ops.square,
    "LayerNorm": lambda x: ops.layer_norm(x, weights(6), weights(6)),
}


@pytest.mark.parametrize("name", SAFE)
def test_what_loses_digits_or_overflows_stays_single(name: str) -> None:
    graph = graph_of(lambda x: ops.tanh(SAFE[name](ops.linear(x, weights(4, 6)))), (None, 4))
    assert dtypes(halved(graph)) == [("Linear", "float16"), (name, "float32"), ("Tanh", "float16")]


@pytest.mark.parametrize(("number", "dtype"), [(-1e9, "float32"), (1e-9, "float32"), (3.0, "float16"), (0.0, "float16")])
def test_numbers_that_float16_can_not_hold(number: float, dtype: str) -> None:
    graph = graph_of(lambda x: ops.maximum(ops.linear(x, weights(4, 6)), np.float32(number)), (None, 4))
    assert dtypes(halved(graph)) == [("Linear", "float16"), ("Maximum", dtype)]


def test_large_weights_stay_finite_and_infinite_ones_infinite() -> None:
    kernel = np.array([[1e6, -1e6, np.inf, 1]], np.float32)
    graph = graph_of(lambda x: ops.linear(x, kernel), (None, 1))
    (found,) = (v.data for v in half_precision(graph)[0].constants())
    np.testing.assert_array_equal(found, np.array([[LIMIT, -LIMIT, np.inf, 1]], np.float16))


def test_other_dtypes_are_left_alone() -> None:
    graph = Graph("test")
    tokens, x = graph.add_input("tokens", TensorType("int32", (None,))), graph.add_input("x", TensorType("float64", (None, 3)))
    graph.set_outputs([ops.add(tokens, 1), ops.exp(x), ops.take(weights(5, 3), tokens, 0)], ["a", "b", "c"])
    result, _ = half_precision(graph)
    check(result)
    assert [v.dtype for v in result.outputs] == ["int32", "float64", "float32"]
    assert dtypes(result)[-1] == ("Take", "float16")


def test_a_value_is_cast_once_for_all_its_readers() -> None:
    def function(x: Any) -> Any:
        y = ops.linear(x, weights(4, 6))
        return [ops.softmax(y), ops.exp(y), ops.relu(y), y]

    result = halved(graph_of(function, (None, 4)))
    assert [n.op.name for n in result.nodes].count("Cast") == 3  # the input, the product, and relu as an output
