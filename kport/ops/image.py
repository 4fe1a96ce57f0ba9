"""Operations on images: resizing, cropping, colours, geometry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..errors import ShapeError
from ..ir import TensorType
from ..ir.types import Dimension
from .backend import tf
from .elementwise import cast
from .indexing import take
from .interpolation import METHODS, nearest_index, weights
from .linear import matmul
from .op import Op, fail
from .promotion import dtype_of, is_float
from .shape import transpose
from .shapes import CHANNELS_FIRST, CHANNELS_LAST, spatial_axes, to_channels_first, to_channels_last


class Resize(Op):
    """Images of another height and width, each pixel a weighted mean of the original's around the same place.

    x: (batch, height, width, channels) (or channels-first by `data_format`) → (batch, height', width', channels), where
    (height', width') is `size`, or `factors` times the input's when `size` is None. float dtypes, or any with
    `interpolation` "nearest". The methods: "nearest", "bilinear", "bicubic" (Keys, a = -0.5, beyond the edge counts
    nothing), "area", "lanczos3", "lanczos5", "gaussian", "mitchellcubic"; `antialias` widens their kernels when shrinking
    (not of nearest and area). Pixel centres are at half-integers. Source: `tf.image.resize`.
    """

    size: tuple[int, int] | None = None
    factors: tuple[int, int] = (1, 1)
    interpolation: str = "bilinear"
    antialias: bool = False
    data_format: str = CHANNELS_LAST

    def sizes(self, x: Sequence[Dimension]) -> tuple[Dimension, ...]:
        """Height and width of the output, from those of the input."""
        if self.size is not None:
            return self.size
        return tuple(None if d is None else d * f for d, f in zip(x, self.factors, strict=True))

    def infer(self, x: TensorType) -> TensorType:
        if x.rank != 4:
            raise fail(self, "a batch of images, of rank 4", x=x)
        if self.interpolation != "nearest" and not is_float(x.dtype):
            raise fail(self, "images of a float dtype", x=x)
        shape = list(x.shape)
        axes = spatial_axes(4, self.data_format)
        for axis, size in zip(axes, self.sizes([x.shape[a] for a in axes]), strict=True):
            shape[axis] = size
        return x.with_shape(tuple(shape))

    def numpy(self, x: np.ndarray) -> np.ndarray:
        dtype = x.dtype
        axes = spatial_axes(4, self.data_format)
        for axis, size in zip(axes, self.sizes([x.shape[a] for a in axes]), strict=True):
            assert size is not None
            if self.interpolation == "nearest":
                x = np.take(x, nearest_index(x.shape[axis], size), axis=axis)
                continue
            matrix = weights(self.interpolation, self.antialias, x.shape[axis], size)
            precise = x if x.dtype.itemsize >= 4 else x.astype(np.float32)
            x = np.moveaxis(np.tensordot(matrix, precise, axes=(1, axis)), 0, axis)
        return x.astype(dtype, copy=False)

    def tensorflow(self, x: Any) -> Any:
        dtype = x.dtype
        if self.data_format == CHANNELS_FIRST:
            x = tf.transpose(x, to_channels_last(4))
        size = self.size if self.size is not None else tf.shape(x)[1:3] * self.factors
        y = tf.cast(tf.image.resize(x, size, method=self.interpolation, antialias=self.antialias), dtype)
        return tf.transpose(y, to_channels_first(4)) if self.data_format == CHANNELS_FIRST else y

    def decompose(self, x: Any) -> Any:
        """Nearest: two takes at constant places; else two products with constant matrices. NotImplemented for unknown sizes."""
        axes = spatial_axes(4, self.data_format)
        height, width = (x.shape[a] for a in axes)
        if height is None or width is None:
            return NotImplemented
        rows, columns = self.sizes((height, width))
        assert rows is not None and columns is not None
        if self.interpolation == "nearest":
            return take(take(x, nearest_index(height, rows), axes[0]), nearest_index(width, columns), axes[1])
        dtype = dtype_of(x)
        assert dtype is not None
        by_rows = cast(weights(self.interpolation, self.antialias, height, rows), dtype)
        by_columns = cast(weights(self.interpolation, self.antialias, width, columns).T.copy(), dtype)
        if self.data_format == CHANNELS_FIRST:
            return matmul(matmul(by_rows, x), by_columns)
        planes = transpose(x, to_channels_first(4))
        return transpose(matmul(matmul(by_rows, planes), by_columns), to_channels_last(4))

    def permuted(self, permutation: tuple[int, ...]) -> tuple[Op, tuple[int, ...] | None] | None:
        if self.data_format == CHANNELS_LAST and permutation == to_channels_first(4):
            return replace(self, data_format=CHANNELS_FIRST), permutation
        return None


def resize(
    x: Any,
    size: Sequence[int] | None = None,
    *,
    factors: Sequence[int] = (1, 1),
    interpolation: str = "bilinear",
    antialias: bool = False,
) -> Any:
    """A channels-last batch of images resized to `size` (height, width), or by whole `factors` if it is None.

    Integers give float32, except with "nearest", which keeps the dtype.
    """
    if interpolation not in METHODS:
        raise ShapeError(f"expected an interpolation among {', '.join(METHODS)}. Received: interpolation={interpolation!r}")
    if interpolation != "nearest" and not is_float(dtype_of(x) or "float32"):
        x = cast(x, "float32")
    op = Resize(
        size=None if size is None else (int(size[0]), int(size[1])),
        factors=(int(factors[0]), int(factors[1])),
        interpolation=interpolation,
        antialias=antialias,
    )
    return op(x)


__all__ = ["Resize", "resize"]
