"""Arithmetic and logic. Bools are 0 and 1.

Comparison: a > b where a - b > 0, and of that 1 is made by a product so large that whatever is above 0 is cut off at 1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...ir import Node
from ...ops import bounds, logic, math
from ...ops import elementwise as e
from ...ops.casting import Cast
from ...ops.gathering import Take
from ...ops.norm import BatchNorm
from ...ops.op import Op
from ...ops.promotion import is_float
from ..target import Emission
from . import parts
from .batch import batch_axis, sample
from .builder import Builder, Tensor
from .operands import Operand, accepts, combine, dynamic, operand
from .saying import UNKNOWN, Accepts, emission, first

Two = Callable[[Builder, Operand, Operand], Operand]


def binary(function: Two, condition: Accepts = accepts) -> Emission:
    """A row for an operation on two operands."""

    def say(b: Builder, node: Node) -> Tensor:
        result = function(b, *(operand(b, v, node) for v in node.inputs))
        assert result.tensor is not None
        return result.tensor

    return emission(say, condition, dynamic=dynamic)


def with_layer(class_name: str) -> Two:
    return lambda b, x, y: combine(b, class_name, x, y)


def on(b: Builder, x: Operand, function: Callable[..., Tensor], *more: Any) -> Operand:
    """A function of a tensor."""
    assert x.tensor is not None
    return Operand(x.sizes, function(b, x.tensor, *more))


def inverted(b: Builder, x: Operand) -> Operand:
    """1 - x"""
    return Operand(x.sizes, array=1.0 - x.array) if x.array is not None else on(b, x, parts.scaled, -1.0, 1.0)


def negated(b: Builder, x: Operand) -> Operand:
    return Operand(x.sizes, array=-x.array) if x.array is not None else on(b, x, parts.negative)


def minimum(b: Builder, x: Operand, y: Operand) -> Operand:
    """-max(-x, -y)"""
    return negated(b, combine(b, "Maximum", negated(b, x), negated(b, y)))


def greater(b: Builder, x: Operand, y: Operand) -> Operand:
    return on(b, combine(b, "Subtract", as_floats(x), as_floats(y)), parts.positive)


def equal(b: Builder, x: Operand, y: Operand) -> Operand:
    return inverted(b, not_equal(b, x, y))


def not_equal(b: Builder, x: Operand, y: Operand) -> Operand:
    return on(b, on(b, combine(b, "Subtract", as_floats(x), as_floats(y)), parts.absolute), parts.positive)


def _compares(node: Node) -> str | None:
    """A comparison of x with itself asks whether it is a number."""
    return "DL4J has no way to tell what isn't a number" if node.inputs[0] is node.inputs[1] else accepts(node)


def as_floats(x: Operand) -> Operand:
    return x if x.array is None else Operand(x.sizes, array=x.array.astype(np.float32))


def quotient(b: Builder, x: Operand, y: Operand) -> Operand:
    assert y.array is not None
    return combine(b, "Multiply", x, Operand(y.sizes, array=1.0 / y.array.astype(np.float64)))


def _divides(node: Node) -> str | None:
    divisor = node.inputs[1]
    if divisor is None or divisor.data is None or not divisor.data.all():
        return "DL4J 1.0.0-M2.1 imports no layer that divides"
    return accepts(node)


def _where(b: Builder, node: Node) -> Tensor:
    """c · x + (1 - c) · y"""
    condition, x, y = (as_floats(operand(b, v, node)) for v in node.inputs)
    chosen = combine(b, "Multiply", condition, x)
    result = combine(b, "Add", chosen, combine(b, "Multiply", inverted(b, condition), y))
    assert result.tensor is not None
    return result.tensor


def _power(b: Builder, node: Node) -> Tensor:
    x = b.tensor(node.inputs[0])
    y = x
    for _ in range(int(_exponent(node)) - 1):
        y = parts.joined(b, "Multiply", x, y)
    return y


def _exponent(node: Node) -> float:
    data = node.inputs[1].data if node.inputs[1] is not None else None
    return float(data.flat[0]) if data is not None and data.size and (data == data.flat[0]).all() else np.nan


def _raises(node: Node) -> str | None:
    whole = _exponent(node) in range(1, 9) and node.outputs[0].shape == first(node).shape
    return None if whole else "DL4J 1.0.0-M2.1 imports no layer that raises to a power; kport multiplies up to the 8th"


def _clip(b: Builder, node: Node) -> Tensor:
    op: Any = node.op
    x = b.tensor(node.inputs[0])
    if op.low == 0:
        return parts.relu(b, x, op.high)
    if op.low is not None:
        x = parts.joined(b, "Maximum", x, parts.scaled(b, x, 0.0, op.low))
    if op.high is not None:
        x = parts.minimum(b, x, parts.scaled(b, x, 0.0, op.high))
    return x


def _simple(function: Callable[[Builder, Tensor], Tensor]) -> Emission:
    """A row for a function of each element."""
    return emission(lambda b, node: function(b, b.tensor(node.inputs[0])), dynamic=_channels_known)


def _channels_known(node: Node) -> str | None:
    sizes = sample(node.outputs[0])
    return UNKNOWN if sizes[-1] is None or len(sizes) > 3 else None


def _sign(b: Builder, x: Tensor) -> Tensor:
    return parts.joined(b, "Subtract", parts.positive(b, x), parts.positive(b, parts.negative(b, x)))


def _cast(b: Builder, node: Node) -> Tensor:
    x = b.tensor(node.inputs[0])
    return parts.positive(b, parts.absolute(b, x)) if node.op.dtype == "bool" else x  # type: ignore[attr-defined]


def _casts(node: Node) -> str | None:
    """Bools, and integers that the new type holds, are the same numbers in float32."""
    source, wanted = first(node).dtype, node.outputs[0].dtype
    if wanted == "bool" or is_float(wanted) or source == "bool":
        return None
    if is_float(source):
        return None if _looks_up(node) else "DL4J 1.0.0-M2.1 imports no layer that rounds"
    return None if np.can_cast(source, wanted) or wanted in ("int32", "int64") else "DL4J has no integers that overflow"


def _looks_up(node: Node) -> bool:
    """Whether the result is read as indices alone: DL4J's Embedding takes floats, and cuts off what comes after the point."""
    value = node.outputs[0]
    readers = [other for other in value.graph.nodes if value in other.inputs]
    return value not in value.graph.outputs and all(
        isinstance(other.op, Take) and other.inputs[1] is value and other.inputs[0] is not None and other.inputs[0].is_constant
        for other in readers
    )


def _batch_norm(b: Builder, node: Node) -> Tensor:
    op: Any = node.op
    x, *stats = node.inputs
    mean, variance, gamma, beta = (None if v is None else v.data for v in (*stats, None, None)[:4])
    scale, _ = op.scale_and_offset(mean, variance, gamma, None)
    whole = sample(node.outputs[0])
    shape = [1] * len(whole)
    shape[op.axis - 1] = -1
    centre, scale, offset = (
        Operand(tuple(shape), array=np.asarray(a, np.float32).reshape(shape))
        for a in (mean, scale, np.zeros(1) if beta is None else beta)
    )
    if op.axis == len(whole):
        return parts.scaled(b, b.natural(x), *(o.array.reshape(-1) for o in (scale, offset, centre)))  # type: ignore[union-attr]
    y = combine(b, "Multiply", combine(b, "Subtract", Operand(whole, b.tensor(x)), centre), scale)
    y = y if beta is None else combine(b, "Add", y, offset)
    assert y.tensor is not None
    return y.tensor


def _normalises(node: Node) -> str | None:
    op: Any = node.op
    if any(v is not None and v.data is None for v in node.inputs[1:]):
        return "DL4J's BatchNormalization has constant statistics"
    return None if batch_axis(first(node)) == 0 and op.axis > 0 else "DL4J's BatchNormalization has the batch axis first"


def _last_axis(node: Node) -> str | None:
    op: Any = node.op
    sizes = sample(node.outputs[0])
    return None if op.axis == len(sizes) and len(sizes) <= 3 else UNKNOWN


EMISSIONS: dict[type[Op], Emission] = {
    e.Add: binary(with_layer("Add")),
    e.Subtract: binary(with_layer("Subtract")),
    e.Multiply: binary(with_layer("Multiply")),
    e.Maximum: binary(with_layer("Maximum")),
    e.Minimum: binary(minimum),
    e.Divide: binary(quotient, _divides),
    e.Power: emission(_power, _raises, dynamic=_channels_known),
    e.Negative: _simple(parts.negative),
    e.Absolute: _simple(parts.absolute),
    e.Where: emission(_where, accepts, dynamic=dynamic),
    math.Sign: _simple(_sign),
    bounds.Clip: emission(_clip, dynamic=_channels_known),
    Cast: emission(_cast, _casts, dynamic=_channels_known),
    BatchNorm: emission(_batch_norm, _normalises, dynamic=_last_axis),
    logic.Equal: binary(equal, _compares),
    logic.NotEqual: binary(not_equal, _compares),
    logic.Greater: binary(greater),
    logic.Less: binary(lambda b, x, y: greater(b, y, x)),
    logic.GreaterEqual: binary(lambda b, x, y: inverted(b, greater(b, y, x))),
    logic.LessEqual: binary(lambda b, x, y: inverted(b, greater(b, x, y))),
    logic.LogicalAnd: binary(with_layer("Multiply")),
    logic.LogicalOr: binary(with_layer("Maximum")),
    logic.LogicalNot: _simple(lambda b, x: parts.scaled(b, x, -1.0, 1.0)),
}

UNSUPPORTED: dict[type[Op], str] = {
    e.Exp: "DL4J 1.0.0-M2.1 imports no layer with an exponential of its own",
    e.Log: "DL4J 1.0.0-M2.1 imports no layer with a logarithm",
    e.Sqrt: "DL4J 1.0.0-M2.1 imports no layer that takes roots, and so no LayerNormalization",
}
