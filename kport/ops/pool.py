"""Pooling in one to three dimensions."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..ir import TensorType
from .backend import tf
from .conv import Padding, Spatial, channels_last, original_format, windows
from .shapes import CHANNELS_FIRST, as_tuple, spatial_axes, to_channels_first, to_channels_last


class Pool(Spatial, abstract=True):
    """A window of `window` elements slides over the spatial axes; padded elements never count."""

    window: tuple[int, ...]

    def infer(self, x: TensorType) -> TensorType:
        shape = list(x.shape)
        for axis, size in zip(spatial_axes(x.rank, self.data_format), self.output_sizes(x, self.window), strict=True):
            shape[axis] = size
        return x.with_shape(tuple(shape))

    def padded(self, x: np.ndarray, value: float) -> np.ndarray:
        pads = self.explicit_padding(x.shape[1:-1], self.window)
        return np.pad(x, ((0, 0), *pads, (0, 0)), constant_values=value) if any(map(any, pads)) else x

    def tensorflow(self, x: Any) -> Any:
        rank = len(self.window)
        if self.data_format == CHANNELS_FIRST:
            x = tf.transpose(x, to_channels_last(rank + 2))
        y = self.tensorflow_pool(x)
        return tf.transpose(y, to_channels_first(rank + 2)) if self.data_format == CHANNELS_FIRST else y

    def tensorflow_pool(self, x: Any) -> Any:
        raise NotImplementedError


class MaxPool(Pool):
    """y = max of the window. x: (batch, *spatial, C) → (batch, *spatial', C)"""

    def numpy(self, x: np.ndarray) -> np.ndarray:
        x = channels_last(self, x)
        x = self.padded(x, -np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min)
        y: np.ndarray | None = None
        for _, view in windows(x, self.window, self.strides, self.dilations):
            y = view.copy() if y is None else np.maximum(y, view, out=y)
        assert y is not None
        return original_format(self, y)

    def tensorflow_pool(self, x: Any) -> Any:
        if isinstance(self.padding, str):
            return tf.nn.pool(x, self.window, "MAX", self.strides, self.padding.upper(), dilations=self.dilations)
        x = tf.pad(x, ((0, 0), *self.padding, (0, 0)), constant_values=x.dtype.min)
        return tf.nn.pool(x, self.window, "MAX", self.strides, "VALID", dilations=self.dilations)


class AveragePool(Pool):
    """y = mean of the window's elements that lie inside x. x: (batch, *spatial, C) → (batch, *spatial', C)"""

    def numpy(self, x: np.ndarray) -> np.ndarray:
        x = channels_last(self, x)
        y: np.ndarray | None = None
        for _, view in windows(self.padded(x, 0), self.window, self.strides, self.dilations):
            y = view.copy() if y is None else np.add(y, view, out=y)
        assert y is not None
        counts = self.counts(x.shape[1:-1]).astype(x.dtype)
        return original_format(self, y / counts)

    def counts(self, sizes: tuple[int, ...]) -> np.ndarray:
        """How many elements of x lie under the window, (1, *spatial', 1)."""
        ones = self.padded(np.ones((1, *sizes, 1)), 0)
        return np.add.reduce([view for _, view in windows(ones, self.window, self.strides, self.dilations)])

    def tensorflow_pool(self, x: Any) -> Any:
        if isinstance(self.padding, str):
            return tf.nn.pool(x, self.window, "AVG", self.strides, self.padding.upper(), dilations=self.dilations)
        padded = tf.pad(x, ((0, 0), *self.padding, (0, 0)))
        y = tf.nn.pool(padded, self.window, "AVG", self.strides, "VALID", dilations=self.dilations)
        share = np.prod(self.window) / self.counts(tuple(x.shape[1:-1]))
        return y * tf.cast(share, x.dtype)


def max_pool(x: Any, window: Any, strides: Any = None, padding: Padding = "valid") -> Any:
    """Maximum over windows of channels-last `x`; `strides` are the window's sizes by default."""
    return _pool(MaxPool, x, window, strides, padding)


def average_pool(x: Any, window: Any, strides: Any = None, padding: Padding = "valid") -> Any:
    """Mean over windows of channels-last `x`; `strides` are the window's sizes by default."""
    return _pool(AveragePool, x, window, strides, padding)


def _pool(op: type[Pool], x: Any, window: Any, strides: Any, padding: Padding) -> Any:
    rank = len(x.shape) - 2
    size = as_tuple(window, rank, "pool_size")
    steps = as_tuple(window if strides is None else strides, rank, "strides")
    return op(window=size, strides=steps, padding=padding, dilations=(1,) * rank)(x)


__all__ = ["AveragePool", "MaxPool", "average_pool", "max_pool"]
