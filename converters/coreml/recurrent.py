"""Recurrent layers as CoreML's lstm, gru and rnn. With a mask they become loops: CoreML's have none.

What runs backwards gets its sequence reversed: CoreML doesn't say in which order a reversed layer gives its outputs.
Two LSTM layers over the same sequence in opposite directions become one operation.
Source of the weights' order and the formulas: coremltools, converters/mil/mil/ops/defs/iOS15/recurrent.py.
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

ACTIVATIONS = frozenset({"linear", "relu", "sigmoid", "tanh"})
"""Those that need no numbers: CoreML's hard sigmoid in a recurrent layer has ones that can't be said."""
ALWAYS_ONE = {"linear": 1.0, "relu": 1.0, "sigmoid": 100.0, "tanh": 100.0}
"""Where a gate's function is 1, to the last digit."""

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
    kernel, recurrent, bias = (v.data if v is not None else None for v in node.inputs[1:4])
    assert kernel is not None and recurrent is not None
    units = recurrent.shape[0]
    if isinstance(node.op, Gru) and bias is not None:
        own, after = bias[0], bias[1].copy()
        within = after[2 * units :].copy()  # what the reset gate is to reach
        after[2 * units :] = 0
        bias = own + after
        if within.any():
            return _with_constant_unit(node, kernel, recurrent, bias, within)
    return Weights(_in_order(kernel, gates), _in_order(recurrent, gates), None if bias is None else _in_order(bias, gates))


def _with_constant_unit(node: Node, kernel: np.ndarray, recurrent: np.ndarray, bias: np.ndarray, within: np.ndarray) -> Weights:
    """One unit more, whose state is 1 and stays so, as its update gate is: CoreML has no bias under the reset gate, but
    this unit's recurrent weights are one."""
    op: Any = node.op
    _, gates = GATES[Gru]
    units, inputs = recurrent.shape[0], kernel.shape[0]
    wide_kernel = np.zeros((inputs, 3, units + 1), kernel.dtype)
    wide_kernel[:, :, :units] = kernel.reshape(inputs, 3, units)
    wide_recurrent = np.zeros((units + 1, 3, units + 1), kernel.dtype)
    wide_recurrent[:units, :, :units] = recurrent.reshape(units, 3, units)
    wide_recurrent[units, 2, :units] = within
    wide_bias = np.zeros((3, units + 1), kernel.dtype)
    wide_bias[:, :units] = bias.reshape(3, units)
    wide_bias[0, units] = ALWAYS_ONE[op.recurrent_activation]
    flat = (wide_kernel.reshape(inputs, -1), wide_recurrent.reshape(units + 1, -1), wide_bias.reshape(-1))
    return Weights(*(_in_order(a, gates) for a in flat))


def _in_order(array: np.ndarray, gates: tuple[int, ...]) -> np.ndarray:
    """The last axis, of gates · units, as the first, with the gates in CoreML's order."""
    units = array.shape[-1] // len(gates)
    ordered = array.reshape(-1, len(gates), units)[:, list(gates)].reshape(array.shape)
    return np.ascontiguousarray(ordered.T)


def _say(b: Builder, node: Node, *xs: Var) -> Any:
    op: Any = node.op
    units = given(node.inputs[2]).shape[0]
    x = b.transpose(xs[0], (1, 0, 2))
    if op.reverse:
        x = b("reverse", x=x, axes=[0])
    weights = _weights(node)
    extra = weights.state.shape[1] - int(units or 0)
    initial = [_initial(b, xs[0], state, weights.state.shape[1], extra) for state in xs[4:-1]]
    is_sequence = b.is_read(node.outputs[0])
    y, *finals = _call(b, node, x, initial, [weights], "forward", is_sequence)
    if extra:
        y, finals = _without_last(b, y), [_without_last(b, f) for f in finals]
    if op.reverse and is_sequence:
        y = b("reverse", x=y, axes=[0])
    return [b.transpose(y, (1, 0, 2)) if is_sequence else y, *finals]


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
    more: dict[str, Any] = {"activation": op.activation}
    if not isinstance(op, SimpleRnn):
        more["recurrent_activation"] = op.recurrent_activation
    if isinstance(op, Lstm):
        more["cell_activation"] = op.activation
    states = dict(zip(("initial_h", "initial_c"), initial, strict=False))
    return list(b(op_type, x=x, **states, **tensors, direction=direction, output_sequence=is_sequence, **more))


def _initial(b: Builder, x: Var, state: Var, width: int, extra: int) -> Var:
    """(batch, width): the given state or zeros, then ones for an additional unit."""
    if state is None:
        state = _filled(b, x, width - extra, 0.0)
    return b.concat([state, _filled(b, x, extra, 1.0)], 1) if extra else state


def _filled(b: Builder, x: Var, width: int, value: float) -> Var:
    """(batch, width) of one number, with the batch of x."""
    if isinstance(x.shape[0], int):
        return b.constant(np.full((x.shape[0], width), value, b.number(0, x).val.dtype), "initial")
    shape = b.concat([sizes_of(b, x, 0, 1), b.ints([width], "width")], 0)
    return b("fill", shape=shape, value=b.number(value, x, "value"))


def _without_last(b: Builder, x: Var) -> Var:
    """All but the last unit."""
    rank = len(x.shape)
    return b("slice_by_index", x=x, begin=[0] * rank, end=[0] * (rank - 1) + [-1], end_mask=[True] * (rank - 1) + [False])


def _both(b: Builder, pair: list[Node], xs: dict[Node, list[Var]]) -> None:
    """Two LSTM layers, forward and backward, as one operation; their concatenation is what it gives."""
    first = pair[0]
    x = xs[first][0]
    weights = [_weights(node) for node in pair]
    units = weights[0].state.shape[1]
    initial = [
        b.concat([_initial(b, x, xs[node][4 + i], units, 0) for node in pair], 1)
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
    names = [op.activation, getattr(op, "recurrent_activation", "tanh")]
    unknown = [n for n in names if n not in ACTIVATIONS]
    if unknown:
        return f"CoreML's recurrent layers don't have the activation {unknown[0]}"
    if node.inputs[-1] is not None:
        return "CoreML's recurrent layers have no mask"
    if isinstance(op, Gru) and not op.reset_after:
        return "CoreML's gru applies the reset gate after the matrix product"
    is_constant = all(v is None or v.is_constant for v in node.inputs[1:4])
    return None if is_constant else "CoreML's recurrent layers have constant weights"


EMISSIONS: dict[type[Op], Emission] = {op: Emission(_emit, row(_say, _accepts).accepts) for op in GATES}
