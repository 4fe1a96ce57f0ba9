"""Arithmetic, functions of one element, comparison, logic, casting."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...ir import Node
from ...ops import bounds, casting, error_function, logic, math, rounding, trigonometry
from ...ops import elementwise as e
from ...ops.op import Op
from ...ops.promotion import is_float
from ...ops.shapes import broadcast
from ..target import Emission
from .builder import Builder, Var
from .dtypes import BOOL, FP32, INT32
from .saying import EVERYTHING, FLOATS, NUMBERS, emission, given, one

_NO_BITS = "CoreML has no operation on the bits of integers"


def _cast(b: Builder, node: Node, x: Var) -> Var:
    """Floats are truncated towards zero. Narrow integers, which are int32 here, wrap around as the narrow ones do."""
    op: Any = node.op
    if op.dtype == "bool" or is_float(op.dtype):
        return b.as_value(x, op.dtype)
    source: Any = node.inputs[0]
    x = b.cast(x, INT32)
    if op.dtype not in _NARROW or source.dtype in ("bool", op.dtype):
        return x
    if source.dtype in _NARROW and _within(source.dtype, op.dtype):
        return x
    lowest, count = _NARROW[op.dtype]
    offset = b.ints(-lowest, "offset")
    return b("sub", x=b("mod", x=b("add", x=x, y=offset), y=b.ints(count, "count")), y=offset)


_NARROW = {
    name: (int(np.iinfo(name).min), int(np.iinfo(name).max) - int(np.iinfo(name).min) + 1)
    for name in ("int8", "int16", "uint8", "uint16")
}
"""Integers of less than 32 bits: the lowest, and how many there are."""


def _within(source: str, target: str) -> bool:
    inner, outer = np.iinfo(source), np.iinfo(target)
    return bool(outer.min <= inner.min and inner.max <= outer.max)


def _negative(b: Builder, node: Node, x: Var) -> Var:
    return b("mul", x=x, y=b.number(-1, x, "minus_one"))


def _log(b: Builder, node: Node, x: Var) -> Var:
    """CoreML adds a number first, by default 1e-45."""
    return b("log", x=x, epsilon=b.number(0, x, "epsilon"))


def _reciprocal(b: Builder, node: Node, x: Var) -> Var:
    """CoreML's inverse adds a number first."""
    return b("real_div", x=b.number(1, x, "one"), y=x)


def _rsqrt(b: Builder, node: Node, x: Var) -> Var:
    return _reciprocal(b, node, b("sqrt", x=x))


def _round(b: Builder, node: Node, x: Var) -> Var:
    return b("round", x=x) if is_float(node.output.dtype) else x


def _floor_divide(b: Builder, node: Node, x: Var, y: Var) -> Var:
    if b.kind(x) == INT32:
        return b("floor_div", x=x, y=y)
    return b("floor", x=b("real_div", x=x, y=y))


def _clip(b: Builder, node: Node, x: Var) -> Var:
    op: Any = node.op
    low, high = (bound if bound is not None and np.isfinite(bound) else None for bound in (op.low, op.high))
    is_real = b.kind(x) != INT32
    if is_real and (low, high) == (0, 6):
        return b("relu6", x=x)
    if is_real and low is not None and high is not None and low < high:
        return b("clip", x=x, alpha=b.number(low, x, "alpha"), beta=b.number(high, x, "beta"))
    x = x if low is None else b("maximum", x=x, y=b.number(low, x, "low"))
    return x if high is None else b("minimum", x=x, y=b.number(high, x, "high"))


def _where(b: Builder, node: Node, condition: Var, x: Var, y: Var) -> Var:
    """In coremltools a select has the shape of a and b: where the condition's is larger, nothing is added to a in that shape."""
    condition = b.cast(condition, BOOL)
    if b.kind(x) == b.kind(y) == BOOL:
        yes = b("logical_and", x=condition, y=x)
        return b("logical_or", x=yes, y=b("logical_and", x=b("logical_not", x=condition), y=y))
    if broadcast(*(given(v).shape for v in node.inputs[1:])) != node.output.shape:
        x = b("add", x=x, y=b("mul", x=b.cast(condition, b.kind(x)), y=b.number(0, x, "zero")))
    return b("select", cond=condition, a=x, b=y)


def _equality(op_type: str, of_bools: str) -> Emission:
    def say(b: Builder, node: Node, x: Var, y: Var) -> Var:
        if b.kind(x) == b.kind(y) == BOOL:
            different = b("logical_xor", x=x, y=y)
            return different if of_bools == "different" else b("logical_not", x=different)
        return b(op_type, x=b.cast(x, FP32) if b.kind(x) == BOOL else x, y=b.cast(y, FP32) if b.kind(y) == BOOL else y)

    return emission(say)


def _shift(op_type: str) -> Emission:
    """x · 2ⁿ, or ⌊x / 2ⁿ⌋, which is what a shift of signed integers is."""

    def say(b: Builder, node: Node, x: Var, n: Var) -> Var:
        powers = b.derived(n, "powers", lambda a: np.left_shift(np.int32(1), a))
        if powers is None:
            powers = b("pow", x=b.ints(2, "two"), y=n)
        return b(op_type, x=x, y=powers)

    return emission(say)


EMISSIONS: dict[type[Op], Emission] = {
    bounds.Clip: emission(_clip, types=NUMBERS),
    casting.Cast: emission(_cast),
    e.Absolute: one("abs", "x"),
    e.Add: one("add", "x", "y"),
    e.Divide: one("real_div", "x", "y", types=FLOATS),
    e.Exp: one("exp", "x", types=FLOATS),
    e.Log: emission(_log, types=FLOATS),
    e.Maximum: one("maximum", "x", "y"),
    e.Minimum: one("minimum", "x", "y"),
    e.Multiply: one("mul", "x", "y"),
    e.Negative: emission(_negative, types=NUMBERS),
    e.Power: one("pow", "x", "y"),
    e.Sqrt: one("sqrt", "x", types=FLOATS),
    e.Square: one("square", "x"),
    e.Subtract: one("sub", "x", "y"),
    e.Tanh: one("tanh", "x", types=FLOATS),
    e.Where: emission(_where),
    error_function.Erf: one("erf", "x", types=FLOATS),
    logic.Equal: _equality("equal", "same"),
    logic.Greater: one("greater", "x", "y"),
    logic.GreaterEqual: one("greater_equal", "x", "y"),
    logic.LeftShift: _shift("mul"),
    logic.Less: one("less", "x", "y"),
    logic.LessEqual: one("less_equal", "x", "y"),
    logic.LogicalAnd: one("logical_and", "x", "y", types=EVERYTHING),
    logic.LogicalNot: one("logical_not", "x", types=EVERYTHING),
    logic.LogicalOr: one("logical_or", "x", "y", types=EVERYTHING),
    logic.LogicalXor: one("logical_xor", "x", "y", types=EVERYTHING),
    logic.NotEqual: _equality("not_equal", "different"),
    logic.RightShift: _shift("floor_div"),
    math.Reciprocal: emission(_reciprocal, types=FLOATS),
    math.Rsqrt: emission(_rsqrt, types=FLOATS),
    math.Sign: one("sign", "x"),
    rounding.Ceil: one("ceil", "x", types=FLOATS),
    rounding.Floor: one("floor", "x", types=FLOATS),
    rounding.FloorDivide: emission(_floor_divide, types=NUMBERS),
    rounding.Mod: one("mod", "x", "y"),
    rounding.Round: emission(_round, types=NUMBERS),
    trigonometry.Acos: one("acos", "x", types=FLOATS),
    trigonometry.Asin: one("asin", "x", types=FLOATS),
    trigonometry.Atan: one("atan", "x", types=FLOATS),
    trigonometry.Atanh: one("atanh", "x", types=FLOATS),
    trigonometry.Cos: one("cos", "x", types=FLOATS),
    trigonometry.Cosh: one("cosh", "x", types=FLOATS),
    trigonometry.Sin: one("sin", "x", types=FLOATS),
    trigonometry.Sinh: one("sinh", "x", types=FLOATS),
    trigonometry.Tan: one("tan", "x", types=FLOATS),
}

UNSUPPORTED: dict[type[Op], str] = {
    logic.BitwiseAnd: _NO_BITS,
    logic.BitwiseOr: _NO_BITS,
    logic.BitwiseXor: _NO_BITS,
}
