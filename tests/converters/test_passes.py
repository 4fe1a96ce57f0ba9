"""Every pass keeps the numbers and does what it is for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from kport import ops
from kport.check import check
from kport.converters.passes.common_subexpressions import common_subexpressions
from kport.converters.passes.dead_code import dead_code
from kport.converters.passes.decompose import decompose, require_said
from kport.converters.passes.fewer_axes import fewer_axes
from kport.converters.passes.fold_affine import fold_affine
from kport.converters.passes.fold_constants import fold_constants
from kport.converters.passes.fuse_activation import fuse_activation
from kport.converters.passes.layout import layout
from kport.converters.passes.loops import loops
from kport.converters.passes.merge_affine import merge_affine
from kport.converters.passes.merge_padding import merge_padding
from kport.converters.passes.simplify import simplify
from kport.converters.target import Emission, Options, Target, Tolerance
from kport.errors import UnsupportedError
from kport.interpret import interpret
from kport.ir import Graph, TensorType, Value, scope
from kport.ir.graph import values_of
from kport.ops.conv import Conv
from kport.ops.op import OPS, Op
from kport.ops.pool import AveragePool, MaxPool

RNG = np.random.default_rng(0)


def graph_of(function: Callable[..., Any], *shapes: tuple[int | None, ...], names: list[str] | None = None) -> Graph:
    """The graph that `function` records on float32 inputs of these shapes."""
    graph = Graph("test")
    inputs = [graph.add_input(f"x{i}", TensorType("float32", shape)) for i, shape in enumerate(shapes)]
    with scope("layer"):
        outputs = function(*inputs)
    graph.set_outputs(list(outputs) if isinstance(outputs, (list, tuple)) else [outputs], names)
    check(graph)
    return graph


def weights(*shape: int) -> np.ndarray:
    return RNG.uniform(-1, 1, shape).astype(np.float32)


def samples(graph: Graph) -> list[np.ndarray]:
    return [weights(*(2 if d is None else d for d in v.shape)) for v in graph.inputs]


def assert_same(before: Graph, after: Graph) -> None:
    """Same interface, same numbers; and values that kept their names kept their numbers."""
    check(after)
    assert (before.input_names, before.output_names) == (after.input_names, after.output_names)
    inputs = samples(before)
    seen: dict[str, np.ndarray] = {}
    expected = interpret(before, inputs, observe=lambda v, a: seen.__setitem__(v.name, a))

    def look(value: Value, array: np.ndarray) -> None:
        if value.name in seen:
            np.testing.assert_allclose(array, seen[value.name], rtol=1e-4, atol=1e-5, err_msg=value.name)

    for a, e in zip(interpret(after, inputs, observe=look), expected, strict=True):
        np.testing.assert_allclose(a, e, rtol=1e-4, atol=1e-5)


def names_of(graph: Graph) -> list[str]:
    return [node.op.name for node in graph.nodes]


def a_target(without: set[str] = frozenset(), channels_first: frozenset[type[Op]] = frozenset()) -> Target:  # type: ignore[assignment]
    """A target that says every operation but some."""
    nothing: Any = None
    emissions = {op: Emission(lambda writer, node: None) for name, op in OPS.items() if name not in without}
    return Target(
        name="test",
        title="Test",
        suffix=".test",
        emissions=emissions,
        write=nothing,
        annotate=nothing,
        read_contract=nothing,
        recognises=nothing,
        run=nothing,
        predict=nothing,
        runtime=nothing,
        tolerances={"float32": Tolerance(1e-4, 1e-5)},
        channels_first=channels_first,
    )


def norm(x: Any, channels: int, axis: int = -1) -> Any:
    statistics = [weights(channels), np.abs(weights(channels)) + 0.5, weights(channels), weights(channels)]
    return ops.batch_norm(x, *statistics, axis=axis)


FOLDABLE = {
    "conv": (lambda x: norm(ops.conv(x, weights(3, 3, 4, 6), weights(6), padding="same"), 6), (None, 8, 8, 4)),
    "conv without bias": (lambda x: norm(ops.conv(x, weights(3, 3, 4, 6), strides=2), 6), (None, 8, 8, 4)),
    "depthwise": (lambda x: norm(ops.conv(x, weights(3, 3, 1, 8), weights(8), groups=4), 8), (None, 8, 8, 4)),
    "groups": (lambda x: norm(ops.conv(x, weights(3, 2, 6), weights(6), groups=2), 6), (None, 8, 4)),
    "transposed": (lambda x: norm(ops.conv_transpose(x, weights(3, 3, 6, 4), weights(6), strides=2), 6), (None, 5, 5, 4)),
    "linear": (lambda x: norm(ops.linear(x, weights(4, 6), weights(6)), 6), (None, 4)),
    "before a linear": (lambda x: ops.linear(norm(x, 4), weights(4, 6), weights(6)), (None, 3, 4)),
    "before an unpadded conv": (lambda x: ops.conv(norm(x, 4), weights(3, 3, 4, 6)), (None, 8, 8, 4)),
    "before a depthwise conv": (lambda x: ops.conv(norm(x, 4), weights(3, 3, 1, 8), groups=4), (None, 8, 8, 4)),
    "a sum with constants": (lambda x: ops.add(ops.conv(x, weights(3, 3, 4, 6)), weights(6)), (None, 8, 8, 4)),
    "a number less": (lambda x: ops.subtract(2.0, ops.linear(x, weights(4, 6))), (None, 4)),
    "a quotient": (lambda x: ops.divide(ops.linear(x, weights(4, 6), weights(6)), weights(1, 6) + 2), (None, 4)),
    "a scale before padding": (
        lambda x: ops.conv(ops.multiply(x, weights(4)), weights(3, 3, 4, 6), weights(6), padding="same"),
        (None, 8, 8, 4),
    ),
    "a scale before a transposed conv": (
        lambda x: ops.conv_transpose(ops.multiply(x, weights(4)), weights(3, 3, 6, 4), strides=2),
        (None, 5, 5, 4),
    ),
    "before groups": (lambda x: ops.conv(norm(x, 4), weights(3, 2, 6), weights(6), groups=2), (None, 8, 4)),
}


@pytest.mark.parametrize("case", FOLDABLE)
def test_what_scales_and_shifts_is_folded(case: str) -> None:
    function, shape = FOLDABLE[case]
    graph = graph_of(function, shape)
    folded, changes = fold_affine(graph)
    assert changes == 1
    assert len(folded.nodes) == 1
    assert_same(graph, folded)


def two_readers(x: Any) -> Any:
    y = ops.conv(x, weights(1, 1, 4, 6))
    return [norm(y, 6), y]


def shared_kernel(x: Any) -> Any:
    kernel = weights(1, 1, 4, 4)
    y = norm(ops.conv(x, kernel), 4)
    return ops.conv(y, kernel, padding="same")


def test_a_chain_of_batch_norms_is_folded_whole() -> None:
    def function(x: Any) -> Any:
        y = norm(norm(ops.conv(x, weights(3, 3, 4, 6)), 6), 6)
        return norm(ops.conv(norm(ops.relu(y), 6), weights(1, 1, 6, 4)), 4)

    graph = graph_of(function, (None, 8, 8, 4))
    folded, changes = fold_affine(graph)
    assert changes == 4
    assert names_of(folded) == ["Conv", "Relu", "Conv"]
    assert_same(graph, folded)


REFUSED = {
    "the inner value is an output": two_readers,
    "the kernel is shared": shared_kernel,
    "zeros are padded after it": lambda x: ops.conv(norm(x, 4), weights(3, 3, 4, 6), padding="same"),
    "another axis": lambda x: norm(ops.conv(x, weights(1, 1, 4, 6)), 8, axis=1),
    "a number for each pixel": lambda x: ops.add(ops.conv(x, weights(1, 1, 4, 6)), weights(8, 8, 6)),
    "more channels than there were": lambda x: ops.multiply(ops.conv(x, weights(1, 1, 4, 1)), weights(3)),
    "more axes than there were": lambda x: ops.multiply(ops.conv(x, weights(1, 1, 4, 6)), weights(1, 1, 1, 1, 6)),
    "a constant divided": lambda x: ops.divide(weights(6), ops.add(ops.conv(ops.exp(x), weights(1, 1, 4, 6)), x[..., :1])),
    "division by zero": lambda x: ops.divide(ops.conv(x, weights(1, 1, 4, 6)), 0.0),
    "far from zero before a kernel": lambda x: ops.linear(ops.subtract(x, 2000.0), weights(4, 6)),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_would_change_numbers_is_left(case: str) -> None:
    graph = graph_of(REFUSED[case], (None, 8, 8, 4))
    folded, changes = fold_affine(graph)
    assert changes == 0
    assert names_of(folded) == names_of(graph)


def test_half_precision_leaves_the_range_of_pixels_to_the_data() -> None:
    graph = graph_of(lambda x: ops.linear(ops.multiply(x, 1 / 255), weights(4, 6)), (None, 4))
    assert fold_affine(graph, furthest=16.0)[1] == 0
    assert fold_affine(graph)[1] == 1


def normalized(x: Any) -> Any:
    """The first layers of EfficientNet."""
    return ops.divide(ops.divide(ops.subtract(ops.multiply(x, 1 / 255), weights(4)), weights(4) + 2), weights(4) + 2)


MERGED = {
    "normalisation": (normalized, ["Subtract", "Multiply"]),
    "there and back": (lambda x: ops.multiply(ops.multiply(x, 4.0), 0.25), []),
    "a scale of 0": (
        lambda x: ops.subtract(ops.add(ops.multiply(x, np.array([0, 1, 2, 3], np.float32)), 1.0), 3.0),
        ["Multiply", "Add"],
    ),
    "with a batch norm": (lambda x: ops.multiply(norm(ops.add(x, 2.0), 4), 3.0), ["Subtract", "Multiply"]),
    "no shorter": (lambda x: ops.add(ops.multiply(x, 2.0), 1.0), ["Multiply", "Add"]),
    "other readers": (lambda x: [y := ops.multiply(x, 2.0), ops.multiply(y, 3.0)], ["Multiply", "Multiply"]),
    "digits are taken off": (lambda x: ops.subtract(ops.add(x, 65536.0), 65536.0), ["Add", "Subtract"]),
}


@pytest.mark.parametrize("case", MERGED)
def test_chains_of_constants_are_merged(case: str) -> None:
    function, names = MERGED[case]
    graph = graph_of(lambda x: [*y, x] if isinstance(y := function(x), list) else [y, x], (None, 3, 4))
    merged = dead_code(merge_affine(graph)[0])[0]
    assert names_of(merged) == names
    assert_same(graph, merged)


def test_numbers_far_from_zero_keep_their_digits() -> None:
    """Years, say: a product and then a sum would lose four digits."""
    graph = graph_of(lambda x: ops.divide(ops.subtract(ops.multiply(x, 1.0), 2000.0), 0.5), (None, 4))
    x = np.array([[1999.25, 2000.001, 2003.5, 2000.0]], np.float32)
    np.testing.assert_array_equal(interpret(merge_affine(graph)[0], [x])[0], interpret(graph, [x])[0])


def test_the_passes_go_into_loops() -> None:
    def step(states: list[Any], slices: list[Any], invariants: list[Any]) -> Any:
        y = ops.linear(slices[0], weights(4, 4))
        return [ops.add(states[0], ops.multiply(y, ops.sigmoid(y)))], [ops.tanh(y)]

    def function(x: Any) -> Any:
        states, outputs = ops.scan(step, [x[0]], [x])
        return [*states, *outputs]

    graph = graph_of(function, (3, 2, 4))
    changed, _ = loops(graph, lambda body: dead_code(fuse_activation(body)[0])[0])
    (scan,) = (node.op for node in changed.nodes if node.op.name == "Scan")
    assert names_of(scan.body) == ["Linear", "Silu", "Add", "Tanh"]  # type: ignore[attr-defined]
    assert_same(graph, changed)
    with pytest.raises(UnsupportedError) as caught:
        require_said(graph, a_target(without={"Sigmoid", "Slice", "Tanh"}), Options())
    assert all(f"layer 'layer': {name}" in str(caught.value) for name in ("Sigmoid", "Tanh"))


def test_constants_are_folded() -> None:
    graph = Graph("test")
    x = graph.add_input("x", TensorType("float32", (None, 3)))
    c = graph.constant(weights(3))
    graph.set_outputs([ops.add(x, ops.multiply(ops.exp(c), ops.tanh(c)))])
    folded, changes = fold_constants(graph)
    assert changes == 3
    assert names_of(folded) == ["Add"]
    assert_same(graph, folded)


def test_dead_code_goes_and_inputs_stay() -> None:
    def function(x: Any, unused: Any) -> Any:
        ops.exp(unused)
        ops.tanh(ops.exp(x))
        return ops.square(x)

    graph = graph_of(function, (2,), (3,))
    live, changes = dead_code(graph)
    assert changes == 3
    assert names_of(live) == ["Square"]
    assert_same(graph, live)


def test_common_subexpressions_are_computed_once() -> None:
    graph = graph_of(lambda x: ops.add(ops.exp(ops.add(x, 1.0)), ops.exp(ops.add(x, 1.0))), (2, 3))
    once, changes = common_subexpressions(graph)
    assert changes == 2
    assert names_of(once) == ["Add", "Exp", "Add"]
    assert_same(graph, once)


def test_different_attributes_and_constants_are_not_the_same() -> None:
    graph = graph_of(lambda x: [ops.add(x, 1.0), ops.add(x, 2.0), ops.softmax(x, 0), ops.softmax(x, 1)], (2, 3))
    assert common_subexpressions(graph)[1] == 0


def test_transposes_and_reshapes_cancel() -> None:
    def function(x: Any) -> Any:
        y = ops.transpose(ops.transpose(x, (0, 2, 1)), (0, 2, 1))
        return ops.reshape(ops.reshape(ops.exp(y), (-1, 6)), (-1, 12))

    graph = graph_of(function, (None, 3, 4))
    simple, _ = dead_code(simplify(graph)[0])
    assert names_of(simple) == ["Exp", "Reshape"]
    assert_same(graph, simple)


def test_a_transpose_of_ones_and_what_a_reduction_dropped() -> None:
    """The squeeze of a squeeze-and-excitation block, as the layout pass leaves it."""

    def function(x: Value) -> Any:
        return ops.exp(ops.transpose(ops.reshape(ops.mean(x, (2, 3)), (-1, 1, 1, 4)), (0, 3, 1, 2)))

    graph = graph_of(function, (None, 4, 5, 6))
    simple, _ = dead_code(simplify(graph)[0])
    assert names_of(simple) == ["ReduceMean", "Exp"]
    assert_same(graph, simple)


def test_concatenations_of_concatenations_become_one() -> None:
    graph = graph_of(lambda x, y: ops.concatenate([ops.concatenate([x, y], 1), ops.exp(x)], 1), (None, 4), (None, 3))
    simple, _ = dead_code(simplify(graph)[0])
    assert names_of(simple) == ["Exp", "Concatenate"]
    assert_same(graph, simple)

    def read_twice(x: Value, y: Value) -> Any:
        inner = ops.concatenate([x, y], 1)
        return ops.concatenate([inner, ops.exp(inner)], 1)

    assert simplify(graph_of(read_twice, (None, 4), (None, 3)))[1] == 0


def test_a_bias_of_zeros_goes() -> None:
    for bias, inputs in ((np.zeros(5, np.float32), 2), (weights(5), 3)):
        graph = graph_of(lambda x, bias=bias: ops.linear(x, weights(4, 5), bias), (None, 4))
        simple, _ = simplify(graph)
        assert sum(v is not None for v in simple.nodes[0].inputs) == inputs
        assert_same(graph, simple)


def test_padding_joins_the_convolution() -> None:
    padding = ((0, 0), (1, 2), (0, 1), (0, 0))
    graph = graph_of(lambda x: ops.conv(ops.pad(x, padding), weights(3, 3, 4, 6)), (None, 8, 8, 4))
    merged, _ = dead_code(merge_padding(graph)[0])
    assert names_of(merged) == ["Conv"]
    assert_same(graph, merged)


def test_padding_joins_a_maximum_of_non_negative_values_only() -> None:
    padding = ((0, 0), (1, 1), (1, 1), (0, 0))
    positive = graph_of(lambda x: ops.max_pool(ops.pad(ops.relu(x), padding), 3, 2), (None, 8, 8, 4))
    merged, _ = dead_code(merge_padding(positive)[0])
    assert names_of(merged) == ["Relu", "MaxPool"]
    assert_same(positive, merged)
    any_sign = graph_of(lambda x: ops.max_pool(ops.pad(x, padding), 3, 2), (None, 8, 8, 4))
    assert merge_padding(any_sign)[1] == 0


SPELLED_OUT = {
    "Silu": lambda x: ops.multiply(x, ops.sigmoid(x)),
    "Mish": lambda x: ops.multiply(ops.tanh(ops.softplus(x)), x),
    "HardSigmoid": lambda x: ops.divide(ops.clip(ops.add(x, 3.0), 0.0, 6.0), 6.0),
    "HardSwish": lambda x: ops.multiply(ops.multiply(ops.clip(ops.add(x, 3.0), 0.0, 6.0), 1 / 6), x),
    "Clip": lambda x: ops.minimum(ops.relu(x), 6.0),
}


@pytest.mark.parametrize("name", SPELLED_OUT)
def test_activations_are_recognised(name: str) -> None:
    graph = graph_of(SPELLED_OUT[name], (2, 30))
    fused, _ = dead_code(fuse_activation(graph)[0])
    assert names_of(fused) == [name]
    assert_same(graph, fused)


def test_other_products_are_no_activations() -> None:
    graph = graph_of(
        lambda x, y: [ops.multiply(y, ops.sigmoid(x)), ops.divide(ops.clip(ops.add(x, 3.0), 0.0, 6.0), 5.0)], (2,), (2,)
    )
    assert fuse_activation(graph)[1] == 0


def test_a_scalar_that_adds_axes_is_kept() -> None:
    one = np.ones((1, 1, 1), np.float32)
    graph = graph_of(lambda x: ops.minimum(ops.relu(x), 6 * one), (2, 30))
    fused, _ = fuse_activation(graph)
    assert_same(graph, fused)


def test_a_pool_that_pads_already_takes_no_more_than_its_window() -> None:
    def function(x: Any) -> Any:
        return MaxPool(window=(2,), strides=(1,), dilations=(1,), padding=((1, 1),))(
            ops.pad(ops.relu(x), ((0, 0), (1, 1), (0, 0)))
        )

    graph = graph_of(function, (None, 5, 3))
    assert_same(graph, dead_code(merge_padding(graph)[0])[0])


def test_what_a_target_lacks_is_decomposed() -> None:
    graph = graph_of(lambda x: ops.linear(x, weights(4, 6), weights(6)), (None, 3, 4))
    simple, changes = decompose(graph, a_target(without={"Linear"}), Options())
    assert changes == 1
    assert names_of(simple) == ["MatMul", "Add"]
    assert simple.outputs[0].name == graph.outputs[0].name
    assert_same(graph, simple)


def test_everything_unsupported_is_reported_at_once() -> None:
    graph = graph_of(lambda x: [ops.exp(x), ops.tanh(x)], (2,))
    with pytest.raises(UnsupportedError) as caught:
        require_said(graph, a_target(without={"Exp", "Tanh"}), Options())
    text = str(caught.value)
    assert "2 operation(s)" in text
    assert text.count("layer 'layer'") == 2
    assert "Exp" in text
    assert "Tanh" in text
    assert "What to do" in text


SPATIAL = frozenset[type[Op]]({Conv, MaxPool, AveragePool})


def residual(x: Any) -> Any:
    """Two convolutions, a shortcut, per-channel arithmetic, squeeze-and-excite and a head."""
    y = ops.relu(ops.conv(x, weights(3, 3, 3, 4), padding="same"))
    y = norm(ops.add(ops.conv(y, weights(1, 1, 4, 4)), y), 4)
    gate = ops.sigmoid(ops.conv(ops.mean(y, (1, 2), keepdims=True), weights(1, 1, 4, 4)))
    y = ops.multiply(ops.multiply(y, gate), weights(4))
    y = ops.concatenate([y, ops.max_pool(y, 3, 1, "same")], -1)
    y = ops.pad(y, ((0, 0), (1, 1), (1, 1), (0, 0)))
    y = ops.conv(y, weights(3, 3, 8, 2))
    return ops.softmax(ops.linear(ops.mean(y, (1, 2)), weights(2, 5)))


def test_a_whole_network_moves_to_channels_first_with_one_transpose() -> None:
    graph = graph_of(residual, (None, 8, 8, 3))
    moved, changes = layout(graph, a_target(channels_first=SPATIAL))
    assert changes > 10
    assert names_of(moved).count("Transpose") == 1
    assert names_of(moved)[0] == "Transpose"
    assert_same(graph, moved)


def test_an_output_image_is_transposed_back() -> None:
    graph = graph_of(lambda x: ops.relu(ops.conv(x, weights(1, 1, 3, 2))), (None, 4, 4, 3))
    moved, _ = layout(graph, a_target(channels_first=SPATIAL))
    assert names_of(moved) == ["Transpose", "Conv", "Relu", "Transpose"]
    assert_same(graph, moved)


def test_a_channels_first_model_needs_no_transpose() -> None:
    def function(x: Any) -> Any:
        y = ops.conv(ops.transpose(x, (0, 2, 3, 1)), weights(3, 3, 3, 4))
        y = ops.relu(ops.transpose(y, (0, 3, 1, 2)))
        return ops.transpose(ops.max_pool(ops.transpose(y, (0, 2, 3, 1)), 2), (0, 3, 1, 2))

    graph = graph_of(function, (None, 3, 8, 8))
    moved, _ = layout(graph, a_target(channels_first=SPATIAL))
    assert names_of(moved) == ["Conv", "Relu", "MaxPool"]
    assert_same(graph, moved)


def test_a_flatten_sees_the_original_order() -> None:
    def function(x: Any) -> Any:
        return ops.linear(ops.reshape(ops.conv(x, weights(3, 3, 3, 4)), (-1, 144)), weights(144, 2))

    graph = graph_of(function, (None, 8, 8, 3))
    moved, _ = layout(graph, a_target(channels_first=SPATIAL))
    assert names_of(moved) == ["Transpose", "Conv", "Transpose", "Reshape", "Linear"]
    assert_same(graph, moved)


def test_dropping_sizes_of_one_needs_no_transpose() -> None:
    def function(x: Any) -> Any:
        return ops.reshape(ops.mean(ops.conv(x, weights(3, 3, 3, 4)), (1, 2), keepdims=True), (-1, 4))

    graph = graph_of(function, (None, 8, 8, 3))
    moved, _ = layout(graph, a_target(channels_first=SPATIAL))
    assert names_of(moved).count("Transpose") == 1
    assert_same(graph, moved)


def test_a_target_that_wants_channels_last_is_left_alone() -> None:
    graph = graph_of(residual, (None, 8, 8, 3))
    assert layout(graph, a_target())[1] == 0


@pytest.mark.parametrize("sizes", [(None, 2, 3, 2, 2), (None, None, None, 2, 2)])
def test_repeating_by_places_needs_no_further_axis(sizes: tuple[int | None, ...]) -> None:
    def function(x: Any) -> Any:
        return ops.repeat(ops.repeat(ops.repeat(x, 1, 1), 2, 2), 3, 3)

    graph = graph_of(function, sizes)
    flat, _ = dead_code(fewer_axes(graph, 5)[0])
    assert max(v.type.rank for v in values_of(flat.nodes)) == 5
    assert max(v.type.rank for v in values_of(graph.nodes)) == 6
    assert_same(graph, flat)
    assert fewer_axes(graph, 6)[1] == 0


def test_a_reshape_that_merges_other_axes_is_no_repetition() -> None:
    def function(x: Any) -> Any:
        return ops.reshape(ops.tile(ops.expand_dims(x, 2), (1, 1, 2, 1)), (-1, 3, 8))

    assert fewer_axes(graph_of(function, (None, 3, 4)), 3)[1] == 0
