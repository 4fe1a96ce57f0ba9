"""Edges cut off."""

from __future__ import annotations

from typing import Any, ClassVar

from ...ops.shapes import spatial_axes
from ...registry import layers
from ..data_format import standardize
from ..layer import Layer
from .edges import Pair, pair, pairs


def crop(x: Any, cropping: tuple[Pair, ...], data_format: str) -> Any:
    """`x` without `cropping` (before, after) elements of its spatial axes; as in Keras 2 nothing may be left."""
    key = [slice(None)] * len(x.shape)
    for axis, (before, after) in zip(spatial_axes(len(x.shape), data_format), cropping, strict=True):
        key[axis] = slice(before, -after or None)
    return x[tuple(key)]


@layers()
class Cropping1D(Layer):
    """x: (batch, steps, C) → (batch, steps - before - after, C), with `cropping` (before, after)."""

    def __init__(self, cropping: Any = (1, 1), **kwargs: Any):
        super().__init__(**kwargs)
        self.cropping = pair(cropping, "cropping")

    def call(self, inputs: Any) -> Any:
        return crop(inputs, (self.cropping,), "channels_last")


class BaseCropping(Layer):
    """Cuts `cropping` off: a number for all spatial axes, or a number or (before, after) for each of them."""

    rank: ClassVar[int]
    default: ClassVar[int]

    def __init__(self, cropping: Any = None, data_format: str | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.cropping = pairs(self.default if cropping is None else cropping, self.rank, "cropping")
        self.data_format = standardize(data_format)

    def call(self, inputs: Any) -> Any:
        return crop(inputs, self.cropping, self.data_format)


@layers()
class Cropping2D(BaseCropping):
    """x: (batch, rows, columns, C) → (batch, rows', columns', C); by default cuts nothing off."""

    rank = 2
    default = 0


@layers()
class Cropping3D(BaseCropping):
    """x: (batch, *sizes, C) → (batch, *sizes', C); by default cuts 1 off each side."""

    rank = 3
    default = 1
