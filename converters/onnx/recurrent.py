"""Recurrent layers as ONNX's LSTM, GRU and RNN. No mask needs a loop.

A masked step keeps the states, so a layer with a mask computes what it would for the unmasked steps alone: they are
moved to the front (TopK of the mask, which keeps the order of equal elements), the layer runs over so many steps
(`sequence_lens`), and each step takes the output of the last unmasked step up to it. Beyond `sequence_lens` ONNX
Runtime's outputs are zeros, which serve the steps that have no unmasked one. Right-padded sequences, the usual case,
stay where they are.
Two layers over the same sequence in opposite directions become one node.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...ir import Node, Value
from ...ops.op import Op
from ...ops.recurrent import Gru, Lstm, Recurrent, SimpleRnn
from ..target import Emission, Options
from .builder import Builder
from .saying import FLOATS, emission
from .sizes import shape_of


@dataclass(frozen=True)
class Activation:
    """How ONNX calls an activation function of a recurrent layer, with its parameters."""

    name: str
    alpha: float | None = None
    beta: float | None = None


ACTIVATIONS = {
    "elu": Activation("Elu", 1.0),
    "hard_sigmoid": Activation("HardSigmoid", 1 / 6, 0.5),
    "hard_sigmoid_keras2": Activation("HardSigmoid", 0.2, 0.5),
    "linear": Activation("Affine", 1.0, 0.0),
    "relu": Activation("Relu"),
    "sigmoid": Activation("Sigmoid"),
    "softplus": Activation("Softplus"),
    "softsign": Activation("Softsign"),
    "tanh": Activation("Tanh"),
}
"""Source: https://onnx.ai/onnx/operators/onnx__LSTM.html"""

GATES: dict[type[Recurrent], tuple[str, tuple[int, ...]]] = {
    SimpleRnn: ("RNN", (0,)),
    Lstm: ("LSTM", (0, 3, 1, 2)),  # ONNX has i, o, f, c; Keras i, f, c, o
    Gru: ("GRU", (0, 1, 2)),
}
"""ONNX's name, and at each of its gates the number of Keras's."""


def _say(b: Builder, node: Node, *_: str) -> Any:
    """A layer, and the one in the opposite direction with it."""
    if node.outputs[0] in b.tensors:
        return [b.tensors[v] for v in node.outputs]  # said together with its partner
    partner = _partner(b, node)
    pair = [node] if partner is None else sorted((node, partner), key=lambda n: n.op.reverse)  # type: ignore[attr-defined]
    for one, results in zip(pair, _run(b, pair), strict=True):
        b.bind(one.outputs, results)
    return [b.tensors[v] for v in node.outputs]


def _partner(b: Builder, node: Node) -> Node | None:
    """The layer that goes over the same sequence, with the same mask, in the other direction."""
    op: Any = node.op
    x, mask = node.inputs[0], node.inputs[-1]
    for other in b.readers(x):
        if (
            isinstance(other.op, type(op))
            and other.op == replace(op, reverse=not op.reverse)
            and other.inputs[0] is x
            and other.inputs[-1] is mask
            and all(v is None for n in (node, other) for v in n.inputs[4:-1])
            and other.inputs[2].shape == node.inputs[2].shape  # type: ignore[union-attr]
            and (other.inputs[3] is None) == (node.inputs[3] is None)
            and _constant_weights(other)
        ):
            return other
    return None


def _run(b: Builder, pair: list[Node]) -> list[list[str]]:
    """For each layer the tensors of its outputs: y, then the final states."""
    first = pair[0]
    op: Any = first.op
    op_type, gates = GATES[type(op)]
    mask = first.inputs[-1]
    x = b.tensor(first.inputs[0])
    lengths = ""
    if mask is not None:
        x, lengths = _compacted(b, x, b.tensor(mask))
    weights = [_weights(b, pair, gates, i) for i in (1, 2)]
    bias = _bias(b, pair, gates)
    initial = [b.unsqueeze(b.tensor(v), [0]) if v is not None else "" for v in first.inputs[4:-1]]
    activations = _activations(op) * len(pair)
    units = first.inputs[2].shape[0]  # type: ignore[union-attr]
    y, *finals = b(
        op_type,
        b.transpose(x, (1, 0, 2)),
        *weights,
        bias,
        lengths,
        *initial,
        outputs=1 + op.states,
        hidden_size=units,
        direction="bidirectional" if len(pair) > 1 else "reverse" if op.reverse else None,
        activations=[a.name for a in activations],
        activation_alpha=[a.alpha for a in activations if a.alpha is not None] or None,
        activation_beta=[a.beta for a in activations if a.beta is not None] or None,
        linear_before_reset=1 if isinstance(op, Gru) and op.reset_after else None,
    )
    if mask is not None:
        finals = [_unless_empty(b, lengths, f, i) for f, i in zip(finals, initial, strict=True)]
    if len(pair) == 1:
        ys = [b.transpose(b.squeeze(y, [1]), (1, 0, 2))]
        states = [[b.squeeze(f, [0]) for f in finals]]
    else:
        ys = [b.transpose(part, (1, 0, 2)) for part in _halves(b, y, 1)]
        states = [list(s) for s in zip(*(_halves(b, f, 0) for f in finals), strict=True)]
        if mask is None:
            b.joined[tuple(ys)] = _Joined(y, (2, 0, 1, 3), 2 * units)  # type: ignore[operator]
        for i, final in enumerate(finals):
            b.joined[tuple(s[i] for s in states)] = _Joined(final, (1, 0, 2), 2 * units)  # type: ignore[operator]
    if mask is not None:
        ys = [_spread(b, y, b.tensor(mask), n) for y, n in zip(ys, pair, strict=True)]
    return [[y, *s] for y, s in zip(ys, states, strict=True)]


@dataclass(frozen=True)
class _Joined:
    """Both directions in one tensor; transposed by `order` and reshaped it is their concatenation of `size` features."""

    tensor: str
    order: tuple[int, ...]
    size: int


def concatenation(b: Builder, node: Node, xs: tuple[str, ...]) -> str | None:
    """The concatenation of both directions' features, straight from the node that computed them."""
    joined: _Joined | None = b.joined.get(xs)
    if joined is None:
        return None
    order, back = joined.order, None
    readers = b.readers(node.output)
    if len(order) == 4 and readers and all(isinstance(n.op, Recurrent) and n.inputs[-1] is None for n in readers):
        order, back = (0, 2, 1, 3), (1, 0, 2)  # they want time first: their own transpose undoes the second one
    kept = [0] * (len(order) - 2)
    y = str(b("Reshape", b.transpose(joined.tensor, order), b.ints([*kept, joined.size], "shape")))
    return y if back is None else b.transpose(y, back)


def _compacted(b: Builder, x: str, mask: str) -> tuple[str, str]:
    """The sequences with their unmasked steps in front, and how many these are, int32 (batch,)."""
    counts = b.once("Cast", mask, to=6)
    _, order = b.once("TopK", counts, shape_of(b, counts, 1, 2), outputs=2, axis=1)
    lengths = b.once("ReduceSum", counts, b.ints([1], "axes"), keepdims=0)
    return b.once("GatherND", x, b.once("Unsqueeze", order, b.ints([-1], "axes")), batch_dims=1), lengths


def _spread(b: Builder, y: str, mask: str, node: Node) -> str:
    """Each step's output: of the last unmasked step up to it, in the direction of time."""
    op: Any = node.op
    counts = b.once("Cast", mask, to=6)
    if op.reverse:
        place = b.once("CumSum", counts, b.constant(1, "int32", "axis"), exclusive=1)
    else:
        place = b.once("Sub", b.once("CumSum", counts, b.constant(1, "int32", "axis")), b.constant(1, "int32", "one"))
    place = b.once("Unsqueeze", b.once("Cast", place, to=7), b.ints([-1], "axes"))
    y = b("GatherND", y, place, batch_dims=1)
    if not op.zero_output_for_mask:
        return y
    return str(b("Where", b.once("Unsqueeze", mask, b.ints([-1], "axes")), y, b.constant(0, node.outputs[0].dtype, "zero")))


def _unless_empty(b: Builder, lengths: str, final: str, initial: str) -> str:
    """A sequence without any step keeps its initial state."""
    if not initial:
        return final
    some = b("Greater", b.unsqueeze(lengths, [0, 2]), b.constant(0, "int32", "none"))
    return str(b("Where", some, final, initial))


def _halves(b: Builder, x: str, axis: int) -> list[str]:
    parts = b("Split", x, b.ints([1, 1], "sizes"), outputs=2, axis=axis)
    return [b.squeeze(part, [axis]) for part in parts]


def _weights(b: Builder, pair: list[Node], gates: tuple[int, ...], index: int) -> str:
    """(directions, gates · units, inputs)"""
    arrays = [_in_order(_data(n.inputs[index]), gates).T for n in pair]
    return _stacked(b, [n.inputs[index] for n in pair], arrays)


def _bias(b: Builder, pair: list[Node], gates: tuple[int, ...]) -> str:
    """(directions, 2 · gates · units): that of the input, then that of the state."""
    if pair[0].inputs[3] is None:
        return ""
    arrays = []
    for node in pair:
        bias = _data(node.inputs[3])
        both = bias if bias.ndim == 2 else np.stack([bias, np.zeros_like(bias)])
        arrays.append(_in_order(both, gates).reshape(-1))
    return _stacked(b, [n.inputs[3] for n in pair], arrays)


def _stacked(b: Builder, values: list[Value | None], arrays: list[np.ndarray]) -> str:
    names = [v.name for v in values if v is not None]
    key = ("recurrent", *names)
    if key not in b.known:
        b.known[key] = b.weight(np.stack(arrays), "+".join(names) + ":onnx")
    return str(b.known[key])


def _in_order(array: np.ndarray, gates: tuple[int, ...]) -> np.ndarray:
    """The last axis, of gates · units, with the gates in ONNX's order."""
    units = array.shape[-1] // len(gates)
    return array.reshape(-1, len(gates), units)[:, list(gates)].reshape(array.shape)


def _activations(op: Any) -> list[Activation]:
    own = ACTIVATIONS[op.activation]
    if isinstance(op, SimpleRnn):
        return [own]
    gate = ACTIVATIONS[op.recurrent_activation]
    return [gate, own, own] if isinstance(op, Lstm) else [gate, own]


def _data(value: Value | None) -> np.ndarray:
    assert value is not None and value.data is not None
    return value.data


def _constant_weights(node: Node) -> bool:
    return all(v is None or v.is_constant for v in node.inputs[1:4])


def _accepts(node: Node, options: Options) -> str | None:
    op: Any = node.op
    names = [op.activation, getattr(op, "recurrent_activation", "tanh")]
    unknown = [n for n in names if n not in ACTIVATIONS]
    if unknown:
        return f"ONNX's recurrent layers don't have the activation {unknown[0]}"
    return None if _constant_weights(node) else "kport turns only constant weights into ONNX's order"


EMISSIONS: dict[type[Op], Emission] = {op: emission(_say, _accepts, FLOATS | {"bool"}) for op in GATES}
