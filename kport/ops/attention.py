"""Which positions attend to which, and how much.

Functions, no operations: outside of its newest versions no target has attention as one operation, and none of those
that have it says what a position gets that may attend to nothing.
"""

from __future__ import annotations

from typing import Any

from .creation import arange
from .elementwise import absolute, exp, subtract, where
from .linear import matmul
from .logic import greater_equal, less
from .promotion import dtype_of
from .rearrange import swapaxes
from .reduce import logsumexp
from .shape import expand_dims
from .softmax import softmax


def causal_mask(queries: Any, keys: Any) -> Any:
    """mask[t, s] = (t ≥ s): no position attends to a later one. queries, keys: the sizes T, S → (T, S) bool."""
    return greater_equal(*_positions(queries, keys))


def sliding_window_mask(queries: Any, keys: Any, window: int) -> Any:
    """mask[t, s] = (|t - s| < window). queries, keys: the sizes T, S → (T, S) bool."""
    return less(absolute(subtract(*_positions(queries, keys))), window)


def _positions(queries: Any, keys: Any) -> tuple[Any, Any]:
    """t as a column and s as a row."""
    return expand_dims(arange(queries), 1), expand_dims(arange(keys), 0)


def dot_scores(query: Any, key: Any) -> Any:
    """query · keyᵀ. query: (..., T, K), key: (..., S, K) → (..., T, S)."""
    return matmul(query, swapaxes(key, -1, -2))


def masked_softmax(scores: Any, mask: Any = None, axes: tuple[int, ...] = (-1,), zero_where_masked: bool = False) -> Any:
    """Softmax of `scores` over `axes`, as far as the mask (bool, broadcasts against scores) admits.

    Where all of `axes` is masked, the weights are equal, or 0 with `zero_where_masked`: Keras does the one or the other.
    """
    if mask is not None:
        scores = where(mask, scores, -3e4 if dtype_of(scores) == "float16" else -1e9)
    several = len(axes) > 1
    weights = exp(subtract(scores, logsumexp(scores, axes, keepdims=True))) if several else softmax(scores, *axes)
    return weights if mask is None or not zero_where_masked else where(mask, weights, 0.0)


__all__ = ["causal_mask", "dot_scores", "masked_softmax", "sliding_window_mask"]
