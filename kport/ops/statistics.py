"""Averages, quantiles, correlation, distances."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import ShapeError
from ..ir import Symbolic
from .batch_statistics import moments as moments_of_batch
from .bounds import clip
from .casting import as_float, cast, promote
from .elementwise import add, divide, multiply, sqrt, square, subtract, where
from .gathering import take, take_along_axis
from .linear import matmul
from .logic import equal
from .promotion import dtype_of
from .rearrange import moveaxis, stack
from .reduce import mean, var
from .reduce import sum as sum_of
from .rounding import ceil, floor, round
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
    """Mean and variance along `axes`; synchronized: those of the data of all replicas of a distributed training."""
    if synchronized:
        return moments_of_batch(x, normalize_axes(axes, len(x.shape)), keepdims=keepdims, synchronized=True)
    return mean(x, axes, keepdims), var(x, axes, keepdims)


def quantile(x: Any, q: Any, axis: int | Sequence[int] | None = None, method: str = "linear", keepdims: bool = False) -> Any:
    """The number below which a share `q` of the elements along `axis` lies; several shares come first in the output.

    Between two elements, method: linear, lower, higher, midpoint or nearest.
    """
    ordered = sort(joined(x, axis), -1)
    return quantiles(x, ordered, shape(ordered)[-1], q, axis, method, keepdims)


def joined(x: Any, axis: int | Sequence[int] | None) -> Any:
    """`x` as floats, with the axes `axis` as one at the end."""
    axes = normalize_axes(axis, len(x.shape))
    sizes = shape(x)
    kept = [d for a, d in enumerate(sizes) if a not in axes]
    moved = moveaxis(as_float(x), axes, range(-len(axes), 0))
    return reshape(moved, (*kept, size_product([sizes[a] for a in axes])))


def quantiles(x: Any, ordered: Any, count: Any, q: Any, axis: int | Sequence[int] | None, method: str, keepdims: bool) -> Any:
    """For each share of `q` the element at this share of the first `count` of the last axis; in the shape of `x` reduced."""
    if isinstance(q, Symbolic):
        raise ShapeError(f"expected shares that are known. Received: q={q}")
    axes = normalize_axes(axis, len(x.shape))
    sizes = shape(x)
    shown = [1 if a in axes else d for a, d in enumerate(sizes) if keepdims or a not in axes]
    shares = np.asarray(q, np.float64)
    parts = [reshape(_at(ordered, count, share, method), shown) for share in shares.reshape(-1).tolist()]
    return reshape(stack(parts), (*shares.shape, *shown)) if shares.ndim else parts[0]


def _at(ordered: Any, count: Any, share: float, method: str) -> Any:
    """The element at a share of the first `count` elements of the last axis, as method says where that is between two."""
    if method not in ("linear", "midpoint", "lower", "higher", "nearest"):
        raise ShapeError(f"expected method linear, lower, higher, midpoint or nearest. Received: method={method!r}")
    place = share * (count - 1) if isinstance(count, int) else multiply(cast(subtract(count, 1), "float32"), share)
    low, high = floor(place), ceil(place)
    if method in ("lower", "higher", "nearest"):
        return _pick(ordered, {"lower": low, "higher": high}.get(method, round(place)))
    part = where(equal(low, high), 0.0, 0.5) if method == "midpoint" else subtract(place, low)
    part = cast(part, dtype_of(ordered) or "float32")
    part = expand_dims(part, -1) if len(part.shape) else part
    first, second = _pick(ordered, low), _pick(ordered, high)
    return add(multiply(first, subtract(1, part)), multiply(second, part))


def _pick(ordered: Any, place: Any) -> Any:
    """The element at a place of the last axis, one for all rows or one for each; the axis stays, of size 1."""
    place = cast(place, "int32")
    if not place.shape:
        return take(ordered, reshape(place, (1,)), -1)
    return take_along_axis(ordered, expand_dims(place, -1), -1)


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
