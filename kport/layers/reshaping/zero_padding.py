"""Edges of zeros."""

from __future__ import annotations

from typing import Any, ClassVar

from ... import ops
from ...ops.shapes import spatial_axes
from ...registry import layers
from ..data_format import standardize
from ..layer import Layer
from .edges import Pair, pair, pairs


def zero_pad(x: Any, padding: tuple[Pair, ...], data_format: str) -> Any:
    """`x` with `padding` (before, after) zeros at its spatial axes."""
    axes = spatial_axes(len(x.shape), data_format)
    return ops.pad(x, [padding[axis - axes.start] if axis in axes else (0, 0) for axis in range(len(x.shape))])


@layers()
class ZeroPadding1D(Layer):
    """x: (batch, steps, C) → (batch, before + steps + after, C), with `padding` (before, after)."""

    def __init__(self, padding: Any = 1, data_format: str | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.padding = pair(padding, "padding")
        self.data_format = standardize(data_format)

    def call(self, inputs: Any) -> Any:
        return zero_pad(inputs, (self.padding,), self.data_format)


class BaseZeroPadding(Layer):
    """Adds `padding` zeros: a number for all spatial axes, or a number or (before, after) for each of them."""

    rank: ClassVar[int]

    def __init__(self, padding: Any = 1, data_format: str | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.padding = pairs(padding, self.rank, "padding")
        self.data_format = standardize(data_format)

    def call(self, inputs: Any) -> Any:
        return zero_pad(inputs, self.padding, self.data_format)


@layers()
class ZeroPadding2D(BaseZeroPadding):
    """x: (batch, rows, columns, C) → (batch, rows', columns', C)"""

    rank = 2


@layers()
class ZeroPadding3D(BaseZeroPadding):
    """x: (batch, *sizes, C) → (batch, *sizes', C)"""

    rank = 3
