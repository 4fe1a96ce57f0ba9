"""Averages, quantiles, correlation, distances."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import ShapeError
from ..ir import Symbolic
from .elementwise import add, as_float, clip, divide, multiply, sqrt, square, subtract
from .indexing import take
from .linear import matmul
from .promotion import promote
from .rearrange import moveaxis, stack
from .reduce import mean, var
from .reduce import sum as sum_of
from .shape import expand_dims, reshape, shape, size_product, transpose
from .shapes import normalize_axes
from .sort import sort


def average(x: Any, axis: int | Sequence[int] | None = None, weights: Any = None) -> Any:
    """Mean along `axis`, weighted: Σ w·x / Σ w. Weights have the shape of `x`, or are a vector along `axis`."""
    if weights is None:
        return mean(x, axis)
    x, weights = (as_float(t) for t in promote(x, weights))
    if len(weights.shape) != len(x.shape):
        if not isinstance(axis, int) or len(weights.shape) != 1:
            raise ShapeError(
                f"expected weights of x's shape, or a vector and one axis. Received: {tuple(weights.shape)}, axis={axis}"
            )
        weights = reshape(weights, [-1 if a == axis % len(x.shape) else 1 for a in range(len(x.shape))])
        return divide(sum_of(multiply(x, weights), axis), sum_of(weights))
    return divide(sum_of(multiply(x, weights), axis), sum_of(weights, axis))


def moments(x: Any, axes: int | Sequence[int], keepdims: bool = False, synchronized: bool = False) -> tuple[Any, Any]:
    """Mean and variance along `axes`."""
    return mean(x, axes, keepdims), var(x, axes, keepdims)


_PLACES: dict[str, Any] = {"lower": math.floor, "higher": math.ceil, "nearest": np.round}


def quantile(x: Any, q: Any, axis: int | Sequence[int] | None = None, method: str = "linear", keepdims: bool = False) -> Any:
    """The number below which a share `q` of the elements along `axis` lies; several shares come first in the output.

    Between two elements, method: linear, lower, higher, midpoint or nearest. The sizes of `axis` must be known.
    """
    x = as_float(x)
    axes = normalize_axes(axis, len(x.shape))
    sizes = list(shape(x))
    count = size_product([sizes[a] for a in axes])
    if not isinstance(count, int) or isinstance(q, Symbolic):
        raise ShapeError(
            f"expected known sizes of the axes and known shares. Received: shape={tuple(x.shape)}, axis={axis}, q={q}"
        )
    kept = [d for a, d in enumerate(sizes) if a not in axes]
    ordered = sort(reshape(moveaxis(x, axes, range(-len(axes), 0)), (*kept, count)), -1)
    shares = np.asarray(q, np.float64)
    parts = [_at(ordered, share * (count - 1), method) for share in shares.reshape(-1).tolist()]
    shown = [1 if a in axes else d for a, d in enumerate(sizes)] if keepdims else kept
    parts = [reshape(part, shown) for part in parts]
    if shares.ndim == 0:
        return parts[0]
    return reshape(stack(parts), (*shares.shape, *shown))


def _at(ordered: Any, place: float, method: str) -> Any:
    """The element at a place, which may lie between two, of the last axis."""
    low, high = math.floor(place), math.ceil(place)
    if method in _PLACES:
        return take(ordered, int(_PLACES[method](place)), -1)
    if method not in ("linear", "midpoint"):
        raise ShapeError(f"expected method linear, lower, higher, midpoint or nearest. Received: method={method!r}")
    share = (place - low if method == "linear" else 0.5) if high > low else 0.0
    first = take(ordered, low, -1)
    return add(multiply(first, 1 - share), multiply(take(ordered, high, -1), share)) if share else first


def percentile(x: Any, q: Any, axis: int | Sequence[int] | None = None, method: str = "linear", keepdims: bool = False) -> Any:
    """As quantile, of shares in percent."""
    return quantile(x, np.asarray(q, np.float64) / 100, axis, method, keepdims)


def median(x: Any, axis: int | Sequence[int] | None = None, keepdims: bool = False) -> Any:
    """The middle element along `axis`, of two the mean."""
    return quantile(x, 0.5, axis, keepdims=keepdims)


def corrcoef(x: Any) -> Any:
    """The correlations of all pairs of rows. x: (N, observations) → (N, N)"""
    centred = as_float(x)
    centred = subtract(centred, mean(centred, -1, True))
    products = matmul(centred, transpose(centred))
    size = sqrt(sum_of(square(centred), -1))
    return clip(divide(products, multiply(expand_dims(size, 0), expand_dims(size, 1))), -1.0, 1.0)


def cdist(x: Any, y: Any) -> Any:
    """The distances of all pairs of vectors. x: (..., M, D), y: (..., N, D) → (..., M, N)"""
    return sqrt(sum_of(square(subtract(expand_dims(x, -2), expand_dims(y, -3))), -1))


__all__ = [
    "average",
    "cdist",
    "corrcoef",
    "median",
    "moments",
    "percentile",
    "quantile",
]
