"""Features of mean 0 and variance 1."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from ... import ops
from ...errors import LayerError
from ...registry import layers
from ..layer import Layer

_EPSILON = 1e-7


@layers()
class Normalization(Layer):
    """y = (x - mean) / max(√variance, 1e-7), or with `invert` y = mean + x · max(√variance, 1e-7).

    x: (..., K, ...) → the same shape. `axis`: the axes that keep statistics of their own (None: one for all). `mean` and
    `variance` are arguments, or else weights that `adapt` or a file fills: mean and variance of the kept axes' shape,
    count ().
    """

    supports_masking = True

    def __init__(self, axis: Any = -1, mean: Any = None, variance: Any = None, invert: bool = False, **kwargs: Any):
        super().__init__(**kwargs)
        if (mean is None) != (variance is None):
            raise LayerError(f"expected both mean and variance or neither. Received: {mean=}, {variance=}", self.name)
        self.axis = () if axis is None else (axis,) if isinstance(axis, int) else tuple(axis)
        self.mean = mean
        self.variance = variance
        self.invert = invert

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        rank = len(input_shape)
        if any(not -rank <= a < rank for a in self.axis):
            raise LayerError(f"expected axes of an input of rank {rank}. Received: axis={self.axis}", self.name)
        self._keep = tuple(sorted(a % rank for a in self.axis))
        if any(input_shape[a] is None for a in self._keep):
            raise LayerError(
                f"expected known sizes of the axes {self._keep}. Received: shape={input_shape}; give the input's size", self.name
            )
        if self.mean is not None:
            return
        shape = tuple(input_shape[a] for a in self._keep)
        self.adapt_mean = self.add_weight(shape, "zeros", name="mean", trainable=False)
        self.adapt_variance = self.add_weight(shape, "ones", name="variance", trainable=False)
        self.count = self.add_weight((), "zeros", name="count", dtype="int32", trainable=False)

    def adapt(self, data: Any) -> None:
        """Takes mean and variance from an array, or from an iterable of batches."""
        batches: Iterable[Any] = [data] if hasattr(data, "shape") else data
        total, mean, variance = 0, np.zeros(()), np.zeros(())
        for batch in batches:
            array = np.asarray(batch)
            self._build_once((array,), {})
            if self.mean is not None:
                raise LayerError("expected a layer without given mean and variance to adapt", self.name)
            axes = tuple(a for a in range(array.ndim) if a not in self._keep)
            count = math.prod(array.shape[a] for a in axes)
            total += count
            share = count / total
            before, new = mean, array.mean(axes, dtype=np.float64)
            mean = before + (new - before) * share
            variance = (variance + (before - mean) ** 2) * (1 - share) + (
                array.var(axes, dtype=np.float64) + (new - mean) ** 2
            ) * share
        if not total:
            raise LayerError("expected data to adapt to. Received: no batches", self.name)
        self.adapt_mean.assign(mean)
        self.adapt_variance.assign(variance)

    def call(self, inputs: Any) -> Any:
        inputs = ops.cast(inputs, self.compute_dtype)
        given = self.mean is not None
        mean, variance = (self.mean, self.variance) if given else (self.adapt_mean, self.adapt_variance)
        mean, deviation = self._broadcastable(mean, inputs), ops.sqrt(self._broadcastable(variance, inputs))
        deviation = ops.maximum(deviation, _EPSILON)
        if self.invert:
            return ops.add(mean, ops.multiply(inputs, deviation))
        return ops.divide(ops.subtract(inputs, mean), deviation)

    def _broadcastable(self, statistic: Any, inputs: Any) -> Any:
        """A statistic with the kept axes at their places; given ones may lack leading axes."""
        array = statistic if hasattr(statistic, "dtype") else np.asarray(statistic, np.float32)
        shape = [1] * len(inputs.shape)
        for axis, size in zip(reversed(self._keep), reversed(array.shape), strict=False):
            shape[axis] = size
        return ops.cast(ops.reshape(array, shape), self.compute_dtype)
