"""Recurrent layers as CoreML's lstm, gru and rnn. With a mask they become loops: CoreML's have none.

What runs backwards gets its sequence reversed: CoreML doesn't say in which order a reversed layer gives its outputs.
Two LSTM layers over the same sequence in opposite directions become one operation.
Sources: coremltools, converters/mil/mil/ops/defs/iOS15/recurrent.py for the weights' order and the formulas, but of gru
ops/tests/iOS14/test_recurrent.py, which shows what CoreML computes: another formula than documented, and only for a
batch of one ("always 0 for second batch onwards").
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...ir import Node, Value
from ...ops.op import Op
from ...ops.recurrent import Gru, Lstm, Recurrent, SimpleRnn
from ..target import Emission, Options
from .builder import Builder, Var
from .os_version import IOS17
from .saying import FLOATS, SINGLE, given
from .saying import emission as row
from .sizes import sizes_of

ACTIVATIONS = {"linear": "linear", "relu": "relu", "sigmoid": "sigmoid", "tanh": "tanh"}
"""Ours, and how CoreML calls them."""
LSTM_ACTIVATIONS = ACTIVATIONS | {"hard_sigmoid_keras2": "hard_sigmoid"}
"""Its hard sigmoid is max(0, min(1, 0.2 x + 0.5)), by coremltools' tests of lstm, of which it has no others."""

GATES: dict[type[Recurrent], tuple[str, tuple[int, ...]]] = {
    SimpleRnn: ("rnn", (0,)),
    Lstm: ("lstm", (0, 1, 3, 2)),  # CoreML has i, f, o, z; Keras i, f, c, o
    Gru: ("gru", (1, 2, 0)),  # CoreML has r, o, z; Keras z, r, h
}
"""CoreML's name, and at each of its gates the number of Keras's."""


@dataclass(frozen=True)
class Weights:
    """CoreML's weights of a layer: (gates · units, inputs), (gates · units, units), (gates · units,) or None."""

    input: np.ndarray
    state: np.ndarray
    bias: np.ndarray | None


def _weights(node: Node) -> Weights:
    _, gates = GATES[type(node.op)]  # type: ignore[index]
    kernel, recurrent, bias = (None if v is None else _in_order(_data(v), gates) for v in node.inputs[1:4])
    assert kernel is not None and recurrent is not None
    return Weights(kernel, recurrent, bias)


def _data(value: Value) -> np.ndarray:
    assert value.data is not None
    return value.data


def _in_order(array: np.ndarray, gates: tuple[int, ...]) -> np.ndarray:
    """The last axis, of gates · units, as the first, with the gates in CoreML's order."""
    units = array.shape[-1] // len(gates)
    ordered = array.reshape(-1, len(gates), units)[:, list(gates)].reshape(array.shape)
    return ordered.T


def _say(b: Builder, node: Node, *xs: Var) -> Any:
    op: Any = node.op
    x = b.transpose(xs[0], (1, 0, 2))
    x = b("reverse", x=x, axes=[0]) if op.reverse else x
    weights = _weights(node)
    initial = [_initial(b, xs[0], state, weights.state.shape[1]) for state in xs[4:-1]]
    is_sequence = b.is_read(node.outputs[0])
    y, *finals = _call(b, node, x, initial, [weights], "forward", is_sequence)
    if not is_sequence:
        return [y, *finals]
    y = b("reverse", x=y, axes=[0]) if op.reverse else y
    return [b.transpose(y, (1, 0, 2)), *finals]


def _call(
    b: Builder, node: Node, x: Var, initial: list[Var], weights: list[Weights], direction: str, is_sequence: bool
) -> list[Var]:
    """The operation, in one direction or in both: (T, batch, directions · units) and the final states."""
    op: Any = node.op
    op_type, _ = GATES[type(op)]
    names = ["weight_ih", "weight_hh", "bias"]
    arrays: dict[str, Any] = {}
    for suffix, one in zip(("", "_back"), weights, strict=False):
        arrays.update({n + suffix: a for n, a in zip(names, (one.input, one.state, one.bias), strict=True) if a is not None})
    kind = b.kind(x)
    tensors = {name: b.cast(b.constant(array, f"{op_type}_{name}"), kind) for name, array in arrays.items()}
    more = {"activation": LSTM_ACTIVATIONS[op.activation]}
    if not isinstance(op, SimpleRnn):
        more["recurrent_activation"] = LSTM_ACTIVATIONS[op.recurrent_activation]
    if isinstance(op, Lstm):
        more["cell_activation"] = more["activation"]
    states = dict(zip(("initial_h", "initial_c"), initial, strict=False))
    return list(b(op_type, x=x, **states, **tensors, direction=direction, output_sequence=is_sequence, **more))


def _initial(b: Builder, x: Var, state: Var, units: int) -> Var:
    """(batch, units): the given state, or zeros with the batch of x."""
    if state is not None:
        return state
    zero = b.number(0, x, "zero")
    if isinstance(x.shape[0], int):
        return b.constant(np.full((x.shape[0], units), zero.val), "initial")
    return b("fill", shape=b.concat([sizes_of(b, x, 0, 1), b.ints([units], "units")], 0), value=zero)


def _both(b: Builder, pair: list[Node], xs: dict[Node, list[Var]]) -> None:
    """Two LSTM layers, forward and backward, as one operation; their concatenation is what it gives."""
    first = pair[0]
    x = xs[first][0]
    weights = [_weights(node) for node in pair]
    units = weights[0].state.shape[1]
    initial = [
        b.concat([_initial(b, x, xs[node][4 + i], units) for node in pair], 1)
        for i in range(first.op.states)  # type: ignore[attr-defined]
    ]
    is_sequence = any(b.is_read(node.outputs[0]) for node in pair)
    y, *finals = _call(b, first, b.transpose(x, (1, 0, 2)), initial, weights, "bidirectional", is_sequence)
    y = b.transpose(y, (1, 0, 2)) if is_sequence else y
    halves = [b("split", x=whole, split_sizes=[units, units], axis=len(whole.shape) - 1) for whole in (y, *finals)]
    for node, parts in zip(pair, zip(*halves, strict=True), strict=True):
        b.bind(node.outputs, [b.as_value(part, v.dtype) for part, v in zip(parts, node.outputs, strict=True)])
    for whole, parts in zip((y, *finals), halves, strict=True):
        b.joined[tuple(id(b.as_value(part, first.outputs[0].dtype)) for part in parts)] = whole


def concatenation(b: Builder, xs: tuple[Var, ...]) -> Var | None:
    """The concatenation of both directions' features, straight from the operation that computed them."""
    return b.joined.get(tuple(map(id, xs)))


def _partner(b: Builder, node: Node) -> Node | None:
    """The LSTM layer that goes over the same sequence in the other direction."""
    op: Any = node.op
    if not isinstance(op, Lstm):
        return None
    for other in b.readers(node.inputs[0]):
        if (
            isinstance(other.op, Lstm)
            and other.op == replace(op, reverse=not op.reverse)
            and other.inputs[0] is node.inputs[0]
            and all(v is None or v.is_constant for n in (node, other) for v in n.inputs[4:-1])
            and given(other.inputs[2]).shape == given(node.inputs[2]).shape
            and (other.inputs[3] is None) == (node.inputs[3] is None)
            and _accepts(other, b.options) is None
        ):
            return other
    return None


def _types(b: Builder) -> frozenset[str]:
    return FLOATS if b.specification >= IOS17 else SINGLE


def _emit(b: Builder, node: Node) -> None:
    """A layer, and the one in the opposite direction with it."""
    if b.is_emitted(node.outputs[0]):
        return  # said together with its partner
    partner = _partner(b, node)
    types = _types(b)
    if partner is None:
        row(_say, types=types).emit(b, node)
        return
    pair = sorted((node, partner), key=lambda n: n.op.reverse)  # type: ignore[attr-defined]
    xs = {n: [_wide(b, v, types) for v in n.inputs] for n in pair}
    _both(b, pair, xs)


def _wide(b: Builder, value: Value | None, types: frozenset[str]) -> Var:
    if value is None:
        return None
    x = b.tensor(value)
    return x if b.kind(x) in types else b.cast(x, next(iter(SINGLE)))


def _accepts(node: Node, options: Options) -> str | None:
    op: Any = node.op
    known = LSTM_ACTIVATIONS if isinstance(op, Lstm) else ACTIVATIONS
    unknown = [n for n in (op.activation, getattr(op, "recurrent_activation", "tanh")) if n not in known]
    if unknown:
        return f"CoreML's recurrent layers don't have the activation {unknown[0]}"
    if node.inputs[-1] is not None:
        return "CoreML's recurrent layers have no mask"
    if isinstance(op, Gru) and (op.reset_after or given(node.inputs[0]).shape[0] != 1):
        return "CoreML's gru applies the reset gate before the matrix product, and computes only the first sample of a batch"
    is_constant = all(v is None or v.is_constant for v in node.inputs[1:4])
    return None if is_constant else "CoreML's recurrent layers have constant weights"


EMISSIONS: dict[type[Op], Emission] = {op: Emission(_emit, row(_say, _accepts).accepts) for op in GATES}
