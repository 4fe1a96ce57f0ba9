"""Graphs: what may not be after a pass, and what the interpreter is given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from kport import ops
from kport.check import check
from kport.errors import GraphError, LayerError, UsageError
from kport.interpret import interpret
from kport.ir import Graph, TensorType

VECTOR = TensorType("float32", (2,))


def graph_of_two() -> Graph:
    """y = relu(x), z = y + 1"""
    graph = Graph("two")
    x = graph.add_input("x", VECTOR)
    graph.set_outputs([ops.relu(x) + 1.0])
    return graph


def turn_around(graph: Graph) -> None:
    graph.nodes.reverse()


def define_twice(graph: Graph) -> None:
    graph.nodes.append(graph.nodes[0])


def share_a_name(graph: Graph) -> None:
    graph.nodes[0].output.name = graph.nodes[1].output.name


def state_another_type(graph: Graph) -> None:
    graph.nodes[1].output.type = TensorType("float32", (3,))


def lose_an_output(graph: Graph) -> None:
    graph.nodes[0].outputs.clear()
    graph.nodes[1].inputs[0] = graph.inputs[0]


def lose_an_operand(graph: Graph) -> None:
    graph.nodes[1].inputs.pop()


def change_a_constant(graph: Graph) -> None:
    graph.nodes[1].inputs[1].data = np.ones(3, "float64")  # type: ignore[union-attr]


def feed_the_wrong_type(graph: Graph) -> None:
    graph.nodes[1].inputs[1] = graph.constant(np.int32(1), "one")


def give_what_is_nowhere(graph: Graph) -> None:
    graph.outputs = list(graph_of_two().outputs)


def forget_a_name(graph: Graph) -> None:
    graph.output_names.clear()


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (turn_around, "reads %Relu before it is defined"),
        (define_twice, "%Relu is defined twice"),
        (share_a_name, r"values share a name: \['Add'\]"),
        (state_another_type, r"but its outputs say \(TensorType\(dtype='float32', shape=\(3,\)\),\)"),
        (lose_an_output, r"but its outputs say \(\)"),
        (lose_an_operand, "does not fit its inputs"),
        (change_a_constant, r"holds an array of float64\[3\]"),
        (feed_the_wrong_type, "does not fit its inputs: Add: expected operands of one dtype"),
        (give_what_is_nowhere, "output %Add is not defined"),
        (forget_a_name, "don't match their names"),
    ],
    ids=lambda x: getattr(x, "__name__", ""),
)
def test_a_spoilt_graph_is_found(spoil: Callable[[Graph], Any], message: str) -> None:
    graph = graph_of_two()
    check(graph)
    spoil(graph)
    with pytest.raises(GraphError, match=f"^after spoiling: .*{message}"):
        check(graph, "spoiling")


@pytest.mark.parametrize("inputs", [{}, {"y": 1}, {"x": 1, "y": 2}, [], [1, 2]])
def test_inputs_are_those_of_the_graph(inputs: Any) -> None:
    with pytest.raises(UsageError, match=r"expected 1 inputs: \['x'\]. Received: "):
        interpret(graph_of_two(), inputs)


def test_what_a_kernel_refuses_names_the_shapes() -> None:
    with pytest.raises(LayerError, match=r"Add failed on inputs of shapes \[\(2, 2\), \(3,\)\]"):
        graph = Graph()
        graph.set_outputs([graph.add_input("x", VECTOR) + graph.add_input("y", VECTOR)])
        interpret(graph, [np.ones((2, 2), "float32"), np.ones(3, "float32")])


def test_numbers_become_the_constants_that_keras_makes_of_them() -> None:
    """As they do where an operation computes at once: float32 and int32."""
    graph = Graph()
    dtypes = [graph.as_value(x).dtype for x in (1.5, 2, True, [1.0], np.float64(1))]  # type: ignore[union-attr]
    assert dtypes == ["float32", "int32", "bool", "float32", "float64"]
