"""Where batches come from: arrays, tf.data, generators and datasets of Python, as one thing to loop over."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from ..errors import UsageError
from ..ops.backend import is_tensorflow, tf
from ..tree import flatten, map_structure
from . import py_dataset
from .arrays import ArrayBatches, as_tensors, is_array_like, with_arrays
from .unpacking import pack, unpack_x_y_sample_weight
from .weights_of_classes import weigh_classes


class Batches:
    """An epoch's batches (x, y, sample_weight), epoch after epoch.

    size: how many there are in an epoch; None if only reading them tells.
    """

    size: int | None = None
    at_hand: bool = False
    """Whether a look at the first batch costs nothing."""

    def iterator(self) -> Iterator[Any]:
        """A new iterator over an epoch."""
        raise NotImplementedError

    def first(self) -> Any:
        """The first batch, which an iterator gives all the same, or one like it; (None,) if a generator gives none."""
        return next(self.iterator())

    def as_dataset(self) -> Any:
        """An epoch as a tf.data.Dataset: a strategy splits what it reads."""
        signature = map_structure(lambda t: tf.TensorSpec([None, *t.shape[1:]], t.dtype), tuple(self.first()))
        return tf.data.Dataset.from_generator(lambda: map(tuple, self.iterator()), output_signature=signature)

    def on_epoch_begin(self) -> None:
        """An epoch begins."""

    def on_epoch_end(self) -> None:
        """An epoch is over."""


class OfArrays(Batches):
    """Batches of arrays in memory."""

    at_hand = True

    def __init__(self, data: Any, batch_size: int, shuffle: Any):
        self._batches = ArrayBatches(data, batch_size, shuffle)
        self.size = self._batches.size

    def first(self) -> Any:
        return self._batches.first()

    def iterator(self) -> Iterator[Any]:
        return iter(self._batches.dataset())

    def as_dataset(self) -> Any:
        return self._batches.dataset_for_replicas()


class OfDataset(Batches):
    """Batches of a tf.data.Dataset, or of one that tf.distribute made."""

    def __init__(self, dataset: Any):
        self.dataset = dataset
        size = int(tf.data.experimental.cardinality(dataset)) if isinstance(dataset, tf.data.Dataset) else -1
        self.size = size if size >= 0 else None
        specs = flatten(getattr(dataset, "element_spec", None))
        self.at_hand = all(isinstance(spec, tf.TensorSpec) and spec.shape.rank for spec in specs)

    def first(self) -> Any:
        """A batch like those to come, of zeros: one sample where their number isn't known."""
        if not self.at_hand:
            return super().first()
        return map_structure(lambda spec: tf.zeros([size or 1 for size in spec.shape], spec.dtype), self.dataset.element_spec)

    def iterator(self) -> Iterator[Any]:
        return iter(self.dataset)

    def as_dataset(self) -> Any:
        return self.dataset


class OfPyDataset(Batches):
    """Batches that a PyDataset (Keras 2's Sequence) computes one by one."""

    def __init__(self, dataset: Any, shuffle: bool, class_weight: Any):
        self.source = dataset
        self.shuffle = shuffle
        self.class_weight = class_weight
        self.size = dataset.num_batches if hasattr(dataset, "num_batches") else len(dataset)

    def on_epoch_begin(self) -> None:
        if hasattr(self.source, "on_epoch_begin"):
            self.source.on_epoch_begin()

    def on_epoch_end(self) -> None:
        self.source.on_epoch_end()

    def iterator(self) -> Iterator[Any]:
        for batch in py_dataset.batches(self.source, self.shuffle):
            yield prepared(batch, self.class_weight)


class OfIterable(Batches):
    """Batches that a generator or another iterable gives; a generator gives them once."""

    def __init__(self, iterable: Any, class_weight: Any):
        self.source = iterable
        self.class_weight = class_weight
        self.size = len(iterable) if hasattr(iterable, "__len__") else None
        self.at_hand = isinstance(iterable, list) or hasattr(iterable, "__next__")

    def first(self) -> Any:
        if hasattr(self.source, "__next__"):
            read = list(itertools.islice(self.source, 1))
            self.source = itertools.chain(read, self.source)
            return prepared(read[0], self.class_weight) if read else (None,)
        return super().first()

    def iterator(self) -> Iterator[Any]:
        for batch in self.source:
            yield prepared(batch, self.class_weight)


def prepared(batch: Any, class_weight: Any = None) -> Any:
    """A batch as a step takes it: TensorFlow's tensors, weighted by class."""
    x, y, sample_weight = unpack_x_y_sample_weight(tuple(batch) if isinstance(batch, list) else batch)
    if class_weight is not None:
        sample_weight = weigh_classes(y, class_weight, sample_weight)
    return pack(*(as_tensors(part) for part in (x, y, sample_weight)))


def batches_of(
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    *,
    batch_size: int | None = None,
    shuffle: Any = False,
    class_weight: Any = None,
) -> Batches:
    """The batches of whatever `fit`, `evaluate` and `predict` take."""
    if isinstance(x, py_dataset.PyDataset) or (
        hasattr(x, "__getitem__") and hasattr(x, "on_epoch_end") and hasattr(x, "__len__")
    ):
        _refuse(x, y=y, sample_weight=sample_weight, batch_size=batch_size)
        return OfPyDataset(x, bool(shuffle), class_weight)
    if is_tensorflow(x) and not is_array_like(x):  # a Dataset; DistributedDataset
        _refuse(x, y=y, sample_weight=sample_weight, batch_size=batch_size)
        if class_weight is not None:
            x = x.map(lambda *batch: prepared(batch, class_weight))
        return OfDataset(x)
    x, y, sample_weight = with_arrays(x), with_arrays(y), with_arrays(sample_weight)
    if all(is_array_like(leaf) for leaf in flatten(x)):
        if class_weight is not None:
            sample_weight = weigh_classes(y, class_weight, sample_weight)
        return OfArrays((x, y, sample_weight), batch_size or 32, shuffle)
    if hasattr(x, "__next__") or (hasattr(x, "__iter__") and not isinstance(x, (list, tuple, dict, str))):
        _refuse(x, y=y, sample_weight=sample_weight, batch_size=batch_size)
        return OfIterable(x, class_weight)
    raise UsageError(
        "expected arrays, a tf.data.Dataset, a PyDataset, or a generator of (inputs, targets) tuples. "
        f"Received: x={x!r} (of type {type(x).__name__})"
    )


def _refuse(x: Any, **arguments: Any) -> None:
    """Arguments that come with arrays only."""
    given = [name for name, value in arguments.items() if value is not None]
    if given:
        raise UsageError(
            f"expected no {' and no '.join(given)} beside x of type {type(x).__name__}, whose batches hold them. "
            f"Received: {', '.join(f'{name}={type(arguments[name]).__name__}' for name in given)}"
        )


def split_validation(data: tuple[Any, Any, Any], fraction: float) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Training and validation data: the last `fraction` of the samples of arrays are for validation."""
    leaves = [leaf for leaf in flatten(data) if leaf is not None]
    if not leaves or not all(is_array_like(leaf) for leaf in leaves):
        kinds = sorted({type(leaf).__name__ for leaf in leaves})
        raise UsageError(
            f"expected arrays to take `validation_split` from. Received: x of type {', '.join(kinds)}; pass validation_data"
        )
    if not 0 < fraction < 1:
        raise UsageError(f"expected a validation_split between 0 and 1. Received: validation_split={fraction}")
    size = len(leaves[0])
    at = int(np.floor(size * (1 - fraction)))
    if at in (0, size):
        raise UsageError(
            f"expected enough samples for training and validation. Received: {size} samples, validation_split={fraction}: "
            f"{at} would be left for training"
        )
    return tuple(_sliced(part, slice(None, at)) for part in data), tuple(_sliced(part, slice(at, None)) for part in data)


def _sliced(part: Any, where: slice) -> Any:
    return map_structure(lambda a: None if a is None else (a.iloc[where] if hasattr(a, "iloc") else a[where]), part)
