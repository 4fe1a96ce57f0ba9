"""What was made one axis with the batch is taken apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from kport import ops
from kport.check import check
from kport.converters.passes.unfold import unfold
from kport.interpret import interpret
from kport.ir import Graph, TensorType
from kport.ops.shape import Reshape
from tests.compare import assert_same

RNG = np.random.default_rng(5)
KERNEL = RNG.normal(size=(3, 2, 4)).astype(np.float32)
MATRIX = RNG.normal(size=(2, 3)).astype(np.float32)

SAID = {
    "of each element": lambda x: ops.tanh(ops.add(x, np.float32(1.5))),
    "of two": lambda x: ops.multiply(x, ops.relu(x)),
    "a constant of the same rank": lambda x: ops.multiply(x, np.arange(2, dtype=np.float32).reshape(1, 1, 2)),
    "linear": lambda x: ops.linear(x, MATRIX),
    "convolution": lambda x: ops.conv(x, KERNEL, padding="same", strides=2),
    "pooling": lambda x: ops.average_pool(x, 2, padding="same"),
    "softmax": lambda x: ops.softmax(x, 1),
    "sum": lambda x: ops.sum(x, 2),
    "transposition": lambda x: ops.transpose(x, (0, 2, 1)),
    "other axes": lambda x: ops.reshape(x, (-1, 10)),
    "joined": lambda x: ops.concatenate([x, x], 1),
    "part by part": lambda x: ops.flip(x, 1),
}


def folded(function: Callable[[Any], Any]) -> Graph:
    """(b, 3, 5, 2) → (b · 3, 5, 2) → function → (b, 3, ...)"""
    graph = Graph("case")
    x = graph.add_input("x", TensorType("float32", (None, 3, 5, 2)))
    y = function(ops.reshape(x, (-1, 5, 2)))
    graph.set_outputs([ops.reshape(y, (-1, 3, *y.shape[1:]))], ["y"])
    return graph


@pytest.mark.parametrize("name", SAID)
def test_operations_with_one_more_axis(name: str) -> None:
    graph = folded(SAID[name])
    new, changes = unfold(graph)
    check(new, after="unfold")
    assert changes
    assert not [n for n in new.nodes if isinstance(n.op, Reshape) and n.output.shape[:1] == (None,) and n.output.shape[1] == 5]
    array = RNG.normal(size=(2, 3, 5, 2)).astype(np.float32)
    assert_same(interpret(new, [array]), interpret(graph, [array]))


def test_what_goes_along_the_axis_stays() -> None:
    """A sum over all parts of all samples needs them in one axis."""
    graph = Graph("case")
    x = graph.add_input("x", TensorType("float32", (None, 3, 5)))
    y = ops.relu(ops.reshape(x, (-1, 5)))
    graph.set_outputs([ops.sum(y, 0), y], ["sum", "y"])
    new, _ = unfold(graph)
    check(new, after="unfold")
    array = RNG.normal(size=(2, 3, 5)).astype(np.float32)
    assert_same(interpret(new, [array]), interpret(graph, [array]))


def test_a_flattened_sample_is_no_such_thing() -> None:
    graph = Graph("case")
    x = graph.add_input("x", TensorType("float32", (None, 1, 5)))
    graph.set_outputs([ops.relu(ops.reshape(x, (-1, 5)))], ["y"])
    assert unfold(graph)[1] == 0
