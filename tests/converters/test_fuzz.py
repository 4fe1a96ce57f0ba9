"""Random graphs, seeded: whatever a model is made of, the prepared graph computes what the interpreter says of the traced one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from kport import ops
from kport.check import check
from kport.converters import targets
from kport.converters.border import ask_layout
from kport.converters.prepare import prepare
from kport.converters.target import Options
from kport.interpret import interpret
from kport.ir import Graph, TensorType, Value, scope

CHANNELS = 4
Step = Callable[[np.random.Generator, list[Value]], Any]


def weights(rng: np.random.Generator, *shape: int) -> np.ndarray:
    return rng.uniform(-1, 1, shape).astype(np.float32)


def pick(rng: np.random.Generator, values: list[Value], rank: int | None = None) -> Value:
    """One of the values, the newer ones more often."""
    fitting = [v for v in values if rank is None or v.type.rank == rank]
    return fitting[-1 - int(rng.integers(0, min(3, len(fitting))))]


def batch_norm(rng: np.random.Generator, x: Value) -> Value:
    channels = x.shape[-1] or 1
    statistics = (weights(rng, channels), np.abs(weights(rng, channels)) + 0.5, weights(rng, channels), weights(rng, channels))
    return ops.batch_norm(x, *statistics, axis=-1)  # type: ignore[no-any-return]


def convolution(rng: np.random.Generator, values: list[Value]) -> Any:
    x = pick(rng, values)
    groups = int(rng.choice([1, 1, CHANNELS]))
    kernel = weights(rng, *(3,) * (x.type.rank - 2), CHANNELS // groups, CHANNELS)
    bias = weights(rng, CHANNELS) if rng.random() < 0.5 else None
    return ops.conv(x, kernel, bias, padding="same", groups=groups)


def padded_convolution(rng: np.random.Generator, values: list[Value]) -> Any:
    x = pick(rng, values)
    spatial = x.type.rank - 2
    padded = ops.pad(x, ((0, 0), *((1, 1),) * spatial, (0, 0)))
    return ops.conv(padded, weights(rng, *(3,) * spatial, CHANNELS, CHANNELS), padding="valid")


def transposed(rng: np.random.Generator, values: list[Value]) -> Any:
    """There and back by transposes of the model's own, which the passes should see through."""
    x = pick(rng, values)
    rank = x.type.rank
    first = ops.transpose(x, (0, rank - 1, *range(1, rank - 1)))
    middle = ops.relu(first) if rng.random() < 0.5 else ops.multiply(first, weights(rng, CHANNELS, *(1,) * (rank - 2)))
    return ops.transpose(middle, (0, *range(2, rank), 1))


def broadcast(rng: np.random.Generator, values: list[Value]) -> Any:
    x = pick(rng, values)
    other = [weights(rng, CHANNELS), weights(rng, 1), weights(rng, *(1,) * (x.type.rank - 1), CHANNELS), np.float32(0.5)]
    function = [ops.add, ops.multiply, ops.subtract, ops.maximum][int(rng.integers(4))]
    constant = other[int(rng.integers(len(other)))]
    return function(x, constant) if rng.random() < 0.5 else function(constant, x)


def gate(rng: np.random.Generator, values: list[Value]) -> Any:
    """Squeeze and excitation."""
    x = pick(rng, values)
    axes = tuple(range(1, x.type.rank - 1))
    squeezed = ops.mean(x, axes)
    excited = ops.sigmoid(ops.linear(squeezed, weights(rng, CHANNELS, CHANNELS), weights(rng, CHANNELS)))
    return ops.multiply(x, ops.reshape(excited, (-1, *(1,) * len(axes), CHANNELS)))


def halves(rng: np.random.Generator, values: list[Value]) -> Any:
    a, b = ops.split(pick(rng, values), 2, axis=-1)
    return ops.concatenate([b, a], -1)


def constant_part(rng: np.random.Generator, values: list[Value]) -> Any:
    """A concatenation of constants, folded, beside a value."""
    x = pick(rng, values)
    both = ops.concatenate([x.graph.constant(weights(rng, 2)), x.graph.constant(weights(rng, 2))], 0)
    return ops.add(x, both)


STEPS: list[Step] = [
    convolution,
    convolution,
    padded_convolution,
    transposed,
    broadcast,
    gate,
    halves,
    constant_part,
    lambda rng, values: batch_norm(rng, pick(rng, values)),
    lambda rng, values: batch_norm(rng, convolution(rng, values)),
    lambda rng, values: batch_norm(rng, batch_norm(rng, pick(rng, values))),
    lambda rng, values: ops.add(pick(rng, values), pick(rng, values)),
    lambda rng, values: ops.relu(pick(rng, values)),
    lambda rng, values: (lambda x: ops.multiply(x, ops.sigmoid(x)))(pick(rng, values)),
    lambda rng, values: ops.minimum(ops.relu(pick(rng, values)), np.float32(6)),
    lambda rng, values: ops.max_pool(pick(rng, values), 3, 1, "same"),
    lambda rng, values: ops.softmax(pick(rng, values), -1),
    lambda rng, values: ops.tanh(ops.flip(pick(rng, values), 1)),
]


def random_graph(seed: int) -> Graph:
    """Ten random steps on images of rank 3, 4 or 5; some outputs are shared, inputs, constants or the same value twice."""
    rng = np.random.default_rng(seed)
    rank = 3 + seed % 3
    batch = None if seed % 2 else 2
    graph = Graph("random")
    values = [graph.add_input(f"x{i}", TensorType("float32", (batch, *(4,) * (rank - 2), CHANNELS))) for i in range(2)]
    for i in range(10):
        with scope(f"layer_{i}"):
            values.append(STEPS[int(rng.integers(len(STEPS)))](rng, values))
    outputs = [values[-1], pick(rng, values)]
    extra = [values[0], values[-1], graph.constant(weights(rng, 2, 3)), ops.reshape(values[-1], (-1, 4 ** (rank - 2) * CHANNELS))]
    graph.set_outputs([*outputs, extra[seed % 4]], ["a", "b", "c"])
    check(graph)
    return graph


@pytest.mark.parametrize("seed", range(60))
def test_prepared_graphs_keep_the_numbers(seed: int) -> None:
    graph = random_graph(seed)
    rng = np.random.default_rng(seed)
    inputs = [weights(rng, *(2 if d is None else d for d in v.shape)) for v in graph.inputs]
    seen: dict[str, np.ndarray] = {}
    expected = interpret(graph, inputs, observe=lambda v, a: seen.__setitem__(v.name, a))
    layout = (None, "nchw", "nhwc")[seed % 3]
    bordered, border = ask_layout(graph, layout)
    prepared = prepare(bordered, targets.get("onnx"), Options(input_layout=layout))
    assert (prepared.input_names, prepared.output_names) == (graph.input_names, graph.output_names)

    def look(value: Value, array: np.ndarray) -> None:
        if value.name in seen:
            np.testing.assert_allclose(array, seen[value.name], rtol=1e-3, atol=1e-4, err_msg=value.name)

    results = border.outputs_to_keras(interpret(prepared, border.inputs_from_keras(inputs), observe=look))
    for actual, wanted in zip(results, expected, strict=True):
        # ten layers of float32 in another order of summation
        np.testing.assert_allclose(actual, wanted, rtol=1e-3, atol=1e-4)
