"""Arithmetic, functions of one element, comparison, logic, casting."""

from __future__ import annotations

import numpy as np

from ...ir import Node
from ...ops import casting, logic, math, rounding, trigonometry
from ...ops import elementwise as e
from ...ops.op import Op
from ...ops.promotion import is_float
from ..target import Emission, Options
from .broadcasting import broadcasting
from .builder import Builder
from .saying import FLOAT, MOVED, NUMBERS, emission, one
from .tensor import Tensor

_INT32 = frozenset({"float32", "int32"})


def _cast(b: Builder, node: Node, x: Tensor) -> Tensor:
    return b.cast(x, node.output.dtype)


def _reciprocal(b: Builder, node: Node, x: Tensor) -> Tensor:
    return b.binary("DIV", b.constant(1, "float32", "one"), x)


def _atan(b: Builder, node: Node, x: Tensor) -> Tensor:
    """The angle of the point (1, x). ATAN2 doesn't broadcast."""
    return b("ATAN2", x, b.binary("ADD", b("ZEROS_LIKE", x, type=x.type), b.constant(1, "float32", "one")), type=x.type)


def _atan2(b: Builder, node: Node, x: Tensor, y: Tensor) -> Tensor:
    zero = b.constant(0, "float32", "zero")
    sized = [t if t.type.shape == node.output.shape else b.binary("ADD", t, _zeros(b, o, zero)) for t, o in ((x, y), (y, x))]
    return b("ATAN2", *sized, type=node.output.type)


def _zeros(b: Builder, x: Tensor, zero: Tensor) -> Tensor:
    return b("ZEROS_LIKE", x, type=x.type) if x.type.rank else zero


def _is_nan(b: Builder, node: Node, x: Tensor) -> Tensor:
    return b("NOT_EQUAL", x, x, type=node.output.type)


def _is_inf(b: Builder, node: Node, x: Tensor) -> Tensor:
    return b("EQUAL", b("ABS", x, type=x.type), b.constant(np.inf, "float32", "infinity"), type=node.output.type)


def _round(b: Builder, node: Node, x: Tensor) -> Tensor:
    return b("ROUND", x, type=x.type) if is_float(node.output.dtype) else x


def _power(b: Builder, node: Node, x: Tensor, y: Tensor) -> Tensor:
    """A square, a root and the like have operators of their own, which XNNPACK has too."""
    exponent = y.constant.array if y.constant is not None else None
    if exponent is not None and exponent.size == 1 and x.type.shape == node.output.shape and x.type.dtype == "float32":
        name = {2.0: "SQUARE", 0.5: "SQRT", -0.5: "RSQRT"}.get(float(exponent.reshape(-1)[0]))
        if name is not None:
            return b(name, x, type=x.type)
    return b("POW", x, y, type=node.output.type.with_dtype(x.type.dtype))


def _left_shift(b: Builder, node: Node, x: Tensor, y: Tensor) -> Tensor:
    """x · 2^y"""
    two = b.constant(2, "int32", "two")
    return b.binary("MUL", x, b("POW", two, y, type=y.type))


def _is_32_bit(node: Node, options: Options) -> str | None:
    dtype = node.output.dtype
    return None if dtype == "int32" else f"TFLite has powers of int32 and float32 only, not of {dtype}"


def _integers(row: Emission) -> Emission:
    """Of floats FLOOR_DIV is exact where ⌊a / b⌋ rounds the quotient first."""
    return Emission(row.emit, lambda node, options: "of floats it rounds otherwise" if is_float(node.output.dtype) else None)


EMISSIONS: dict[type[Op], Emission] = {
    casting.Cast: emission(_cast),
    e.Absolute: one("ABS", FLOAT | {"int32"}),
    e.Add: broadcasting("ADD"),
    e.Divide: broadcasting("DIV", FLOAT),
    e.Exp: one("EXP", FLOAT),
    e.Log: one("LOG", FLOAT),
    e.Maximum: broadcasting("MAXIMUM"),
    e.Minimum: broadcasting("MINIMUM"),
    e.Multiply: broadcasting("MUL"),
    e.Negative: one("NEG"),
    e.Power: broadcasting(_power, _INT32),
    e.Sqrt: one("SQRT", FLOAT),
    e.Square: one("SQUARE", FLOAT),
    e.Subtract: broadcasting("SUB"),
    e.Where: broadcasting("SELECT_V2", MOVED),
    logic.BitwiseXor: one("BITWISE_XOR", frozenset({"int8", "int16", "int32", "uint8", "uint16", "uint32"})),
    logic.Equal: broadcasting("EQUAL", NUMBERS | {"bool"}, result="bool"),
    logic.Greater: broadcasting("GREATER", result="bool"),
    logic.GreaterEqual: broadcasting("GREATER_EQUAL", result="bool"),
    logic.IsInf: emission(_is_inf, types=FLOAT),
    logic.IsNan: emission(_is_nan, types=FLOAT),
    logic.LeftShift: emission(_left_shift, _is_32_bit),
    logic.Less: broadcasting("LESS", result="bool"),
    logic.LessEqual: broadcasting("LESS_EQUAL", result="bool"),
    logic.LogicalAnd: broadcasting("LOGICAL_AND", frozenset({"bool"}), result="bool"),
    logic.LogicalNot: one("LOGICAL_NOT", frozenset({"bool"})),
    logic.LogicalOr: broadcasting("LOGICAL_OR", frozenset({"bool"}), result="bool"),
    logic.NotEqual: broadcasting("NOT_EQUAL", NUMBERS | {"bool"}, result="bool"),
    logic.RightShift: one("RIGHT_SHIFT", frozenset({"int8", "int16", "int32", "uint8", "uint16", "uint32"})),
    math.Reciprocal: emission(_reciprocal, types=FLOAT),
    math.Rsqrt: one("RSQRT", FLOAT),
    math.Sign: one("SIGN", FLOAT),
    rounding.Ceil: one("CEIL", FLOAT),
    rounding.Floor: one("FLOOR", FLOAT),
    rounding.FloorDivide: _integers(broadcasting("FLOOR_DIV", frozenset({"int32"}))),
    rounding.Mod: broadcasting("FLOOR_MOD"),
    rounding.Round: emission(_round),
    trigonometry.Atan: emission(_atan, types=FLOAT),
    trigonometry.Atan2: emission(_atan2, types=FLOAT),
    trigonometry.Cos: one("COS", FLOAT),
    trigonometry.Sin: one("SIN", FLOAT),
}

UNSUPPORTED: dict[type[Op], str] = {
    logic.BitwiseAnd: "TFLite combines bits by XOR only",
    logic.BitwiseOr: "TFLite combines bits by XOR only",
}
