"""Functions that pass over what is not a number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .casting import as_float, cast, promote
from .cumulative import cumprod, cumsum
from .elementwise import divide, maximum, minimum, sqrt, square, subtract, where
from .logic import equal, isnan, logical_not
from .promotion import dtype_of, is_float, numpy_dtype
from .reduce import all as all_of
from .reduce import argmax, argmin
from .reduce import max as max_of
from .reduce import min as min_of
from .reduce import prod as product_of
from .reduce import sum as sum_of
from .shape import expand_dims
from .sort import sort
from .statistics import joined, quantiles

Axis = int | Sequence[int] | None


def _is_float(x: Any) -> bool:
    return is_float(dtype_of(x) or "float32")


def _filled(x: Any, value: float) -> Any:
    """`x` with `value` in the place of NaN."""
    return where(isnan(x), value, x) if _is_float(x) else x


def nan_to_num(x: Any, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None) -> Any:
    """NaN as `nan`, ∞ and -∞ as the given numbers, by default the greatest and least finite ones; integers stay as they are."""
    if not _is_float(x):
        return x
    dtype = dtype_of(x) or "float32"
    limit = 3.3895314e38 if dtype == "bfloat16" else float(np.finfo(numpy_dtype(dtype)).max)
    x = where(equal(x, np.inf), limit if posinf is None else posinf, x)
    x = where(equal(x, -np.inf), -limit if neginf is None else neginf, x)
    return _filled(x, nan)


def nansum(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Sum along `axis` of what is not NaN."""
    return sum_of(_filled(x, 0.0), axis, keepdims)


def nanprod(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Product along `axis` of what is not NaN."""
    return product_of(_filled(x, 1.0), axis, keepdims)


def nancumsum(x: Any, axis: int | None = None, dtype: str | None = None) -> Any:
    """Running sums, in which NaN counts as 0."""
    return cumsum(_filled(x, 0.0), axis, dtype)


def nancumprod(x: Any, axis: int | None = None, dtype: str | None = None) -> Any:
    """Running products, in which NaN counts as 1."""
    return cumprod(_filled(x, 1.0), axis, dtype)


def nanmean(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Mean along `axis` of what is not NaN; NaN where nothing is left."""
    x = as_float(x)
    return divide(nansum(x, axis, keepdims), _count(x, axis, keepdims))


def _count(x: Any, axis: Axis, keepdims: bool) -> Any:
    return sum_of(cast(logical_not(isnan(x)), dtype_of(x) or "float32"), axis, keepdims)


def nanvar(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Variance along `axis` of what is not NaN."""
    return nanmean(square(subtract(x, nanmean(x, axis, True))), axis, keepdims)


def nanstd(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Standard deviation along `axis` of what is not NaN."""
    return sqrt(nanvar(x, axis, keepdims))


def _nan_extreme(function: Callable[..., Any], x: Any, filler: float, axis: Axis, keepdims: bool, nothing: float) -> Any:
    """max, argmax, ... along `axis` of what is not NaN; `nothing` where nothing is left."""
    if not _is_float(x):
        return function(x, axis=axis, keepdims=keepdims)
    return where(all_of(isnan(x), axis, keepdims), nothing, function(_filled(x, filler), axis=axis, keepdims=keepdims))


def nanmax(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Largest element along `axis` that is not NaN; NaN where nothing is left."""
    return _nan_extreme(max_of, x, -np.inf, axis, keepdims, np.nan)


def nanmin(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Smallest element along `axis` that is not NaN; NaN where nothing is left."""
    return _nan_extreme(min_of, x, np.inf, axis, keepdims, np.nan)


def nanargmax(x: Any, axis: int | None = None, keepdims: bool = False) -> Any:
    """The place of the greatest along `axis` that is not NaN; -1 where nothing is left."""
    return _nan_extreme(argmax, x, -np.inf, axis, keepdims, -1)


def nanargmin(x: Any, axis: int | None = None, keepdims: bool = False) -> Any:
    """The place of the least along `axis` that is not NaN; -1 where nothing is left."""
    return _nan_extreme(argmin, x, np.inf, axis, keepdims, -1)


def nanquantile(x: Any, q: Any, axis: Axis = None, method: str = "linear", keepdims: bool = False) -> Any:
    """As quantile, of what is not NaN; NaN where nothing is left."""
    values = joined(x, axis)
    count = sum_of(logical_not(isnan(values)), -1)
    ordered = where(equal(expand_dims(count, -1), 0), np.nan, sort(_filled(values, np.inf), -1))
    return quantiles(x, ordered, maximum(count, 1), q, axis, method, keepdims)


def nanpercentile(x: Any, q: Any, axis: Axis = None, method: str = "linear", keepdims: bool = False) -> Any:
    """As percentile, of what is not NaN; NaN where nothing is left."""
    return nanquantile(x, np.asarray(q, np.float64) / 100, axis, method, keepdims)


def nanmedian(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """As median, of what is not NaN; NaN where nothing is left."""
    return nanquantile(x, 0.5, axis, keepdims=keepdims)


def fmax(x1: Any, x2: Any) -> Any:
    """The greater of two numbers; beside NaN the other."""
    a, b = promote(x1, x2)
    return where(isnan(a), b, where(isnan(b), a, maximum(a, b))) if _is_float(a) else maximum(a, b)


def fmin(x1: Any, x2: Any) -> Any:
    """The lesser of two numbers; beside NaN the other."""
    a, b = promote(x1, x2)
    return where(isnan(a), b, where(isnan(b), a, minimum(a, b))) if _is_float(a) else minimum(a, b)


__all__ = [
    "Axis",
    "fmax",
    "fmin",
    "nan_to_num",
    "nanargmax",
    "nanargmin",
    "nancumprod",
    "nancumsum",
    "nanmax",
    "nanmean",
    "nanmedian",
    "nanmin",
    "nanpercentile",
    "nanprod",
    "nanquantile",
    "nanstd",
    "nansum",
    "nanvar",
]
