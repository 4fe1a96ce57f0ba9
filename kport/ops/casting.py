"""Dtypes changed: to one that is wanted, or to one for all operands."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..ir import TensorType, as_array
from .backend import tf
from .op import Elementwise
from .promotion import dtype_of, is_float, numpy_dtype, python_dtype, result_dtype


class Cast(Elementwise):
    """y = x as `dtype`. Float to integer truncates towards zero; anything but zero is True."""

    dtype: str

    def infer(self, x: TensorType) -> TensorType:
        return x.with_dtype(self.dtype)

    def numpy(self, x: np.ndarray) -> np.ndarray:
        return x.astype(numpy_dtype(self.dtype))

    def tensorflow(self, x: Any) -> Any:
        return tf.cast(x, self.dtype)


def cast(x: Any, dtype: str) -> Any:
    """`x` as `dtype` ("float32", "int32", "bool", ...); `x` itself if it already is."""
    return x if dtype_of(x) == dtype else Cast(dtype=dtype)(x)


def as_float(x: Any) -> Any:
    """`x` itself if it is of floats, else as float32; what Keras's float functions do with integers."""
    return x if is_float(dtype_of(x) or "float32") else cast(x, "float32")


def counted(x: Any) -> Any:
    """`x` itself, but booleans as int32; what Keras does where they are numbers."""
    return cast(x, "int32") if dtype_of(x) == "bool" else x


def convert_to_tensor(x: Any, dtype: str | None = None, sparse: bool | None = None, ragged: bool | None = None) -> Any:
    """`x`, numbers and lists as an array, as `dtype` if one is given."""
    x = as_array(x) if isinstance(x, (bool, int, float, list, tuple)) else x
    return cast(x, dtype) if dtype else x


array = convert_to_tensor


def dtype(x: Any) -> str:
    """The name of the dtype."""
    return dtype_of(x) or python_dtype(x, None)


def promote(*xs: Any) -> list[Any]:
    """The operands, cast to their common dtype. Python numbers become constants of it."""
    known = [d for d in map(dtype_of, xs) if d is not None]
    common = result_dtype(*known) if known else None
    wanted = [python_dtype(x, common) for x in xs if dtype_of(x) is None]
    target = result_dtype(*([common] if common else []), *wanted)
    return [np.asarray(x, numpy_dtype(target)) if dtype_of(x) is None else cast(x, target) for x in xs]


__all__ = [
    "Cast",
    "array",
    "cast",
    "convert_to_tensor",
    "dtype",
]
