"""Operations on each element by itself: arithmetic, comparison, logic, casting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from ..errors import ShapeError
from ..ir import TensorType
from .backend import tf
from .op import Op, as_array, fail
from .promotion import dtype_of, is_float, promote, python_dtype
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
        return super().__call__(as_float(x))


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
        return super().__call__(*map(as_float, promote(a, b)))


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


def as_float(x: Any) -> Any:
    """`x` itself if it is of floats, else as float32; what Keras's float functions do with integers."""
    return x if is_float(dtype_of(x) or "float32") else cast(x, "float32")


def counted(x: Any) -> Any:
    """`x` itself, but booleans as int32; what Keras does where they are numbers."""
    return cast(x, "int32") if dtype_of(x) == "bool" else x


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


class FloorDivide(Binary):
    """y = ⌊a / b⌋; integers stay integers."""

    tf_kernel = "math.floordiv"
    differentiable = False

    @staticmethod
    def kernel(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        # np.floor_divide(1.0, 0.1) is 9, but every target computes ⌊1.0 / 0.1⌋ = 10
        return np.floor(a / b) if a.dtype.kind not in "iu" else np.floor_divide(a, b)

    def decompose(self, a: Any, b: Any) -> Any:
        from .math import floor

        if is_float(dtype_of(a) or "float32"):
            return floor(divide(a, b))
        # float64 holds the quotient of two 32-bit integers exactly enough for its floor
        return cast(floor(divide(cast(a, "float64"), cast(b, "float64"))), dtype_of(a) or "int32")


class Mod(Binary):
    """y = a - ⌊a / b⌋ · b: the remainder has the sign of b."""

    kernel = np.mod
    tf_kernel = "math.floormod"

    def __call__(self, a: Any, b: Any) -> Any:
        return super().__call__(*map(counted, promote(a, b)))

    def decompose(self, a: Any, b: Any) -> Any:
        return subtract(a, multiply(FloorDivide()(a, b), b))


class Clip(Elementwise):
    """y = min(max(x, low), high); a bound that is None doesn't bind."""

    low: float | None
    high: float | None

    def infer(self, x: TensorType) -> TensorType:
        return x

    def bounds(self, dtype: Any) -> list[Any]:
        return [None if bound is None else np.asarray(bound, dtype) for bound in (self.low, self.high)]

    def numpy(self, x: np.ndarray) -> np.ndarray:
        return np.clip(x, *self.bounds(x.dtype)).astype(x.dtype, copy=False)  # bfloat16 would become float32

    def tensorflow(self, x: Any) -> Any:
        low, high = self.bounds(x.dtype.as_numpy_dtype)
        x = x if low is None else tf.maximum(x, low)
        return x if high is None else tf.minimum(x, high)

    def decompose(self, x: Any) -> Any:
        x = x if self.low is None else maximum(x, np.asarray(self.low, numpy_dtype(dtype_of(x) or "float32")))
        return x if self.high is None else minimum(x, np.asarray(self.high, numpy_dtype(dtype_of(x) or "float32")))


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
floor_divide = FloorDivide()
mod = Mod()
where = Where()


def clip(x: Any, x_min: Any, x_max: Any) -> Any:
    """`x` limited to [x_min, x_max]: numbers, tensors, or None for no limit. Booleans become int32."""
    x = counted(x)
    if x_min is None and x_max is None:
        return x
    bounds = (x_min, x_max)
    if all(b is None or isinstance(b, (int, float, np.number)) for b in bounds):
        if not is_float(dtype_of(x) or "float32") and any(isinstance(b, (float, np.floating)) for b in bounds):
            x = cast(x, "float32")
        low, high = (b.item() if isinstance(b, np.number) else b for b in bounds)
        if not is_float(dtype_of(x) or "float32"):  # a bound that the dtype can't hold doesn't bind
            held = np.iinfo(dtype_of(x) or "int32")
            low, high = (None if b is None else min(max(b, held.min), held.max) for b in (low, high))
        return Clip(low=low, high=high)(x)
    x = x if x_min is None else maximum(x, x_min)
    return x if x_max is None else minimum(x, x_max)


def fabs(x: Any) -> Any:
    """|x| of floats."""
    return absolute(as_float(x))


def copy(x: Any) -> Any:
    """`x` itself: tensors don't change."""
    return x


conj = conjugate = real = copy


def imag(x: Any) -> Any:
    """Zeros: numbers are real."""
    return multiply(x, 0)


def convert_to_tensor(x: Any, dtype: str | None = None, sparse: bool | None = None, ragged: bool | None = None) -> Any:
    """`x`, numbers and lists as an array, as `dtype` if one is given."""
    x = as_array(x) if isinstance(x, (bool, int, float, list, tuple)) else x
    return cast(x, dtype) if dtype else x


array = convert_to_tensor


def dtype(x: Any) -> str:
    """The name of the dtype."""
    return dtype_of(x) or python_dtype(x, None)


def saturate_cast(x: Any, dtype: str) -> Any:
    """`x` as `dtype`, limited first to what that can hold."""
    source = dtype_of(x) or "float32"
    if dtype == "bool" or is_float(dtype) or source == "bool":
        return cast(x, dtype)
    wanted = np.iinfo(dtype)
    if is_float(source):
        # the largest integer may not be a float: the next float below it is the limit
        low, high = (np.asarray(v, numpy_dtype(source)) for v in (wanted.min, wanted.max))
        high = high if int(high) <= wanted.max else np.nextafter(high, np.zeros_like(high))
        return cast(Clip(low=float(low), high=float(high))(x), dtype)
    held = np.iinfo(source)
    return cast(Clip(low=max(wanted.min, held.min), high=min(wanted.max, held.max))(x), dtype)


__all__ = [
    "Absolute",
    "Add",
    "Cast",
    "Clip",
    "Divide",
    "Exp",
    "FloorDivide",
    "Log",
    "Maximum",
    "Minimum",
    "Mod",
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
    "array",
    "cast",
    "clip",
    "conj",
    "conjugate",
    "convert_to_tensor",
    "copy",
    "divide",
    "dtype",
    "exp",
    "fabs",
    "floor_divide",
    "imag",
    "log",
    "maximum",
    "minimum",
    "mod",
    "multiply",
    "negative",
    "power",
    "real",
    "saturate_cast",
    "sqrt",
    "square",
    "stop_gradient",
    "subtract",
    "tanh",
    "true_divide",
    "where",
]
