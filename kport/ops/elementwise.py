"""Operations on each element by itself: what they share, and arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from ..errors import ShapeError
from ..ir import TensorType
from .backend import tf
from .casting import as_float, cast, counted, promote
from .op import Elementwise, fail
from .shapes import broadcast


class Unary(Elementwise, abstract=True):
    """y = f(x), x: (...) → (...), same dtype. `kernel` is the NumPy function, `tf_kernel` the name of TensorFlow's."""

    kernel: ClassVar[Callable[..., Any]]
    tf_kernel: ClassVar[str]

    def __call__(self, x: Any) -> Any:
        return super().__call__(x)

    def infer(self, x: TensorType) -> TensorType:
        return x

    def numpy(self, x: np.ndarray) -> Any:
        return np.asarray(type(self).kernel(x)).astype(x.dtype, copy=False)

    def tensorflow(self, x: Any) -> Any:
        return tf_function(self.tf_kernel)(x)


class FloatUnary(Unary, abstract=True):
    """As Unary; integers are cast to float32 first, as in Keras."""

    def __call__(self, x: Any) -> Any:
        return super().__call__(as_float(x))


class Binary(Elementwise, abstract=True):
    """y = f(a, b) with broadcasting; the operands are cast to their common dtype first."""

    kernel: ClassVar[Callable[..., Any]]
    tf_kernel: ClassVar[str]
    result: ClassVar[str | None] = None
    """dtype of the output if it isn't the operands'."""

    def __call__(self, x1: Any, x2: Any) -> Any:
        return super().__call__(*promote(x1, x2))

    def infer(self, a: TensorType, b: TensorType) -> TensorType:
        if a.dtype != b.dtype:
            raise fail(self, "operands of one dtype", a=a, b=b)
        try:
            return TensorType(self.result or a.dtype, broadcast(a.shape, b.shape))
        except ShapeError:
            raise fail(self, "shapes that broadcast", a=a, b=b) from None

    def numpy(self, a: np.ndarray, b: np.ndarray) -> Any:
        return np.asarray(type(self).kernel(a, b)).astype(self.result or a.dtype, copy=False)

    def tensorflow(self, a: Any, b: Any) -> Any:
        return tf_function(self.tf_kernel)(a, b)


class FloatBinary(Binary, abstract=True):
    """As Binary; two integers are cast to float32 first, as in Keras."""

    def __call__(self, x1: Any, x2: Any) -> Any:
        return super().__call__(*map(as_float, promote(x1, x2)))


def tf_function(path: str) -> Callable[..., Any]:
    """TensorFlow's function of this dotted name."""
    function = tf
    for part in path.split("."):
        function = getattr(function, part)
    return function


class Add(Binary):
    """y = a + b"""

    kernel = np.add
    tf_kernel = "add"


class Subtract(Binary):
    """y = a - b"""

    kernel = np.subtract
    tf_kernel = "subtract"


class Multiply(Binary):
    """y = a * b"""

    kernel = np.multiply
    tf_kernel = "multiply"


class Divide(FloatBinary):
    """y = a / b, true division"""

    kernel = np.true_divide
    tf_kernel = "truediv"


class Maximum(Binary):
    """y = max(a, b)"""

    kernel = np.maximum
    tf_kernel = "maximum"


class Minimum(Binary):
    """y = min(a, b)"""

    kernel = np.minimum
    tf_kernel = "minimum"


class Power(Binary):
    """y = a ** b"""

    kernel = np.power
    tf_kernel = "pow"


class Negative(Unary):
    """y = -x"""

    kernel = np.negative
    tf_kernel = "negative"


class Absolute(Unary):
    """y = |x|"""

    kernel = np.abs
    tf_kernel = "abs"


class Exp(FloatUnary):
    """y = e^x"""

    kernel = np.exp
    tf_kernel = "exp"


class Log(FloatUnary):
    """y = ln x"""

    kernel = np.log
    tf_kernel = "math.log"


class Sqrt(FloatUnary):
    """y = √x"""

    kernel = np.sqrt
    tf_kernel = "sqrt"


class Square(Unary):
    """y = x²"""

    kernel = np.square
    tf_kernel = "square"

    def __call__(self, x: Any) -> Any:
        return super().__call__(counted(x))

    def decompose(self, x: Any) -> Any:
        return multiply(x, x)


class Tanh(FloatUnary):
    """y = tanh x"""

    kernel = np.tanh
    tf_kernel = "tanh"


class Where(Elementwise):
    """y = a where condition, b elsewhere; all three broadcast. `condition` is bool, a and b of one dtype."""

    def __call__(self, condition: Any, x1: Any, x2: Any) -> Any:
        return super().__call__(cast(condition, "bool"), *promote(x1, x2))

    def infer(self, condition: TensorType, a: TensorType, b: TensorType) -> TensorType:
        if condition.dtype != "bool" or a.dtype != b.dtype:
            raise fail(self, "a bool condition and operands of one dtype", condition=condition, a=a, b=b)
        try:
            return TensorType(a.dtype, broadcast(condition.shape, a.shape, b.shape))
        except ShapeError:
            raise fail(self, "shapes that broadcast", condition=condition, a=a, b=b) from None

    def numpy(self, condition: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return np.where(condition, a, b)

    def tensorflow(self, condition: Any, a: Any, b: Any) -> Any:
        return tf.where(condition, a, b)


class StopGradient(Elementwise):
    """y = x, through which no gradient flows back"""

    differentiable = False

    def infer(self, x: TensorType) -> TensorType:
        return x

    def numpy(self, x: np.ndarray) -> np.ndarray:
        return x

    def tensorflow(self, x: Any) -> Any:
        return tf.stop_gradient(x)

    def decompose(self, x: Any) -> Any:
        return x


add = Add()
subtract = Subtract()
multiply = Multiply()
divide = true_divide = Divide()
maximum = Maximum()
minimum = Minimum()
power = Power()
negative = Negative()
absolute = abs = Absolute()
exp = Exp()
log = Log()
sqrt = Sqrt()
square = Square()
tanh = Tanh()
stop_gradient = StopGradient()
where = Where()


def fabs(x: Any) -> Any:
    """|x| of floats."""
    return absolute(as_float(x))


def copy(x: Any) -> Any:
    """`x` itself: tensors don't change."""
    return x


__all__ = [
    "Absolute",
    "Add",
    "Divide",
    "Exp",
    "Log",
    "Maximum",
    "Minimum",
    "Multiply",
    "Negative",
    "Power",
    "Sqrt",
    "Square",
    "StopGradient",
    "Subtract",
    "Tanh",
    "Where",
    "abs",
    "absolute",
    "add",
    "copy",
    "divide",
    "exp",
    "fabs",
    "log",
    "maximum",
    "minimum",
    "multiply",
    "negative",
    "power",
    "sqrt",
    "square",
    "stop_gradient",
    "subtract",
    "tanh",
    "true_divide",
    "where",
]
