"""Pooling to a given size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from ... import ops
from ...ops.shapes import as_tuple
from ...registry import layers
from ..data_format import in_channels_last, standardize
from ..layer import Layer


class BaseAdaptivePooling(Layer):
    """One number for each of `output_size` windows that cover x evenly (and overlap where they must).

    x: (batch, *spatial, C) → (batch, *output_size, C), channels first by `data_format`; spatial sizes must be known.
    """

    rank: ClassVar[int]
    pool: ClassVar[Callable[..., Any]]

    def __init__(self, output_size: Any, data_format: str | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.output_size = as_tuple(output_size, self.rank, "output_size")
        self.data_format = standardize(data_format)

    def call(self, inputs: Any) -> Any:
        return in_channels_last(lambda x: type(self).pool(x, self.output_size), inputs, self.data_format)


@layers()
class AdaptiveMaxPooling1D(BaseAdaptivePooling):
    """The largest element of each window of steps. x: (batch, steps, C) → (batch, output_size, C)"""

    rank = 1
    pool = ops.adaptive_max_pool


@layers()
class AdaptiveMaxPooling2D(BaseAdaptivePooling):
    """The largest element of each window. x: (batch, rows, columns, C) → (batch, *output_size, C)"""

    rank = 2
    pool = ops.adaptive_max_pool


@layers()
class AdaptiveMaxPooling3D(BaseAdaptivePooling):
    """The largest element of each window. x: (batch, *sizes, C) → (batch, *output_size, C)"""

    rank = 3
    pool = ops.adaptive_max_pool


@layers()
class AdaptiveAveragePooling1D(BaseAdaptivePooling):
    """The mean of each window of steps. x: (batch, steps, C) → (batch, output_size, C)"""

    rank = 1
    pool = ops.adaptive_average_pool


@layers()
class AdaptiveAveragePooling2D(BaseAdaptivePooling):
    """The mean of each window. x: (batch, rows, columns, C) → (batch, *output_size, C)"""

    rank = 2
    pool = ops.adaptive_average_pool


@layers()
class AdaptiveAveragePooling3D(BaseAdaptivePooling):
    """The mean of each window. x: (batch, *sizes, C) → (batch, *output_size, C)"""

    rank = 3
    pool = ops.adaptive_average_pool
