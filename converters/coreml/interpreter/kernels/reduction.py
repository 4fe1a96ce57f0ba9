"""Reductions along axes, and the index of the largest or smallest."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from ..types import NUMPY
from .shapes import axes_of, axis_of

_NAMES = ("l1_norm", "l2_norm", "log_sum", "log_sum_exp", "max", "mean", "min", "prod", "sum", "sum_square")
FORMS = (
    "\n".join(f"15 reduce_{name}(x: T=N, axes?[1]: const int32, keep_dims?: const bool) -> T" for name in _NAMES)
    + """
15 reduce_argmax(x[1-5]: T=N, axis?: const int32, keep_dims?: const bool) -> int32
17 reduce_argmax(x[1-5]: T=N, axis?: const int32, keep_dims?: const bool, output_dtype?: const string) -> =output_dtype:int32
15 reduce_argmin(x[1-5]: T=N, axis?: const int32, keep_dims?: const bool) -> int32
17 reduce_argmin(x[1-5]: T=N, axis?: const int32, keep_dims?: const bool, output_dtype?: const string) -> =output_dtype:int32
"""
)


def _log_sum_exp(x: np.ndarray, axis: tuple[int, ...], keepdims: bool) -> np.ndarray:
    largest = x.max(axis=axis, keepdims=True)
    total = np.log(np.exp(x - largest).sum(axis=axis, keepdims=True)) + largest
    return total if keepdims else total.squeeze(axis)


def _reduce(
    x: np.ndarray, axes: np.ndarray | None = None, keep_dims: bool = False, *, function: Callable[..., np.ndarray]
) -> np.ndarray:
    return function(x, axis=axes_of(axes, x.ndim), keepdims=keep_dims)


def _whole(function: Callable[..., np.ndarray]) -> Callable[..., np.ndarray]:
    """A reduction whose result is no integer: of integers it is refused, for how it is rounded isn't documented."""

    def checked(x: np.ndarray, axis: tuple[int, ...], keepdims: bool) -> np.ndarray:
        if x.dtype.kind != "f":
            raise ValueError("the documentation doesn't say how this reduction of integers is rounded")
        return function(x, axis=axis, keepdims=keepdims)

    return checked


def _index(
    x: np.ndarray, axis: int = -1, keep_dims: bool = False, output_dtype: str = "int32", *, function: Callable[..., np.ndarray]
) -> np.ndarray:
    if output_dtype not in ("int32", "uint16"):
        raise ValueError(f"expected output_dtype int32 or uint16. Received: {output_dtype}")
    return function(x, axis=axis_of(axis, x.ndim), keepdims=keep_dims).astype(NUMPY[output_dtype])


_FUNCTIONS: dict[str, Callable[..., np.ndarray]] = {
    "l1_norm": lambda x, **how: np.abs(x).sum(**how),
    "l2_norm": _whole(lambda x, **how: np.sqrt((x * x).sum(**how))),
    "log_sum": _whole(lambda x, **how: np.log(x.sum(**how))),
    "log_sum_exp": _whole(_log_sum_exp),
    "max": np.max,
    "mean": _whole(np.mean),
    "min": np.min,
    "prod": np.prod,
    "sum": np.sum,
    "sum_square": lambda x, **how: (x * x).sum(**how),
}
KERNELS = {
    **{f"reduce_{name}": partial(_reduce, function=function) for name, function in _FUNCTIONS.items()},
    "reduce_argmax": partial(_index, function=np.argmax),
    "reduce_argmin": partial(_index, function=np.argmin),
}
