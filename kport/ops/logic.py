"""Comparison, logic, bits, and what floats are not numbers."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from ..ir import TensorType
from .backend import tf
from .casting import cast, counted, promote
from .elementwise import Binary, Unary, absolute, add, divide, multiply, subtract
from .op import fail
from .promotion import dtype_of, is_float


class Compare(Binary, abstract=True):
    """y = whether a stands in a relation to b, bool"""

    result: ClassVar[str | None] = "bool"
    differentiable = False


class Equal(Compare):
    """y = (a == b), bool"""

    kernel = np.equal
    tf_kernel = "equal"


class NotEqual(Compare):
    """y = (a != b), bool"""

    kernel = np.not_equal
    tf_kernel = "not_equal"


class Less(Compare):
    """y = (a < b), bool"""

    kernel = np.less
    tf_kernel = "less"


class LessEqual(Compare):
    """y = (a <= b), bool"""

    kernel = np.less_equal
    tf_kernel = "less_equal"


class Greater(Compare):
    """y = (a > b), bool"""

    kernel = np.greater
    tf_kernel = "greater"


class GreaterEqual(Compare):
    """y = (a >= b), bool"""

    kernel = np.greater_equal
    tf_kernel = "greater_equal"


class Logical(Binary, abstract=True):
    """y = f(a, b) of bools; anything else is cast to bool first."""

    differentiable = False

    def __call__(self, x1: Any, x2: Any) -> Any:
        return super().__call__(cast(x1, "bool"), cast(x2, "bool"))


class LogicalAnd(Logical):
    """y = a ∧ b, bool"""

    kernel = np.logical_and
    tf_kernel = "logical_and"


class LogicalOr(Logical):
    """y = a ∨ b, bool"""

    kernel = np.logical_or
    tf_kernel = "logical_or"


class LogicalXor(Logical):
    """y = (a ≠ b) of bools"""

    kernel = np.logical_xor
    tf_kernel = "math.logical_xor"

    def decompose(self, a: Any, b: Any) -> Any:
        return not_equal(a, b)


class LogicalNot(Unary):
    """y = ¬x, bool"""

    kernel = np.logical_not
    tf_kernel = "logical_not"
    differentiable = False

    def __call__(self, x: Any) -> Any:
        return super().__call__(cast(x, "bool"))


class Bitwise(Binary, abstract=True):
    """y = f(a, b) of the bits of two integers."""

    differentiable = False

    def __call__(self, x: Any, y: Any) -> Any:
        return super().__call__(x, y)

    def infer(self, a: TensorType, b: TensorType) -> TensorType:
        if is_float(a.dtype):
            raise fail(self, "integers", a=a, b=b)
        return super().infer(a, b)


class BitwiseAnd(Bitwise):
    """y = a & b"""

    kernel = np.bitwise_and
    tf_kernel = "bitwise.bitwise_and"


class BitwiseOr(Bitwise):
    """y = a | b"""

    kernel = np.bitwise_or
    tf_kernel = "bitwise.bitwise_or"


class BitwiseXor(Bitwise):
    """y = a ^ b"""

    kernel = np.bitwise_xor
    tf_kernel = "bitwise.bitwise_xor"


class LeftShift(Bitwise):
    """y = a << b"""

    kernel = np.left_shift
    tf_kernel = "bitwise.left_shift"


class RightShift(Bitwise):
    """y = a >> b; a negative number keeps its sign."""

    kernel = np.right_shift
    tf_kernel = "bitwise.right_shift"


class IsNan(Unary):
    """y = whether x is not a number, bool"""

    differentiable = False

    def infer(self, x: TensorType) -> TensorType:
        return x.with_dtype("bool")

    def numpy(self, x: np.ndarray) -> np.ndarray:
        return np.asarray(x != x)

    def tensorflow(self, x: Any) -> Any:
        return tf.not_equal(x, x)

    def decompose(self, x: Any) -> Any:
        return not_equal(x, x)


class IsInf(Unary):
    """y = whether x is ∞ or -∞, bool"""

    differentiable = False

    def infer(self, x: TensorType) -> TensorType:
        return x.with_dtype("bool")

    def numpy(self, x: np.ndarray) -> np.ndarray:
        return np.asarray(np.abs(x) == np.inf)

    def tensorflow(self, x: Any) -> Any:
        return tf.math.is_inf(x) if x.dtype.is_floating else tf.zeros_like(x, tf.bool)

    def decompose(self, x: Any) -> Any:
        return equal(absolute(x), np.inf)


equal = Equal()
not_equal = NotEqual()
less = Less()
less_equal = LessEqual()
greater = Greater()
greater_equal = GreaterEqual()
logical_and = LogicalAnd()
logical_or = LogicalOr()
logical_xor = LogicalXor()
logical_not = LogicalNot()
left_shift = bitwise_left_shift = LeftShift()
right_shift = bitwise_right_shift = RightShift()
isnan = IsNan()
isinf = IsInf()


def isfinite(x: Any) -> Any:
    """Whether `x` is a number, neither NaN nor infinite."""
    return less(absolute(x), np.inf)


def isposinf(x: Any) -> Any:
    """Whether `x` is ∞."""
    return equal(x, np.inf)


def isneginf(x: Any) -> Any:
    """Whether `x` is -∞."""
    return equal(x, -np.inf)


def _bitwise(op: type[Bitwise], logical: Logical, a: Any, b: Any) -> Any:
    return logical(a, b) if {dtype_of(a), dtype_of(b)} <= {"bool", None} and "bool" in (dtype_of(a), dtype_of(b)) else op()(a, b)


def bitwise_and(x: Any, y: Any) -> Any:
    """x & y of the bits of integers; of bools the logical one."""
    return _bitwise(BitwiseAnd, logical_and, x, y)


def bitwise_or(x: Any, y: Any) -> Any:
    """x | y of the bits of integers; of bools the logical one."""
    return _bitwise(BitwiseOr, logical_or, x, y)


def bitwise_xor(x: Any, y: Any) -> Any:
    """x ^ y of the bits of integers; of bools the logical one."""
    return _bitwise(BitwiseXor, logical_xor, x, y)


def bitwise_not(x: Any) -> Any:
    """Every bit of integer `x` turned over: of bools the negation."""
    dtype = dtype_of(x) or "int32"
    if dtype == "bool":
        return logical_not(x)
    return bitwise_xor(x, np.asarray(-1 if dtype.startswith("int") else np.iinfo(dtype).max, dtype))


bitwise_invert = bitwise_not


def isclose(x1: Any, x2: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> Any:
    """Whether |x1 - x2| ≤ atol + rtol · |x2|; of integers whether they are equal."""
    a, b = promote(x1, x2)
    if not is_float(dtype_of(a) or "float32"):
        return equal(a, b)
    close = less_equal(absolute(subtract(a, b)), add(multiply(absolute(b), rtol), atol))
    close = logical_or(close, equal(a, b))  # of infinities the difference is not a number
    return logical_or(close, logical_and(isnan(a), isnan(b))) if equal_nan else close


def signbit(x: Any) -> Any:
    """Whether `x` is negative; -0.0 is."""
    dtype = dtype_of(x) or "float32"
    x = counted(x)
    negative = less(x, 0)
    if not is_float(dtype):
        return negative
    # 1 / -0.0 is -∞
    return logical_or(negative, logical_and(equal(x, 0), less(divide(1.0, x), 0)))


__all__ = [
    "BitwiseAnd",
    "BitwiseOr",
    "BitwiseXor",
    "Equal",
    "Greater",
    "GreaterEqual",
    "IsInf",
    "IsNan",
    "LeftShift",
    "Less",
    "LessEqual",
    "LogicalAnd",
    "LogicalNot",
    "LogicalOr",
    "LogicalXor",
    "NotEqual",
    "RightShift",
    "bitwise_and",
    "bitwise_invert",
    "bitwise_left_shift",
    "bitwise_not",
    "bitwise_or",
    "bitwise_right_shift",
    "bitwise_xor",
    "equal",
    "greater",
    "greater_equal",
    "isclose",
    "isfinite",
    "isinf",
    "isnan",
    "isneginf",
    "isposinf",
    "left_shift",
    "less",
    "less_equal",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "not_equal",
    "right_shift",
    "signbit",
]
