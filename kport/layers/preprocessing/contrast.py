"""Layers that spread the brightness of images, also at inference."""

from __future__ import annotations

from typing import Any

import numpy as np

from ... import ops
from ...errors import LayerError
from ...ops.promotion import dtype_of
from ...registry import layers
from .image_layer import ImageLayer, change_range
from .ranges import value_range_of

_FULL = (0.0, 255.0)
_LEVELS = 256


@layers()
class AutoContrast(ImageLayer):
    """Each channel of each image stretched so that its darkest value is the lowest of `value_range` and its brightest the
    highest; a channel of one value stays.

    x: (batch, H, W, C) → the same shape, in the layer's float dtype.
    """

    def __init__(self, value_range: Any = (0, 255), **kwargs: Any):
        super().__init__(**kwargs)
        self.value_range = value_range_of(value_range)

    def transform_images(self, images: Any, transformation: Any = None, training: bool = True) -> Any:
        return self.in_channels_last(self._stretched, images)

    def _stretched(self, images: Any) -> Any:
        original = ops.cast(images, self.compute_dtype)
        images = change_range(original, self.value_range, _FULL)
        low = ops.min(images, (1, 2), keepdims=True)
        spread = ops.subtract(ops.max(images, (1, 2), keepdims=True), low)
        scale = ops.divide(255.0, ops.where(ops.equal(spread, 0.0), 1.0, spread))
        stretched = ops.clip(ops.subtract(ops.multiply(images, scale), ops.multiply(low, scale)), *_FULL)
        return ops.where(ops.equal(spread, 0.0), original, change_range(stretched, _FULL, self.value_range))


@layers()
class ContrastLimitedAdaptiveHistogramEqualization(ImageLayer):
    """Histogram equalization of each tile of a grid, blended between tiles, with the slope of the mapping limited.

    x: (batch, H, W, C) → the same shape and dtype. Arguments: value_range (low, high) of the pixels; clip_limit (how
    often the mean number of pixels a level may have; 0: no limit); tile_grid_size (rows, columns).
    Source: Zuiderveld 1994, "Contrast limited adaptive histogram equalization", Graphics Gems IV.
    """

    def __init__(self, value_range: Any = (0, 255), clip_limit: float = 4.0, tile_grid_size: Any = (8, 8), **kwargs: Any):
        super().__init__(**kwargs)
        self.value_range = tuple(value_range)
        self.clip_limit = clip_limit
        self.tile_grid_size = tuple(tile_grid_size)

    def transform_images(self, images: Any, transformation: Any = None, training: bool = True) -> Any:
        return self.in_channels_last(self._equalized, images)

    def _equalized(self, images: Any) -> Any:
        _, height, width, channels = images.shape
        if None in (height, width, channels):
            raise LayerError(
                f"expected images of known height, width and channels. Received: shape={tuple(images.shape)}; "
                "give the model's input a size",
                self.name,
            )
        dtype = dtype_of(images)
        assert dtype is not None
        pixels = change_range(ops.cast(images, "float32"), self.value_range, _FULL)
        tile = tuple(-(-size // count) for size, count in zip((height, width), self.tile_grid_size, strict=True))
        rows, columns = self.tile_grid_size
        fill = ((0, 0), (0, tile[0] * rows - height), (0, tile[1] * columns - width), (0, 0))
        levels = ops.cast(ops.clip(ops.pad(pixels, fill, "symmetric"), *_FULL), "int32")
        tiles = ops.reshape(levels, (-1, rows, tile[0], columns, tile[1], channels))
        tiles = ops.reshape(ops.transpose(tiles, (0, 1, 3, 5, 2, 4)), (-1, rows, columns, channels, tile[0] * tile[1]))
        mapping = self._mapping(ops.count_indices(tiles, _LEVELS), tile[0] * tile[1])
        equalized = blended(mapping, levels, tile)
        equalized = ops.getitem(equalized, (slice(None), slice(height), slice(width)))
        return ops.cast(change_range(equalized, _FULL, self.value_range), dtype)

    def _mapping(self, counts: Any, pixels: int) -> Any:
        """(..., 256) float32: the new level of each level, from the number of pixels a level has."""
        if self.clip_limit > 0:
            clipped = ops.minimum(counts, float(np.float32(self.clip_limit * pixels / _LEVELS)))
            excess = ops.sum(ops.subtract(counts, clipped), -1, keepdims=True)
            counts = ops.add(clipped, ops.divide(excess, float(_LEVELS)))
        share = ops.cumsum(counts, -1)
        lowest = ops.min(share, -1, keepdims=True)
        rest = ops.subtract(float(pixels), lowest)
        rest = ops.where(ops.equal(rest, 0.0), 1.0, rest)
        return ops.clip(ops.divide(ops.multiply(ops.subtract(share, lowest), 255.0), rest), *_FULL)


def blended(mapping: Any, levels: Any, tile: tuple[int, ...]) -> Any:
    """Each pixel mapped by the four tiles around it, weighted by how near their centres are.

    mapping: (batch, rows, columns, C, 256), levels: (batch, rows · tile[0], columns · tile[1], C) int32 → float32.
    """
    _, rows, columns, channels, _ = mapping.shape
    _, height, width, _ = levels.shape
    flat = ops.reshape(mapping, (-1, rows * columns * channels * _LEVELS))
    flat_levels = ops.reshape(levels, (-1, height * width * channels))

    def neighbours(size: int, step: int, count: int) -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
        """For each position the tile before and the one after, each with its weight."""
        place = (np.arange(size, dtype=np.float32) - np.float32(step / 2)) / np.float32(step)
        before = np.floor(place)
        share = place - before
        index = before.astype(np.int32)
        return (np.clip(index, 0, count - 1), 1 - share), (np.clip(index + 1, 0, count - 1), share)

    def mapped(row: np.ndarray, column: np.ndarray) -> Any:
        start = ((row[:, None] * columns + column)[..., None] * channels + np.arange(channels)) * _LEVELS
        places = ops.add(flat_levels, start.reshape(1, -1).astype(np.int32))
        return ops.reshape(ops.take_along_axis(flat, places, 1), (-1, height, width, channels))

    (left, left_share), (right, right_share) = neighbours(width, tile[1], columns)
    lines = []
    for row, share in neighbours(height, tile[0], rows):
        line = ops.add(
            ops.multiply(mapped(row, left), left_share[:, None]), ops.multiply(mapped(row, right), right_share[:, None])
        )
        lines.append(ops.multiply(line, share[:, None, None]))
    return ops.add(*lines)
