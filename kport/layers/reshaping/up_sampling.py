"""Larger by whole factors."""

from __future__ import annotations

from typing import Any

from ... import ops
from ...ops.shapes import as_tuple, spatial_axes
from ...registry import layers
from ..data_format import in_channels_last, standardize
from ..layer import Layer


@layers()
class UpSampling1D(Layer):
    """Every step `size` times. x: (batch, steps, C) → (batch, steps · size, C)"""

    def __init__(self, size: int = 2, **kwargs: Any):
        super().__init__(**kwargs)
        self.size = int(size)

    def call(self, inputs: Any) -> Any:
        return ops.repeat(inputs, self.size, axis=1)


@layers()
class UpSampling2D(Layer):
    """x: (batch, rows, columns, C) → (batch, rows · size[0], columns · size[1], C).

    `interpolation` nearest repeats rows and columns; bilinear, bicubic, lanczos3 and lanczos5 are those of `ops.resize`.
    """

    def __init__(self, size: Any = (2, 2), data_format: str | None = None, interpolation: str = "nearest", **kwargs: Any):
        super().__init__(**kwargs)
        self.size = as_tuple(size, 2, "size")
        self.data_format = standardize(data_format)
        self.interpolation = interpolation.lower()

    def call(self, inputs: Any) -> Any:
        def resize(x: Any) -> Any:
            return ops.resize(x, factors=self.size, interpolation=self.interpolation)

        return in_channels_last(resize, inputs, self.data_format)


@layers()
class UpSampling3D(Layer):
    """Every element `size` times along each spatial axis. x: (batch, *sizes, C) → (batch, *sizes · size, C)"""

    def __init__(self, size: Any = (2, 2, 2), data_format: str | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.size = as_tuple(size, 3, "size")
        self.data_format = standardize(data_format)

    def call(self, inputs: Any) -> Any:
        for axis, factor in zip(spatial_axes(5, self.data_format), self.size, strict=True):
            inputs = ops.repeat(inputs, factor, axis=axis)
        return inputs
