"""What a model does with channels first, moved to channels last."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from kport import layers, models, ops
from kport.check import check
from kport.converters.passes.channels_last import SUFFIX, channels_last
from kport.converters.prepare import prepare
from kport.converters.target import Options
from kport.converters.tflite.target import TARGET
from kport.interpret import interpret
from kport.ir import Graph
from kport.layers.keras_tensor import KerasTensor
from kport.trace import trace
from tests.layers.oracle import random_weights


def graph_of(function: Callable[[KerasTensor], Any], shape: tuple[int | None, ...]) -> Graph:
    x = layers.Input(shape, name="x")
    model = models.Functional(x, function(x))
    model.set_weights(random_weights(model.weights, "channels_last"))
    return trace(model)


def kinds(graph: Graph) -> list[str]:
    return [node.op.name for node in graph.nodes]


def same(graph: Graph, other: Graph, shape: tuple[int, ...]) -> None:
    x = np.random.default_rng(1).uniform(-1, 1, shape).astype(np.float32)
    for a, b in zip(interpret(other, [x]), interpret(graph, [x]), strict=True):
        np.testing.assert_allclose(a, b, 1e-4, 1e-5)


def block(x: KerasTensor) -> KerasTensor:
    x = layers.Conv2D(6, 3, padding="same", data_format="channels_first")(x)
    x = layers.PReLU(shared_axes=[2, 3])(layers.BatchNormalization(axis=1)(x))
    return layers.MaxPooling2D(data_format="channels_first")(x)


def test_between_layers_with_channels_first_nothing_is_transposed() -> None:
    graph = graph_of(lambda x: layers.GlobalAveragePooling2D(data_format="channels_first")(block(block(x))), (3, None, None))
    prepared = prepare(graph, TARGET, Options())
    assert kinds(prepared) == ["Transpose", "Conv", "PRelu", "MaxPool", "Conv", "PRelu", "MaxPool", "ReduceMean"]
    same(graph, prepared, (2, 3, 9, 8))


def test_outputs_keep_their_order() -> None:
    graph = graph_of(block, (3, 8, 8))
    moved, changes = channels_last(graph)
    check(moved)
    assert changes == 2
    assert [v.name for v in moved.outputs] == [v.name for v in graph.outputs]
    assert moved.outputs[0].type == graph.outputs[0].type
    assert any(v.name.endswith(SUFFIX) for node in moved.nodes for v in node.outputs)
    same(graph, moved, (2, 3, 8, 8))


@pytest.mark.parametrize("rank", [3, 4, 5])
def test_constants_of_lower_rank_and_joined_branches(rank: int) -> None:
    conv = {3: layers.Conv1D, 4: layers.Conv2D, 5: layers.Conv3D}[rank]
    weight = np.random.default_rng(2).uniform(-1, 1, (4, *(1,) * (rank - 2))).astype(np.float32)

    def function(x: KerasTensor) -> KerasTensor:
        y = conv(4, 1, data_format="channels_first")(x)
        y = layers.Concatenate(axis=1)([ops.multiply(y, weight), ops.add(y, 1.5)])
        return layers.Flatten()(ops.relu(y))

    shape = (3, *(4,) * (rank - 2))
    graph = graph_of(function, shape)
    moved, _ = channels_last(graph)
    check(moved)
    same(graph, moved, (2, *shape))


def test_a_model_with_channels_last_stays_as_it_is() -> None:
    graph = graph_of(lambda x: layers.MaxPooling2D()(layers.Conv2D(4, 3)(x)), (8, 8, 3))
    assert channels_last(graph) == (graph, 0)
