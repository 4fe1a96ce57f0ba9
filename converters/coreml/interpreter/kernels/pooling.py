"""Pooling in one to three dimensions, channels first."""

from __future__ import annotations

from functools import partial

import numpy as np

from .window import Window, windows

_COMMON = "kernel_sizes[1]: const int32, strides?[1]: const int32, pad_type: const string, pad?[1]: const int32"
FORMS = f"""
15 avg_pool(x[3-5]: T=F, {_COMMON}, ceil_mode?: const bool, exclude_padding_from_average?: const bool) -> T
15 max_pool(x[3-5]: T=F, {_COMMON}, ceil_mode?: const bool) -> T
15 l2_pool(x[3-4]: T=F, {_COMMON}, ceil_mode?: const bool) -> T
"""


def _pool(
    x: np.ndarray,
    kernel_sizes: np.ndarray,
    pad_type: str,
    strides: np.ndarray | None = None,
    pad: np.ndarray | None = None,
    ceil_mode: bool = False,
    exclude_padding_from_average: bool = False,
    *,
    ios: int,
    kind: str,
) -> np.ndarray:
    """The largest, the mean, or the root of the sum of squares of each window."""
    kernel = [int(k) for k in kernel_sizes]
    if len(kernel) != x.ndim - 2:
        raise ValueError(f"expected {x.ndim - 2} kernel sizes. Received: {kernel}")
    if ceil_mode and x.ndim == 5:
        raise ValueError("expected ceil_mode only of one or two spatial axes")
    window = windows(x.shape[2:], kernel, strides, None, pad_type, pad, ios, ceil_mode)
    if kind == "max":
        padded = window.padded(x, -np.inf)
        y = np.full((*x.shape[:2], *window.output), -np.inf, x.dtype)
        for position in window.positions():
            np.maximum(y, window.at(padded, position), out=y)
        return y
    padded = window.padded(x, 0)
    y = np.zeros((*x.shape[:2], *window.output), x.dtype)
    for position in window.positions():
        part = window.at(padded, position)
        y += part * part if kind == "l2" else part
    return np.sqrt(y) if kind == "l2" else y / _count(window, x, exclude_padding_from_average)


def _count(window: Window, x: np.ndarray, exclude: bool) -> np.ndarray:
    """How many elements each mean is of."""
    inside = np.ones((1, 1, *x.shape[2:]), x.dtype)
    padded = window.padded(inside, 0)
    if not exclude:
        reach = [size + b + a for size, (b, a) in zip(x.shape[2:], window.pads, strict=True)]
        if any(p > r for p, r in zip(padded.shape[2:], reach, strict=True)):
            raise ValueError("the documentation doesn't say whether what ceil_mode adds at the end counts for the average")
        return np.asarray(np.prod(window.kernel), x.dtype)
    count = np.zeros((1, 1, *window.output), x.dtype)
    for position in window.positions():
        count += window.at(padded, position)
    return count


KERNELS = {"avg_pool": partial(_pool, kind="mean"), "max_pool": partial(_pool, kind="max"), "l2_pool": partial(_pool, kind="l2")}
