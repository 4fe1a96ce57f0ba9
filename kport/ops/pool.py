"""Pooling in one to three dimensions."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import ShapeError
from ..ir import TensorType
from .backend import tf
from .reduce import max as reduce_max
from .reduce import mean as reduce_mean
from .shape import concatenate
from .shapes import as_tuple, spatial_axes
from .spatial import TF_FORMATS, Padding, Spatial, channels_last, in_channels_last, original_format, patches


class Pool(Spatial, abstract=True):
    """A window of `window` elements slides over the spatial axes; padded elements never count."""

    window: tuple[int, ...]

    def infer(self, x: TensorType) -> TensorType:
        shape = list(x.shape)
        for axis, size in zip(spatial_axes(x.rank, self.data_format), self.output_sizes(x, self.window), strict=True):
            shape[axis] = size
        return x.with_shape(tuple(shape))

    def reduced(self, x: np.ndarray, reduce: Callable[..., Any], value: float) -> np.ndarray:
        """`reduce` (such as np.add) over the window of `x` padded with `value`, one position of the window at a time."""
        rank = len(self.window)
        view = patches(self.pad(x, self.window, value), self.window, self.strides, self.dilations)
        y: np.ndarray | None = None
        for position in itertools.product(*map(range, self.window)):
            part = view[(slice(None),) * (rank + 1) + position]
            y = part.copy() if y is None else reduce(y, part, out=y)
        assert y is not None
        return y

    def tensorflow(self, x: Any) -> Any:
        return in_channels_last(self, self.tensorflow_pool, x)

    def tensorflow_pool(self, x: Any) -> Any:
        raise NotImplementedError

    def tensorflow_padded(self, x: Any, kind: str, padding: str = "valid") -> Any:
        """TensorFlow's pooling of `x`, where what it pads counts nothing; `kind` is MAX or AVG."""
        if max(self.dilations) == 1:  # tf.nn.pool wants strides within the window
            pool = {"MAX": tf.nn.max_pool, "AVG": tf.nn.avg_pool}[kind]
            return pool(x, self.window, self.strides, padding.upper(), data_format=TF_FORMATS[len(self.window)])
        return tf.nn.pool(x, self.window, kind, self.strides, padding.upper(), dilations=self.dilations)

    @property
    def has_tensorflow_padding(self) -> bool:
        """Whether TensorFlow's own padding is the operation's."""
        return self.padding == "valid" or (self.padding == "same" and max(self.dilations) == 1)


class MaxPool(Pool):
    """y = max of the window. x: (batch, *spatial, C) → (batch, *spatial', C)"""

    def numpy(self, x: np.ndarray) -> np.ndarray:
        lowest = -np.inf if x.dtype.kind in "fV" else np.iinfo(x.dtype).min
        return original_format(self, self.reduced(channels_last(self, x), np.maximum, lowest))

    def tensorflow_pool(self, x: Any) -> Any:
        if self.has_tensorflow_padding:
            return self.tensorflow_padded(x, "MAX", str(self.padding))
        return self.tensorflow_padded(self.pad_tensorflow(x, self.window, x.dtype.min), "MAX")


class AveragePool(Pool):
    """y = mean of the window's elements that lie inside x. x: (batch, *spatial, C) → (batch, *spatial', C)"""

    def numpy(self, x: np.ndarray) -> np.ndarray:
        x = channels_last(self, x)
        y = self.reduced(x, np.add, 0)
        counts = self.reduced(np.ones((1, *x.shape[1:-1], 1), x.dtype), np.add, 0)
        return original_format(self, np.divide(y, counts, out=y))

    def tensorflow_pool(self, x: Any) -> Any:
        if self.has_tensorflow_padding:
            return self.tensorflow_padded(x, "AVG", str(self.padding))
        # the share of the window that lies inside x is the mean of ones that are padded like x
        inside = self.pad_tensorflow(tf.ones_like(x[:1, ..., :1]), self.window)
        padded = self.pad_tensorflow(x, self.window)
        return self.tensorflow_padded(padded, "AVG") / self.tensorflow_padded(inside, "AVG")


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


def adaptive_max_pool(x: Any, output_size: Any) -> Any:
    """Maximum over `output_size` windows that cover channels-last `x` evenly, see `_adaptive`."""
    return _adaptive(x, output_size, max_pool, reduce_max)


def adaptive_average_pool(x: Any, output_size: Any) -> Any:
    """Mean over `output_size` windows that cover channels-last `x` evenly, see `_adaptive`."""
    return _adaptive(x, output_size, average_pool, reduce_mean)


def _adaptive(x: Any, output_size: Any, pool: Callable[..., Any], reduce: Callable[..., Any]) -> Any:
    """Window i of `out` over `size` elements is ⌊i · size / out⌋ to ⌈(i + 1) · size / out⌉.

    Where the sizes divide evenly this is ordinary pooling. A spatial size that isn't known is a ShapeError.
    """
    rank = len(x.shape) - 2
    wanted = as_tuple(output_size, rank, "output_size")
    sizes = tuple(x.shape)[1:-1]
    if None in sizes:
        raise ShapeError(
            f"adaptive pooling: expected known spatial sizes; give the input's shape. Received: shape={tuple(x.shape)}"
        )
    if all(size % out == 0 for size, out in zip(sizes, wanted, strict=True)):
        return pool(x, tuple(size // out for size, out in zip(sizes, wanted, strict=True)))
    for axis, (size, out) in enumerate(zip(sizes, wanted, strict=True), start=1):
        bounds = [(i * size // out, -(-(i + 1) * size // out)) for i in range(out)]
        parts = [reduce(x[(slice(None),) * axis + (slice(*b),)], axis=axis, keepdims=True) for b in bounds]
        x = concatenate(parts, axis=axis)
    return x


__all__ = ["AveragePool", "MaxPool", "adaptive_average_pool", "adaptive_max_pool", "average_pool", "max_pool"]
