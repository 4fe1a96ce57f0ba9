"""Operations on each element by itself: arithmetic, comparison, logic, casting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from ..errors import ShapeError
from ..ir import TensorType
from .backend import tf
from .op import Op, fail
from .promotion import dtype_of, is_float, promote
from .shapes import broadcast


class Elementwise(Op, abstract=True):
    """The output has the broadcast shape of the inputs; axes may come in any order."""

    broadcasts = True

    def permuted(self, permutation: tuple[int, ...]) -> tuple[Op, tuple[int, ...] | None]:
        return self, permutation


class Unary(Elementwise, abstract=True):
    """y = f(x), x: (...) → (...), same dtype. `kernel` is the NumPy function, `tf_kernel` the name of TensorFlow's."""

    kernel: ClassVar[Callable[..., Any]]
    tf_kernel: ClassVar[str]

    def infer(self, x: TensorType) -> TensorType:
        return x

    def numpy(self, x: np.ndarray) -> Any:
        return np.asarray(type(self).kernel(x)).astype(x.dtype, copy=False)

    def tensorflow(self, x: Any) -> Any:
        return tf_function(self.tf_kernel)(x)


class FloatUnary(Unary, abstract=True):
    """As Unary; integers are cast to float32 first, as in Keras."""

    def __call__(self, x: Any) -> Any:
        return super().__call__(x if is_float(dtype_of(x) or "float32") else cast(x, "float32"))


class Binary(Elementwise, abstract=True):
    """y = f(a, b) with broadcasting; the operands are cast to their common dtype first."""

    kernel: ClassVar[Callable[..., Any]]
    tf_kernel: ClassVar[str]
    result: ClassVar[str | None] = None
    """dtype of the output if it isn't the operands'."""

    def __call__(self, a: Any, b: Any) -> Any:
        return super().__call__(*promote(a, b))

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

    def __call__(self, a: Any, b: Any) -> Any:
        a, b = promote(a, b)
        return super().__call__(*(x if is_float(dtype_of(x) or "float32") else cast(x, "float32") for x in (a, b)))


def tf_function(path: str) -> Callable[..., Any]:
    """TensorFlow's function of this dotted name."""
    function = tf
    for part in path.split("."):
        function = getattr(function, part)
    return function


class Cast(Elementwise):
    """y = x as `dtype`. Float to integer truncates towards zero; anything but zero is True."""

    dtype: str

    def infer(self, x: TensorType) -> TensorType:
        return x.with_dtype(self.dtype)

    def numpy(self, x: np.ndarray) -> np.ndarray:
        return x.astype(numpy_dtype(self.dtype))

    def tensorflow(self, x: Any) -> Any:
        return tf.cast(x, self.dtype)


def numpy_dtype(name: str) -> Any:
    """The NumPy dtype of this name; bfloat16 comes from the package ml_dtypes, text is object."""
    if name == "bfloat16":
        import ml_dtypes

        return ml_dtypes.bfloat16
    return np.dtype(object if name == "string" else name)


def cast(x: Any, dtype: str) -> Any:
    """`x` as `dtype` ("float32", "int32", "bool", ...); `x` itself if it already is."""
    return x if dtype_of(x) == dtype else Cast(dtype=dtype)(x)


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


class Tanh(FloatUnary):
    """y = tanh x"""

    kernel = np.tanh
    tf_kernel = "tanh"


class Equal(Binary):
    """y = (a == b), bool"""

    kernel = np.equal
    tf_kernel = "equal"
    result = "bool"
    differentiable = False


class NotEqual(Binary):
    """y = (a != b), bool"""

    kernel = np.not_equal
    tf_kernel = "not_equal"
    result = "bool"
    differentiable = False


class Where(Elementwise):
    """y = a where condition, b elsewhere; all three broadcast. `condition` is bool, a and b of one dtype."""

    def __call__(self, condition: Any, a: Any, b: Any) -> Any:
        return super().__call__(cast(condition, "bool"), *promote(a, b))

    def infer(self, condition: TensorType, a: TensorType, b: TensorType) -> TensorType:
        return TensorType(a.dtype, broadcast(condition.shape, a.shape, b.shape))

    def numpy(self, condition: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return np.where(condition, a, b)

    def tensorflow(self, condition: Any, a: Any, b: Any) -> Any:
        return tf.where(condition, a, b)


add = Add()
subtract = Subtract()
multiply = Multiply()
divide = Divide()
maximum = Maximum()
minimum = Minimum()
power = Power()
negative = Negative()
absolute = Absolute()
exp = Exp()
log = Log()
sqrt = Sqrt()
square = Square()
tanh = Tanh()
equal = Equal()
not_equal = NotEqual()
where = Where()

__all__ = [
    "Absolute",
    "Add",
    "Cast",
    "Divide",
    "Equal",
    "Exp",
    "Log",
    "Maximum",
    "Minimum",
    "Multiply",
    "Negative",
    "NotEqual",
    "Power",
    "Sqrt",
    "Square",
    "Subtract",
    "Tanh",
    "Where",
    "absolute",
    "add",
    "cast",
    "divide",
    "equal",
    "exp",
    "log",
    "maximum",
    "minimum",
    "multiply",
    "negative",
    "not_equal",
    "power",
    "sqrt",
    "square",
    "subtract",
    "tanh",
    "where",
]
