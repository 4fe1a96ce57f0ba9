"""The histogram of images made even."""

from __future__ import annotations

from typing import Any

from ... import ops
from ...registry import layers
from .image_layer import change_range
from .random_image import TrainingImageLayer
from .ranges import value_range_of

_FULL = (0.0, 255.0)


@layers()
class Equalization(TrainingImageLayer):
    """In training: each value v of a channel becomes 255 (c(v) - c₀) / (n - c₀), c(v) the number of values up to v's bin among
    the n of this channel in all images of the batch, c₀ that of the lowest bin; a channel within one bin stays.

    value_range: the least and the greatest value; bins: the number of bins. At inference images stay as they are.
    Source: `keras.layers.Equalization`.
    """

    keeps_integers = True

    def __init__(self, value_range: Any = (0, 255), bins: int = 256, **kwargs: Any):
        super().__init__(**kwargs)
        self.value_range = value_range_of(value_range)
        self.bins = bins

    def changed(self, images: Any, transformation: Any, nearest: bool = False) -> Any:
        channels = ops.shape(images)[-1]
        values = ops.cast(change_range(images, self.value_range, _FULL), "float32")
        bins = ops.cast(ops.clip(ops.multiply(ops.divide(values, 255.0), self.bins - 1), 0, self.bins - 1), "int32")
        # as Keras counts: multiplied before it is divided, which puts some values into another bin
        counted = ops.cast(ops.divide(ops.multiply(values, self.bins - 1), 255.0), "int32")
        counted = ops.reshape(ops.transpose(ops.clip(counted, 0, self.bins - 1), (3, 0, 1, 2)), (channels, -1))
        histogram = ops.count_indices(counted, self.bins, dtype="int32")
        table = self._table(histogram)
        flat = ops.reshape(ops.transpose(bins, (3, 0, 1, 2)), (channels, -1))
        mapped = ops.take_along_axis(ops.cast(table, "float32"), flat, 1)
        _, height, width, _ = ops.shape(images)
        equalized = ops.transpose(ops.reshape(mapped, (channels, -1, height, width)), (1, 2, 3, 0))
        flat_channel = ops.less_equal(ops.sum(ops.cast(ops.greater(histogram, 0), "int32"), -1), 1)
        result = ops.where(flat_channel, values, equalized)
        return ops.cast(change_range(result, _FULL, self.value_range), self.compute_dtype)

    def _table(self, histogram: Any) -> Any:
        """(channels, bins): what each bin becomes."""
        count = ops.cast(ops.cumsum(histogram, -1), "float64")
        total = count[:, -1:]
        lowest = ops.min(ops.where(ops.greater(count, 0), count, total), -1, keepdims=True)
        rest = ops.subtract(total, lowest)
        share = ops.divide(ops.multiply(ops.subtract(count, lowest), 255.0), ops.where(ops.equal(rest, 0), 1.0, rest))
        return ops.clip(ops.round(share), *_FULL)
