"""Arithmetic, functions of one element, comparison, logic, casting."""

from __future__ import annotations

import numpy as np

from ...ir import Node
from ...ops import bounds, casting, error_function, logic, math, rounding, trigonometry
from ...ops import elementwise as e
from ...ops.op import Op
from ...ops.promotion import is_float
from ..target import Emission, Options
from .builder import Builder
from .opset import opset_of
from .saying import EVERYTHING, FLOATS, INTEGERS, NUMBERS, SINGLES, WORDS, emission, one

_MIN_MAX = FLOATS | WORDS | {"int8", "uint8"}
_WHERE = FLOATS | {"int8", "int32", "int64", "uint8", "uint32", "string"}
_SHIFTED = WORDS | {"uint8"}
_POWER = FLOATS | {"int32", "int64"}


def _cast(b: Builder, node: Node, x: str) -> str:
    """To bool anything but zero is True, NaN as well; to integers towards zero, as ONNX's Cast does."""
    source, target = node.inputs[0].dtype, node.output.dtype  # type: ignore[union-attr]
    return x if source == target else b.cast(x, target)


def _square(b: Builder, node: Node, x: str) -> str:
    return str(b("Mul", x, x))


def _not_equal(b: Builder, node: Node, x: str, y: str) -> str:
    return str(b("Not", b("Equal", x, y)))


def _equal_accepts(node: Node, options: Options) -> str | None:
    text = node.inputs[0] is not None and node.inputs[0].dtype == "string"
    return "ONNX compares text from opset 19 on" if text and opset_of(options) < 19 else None


def _round(b: Builder, node: Node, x: str) -> str:
    return str(b("Round", x)) if is_float(node.output.dtype) else x


def _rsqrt(b: Builder, node: Node, x: str) -> str:
    return str(b("Reciprocal", b("Sqrt", x)))


def _clip(b: Builder, node: Node, x: str) -> str:
    op = node.op
    bounds = [b.constant(v, node.output.dtype, name) if _bounds(v) else "" for name, v in (("low", op.low), ("high", op.high))]  # type: ignore[attr-defined]
    return str(b("Clip", x, *bounds))


def _where(b: Builder, node: Node, condition: str, x: str, y: str) -> str:
    dtype = node.output.dtype
    if dtype == "bool":  # there is no kernel for it
        return str(b("Or", b("And", condition, x), b("And", b("Not", condition), y)))
    if dtype in _WHERE:
        return str(b("Where", condition, x, y))
    wide = "float32" if is_float(dtype) else "int64"
    return b.cast(b("Where", condition, b.cast(x, wide), b.cast(y, wide)), dtype)


def _bounds(limit: float | None) -> bool:
    return limit is not None and np.isfinite(limit)


def _is_float(node: Node, options: Options) -> str | None:
    dtype = node.inputs[0].dtype  # type: ignore[union-attr]
    return None if is_float(dtype) else f"ONNX has it for floats only, not for {dtype}"


def _is_integer(node: Node, options: Options) -> str | None:
    dtype = node.output.dtype
    return "of floats ONNX's Mod has the dividend's sign" if is_float(dtype) else None


def _left_shift(b: Builder, node: Node, x: str, y: str) -> str:
    return _shifted(b, node, x, y, "LEFT")


def _right_shift(b: Builder, node: Node, x: str, y: str) -> str:
    """A negative number is turned over, so that zeros come in, and back: x >> y = ~(~x >> y)."""
    dtype = node.output.dtype
    if dtype.startswith("uint"):
        return _shifted(b, node, x, y, "RIGHT")
    negative = b("Less", x, b.constant(0, dtype, "zero"))
    ones = b.constant(-1, dtype, "ones")
    y = _shifted(b, node, b("Where", negative, b("Sub", ones, x), x), y, "RIGHT")
    return str(b("Where", negative, b("Sub", ones, y), y))


def _shifted(b: Builder, node: Node, x: str, y: str, direction: str) -> str:
    """ONNX shifts unsigned integers; a cast keeps the bits."""
    dtype = node.output.dtype
    unsigned = {"int32": "uint32", "int64": "uint64"}.get(dtype)
    if unsigned is None:
        return str(b("BitShift", x, y, direction=direction))
    return b.cast(b("BitShift", b.cast(x, unsigned), b.cast(y, unsigned), direction=direction), dtype)


EMISSIONS: dict[type[Op], Emission] = {
    bounds.Clip: emission(_clip, types=FLOATS | WORDS | {"int8", "uint8"}),
    casting.Cast: emission(_cast),
    e.Absolute: one("Abs", NUMBERS),
    e.Add: one("Add", FLOATS | WORDS),
    e.Divide: one("Div", FLOATS | WORDS),
    e.Exp: one("Exp", FLOATS),
    e.Log: one("Log", FLOATS),
    e.Maximum: one("Max", _MIN_MAX),
    e.Minimum: one("Min", _MIN_MAX),
    e.Multiply: one("Mul", FLOATS | WORDS),
    e.Negative: one("Neg", FLOATS | {"int8", "int16", "int32", "int64"}),
    e.Power: one("Pow", _POWER),
    e.Sqrt: one("Sqrt", FLOATS),
    e.Square: emission(_square, types=FLOATS | WORDS),
    e.Subtract: one("Sub", FLOATS | WORDS),
    e.Tanh: one("Tanh", FLOATS),
    e.Where: emission(_where),
    error_function.Erf: one("Erf", SINGLES),
    logic.BitwiseAnd: one("BitwiseAnd", INTEGERS, 18),
    logic.BitwiseOr: one("BitwiseOr", INTEGERS, 18),
    logic.BitwiseXor: one("BitwiseXor", INTEGERS, 18),
    logic.Equal: emission(lambda b, node, x, y: b("Equal", x, y), _equal_accepts, EVERYTHING - {"bfloat16"}),
    logic.Greater: one("Greater", NUMBERS),
    logic.GreaterEqual: one("GreaterOrEqual", NUMBERS),
    logic.IsInf: emission(lambda b, node, x: b("IsInf", x), _is_float, FLOATS),
    logic.IsNan: emission(lambda b, node, x: b("IsNaN", x), _is_float, FLOATS),
    logic.LeftShift: emission(_left_shift, types=_SHIFTED),
    logic.Less: one("Less", NUMBERS),
    logic.LessEqual: one("LessOrEqual", NUMBERS),
    logic.LogicalAnd: one("And"),
    logic.LogicalNot: one("Not"),
    logic.LogicalOr: one("Or"),
    logic.LogicalXor: one("Xor"),
    logic.NotEqual: emission(_not_equal, _equal_accepts, EVERYTHING - {"bfloat16"}),
    logic.RightShift: emission(_right_shift, types=_SHIFTED),
    math.Reciprocal: one("Reciprocal", FLOATS),
    math.Rsqrt: emission(_rsqrt, types=FLOATS),
    math.Sign: one("Sign", NUMBERS),
    rounding.Ceil: one("Ceil", FLOATS),
    rounding.Floor: one("Floor", FLOATS),
    rounding.Mod: emission(lambda b, node, x, y: b("Mod", x, y), _is_integer),
    rounding.Round: emission(_round),
    trigonometry.Acos: one("Acos", SINGLES),
    trigonometry.Acosh: one("Acosh", SINGLES),
    trigonometry.Asin: one("Asin", SINGLES),
    trigonometry.Asinh: one("Asinh", SINGLES),
    trigonometry.Atan: one("Atan", SINGLES),
    trigonometry.Atanh: one("Atanh", SINGLES),
    trigonometry.Cos: one("Cos", FLOATS),
    trigonometry.Cosh: one("Cosh", SINGLES),
    trigonometry.Sin: one("Sin", FLOATS),
    trigonometry.Sinh: one("Sinh", SINGLES),
    trigonometry.Tan: one("Tan", SINGLES),
}
