"""Arrays in memory as batches."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..errors import UsageError
from ..ops.backend import is_tensorflow, tf
from ..tree import flatten, map_structure
from .unpacking import pack_x_y_sample_weight


def with_arrays(x: Any) -> Any:
    """Lists of numbers or texts, however nested, as arrays; a list of arrays stays one."""
    if isinstance(x, (list, tuple)) and x and not any(hasattr(leaf, "shape") or isinstance(leaf, dict) for leaf in flatten(x)):
        return np.asarray(x)
    return x


def is_array_like(x: Any) -> bool:
    """Whether `x` is an array, a tensor, a table of pandas, or None."""
    return x is None or (hasattr(x, "shape") and hasattr(x, "dtype") and not hasattr(x, "element_spec")) or hasattr(x, "iloc")


def as_tensors(part: Any) -> Any:
    """Arrays as TensorFlow's tensors; float64 becomes float32, as in Keras."""
    return map_structure(_tensor, part)


def _tensor(x: Any) -> Any:
    if x is None or is_tensorflow(x):
        return x
    array = np.asarray(x)
    if array.dtype == np.float64:
        array = array.astype(np.float32)
    if array.dtype == object:
        array = array.astype(str) if array.size and isinstance(array.flat[0], str) else array.astype(np.float32)
    return tf.convert_to_tensor(array)


class ArrayBatches:
    """Batches of `batch_size` samples of (x, y, sample_weight), the last one with what is left.

    shuffle: True, False, or "batch" to shuffle whole batches. Different numbers of samples are a UsageError.
    """

    def __init__(self, data: Any, batch_size: int, shuffle: Any):
        sizes = {len(leaf) for leaf in flatten(data) if leaf is not None}
        if len(sizes) != 1:
            shapes = [tuple(leaf.shape) for leaf in flatten(data) if leaf is not None]
            raise UsageError(f"expected the same number of samples in all arrays. Received: arrays of shapes {shapes}")
        self.samples = sizes.pop()
        if self.samples == 0:
            raise UsageError("expected at least one sample. Received: arrays of length 0")
        self.batch_size = min(int(batch_size), self.samples)
        self.size = math.ceil(self.samples / self.batch_size)
        self._how = shuffle
        with tf.device("CPU:0"):
            tensors = as_tensors(data)
            count = self.samples if shuffle is True else self.size
            self._order = tf.Variable(np.arange(count, dtype=np.int64)) if shuffle else None
        self.dataset = self._dataset(tensors)

    def shuffle(self) -> None:
        """Puts the samples (or batches) in a new order."""
        if self._order is not None:
            self._order.assign(np.random.permutation(self._order.shape[0]))  # set_random_seed makes it repeatable

    def _dataset(self, tensors: Any) -> Any:
        given = [leaf for leaf in flatten(tensors) if leaf is not None]
        order, size = self._order, self.batch_size

        def batch(i: Any) -> Any:
            if order is not None and self._how is not True:
                i = order[i]
            start, end = i * size, tf.minimum((i + 1) * size, self.samples)
            where = order[start:end] if order is not None and self._how is True else None
            parts = iter([leaf[start:end] if where is None else tf.gather(leaf, where) for leaf in given])
            x, y, sample_weight = map_structure(lambda leaf: None if leaf is None else next(parts), tensors)
            return (x,) if y is None else pack_x_y_sample_weight(x, y, sample_weight)

        return tf.data.Dataset.range(self.size).map(batch).prefetch(tf.data.AUTOTUNE)
