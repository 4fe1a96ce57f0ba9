"""Reductions of elements that bear the same number, and counting."""

from __future__ import annotations

from typing import Any

import numpy as np

from .casting import cast
from .creation import arange, full
from .elementwise import add, maximum, multiply, subtract, where
from .gathering import as_indices, one_hot
from .indexing import getitem
from .logic import equal, greater_equal, less, less_equal, logical_and
from .promotion import dtype_of, is_float
from .rearrange import ravel
from .reduce import max as max_of
from .reduce import min as min_of
from .reduce import sum as sum_of
from .scattering import scatter_update
from .shape import expand_dims, reshape, shape
from .sort import searchsorted


def _segments(data: Any, segment_ids: Any, num_segments: Any, start: Any, reduction: str) -> Any:
    """`start`, reduced with the rows of `data` at the places that their numbers say. A negative number drops its row."""
    ids = reshape(as_indices(segment_ids), (-1,))
    rest = shape(data)[len(segment_ids.shape) :]
    count = add(max_of(ids), 1) if num_segments is None else num_segments
    # one row more, which the dropped ones go to
    base = full((count + 1 if isinstance(count, int) else add(count, 1), *rest), start, dtype_of(data))
    places = expand_dims(where(less(ids, 0), count, ids), -1)
    return getitem(scatter_update(base, places, reshape(data, (-1, *rest)), reduction), slice(None, -1))


def _least(x: Any) -> Any:
    dtype = dtype_of(x) or "float32"
    return -3.4028234663852886e38 if is_float(dtype) else np.iinfo(dtype).min


def segment_sum(data: Any, segment_ids: Any, num_segments: Any = None, sorted: bool = False) -> Any:
    """Row k of the output is the sum of the rows of `data` that bear the number k.

    data: (*n, *rest), segment_ids: (*n) → (num_segments, *rest); by default as many as the greatest number says.
    """
    return _segments(data, segment_ids, num_segments, 0, "add")


def segment_prod(data: Any, segment_ids: Any, num_segments: Any = None, sorted: bool = False) -> Any:
    """As segment_sum, of products; 1 where there are none."""
    return _segments(data, segment_ids, num_segments, 1, "mul")


def segment_max(data: Any, segment_ids: Any, num_segments: Any = None, sorted: bool = False) -> Any:
    """As segment_sum, of the greatest; the least number of the dtype where there are none."""
    return _segments(data, segment_ids, num_segments, _least(data), "max")


def segment_min(data: Any, segment_ids: Any, num_segments: Any = None, sorted: bool = False) -> Any:
    """As segment_sum, of the least; the greatest number of the dtype where there are none."""
    least = _least(data)
    return _segments(data, segment_ids, num_segments, -least if isinstance(least, float) else -1 - least, "min")


def bincount(x: Any, weights: Any = None, minlength: int = 0, sparse: bool = False) -> Any:
    """How often each of 0, 1, ... occurs along the last axis, or the sum of its weights. The result is always dense.

    x: (..., n) → (..., max(x) + 1), but at least `minlength`
    """
    x = as_indices(x)
    classes = arange(maximum(add(max_of(x), 1), minlength))
    hits = equal(expand_dims(x, -1), cast(classes, dtype_of(x) or "int32"))
    if weights is None:
        return sum_of(hits, -2)
    return sum_of(where(hits, expand_dims(weights, -1), 0), -2)


def histogram(x: Any, bins: int = 10, range: tuple[float, float] | None = None) -> tuple[Any, Any]:
    """How many elements lie in each of `bins` equal parts of `range`, and the parts' bounds.

    The range is by default from the least element to the greatest.
    """
    values = ravel(x)
    low, high = (min_of(values), max_of(values)) if range is None else map(np.float32, range)
    steps = np.arange(bins + 1, dtype=np.float32) / np.float32(bins)
    edges = cast(add(multiply(steps, subtract(high, low)), low), dtype_of(x) or "float32")
    place = searchsorted(getitem(edges, slice(1, -1)), values, "right")
    inside = logical_and(greater_equal(values, low), less_equal(values, high))
    hits = equal(expand_dims(where(inside, place, -1), -1), np.arange(bins, dtype=np.int32))
    return sum_of(cast(hits, dtype_of(edges) or "float32"), 0), edges


def multi_hot(inputs: Any, num_classes: int, axis: int = -1, dtype: str | None = None, sparse: bool = False) -> Any:
    """A row of zeros, with a one at the place of each of the integers of a row. (..., n) → (..., num_classes)"""
    return max_of(one_hot(inputs, num_classes, axis, dtype), 1 if len(inputs.shape) > 1 else 0)


__all__ = [
    "bincount",
    "histogram",
    "multi_hot",
    "segment_max",
    "segment_min",
    "segment_prod",
    "segment_sum",
]
