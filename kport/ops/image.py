"""Operations on images: resizing here, colours and geometry under the names of keras.ops.image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..errors import ShapeError
from ..ir import TensorType
from ..ir.types import Dimension
from .backend import tf
from .blur import gaussian_blur as gaussian_blur
from .bounds import clip
from .casting import cast
from .colors import hsv_to_rgb as hsv_to_rgb
from .colors import rgb_to_grayscale as rgb_to_grayscale
from .colors import rgb_to_hsv as rgb_to_hsv
from .elementwise import maximum, minimum
from .extend import pad
from .gathering import take
from .geometry import affine_transform as affine_transform
from .geometry import crop_images as crop_images
from .geometry import extract_patches as extract_patches
from .geometry import map_coordinates as map_coordinates
from .geometry import pad_images as pad_images
from .images import on_batch
from .indexing import slice
from .interpolation import METHODS, nearest_index, weights
from .linear import matmul
from .op import Op, fail
from .promotion import dtype_of, is_float
from .rounding import round
from .shape import shape, transpose
from .shapes import CHANNELS_FIRST, CHANNELS_LAST, spatial_axes, to_channels_first, to_channels_last
from .warping import perspective_transform as perspective_transform


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
        known = self.sizes(tuple(x.shape[1:3]))
        if self.interpolation == "nearest" and self.size is None and None not in known:
            y = repeated(x, self.factors)
        else:
            size = tf.shape(x)[1:3] * self.factors if None in known else known
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


def repeated(x: Any, factors: tuple[int, int]) -> Any:
    """Every row and column of a tensor `factors` times. XLA has no gradient of TensorFlow's own resizing to the nearest."""
    height, width, channels = x.shape[1:]
    columns = tf.concat([tf.reshape(x, (-1, width, 1, channels))] * factors[1], 2)
    rows = tf.concat([tf.reshape(columns, (-1, height, 1, width * factors[1], channels))] * factors[0], 2)
    return tf.reshape(rows, (-1, height * factors[0], width * factors[1], channels))


def resize(
    images: Any,
    size: Sequence[int] | None = None,
    interpolation: str = "bilinear",
    antialias: bool = False,
    crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False,
    fill_mode: str = "constant",
    fill_value: float = 0.0,
    data_format: str | None = None,
    *,
    factors: Sequence[int] = (1, 1),
) -> Any:
    """Images, one or a batch, resized to `size` (height, width), or by whole `factors` if it is None.

    Integers are rounded and keep their dtype. crop_to_aspect_ratio: of the largest centred part
    with the aspect ratio of `size`; pad_to_aspect_ratio: with `fill_value` around, up to that aspect ratio.
    """
    if interpolation not in METHODS:
        raise ShapeError(f"expected an interpolation among {', '.join(METHODS)}. Received: interpolation={interpolation!r}")
    if (crop_to_aspect_ratio and pad_to_aspect_ratio) or fill_mode != "constant":
        raise ShapeError(
            "expected at most one of crop_to_aspect_ratio and pad_to_aspect_ratio, and fill_mode='constant'. "
            f"Received: {crop_to_aspect_ratio=}, {pad_to_aspect_ratio=}, {fill_mode=}"
        )
    wanted = None if size is None else (int(size[0]), int(size[1]))

    def change(x: Any) -> Any:
        if wanted is not None and crop_to_aspect_ratio:
            x = cropped_to_aspect_ratio(x, wanted)
        elif wanted is not None and pad_to_aspect_ratio:
            x = padded_to_aspect_ratio(x, wanted, fill_value)
        by = (int(factors[0]), int(factors[1]))
        op = Resize(size=wanted, factors=by, interpolation=interpolation, antialias=antialias)
        dtype = dtype_of(x) or "float32"
        if interpolation == "nearest" or is_float(dtype):
            return op(x)
        return cast(clip(round(op(cast(x, "float32"))), *_bounds(dtype)), dtype)

    return on_batch(images, data_format, change)


def _bounds(dtype: str) -> tuple[float, float]:
    """The least and the greatest number of an integer dtype that float32 holds."""
    bounds = np.iinfo(dtype)
    greatest = np.float32(bounds.max)
    return float(bounds.min), float(greatest if int(greatest) <= bounds.max else np.nextafter(greatest, np.float32(0)))


def cropped_to_aspect_ratio(images: Any, size: tuple[int, int]) -> Any:
    """The largest centred part of a channels-last batch with the aspect ratio of `size`, rounded down."""
    _, height, width, _ = shape(images)
    rows = _bounded(width * size[0] // size[1], height)
    columns = _bounded(height * size[1] // size[0], width)
    return slice(images, (0, (height - rows) // 2, (width - columns) // 2, 0), (-1, rows, columns, -1))


def padded_to_aspect_ratio(images: Any, size: tuple[int, int], fill_value: float) -> Any:
    """A channels-last batch with fill on both sides of the side that is too short, the same number of pixels on each."""
    _, height, width, _ = images.shape
    if height is None or width is None:
        raise ShapeError(
            f"expected images of known height and width for pad_to_aspect_ratio. Received: shape={tuple(images.shape)}; "
            "give the model's input a size"
        )
    rows = max(width * size[0] // size[1] - height, 0) // 2
    columns = max(height * size[1] // size[0] - width, 0) // 2
    return pad(images, ((0, 0), (rows, rows), (columns, columns), (0, 0)), constant_values=fill_value)


def _bounded(size: Any, most: Any) -> Any:
    """`size`, at least 1 and at most `most`: numbers or scalar tensors."""
    if isinstance(size, int) and isinstance(most, int):
        return max(min(size, most), 1)
    return maximum(minimum(size, most), 1)


__all__ = ["Resize", "resize"]
