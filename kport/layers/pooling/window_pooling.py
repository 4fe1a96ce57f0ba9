"""Pooling over windows, in one, two and three dimensions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from ... import ops
from ...errors import LayerError
from ...ops.shapes import as_tuple
from ...registry import layers
from ..data_format import in_channels_last, standardize
from ..layer import Layer


class BasePooling(Layer):
    """One number for every window of `pool_size` elements, `strides` (the window's size by default) apart.

    x: (batch, *spatial, C) → (batch, *spatial', C), channels first by `data_format`. With padding "same" there are
    spatial / strides windows, rounded up, and what lies outside of x doesn't count.
    """

    rank: ClassVar[int]
    pool: ClassVar[Callable[..., Any]]

    def __init__(
        self,
        pool_size: Any = 2,
        strides: Any = None,
        padding: str = "valid",
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.pool_size = as_tuple(pool_size, self.rank, "pool_size")
        self.strides = self.pool_size if strides is None else as_tuple(strides, self.rank, "strides")
        self.padding = padding.lower()
        if self.padding not in ("valid", "same"):
            raise LayerError(f"expected padding 'valid' or 'same'. Received: padding={padding!r}", self.name)
        self.data_format = standardize(data_format)

    def call(self, inputs: Any) -> Any:
        def pool(x: Any) -> Any:
            return type(self).pool(x, self.pool_size, self.strides, self.padding)

        return in_channels_last(pool, inputs, self.data_format)


@layers("MaxPool1D")
class MaxPooling1D(BasePooling):
    """The largest element of each window of steps. x: (batch, steps, C) → (batch, steps', C)"""

    rank = 1
    pool = ops.max_pool


@layers("MaxPool2D")
class MaxPooling2D(BasePooling):
    """The largest element of each window. x: (batch, rows, columns, C) → (batch, rows', columns', C)"""

    rank = 2
    pool = ops.max_pool


@layers("MaxPool3D")
class MaxPooling3D(BasePooling):
    """The largest element of each window. x: (batch, *sizes, C) → (batch, *sizes', C)"""

    rank = 3
    pool = ops.max_pool


@layers("AvgPool1D")
class AveragePooling1D(BasePooling):
    """The mean of each window of steps. x: (batch, steps, C) → (batch, steps', C)"""

    rank = 1
    pool = ops.average_pool


@layers("AvgPool2D")
class AveragePooling2D(BasePooling):
    """The mean of each window. x: (batch, rows, columns, C) → (batch, rows', columns', C)"""

    rank = 2
    pool = ops.average_pool


@layers("AvgPool3D")
class AveragePooling3D(BasePooling):
    """The mean of each window. x: (batch, *sizes, C) → (batch, *sizes', C)"""

    rank = 3
    pool = ops.average_pool
