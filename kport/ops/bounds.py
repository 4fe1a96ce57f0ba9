"""Elements kept within bounds."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..ir import TensorType
from .backend import tf
from .casting import cast, counted
from .elementwise import maximum, minimum
from .op import Elementwise
from .promotion import dtype_of, is_float, numpy_dtype


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
    "Clip",
    "clip",
    "saturate_cast",
]
