"""Arrays in memory as batches."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..errors import UsageError
from ..ops.backend import is_tensorflow, tf
from ..tree import flatten, map_structure
from .unpacking import pack

PLAIN = (bool, int, float, str, bytes)
"""What lists in place of arrays are made of."""


def is_in_memory(x: Any) -> bool:
    """Whether `x` is arrays, or lists of numbers or texts in their place."""
    return all(is_array_like(leaf) or isinstance(leaf, PLAIN) for leaf in flatten(x))


def with_arrays(x: Any) -> Any:
    """Lists of numbers or texts as an array, or as several where they have different shapes; a list of arrays stays one."""
    if not isinstance(x, (list, tuple)) or not x or not all(isinstance(leaf, PLAIN) for leaf in flatten(x)):
        return x
    try:
        return np.asarray(x)
    except ValueError:
        return [np.asarray(item) for item in x]


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
        array = _of_objects(array)
    return tf.convert_to_tensor(array)


def _of_objects(array: Any) -> Any:
    if array.size and isinstance(array.flat[0], str):
        return array.astype(str)
    try:
        return array.astype(np.float32)
    except (TypeError, ValueError) as error:
        kinds = sorted({type(item).__name__ for item in array.flat})
        raise UsageError(
            f"expected arrays of numbers or of text. Received: an array of shape {array.shape} of {', '.join(kinds)} ({error})"
        ) from None


class ArrayBatches:
    """Batches of `batch_size` samples of (x, y, sample_weight), the last one with what is left.

    shuffle: True, False, or "batch" to shuffle whole batches. Different numbers of samples are a UsageError.
    """

    def __init__(self, data: Any, batch_size: int, shuffle: Any):
        sizes = {len(leaf) for leaf in flatten(data) if leaf is not None}
        if not sizes:
            raise UsageError("expected arrays, or data that give batches. Received: x=None")
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
            self._tensors = _without_lists(as_tensors(data))
        self._order: Any = None
        self._dataset: Any = None

    def dataset(self) -> Any:
        """The batches of an epoch, in a new order if they are shuffled. One dataset serves all: its order is a variable."""
        if self._dataset is None:
            if self._how:
                with tf.device("CPU:0"):
                    self._order = tf.Variable(self._permutation())
            self._dataset = self._ordered_by(self._order)
        elif self._order is not None:
            self._order.assign(self._permutation())
        return self._dataset

    def dataset_for_replicas(self) -> Any:
        """As `dataset`, for one epoch: variables are not what they are elsewhere in the scope of a strategy."""
        return self._ordered_by(tf.constant(self._permutation()) if self._how else None)

    def first(self) -> Any:
        """A batch; draws no order."""
        return pack(*map_structure(lambda leaf: None if leaf is None else leaf[: self.batch_size], self._tensors))

    def _permutation(self) -> Any:
        """A new order of the samples (or batches); `set_random_seed` makes it repeatable."""
        return np.random.permutation(self.samples if self._how is True else self.size).astype(np.int64)

    def _ordered_by(self, order: Any) -> Any:
        size, samples, shuffled = self.batch_size, self.samples, self._how is True
        absent = map_structure(lambda leaf: leaf is None, self._tensors)

        def batch(i: Any, given: tuple[Any, ...]) -> Any:
            if order is not None and not shuffled:
                i = order[i]
            start, end = i * size, tf.minimum((i + 1) * size, samples)
            where = order[start:end] if order is not None and shuffled else None
            parts = iter([leaf[start:end] if where is None else tf.gather(leaf, where) for leaf in given])
            return pack(*map_structure(lambda none: None if none else next(parts), absent))

        # a dataset of one item, not captured by the function: what that captures is freed by the garbage collector only
        arrays = tf.data.Dataset.from_tensors(tuple(leaf for leaf in flatten(self._tensors) if leaf is not None))
        options = tf.data.Options()
        options.experimental_optimization.apply_default_optimizations = False  # they would copy the arrays
        batches = tf.data.Dataset.zip((tf.data.Dataset.range(self.size), arrays.repeat())).map(batch)
        return batches.with_options(options).prefetch(tf.data.AUTOTUNE)


def _without_lists(x: Any) -> Any:
    """With tuples in place of lists, which tf.data would make one tensor of."""
    if isinstance(x, dict):
        return {key: _without_lists(item) for key, item in x.items()}
    return tuple(map(_without_lists, x)) if isinstance(x, (list, tuple)) else x
