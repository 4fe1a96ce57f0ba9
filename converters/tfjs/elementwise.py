"""Arithmetic, functions of one element, comparison, logic, casting."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...ir import Node
from ...ops import bounds, casting, error_function, logic, math, rounding, trigonometry
from ...ops import elementwise as e
from ...ops.op import Op
from ...ops.promotion import is_float, is_integer
from ..target import Emission
from .activation import fused
from .builder import Builder
from .graphdef import Tensor, kind_of
from .saying import FLOAT, NUMBERS, VALUES, emission, one

BOOL = frozenset({"bool"})
INT = frozenset({"int32"})


def _cast(b: Builder, node: Node, x: Tensor) -> Tensor:
    source, target = node.inputs[0].dtype, node.output.dtype  # type: ignore[union-attr]
    y = b.cast(x, kind_of(source), kind_of(target))
    return _wrapped(b, y, target) if is_integer(target) and not _holds(target, source) else y


def _holds(target: str, source: str) -> bool:
    """Whether an integer dtype needs no care: TF.js has its numbers as they are."""
    narrow = np.iinfo(target).bits < 32
    return not narrow or source == "bool" or (is_integer(source) and _within(source, target))


def _within(source: str, target: str) -> bool:
    a, b = np.iinfo(source), np.iinfo(target)
    return b.min <= a.min and a.max <= b.max


def _wrapped(b: Builder, x: Tensor, dtype: str) -> Tensor:
    """int32 as the narrower dtype has it: its low bits."""
    info = np.iinfo(dtype)
    least, count = b.ints(int(info.min), "least"), b.ints(1 << info.bits, "count")
    if not info.min:
        return b("FloorMod", x, count)
    return b("AddV2", b("FloorMod", b("Sub", x, least), count), least)


def _round(b: Builder, node: Node, x: Tensor) -> Tensor:
    return b("Round", x) if is_float(node.output.dtype) else x


def _clip(b: Builder, node: Node, x: Tensor) -> Tensor:
    op: Any = node.op
    kind = kind_of(node.output.dtype)
    if kind == "float32" and (op.low, op.high) == (0, 6):
        return fused("Relu6")(b, node, x)
    if kind == "float32" and op.low is not None and op.high is not None:
        return b("ClipByValue", x, *(b.constant(v, kind, "bound") for v in (op.low, op.high)))
    x = x if op.low is None else b("Maximum", x, b.weight(np.asarray(op.low, node.output.dtype), "low"))
    return x if op.high is None else b("Minimum", x, b.weight(np.asarray(op.high, node.output.dtype), "high"))


HALF = 16
"""Bits of a half of an int32."""


def _bits_of_both(b: Builder, x: Tensor, y: Tensor) -> Tensor:
    """x & y of int32, by arithmetic: the converter has an operation BitwiseAnd, but looks for its inputs under other names.

    Each half of 16 bits is taken apart alone: quotients of numbers that small are exact where division is one of floats.
    """
    xs, ys = _halves(b, x), _halves(b, y)
    weights = [1 << k for k in range(HALF)]
    low, high = (
        b("Sum", b("Mul", b("Mul", v, w), b.ints(scale, "weights")), b.ints([-1], "last"), keep_dims=False)
        for v, w, scale in zip(xs, ys, (weights, [*weights[:-1], -weights[-1]]), strict=True)
    )
    return b("AddV2", low, b("Mul", high, b.ints(1 << HALF, "half")))


def _halves(b: Builder, x: Tensor) -> list[Tensor]:
    """The bits (..., 16) of the lower and the upper half, in two's complement."""
    half, two = b.ints(1 << HALF, "half"), b.ints(2, "two")
    powers = b.ints([1 << k for k in range(HALF)], "powers")
    low = b("FloorMod", x, half)
    high = b("FloorDiv", b("Sub", x, low), half)
    return [b("FloorMod", b("FloorDiv", b("ExpandDims", v, b.ints(-1, "last")), powers), two) for v in (low, high)]


def _and(b: Builder, node: Node, x: Tensor, y: Tensor) -> Tensor:
    return b("LogicalAnd", x, y) if node.output.dtype == "bool" else _bits_of_both(b, x, y)


def _or(b: Builder, node: Node, x: Tensor, y: Tensor) -> Tensor:
    """x | y = x + y - (x & y)"""
    if node.output.dtype == "bool":
        return b("LogicalOr", x, y)
    return b("Sub", b("AddV2", x, y), _bits_of_both(b, x, y))


def _xor(b: Builder, node: Node, x: Tensor, y: Tensor) -> Tensor:
    """x ^ y = x + y - 2 (x & y); with all bits set that is -1 - x, or in an unsigned dtype of few bits what is left of them."""
    dtype = node.output.dtype
    if dtype == "bool":
        as_ints = (b.cast(v, "bool", "int32") for v in (x, y))
        return b("NotEqual", *as_ints)
    for bits, other in ((x, y), (y, x)):
        if other.data is not None and other.data.size == 1 and other.data.item() == _all_bits(dtype):
            return b("Sub", b.ints(_all_bits(dtype), "bits"), bits)
    both = b("Mul", _bits_of_both(b, x, y), b.ints(2, "two"))
    return b("Sub", b("AddV2", x, y), both)


def _all_bits(dtype: str) -> int:
    info = np.iinfo(dtype)
    return -1 if info.min else int(info.max)


def _power_of_two(b: Builder, y: Tensor) -> Tensor:
    return b.cast(b("Pow", b.constant(2, "float32", "two"), b.cast(y, "int32", "float32")), "float32", "int32")


def _left_shift(b: Builder, node: Node, x: Tensor, y: Tensor) -> Tensor:
    return b("Mul", x, _power_of_two(b, y))


def _right_shift(b: Builder, node: Node, x: Tensor, y: Tensor) -> Tensor:
    """⌊x / 2^y⌋; of its low bits x is freed first, so that the division is exact."""
    divisor = _power_of_two(b, y)
    return b("FloorDiv", b("Sub", x, b("FloorMod", x, divisor)), divisor)


def _floor_divide(b: Builder, node: Node, x: Tensor, y: Tensor) -> Tensor:
    if is_float(node.output.dtype):
        return b("Floor", b("RealDiv", x, y))
    return b("FloorDiv", x, y)


EMISSIONS: dict[type[Op], Emission] = {
    bounds.Clip: emission(_clip, kinds=NUMBERS),
    casting.Cast: emission(_cast),
    e.Absolute: one("Abs", NUMBERS),
    e.Add: one("AddV2", NUMBERS),
    e.Divide: one("RealDiv", FLOAT),
    e.Exp: one("Exp", FLOAT),
    e.Log: one("Log", FLOAT),
    e.Maximum: one("Maximum", NUMBERS),
    e.Minimum: one("Minimum", NUMBERS),
    e.Multiply: one("Mul", NUMBERS),
    e.Negative: one("Neg", NUMBERS),
    e.Power: one("Pow", NUMBERS),
    e.Sqrt: one("Sqrt", FLOAT),
    e.Square: one("Square", NUMBERS),
    e.StopGradient: emission(lambda b, node, x: x),
    e.Subtract: one("Sub", NUMBERS),
    e.Tanh: one("Tanh", FLOAT),
    e.Where: one("SelectV2", VALUES),
    error_function.Erf: one("Erf", FLOAT),
    logic.BitwiseAnd: emission(_and),
    logic.BitwiseOr: emission(_or),
    logic.BitwiseXor: emission(_xor),
    logic.Equal: one("Equal", NUMBERS),
    logic.Greater: one("Greater", NUMBERS),
    logic.GreaterEqual: one("GreaterEqual", NUMBERS),
    logic.IsInf: one("IsInf", FLOAT),
    logic.IsNan: one("IsNan", FLOAT),
    logic.LeftShift: emission(_left_shift),
    logic.Less: one("Less", NUMBERS),
    logic.LessEqual: one("LessEqual", NUMBERS),
    logic.LogicalAnd: one("LogicalAnd", BOOL),
    logic.LogicalNot: one("LogicalNot", BOOL),
    logic.LogicalOr: one("LogicalOr", BOOL),
    logic.NotEqual: one("NotEqual", NUMBERS),
    logic.RightShift: emission(_right_shift),
    math.Expm1: one("Expm1", FLOAT),
    math.Log1p: one("Log1p", FLOAT),
    math.Reciprocal: one("Reciprocal", FLOAT),
    math.Rsqrt: one("Rsqrt", FLOAT),
    math.Sign: one("Sign", FLOAT),
    rounding.Ceil: one("Ceil", FLOAT),
    rounding.Floor: one("Floor", FLOAT),
    rounding.FloorDivide: emission(_floor_divide, kinds=NUMBERS),
    rounding.Mod: one("FloorMod", NUMBERS),
    rounding.Round: emission(_round),
    trigonometry.Acos: one("Acos", FLOAT),
    trigonometry.Acosh: one("Acosh", FLOAT),
    trigonometry.Asin: one("Asin", FLOAT),
    trigonometry.Asinh: one("Asinh", FLOAT),
    trigonometry.Atan: one("Atan", FLOAT),
    trigonometry.Atan2: one("Atan2", FLOAT),
    trigonometry.Atanh: one("Atanh", FLOAT),
    trigonometry.Cos: one("Cos", FLOAT),
    trigonometry.Cosh: one("Cosh", FLOAT),
    trigonometry.Sin: one("Sin", FLOAT),
    trigonometry.Sinh: one("Sinh", FLOAT),
    trigonometry.Tan: one("Tan", FLOAT),
}
