"""What convolutions and pooling share: windows that slide over the spatial axes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from ..ir import TensorType
from ..ir.types import Dimension
from .backend import tf
from .op import Op, fail
from .shapes import (
    CHANNELS_FIRST,
    CHANNELS_LAST,
    same_padding,
    spatial_axes,
    to_channels_first,
    to_channels_last,
    window_output,
)

Padding = str | tuple[tuple[int, int], ...]
"""'valid', 'same' (TensorFlow's), or (before, after) for each spatial dimension."""

TF_FORMATS = {1: "NWC", 2: "NHWC", 3: "NDHWC"}
"""TensorFlow's name of channels-last, by spatial dimensions: left to the default, gradients in three dimensions fail."""

BLOCK = 1 << 20
"""Elements that a NumPy kernel gathers at a time: more no longer fits the processor's cache (measured: 4 MB is best)."""


class Spatial(Op, abstract=True):
    """Works on windows of the spatial axes; the data may be channels-last (canonical) or channels-first."""

    strides: tuple[int, ...]
    padding: Padding = "valid"
    dilations: tuple[int, ...]
    data_format: str = CHANNELS_LAST
    data_inputs = 1

    def permuted(self, permutation: tuple[int, ...]) -> tuple[Op, tuple[int, ...] | None] | None:
        if self.data_format == CHANNELS_LAST and permutation == to_channels_first(len(permutation)):
            return replace(self, data_format=CHANNELS_FIRST), permutation
        return None

    def output_sizes(self, x: TensorType, window: tuple[int, ...]) -> list[Dimension]:
        sizes: list[Dimension] = []
        for i, axis in enumerate(spatial_axes(x.rank, self.data_format)):
            size = x.shape[axis]
            if self.padding == "same":
                sizes.append(None if size is None else -(-size // self.strides[i]))
                continue
            pads = (0, 0) if self.padding == "valid" else self.padding[i]
            out = window_output(size, window[i], self.strides[i], self.dilations[i], pads)  # type: ignore[arg-type]
            if out is not None and out < 1:
                raise fail(self, f"a spatial size of at least {(window[i] - 1) * self.dilations[i] + 1}", x=x, window=window)
            sizes.append(out)
        return sizes

    def explicit_padding(self, sizes: Sequence[int], window: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
        """(before, after) for each spatial axis of known sizes."""
        if self.padding == "valid":
            return ((0, 0),) * len(window)
        if self.padding == "same":
            return tuple(same_padding(*args) for args in zip(sizes, window, self.strides, self.dilations, strict=True))
        return self.padding  # type: ignore[return-value]

    def pad(self, x: np.ndarray, window: tuple[int, ...], value: float = 0) -> np.ndarray:
        """Channels-last `x`, padded with `value`."""
        pads = self.explicit_padding(x.shape[1:-1], window)
        return np.pad(x, ((0, 0), *pads, (0, 0)), constant_values=value) if any(map(any, pads)) else x

    def pad_tensorflow(self, x: Any, window: tuple[int, ...], value: Any = 0) -> Any:
        """As `pad`, for a tensor whose spatial sizes may be unknown."""
        known = x.shape.as_list()[1:-1]
        sizes = tf.unstack(tf.shape(x)[1:-1]) if None in known else known
        if self.padding == "same" and None in known:
            totals = [
                tf.maximum((-(-n // s) - 1) * s + (w - 1) * d + 1 - n, 0)
                for n, w, s, d in zip(sizes, window, self.strides, self.dilations, strict=True)
            ]
            pads: Any = [(t // 2, t - t // 2) for t in totals]
        else:
            pads = self.explicit_padding(sizes, window)
            if not any(map(any, pads)):
                return x
        return tf.pad(x, [(0, 0), *pads, (0, 0)], constant_values=value)


def channels_last(op: Any, x: np.ndarray) -> np.ndarray:
    """`x` with its channels at the end, in memory too: the kernels walk along them."""
    return np.ascontiguousarray(x.transpose(to_channels_last(x.ndim))) if op.data_format == CHANNELS_FIRST else x


def original_format(op: Any, y: np.ndarray) -> np.ndarray:
    return y.transpose(to_channels_first(y.ndim)) if op.data_format == CHANNELS_FIRST else y


def in_channels_last(op: Any, kernel: Any, x: Any) -> Any:
    """`kernel(x)` of a tensor in the operation's format: TensorFlow's CPU kernels have channels-last only."""
    if op.data_format != CHANNELS_FIRST:
        return kernel(x)
    rank = x.shape.rank
    return tf.transpose(kernel(tf.transpose(x, to_channels_last(rank))), to_channels_first(rank))


def patches(x: np.ndarray, window: tuple[int, ...], strides: tuple[int, ...], dilations: tuple[int, ...]) -> np.ndarray:
    """The elements of padded, channels-last `x` under each window: a view (batch, *spatial', *window, C)."""
    sizes = x.shape[1:-1]
    out = [window_output(*args, (0, 0)) for args in zip(sizes, window, strides, dilations, strict=True)]
    steps = x.strides[1:-1]
    return as_strided(
        x,
        (x.shape[0], *out, *window, x.shape[-1]),  # type: ignore[arg-type]
        (
            x.strides[0],
            *(step * s for step, s in zip(steps, strides, strict=True)),
            *(step * d for step, d in zip(steps, dilations, strict=True)),
            x.strides[-1],
        ),
        writeable=False,
    )


def blocks(view: np.ndarray) -> Iterator[tuple[slice, slice]]:
    """Cuts the first two axes of `view` into pieces of about BLOCK elements: whole samples, or rows of one."""
    samples, rows = view.shape[:2]
    row = int(np.prod(view.shape[2:]))
    if row * rows <= BLOCK:
        step = max(1, BLOCK // max(1, row * rows))
        yield from ((slice(b, b + step), slice(0, rows)) for b in range(0, samples, step))
        return
    step = max(1, BLOCK // row)
    yield from ((slice(b, b + 1), slice(r, r + step)) for b in range(samples) for r in range(0, rows, step))
