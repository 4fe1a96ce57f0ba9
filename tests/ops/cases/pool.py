"""Pooling, against windows cut out in NumPy and against TensorFlow."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

from kport.ops.pool import AveragePool, MaxPool, adaptive_average_pool, adaptive_max_pool
from tests.data import Ints
from tests.ops.case import OpCase


def pool(
    op: type[MaxPool] | type[AveragePool],
    x: Any,
    window: tuple[int, ...],
    strides: tuple[int, ...],
    pads: Any,
    dilations: tuple[int, ...] | None = None,
    same: bool = False,
) -> OpCase:
    """`pads` are the explicit ones that the operation has or, with `same`, must find."""
    dilations = dilations or (1,) * len(window)
    padding = "same" if same else pads if any(map(any, pads)) else "valid"
    reduce = np.nanmax if op is MaxPool else np.nanmean

    def expected(x: Any) -> Any:
        """What lies outside of x is not a number, and not counted."""
        padded = np.pad(x.astype("float64"), [(0, 0), *pads, (0, 0)], constant_values=np.nan)
        spans = [(k - 1) * d + 1 for k, d in zip(window, dilations, strict=True)]
        sizes = [(n - span) // s + 1 for n, span, s in zip(padded.shape[1:-1], spans, strides, strict=True)]
        y = np.zeros((x.shape[0], *sizes, x.shape[-1]))
        for o in itertools.product(*map(range, sizes)):
            under = [slice(i * s, i * s + span, d) for i, s, span, d in zip(o, strides, spans, dilations, strict=True)]
            y[(slice(None), *o)] = reduce(padded[(slice(None), *under)], axis=tuple(range(1, len(window) + 1)))
        return y.astype(x.dtype)

    call = op(window=window, strides=strides, padding=padding, dilations=dilations)
    return OpCase(op.__name__, call, [x], expected, source="NumPy")


def against_tensorflow(op: type[MaxPool] | type[AveragePool], kind: str, x: Any, window: Any, strides: Any) -> OpCase:
    def expected_tf(x: Any) -> Any:
        import tensorflow as tf

        return tf.nn.pool(x, window, kind, strides, "SAME")

    call = op(window=window, strides=strides, padding="same", dilations=(1,) * len(window))
    return OpCase(op.__name__, call, [x], expected_tf=expected_tf, source="tensorflow")


def adaptive(name: str, call: Callable[..., Any], reduce: Any, x: tuple[int, ...], size: tuple[int, ...]) -> OpCase:
    """`name` is an operation that the function is put together from."""

    def expected(x: Any) -> Any:
        for axis, out in enumerate(size, start=1):
            edges = [(i * x.shape[axis] // out, -(-(i + 1) * x.shape[axis] // out)) for i in range(out)]
            x = np.stack([reduce(np.take(x, range(*e), axis), axis) for e in edges], axis)
        return x

    return OpCase(name, lambda x: call(x, size), [x], expected, source="the definition in NumPy")


NONE1, NONE2, NONE3 = ((0, 0),), ((0, 0),) * 2, ((0, 0),) * 3

CASES = [
    *(
        case
        for op in (MaxPool, AveragePool)
        for case in (
            pool(op, (2, 7, 3), (3,), (2,), NONE1),
            pool(op, (2, 8, 3), (2,), (3,), ((0, 0),), same=True),
            pool(op, (2, 7, 6, 3), (2, 3), (2, 2), ((0, 1), (0, 1)), same=True),
            pool(op, (2, 6, 7, 3), (2, 2), (2, 1), NONE2),
            pool(op, (2, 5, 6, 2), (3, 3), (1, 2), ((1, 1), (2, 0))),
            pool(op, (1, 5, 4, 6, 2), (2, 2, 3), (2, 1, 2), ((0, 1), (0, 1), (0, 1)), same=True),
            pool(op, (1, 5, 4, 6, 2), (2, 2, 2), (1, 2, 3), NONE3),
        )
    ),
    pool(MaxPool, (2, 9, 8, 2), (2, 3), (1, 1), NONE2, (3, 2)),
    pool(MaxPool, Ints((2, 5, 5, 2), 10, -10), (2, 2), (2, 2), ((0, 1), (0, 1)), same=True),
    against_tensorflow(MaxPool, "MAX", (2, 7, 5, 3), (3, 2), (2, 2)),
    against_tensorflow(AveragePool, "AVG", (2, 7, 5, 3), (3, 2), (2, 2)),
    adaptive("ReduceMean", adaptive_average_pool, np.mean, (2, 7, 5, 3), (3, 2)),
    adaptive("ReduceMax", adaptive_max_pool, np.max, (2, 7, 3), (4,)),
    adaptive("AveragePool", adaptive_average_pool, np.mean, (2, 6, 4, 3), (3, 2)),
]
