"""Pooling over all of space."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from ... import ops
from ...errors import LayerError
from ...ops.shapes import channel_axis, spatial_axes
from ...registry import layers
from ..data_format import standardize
from ..layer import Layer


class BaseGlobalPooling(Layer):
    """One number for every channel. x: (batch, *spatial, C) → (batch, C), or with `keepdims` (batch, 1, ..., C)."""

    rank: ClassVar[int]
    reduce: ClassVar[Callable[..., Any]]

    def __init__(self, data_format: str | None = None, keepdims: bool = False, **kwargs: Any):
        super().__init__(**kwargs)
        self.data_format = standardize(data_format)
        self.keepdims = keepdims

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        if len(input_shape) != self.rank + 2:
            raise LayerError(f"expected an input of rank {self.rank + 2}. Received: shape={input_shape}", self.name)

    def call(self, inputs: Any) -> Any:
        axes = spatial_axes(len(inputs.shape), self.data_format)
        return type(self).reduce(inputs, axes, keepdims=self.keepdims)


@layers("GlobalMaxPool1D")
class GlobalMaxPooling1D(BaseGlobalPooling):
    """The largest element over the steps. x: (batch, steps, C) → (batch, C)"""

    rank = 1
    reduce = ops.max


@layers("GlobalMaxPool2D")
class GlobalMaxPooling2D(BaseGlobalPooling):
    """The largest element of each channel. x: (batch, rows, columns, C) → (batch, C)"""

    rank = 2
    reduce = ops.max


@layers("GlobalMaxPool3D")
class GlobalMaxPooling3D(BaseGlobalPooling):
    """The largest element of each channel. x: (batch, *sizes, C) → (batch, C)"""

    rank = 3
    reduce = ops.max


@layers("GlobalAvgPool1D")
class GlobalAveragePooling1D(BaseGlobalPooling):
    """The mean over the steps, or over those that `mask` (batch, steps) leaves. x: (batch, steps, C) → (batch, C)"""

    rank = 1
    reduce = ops.mean

    def call(self, inputs: Any, mask: Any = None) -> Any:
        if mask is None:
            return super().call(inputs)
        (axis,) = spatial_axes(3, self.data_format)
        kept = ops.expand_dims(ops.cast(mask, "bool"), channel_axis(3, self.data_format))
        total = ops.sum(ops.where(kept, inputs, 0), axis, keepdims=self.keepdims)
        return ops.divide(total, ops.sum(ops.cast(kept, inputs.dtype), axis, keepdims=self.keepdims))


@layers("GlobalAvgPool2D")
class GlobalAveragePooling2D(BaseGlobalPooling):
    """The mean of each channel. x: (batch, rows, columns, C) → (batch, C)"""

    rank = 2
    reduce = ops.mean


@layers("GlobalAvgPool3D")
class GlobalAveragePooling3D(BaseGlobalPooling):
    """The mean of each channel. x: (batch, *sizes, C) → (batch, C)"""

    rank = 3
    reduce = ops.mean
