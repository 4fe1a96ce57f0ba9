"""The loop in its three meanings: traced, unrolled, and as TensorFlow's loop."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kport import ops
from kport.check import check
from kport.errors import ShapeError
from kport.interpret import interpret
from kport.ir import Graph, TensorType
from kport.ops.recurrent import Lstm
from kport.ops.scan import Scan
from tests.compare import assert_same

RNG = np.random.default_rng(0)
X, KERNEL, RECURRENT_KERNEL, BIAS = (RNG.uniform(-1, 1, s).astype("float32") for s in [(2, 5, 3), (3, 8), (2, 8), (8,)])
MASK = np.array([[1, 0, 1, 1, 0], [0, 1, 1, 1, 1]], bool)


def lstm_graph(shape: tuple[int | None, ...], **attributes: Any) -> Graph:
    """A masked LSTM as a loop, of `shape`."""
    graph = Graph("lstm")
    x = graph.add_input("x", TensorType("float32", shape))
    mask = graph.add_input("mask", TensorType("bool", shape[:2]))
    graph.set_outputs(Lstm(**attributes).decompose(x, KERNEL, RECURRENT_KERNEL, BIAS, None, None, mask))
    check(graph)
    return graph


def the_scan(graph: Graph) -> Any:
    (node,) = [n for n in graph.nodes if n.op.name == "Scan"]
    return node


@pytest.mark.parametrize("reverse", [False, True])
def test_loop_is_the_operation(reverse: bool) -> None:
    """Also where neither batch nor time are known."""
    expected = list(ops.lstm(X, KERNEL, RECURRENT_KERNEL, BIAS, mask=MASK, reverse=reverse))
    assert_same(interpret(lstm_graph((None, None, 3), reverse=reverse), [X, MASK]), expected)


@pytest.mark.parametrize("reverse", [False, True])
def test_unrolled_on_symbols(reverse: bool) -> None:
    """The decomposition of a loop of known length is the same without a loop."""
    graph = lstm_graph((None, 5, 3), reverse=reverse)
    unrolled = Graph("unrolled")
    values: dict[Any, Any] = {v: unrolled.add_input(v.name, v.type) for v in graph.inputs}
    for node in graph.nodes:
        given = [v if v is None or v.data is not None else values[v] for v in node.inputs]
        given = [v.data if v is not None and v.data is not None else v for v in given]
        results = node.op.decompose(*given) if node.op.name == "Scan" else node.op(*given)  # type: ignore[attr-defined,operator]
        values.update(zip(node.outputs, results if isinstance(results, tuple) else (results,), strict=True))
    unrolled.set_outputs([values[v] for v in graph.outputs])
    check(unrolled)
    assert "Scan" not in {n.op.name for n in unrolled.nodes}
    assert_same(interpret(unrolled, [X, MASK]), interpret(graph, [X, MASK]))


def test_not_unrolled_without_a_length() -> None:
    node = the_scan(lstm_graph((2, None, 3)))
    assert node.op.decompose(*node.inputs) is NotImplemented


def test_constants_live_in_the_body() -> None:
    body = the_scan(lstm_graph((None, None, 3))).op.body
    assert any(v.data is not None and v.shape == RECURRENT_KERNEL.shape for n in body.nodes for v in n.inputs)
    assert len(body.inputs) == 5  # output, h, c; projected slice, mask slice


def test_tensorflow_kernel_with_unknown_length() -> None:
    """Traced once by tf.function for any length, and differentiable."""
    import tensorflow as tf

    op: Scan = the_scan(lstm_graph((None, None, 3))).op

    @tf.function(
        autograph=False,
        input_signature=[tf.TensorSpec((None, 2))] * 3
        + [tf.TensorSpec((None, None, 8)), tf.TensorSpec((None, None, 1), tf.bool)],
    )
    def run(a: Any, h: Any, c: Any, x: Any, mask: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(x)
            outputs = op.tensorflow(a, h, c, x, mask)
            loss = tf.reduce_sum(outputs[-1] ** 2)
        return (*outputs, tape.gradient(loss, x))

    projected = ops.transpose(X @ KERNEL + BIAS, (1, 0, 2))
    zeros = np.zeros((2, 2), "float32")
    mask = MASK.T[..., None]
    for length in (1, 5):
        *outputs, gradient = run(zeros, zeros, zeros, projected[:length], mask[:length])
        assert_same(outputs, list(op.numpy(zeros, zeros, zeros, projected[:length], mask[:length])))
        assert np.abs(gradient.numpy()).max(axis=-1)[~mask[:length, :, 0]].max(initial=0) == 0
        assert np.abs(gradient.numpy()).max() > 0


def body_graph(state: TensorType, new: TensorType) -> Graph:
    body = Graph("body")
    body.add_input("state", state)
    x = body.add_input("slice", new)
    body.set_outputs([x])
    return body


def test_errors() -> None:
    scalar, vector = TensorType("float32", ()), TensorType("float32", (2,))
    op = Scan(body=body_graph(vector, scalar), states=1, sequences=1)
    with pytest.raises(ShapeError, match=r"expected a step that keeps the types of the states. Received: before=float32\[2\]"):
        op.infer(vector, TensorType("float32", (5,)))
    with pytest.raises(ShapeError, match=r"expected float32\[2\] for 'state'. Received: received=float32\[\]"):
        op.infer(scalar, TensorType("float32", (5,)))
    with pytest.raises(ShapeError, match="expected 2 inputs"):
        op.infer(vector)
    with pytest.raises(ShapeError, match="expected sequences of one length of at least 1"):
        op.infer(vector, TensorType("float32", (0,)))
    with pytest.raises(ShapeError, match=r"expected sequences of at least one step. Received: shape=\(0,\)"):
        ops.scan(lambda s, x, _: (s, x), [np.float32(0)], [np.zeros(0, "float32")])
    graph = Graph("outer")
    x, other = graph.add_input("x", TensorType("float32", (3, 2))), graph.add_input("y", vector)
    with pytest.raises(ShapeError, match="pass it to the loop body as an explicit input"):
        ops.scan(lambda s, slices, _: ([s[0] + other], slices), [np.zeros(2, "float32")], [x])
    with pytest.raises(ShapeError, match="expected a step that gives 1 states"):
        ops.scan(lambda s, slices, _: ([], slices), [np.zeros(2, "float32")], [x])
    with pytest.raises(ShapeError, match=r"bias: \(8,\)"):
        ops.lstm(
            x=graph.add_input("z", TensorType("float32", (1, 2, 3))),
            kernel=KERNEL,
            recurrent_kernel=RECURRENT_KERNEL,
            bias=KERNEL,
        )
