"""Convolutions in one to three dimensions."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np

from ..ir import TensorType
from ..ir.types import Dimension
from .backend import tf
from .op import Op, fail
from .promotion import promote
from .shapes import (
    CHANNELS_FIRST,
    CHANNELS_LAST,
    as_tuple,
    channel_axis,
    same_padding,
    spatial_axes,
    to_channels_first,
    to_channels_last,
    window_output,
)

Padding = str | tuple[tuple[int, int], ...]
"""'valid', 'same' (TensorFlow's), or (before, after) for each spatial dimension."""


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

    def explicit_padding(self, sizes: tuple[int, ...], window: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
        """(before, after) for each spatial axis of known sizes."""
        if self.padding == "valid":
            return ((0, 0),) * len(window)
        if self.padding == "same":
            return tuple(same_padding(*args) for args in zip(sizes, window, self.strides, self.dilations, strict=True))
        return self.padding  # type: ignore[return-value]


def channels_last(op: Any, x: np.ndarray) -> np.ndarray:
    return x.transpose(to_channels_last(x.ndim)) if op.data_format == CHANNELS_FIRST else x


def original_format(op: Any, y: np.ndarray) -> np.ndarray:
    return y.transpose(to_channels_first(y.ndim)) if op.data_format == CHANNELS_FIRST else y


def windows(x: np.ndarray, window: tuple[int, ...], strides: tuple[int, ...], dilations: tuple[int, ...]) -> Any:
    """For each position of the window: its index, and the strided view of padded, channels-last `x` under it."""
    sizes = x.shape[1:-1]
    out = [window_output(*args, (0, 0)) for args in zip(sizes, window, strides, dilations, strict=True)]
    for position in itertools.product(*map(range, window)):
        view = [slice(None)]
        for p, d, s, n in zip(position, dilations, strides, out, strict=True):
            view.append(slice(p * d, p * d + (n - 1) * s + 1, s))  # type: ignore[operator]
        yield position, x[tuple(view)]


class Conv(Spatial):
    """y[b, o, c] = Σ_{k, i} x[b, o·stride + k·dilation, i] · kernel[k, i, c] + bias[c] over `groups` groups of channels.

    x: (batch, *spatial, C_in) (or channels-first by `data_format`), kernel: (*window, C_in / groups, C_out) always,
    bias: (C_out,) or None → (batch, *spatial', C_out). As in Keras this is cross-correlation.
    """

    groups: int = 1

    def infer(self, x: TensorType, kernel: TensorType, bias: TensorType | None = None) -> TensorType:
        if kernel.rank != x.rank or len(self.strides) != x.rank - 2:
            raise fail(self, f"kernel and x of rank {len(self.strides) + 2}", x=x, kernel=kernel)
        axis = channel_axis(x.rank, self.data_format)
        channels = x.shape[axis]
        if channels is not None and channels != kernel.shape[-2] * self.groups:  # type: ignore[operator]
            raise fail(self, f"{kernel.shape[-2]} · {self.groups} channels in axis {axis}", x=x, kernel=kernel)
        shape = list(x.shape)
        for a, size in zip(spatial_axes(x.rank, self.data_format), self.output_sizes(x, kernel.shape[:-2]), strict=True):  # type: ignore[arg-type]
            shape[a] = size
        shape[axis] = kernel.shape[-1]
        return x.with_shape(tuple(shape))

    def numpy(self, x: np.ndarray, kernel: np.ndarray, bias: np.ndarray | None = None) -> np.ndarray:
        x = channels_last(self, x)
        window = kernel.shape[:-2]
        pads = self.explicit_padding(x.shape[1:-1], window)
        if any(map(any, pads)):
            x = np.pad(x, ((0, 0), *pads, (0, 0)))
        inputs, outputs = kernel.shape[-2], kernel.shape[-1] // self.groups
        y: np.ndarray | None = None
        for position, view in windows(x, window, self.strides, self.dilations):
            spatial = view.shape[:-1]
            if self.groups == 1:
                part = np.matmul(view.reshape(-1, inputs), kernel[position])
            elif inputs == 1:  # depthwise: a product per channel
                part = view.reshape(-1, self.groups, 1) * kernel[position].reshape(self.groups, outputs)
            else:
                grouped = view.reshape(-1, self.groups, inputs).transpose(1, 0, 2)
                weights = kernel[position].reshape(inputs, self.groups, outputs).transpose(1, 0, 2)
                part = np.matmul(grouped, weights).transpose(1, 0, 2)
            part = part.reshape(*spatial, kernel.shape[-1])
            y = part if y is None else np.add(y, part, out=y)
        assert y is not None
        return original_format(self, y if bias is None else y + bias)

    def tensorflow(self, x: Any, kernel: Any, bias: Any = None) -> Any:
        rank = len(self.strides)
        if self.data_format == CHANNELS_FIRST:  # TensorFlow's CPU kernels have channels-last only
            x = tf.transpose(x, to_channels_last(rank + 2))
        padding: Any = self.padding.upper() if isinstance(self.padding, str) else "VALID"
        if not isinstance(self.padding, str):
            x = tf.pad(x, ((0, 0), *self.padding, (0, 0)))
        if kernel.shape[-2] == 1 and self.groups > 1 and rank == 2 and len(set(self.strides)) == 1:
            channels, multiplier = self.groups, kernel.shape[-1] // self.groups
            weights = tf.reshape(kernel, (*kernel.shape[:-2], channels, multiplier))
            y = tf.nn.depthwise_conv2d(x, weights, (1, *self.strides, 1), padding, dilations=self.dilations)
        else:
            y = tf.nn.convolution(x, kernel, strides=self.strides, padding=padding, dilations=self.dilations)
        y = y if bias is None else tf.nn.bias_add(y, bias)
        return tf.transpose(y, to_channels_first(rank + 2)) if self.data_format == CHANNELS_FIRST else y


def conv(
    x: Any,
    kernel: Any,
    bias: Any = None,
    *,
    strides: Any = 1,
    padding: Padding = "valid",
    dilations: Any = 1,
    groups: int = 1,
) -> Any:
    """Convolution of channels-last `x` with `kernel` (*window, C_in / groups, C_out)."""
    rank = len(x.shape) - 2
    op = Conv(
        strides=as_tuple(strides, rank, "strides"),
        padding=padding,
        dilations=as_tuple(dilations, rank, "dilations"),
        groups=groups,
    )
    if bias is None:
        x, kernel = promote(x, kernel)
        return op(x, kernel, None)
    return op(*promote(x, kernel, bias))


__all__ = ["Conv", "conv"]
