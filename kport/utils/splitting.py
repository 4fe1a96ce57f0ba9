"""One dataset as two."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from ..errors import UsageError
from ..ops.backend import tf
from ..tree import flatten, map_structure, pack_like


def split_dataset(
    dataset: Any,
    left_size: float | None = None,
    right_size: float | None = None,
    shuffle: bool = False,
    seed: int | None = None,
    preferred_backend: str | None = None,
) -> tuple[Any, Any]:
    """The first left_size and the last right_size samples as two tf.data datasets; all of it is held in memory.

    dataset: an array, a list or tuple of arrays of one length, or a tf.data.Dataset, which keeps its batches' size.
    left_size, right_size: numbers of samples, or shares between 0 and 1; one of them is enough. shuffle: before the split, in
    the order of Python's `random` for this seed. Sizes that don't fit are a UsageError.
    """
    if preferred_backend not in (None, "tensorflow"):
        raise UsageError(f"expected 'tensorflow'. Received: preferred_backend={preferred_backend!r}")
    if left_size is None and right_size is None:
        raise UsageError("expected left_size or right_size. Received: neither")
    samples = _samples(dataset)
    if shuffle:
        random.seed(random.randint(0, 1_000_000) if seed is None else seed)
        random.shuffle(samples)
    left, right = _sizes(left_size, right_size, len(samples))
    batch_size = getattr(dataset, "_batch_size", None)
    return _dataset(samples[:left], batch_size), _dataset(samples[-right:], batch_size)


def _samples(dataset: Any) -> list[Any]:
    if isinstance(dataset, (list, tuple)):
        if not dataset or not all(isinstance(array, np.ndarray) for array in dataset):
            raise UsageError(f"expected arrays of NumPy. Received: {[type(array).__name__ for array in dataset]}")
        if len({len(array) for array in dataset}) > 1:
            raise UsageError(f"expected arrays of one length. Received: shapes={[array.shape for array in dataset]}")
        samples = list(zip(*dataset, strict=True))
    elif isinstance(dataset, np.ndarray):
        samples = list(dataset)
    elif hasattr(dataset, "unbatch") and hasattr(dataset, "element_spec"):
        samples = list(dataset.unbatch() if hasattr(dataset, "_batch_size") else dataset)
    else:
        raise TypeError(f"expected an array, a list of arrays or a tf.data.Dataset. Received: {type(dataset).__name__}")
    if not samples:
        raise UsageError("expected samples to split. Received: an empty dataset")
    return samples


def _sizes(left: float | None, right: float | None, total: int) -> tuple[int, int]:
    for name, size in (("left_size", left), ("right_size", right)):
        if size is not None and type(size) not in (int, float):
            raise TypeError(f"expected a whole number or a share. Received: {name}={size!r}")
        if size is not None and not 0 < size < (total if isinstance(size, int) else 1):
            raise UsageError(f"expected a number between 0 and {total} or a share between 0 and 1. Received: {name}={size}")
    numbers = [None if s is None else round(s * total) if isinstance(s, float) else s for s in (left, right)]
    shares = isinstance(left, float) and isinstance(right, float) and left + right > 1
    first = total - numbers[1] if numbers[0] is None else numbers[0]  # type: ignore[operator]
    second = total - first if numbers[1] is None else numbers[1]
    if shares or first + second > total or not first or not second:
        raise UsageError(f"expected two parts of {total} samples. Received: left_size={left}, right_size={right}")
    return first, second


def _dataset(samples: list[Any], batch_size: Any) -> Any:
    parts = [np.array(leaves) for leaves in zip(*map(flatten, samples), strict=True)]
    arrays = pack_like(map_structure(lambda _: None, samples[0]), parts)
    dataset = tf.data.Dataset.from_tensor_slices(tuple(arrays) if isinstance(arrays, list) else arrays)
    return (dataset if batch_size is None else dataset.batch(batch_size)).prefetch(tf.data.AUTOTUNE)
