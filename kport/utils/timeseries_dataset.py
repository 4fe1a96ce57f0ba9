"""Windows of a series as a dataset."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import UsageError
from ..ops.backend import tf


def timeseries_dataset_from_array(
    data: Any,
    targets: Any,
    sequence_length: int,
    sequence_stride: int = 1,
    sampling_rate: int = 1,
    batch_size: int | None = 128,
    shuffle: bool = False,
    seed: int | None = None,
    start_index: int | None = None,
    end_index: int | None = None,
    format: str = "tf",
) -> Any:
    """A tf.data.Dataset of windows of a series, with the target that begins where each window does.

    data: (steps, *s). targets: (windows, *t), the i-th being that of the window from step i on, or None for windows alone.
    Gives (windows, targets): (batch, sequence_length, *s), whose steps are sampling_rate apart, and (batch, *t); windows begin
    sequence_stride apart. shuffle: in the order of Keras for the same seed. start_index, end_index: the part of the series
    that is used. Wrong arguments are a UsageError.
    """
    _check(len(data), sequence_stride, sampling_rate, start_index, end_index, format)
    start, end = start_index or 0, len(data) if end_index is None else end_index
    count = end - start - (sequence_length - 1) * sampling_rate
    count = count if targets is None else min(count, len(targets))
    begins = np.arange(0, count, sequence_stride, dtype="int32" if count < 2**31 - 1 else "int64")
    if shuffle:
        seed = int(np.random.randint(1_000_000)) if seed is None else seed
        np.random.RandomState(seed).shuffle(begins)
    steps = tf.constant(np.arange(sequence_length, dtype=begins.dtype) * sampling_rate)
    series = tf.convert_to_tensor(data[start:end])
    goals = None if targets is None else tf.convert_to_tensor(targets[start:end])

    def window(begin: Any) -> Any:
        found = tf.gather(series, begin + steps)
        return found if goals is None else (found, tf.gather(goals, begin))

    dataset = tf.data.Dataset.from_tensor_slices(begins).map(window, num_parallel_calls=tf.data.AUTOTUNE)
    dataset = dataset.prefetch(tf.data.AUTOTUNE)
    if shuffle:
        dataset = dataset.shuffle(1024 if batch_size is None else batch_size * 8, seed=seed)
    return dataset if batch_size is None else dataset.batch(batch_size)


def _check(length: int, stride: int, rate: int, start: int | None, end: int | None, format: str) -> None:
    if format != "tf":
        raise UsageError(f"expected format='tf', a tf.data.Dataset. Received: format={format!r}")
    for name, value in (("sampling_rate", rate), ("sequence_stride", stride)):
        if not 0 < value < length:
            raise UsageError(f"expected a number above 0 and below the data's length {length}. Received: {name}={value}")
    if start and not 0 <= start < length:
        raise UsageError(f"expected a start within the data's length {length}. Received: start_index={start}")
    if end and not (start or 0) < end < length:
        raise UsageError(f"expected an end after the start {start or 0} and below {length}. Received: end_index={end}")
