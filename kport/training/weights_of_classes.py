"""Weights of samples by their class."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import UsageError
from ..ops.backend import is_tensorflow, tf
from ..tree import flatten


def weigh_classes(y: Any, class_weight: Any, sample_weight: Any) -> Any:
    """The weight (batch,) of each sample: that of its class in the dict `class_weight`, 1 for classes that it lacks.

    y: class numbers (batch,) or (batch, 1), or one-hot (batch, classes). Anything else is a UsageError.
    """
    if sample_weight is not None:
        raise UsageError(
            "expected class_weight or sample_weight, not both. "
            f"Received: class_weight={class_weight}, sample_weight={type(sample_weight).__name__}"
        )
    if not isinstance(class_weight, dict) or not all(_is_class(key) for key in class_weight):
        raise UsageError(f"expected class_weight as a dict of weights by class number. Received: class_weight={class_weight!r}")
    leaves = flatten(y)
    if len(leaves) != 1 or leaves[0] is None:
        raise UsageError(
            f"expected one output for class_weight. Received: y with {len(leaves)} parts; pass sample_weight instead"
        )
    labels: Any = leaves[0] if is_tensorflow(leaves[0]) else np.asarray(leaves[0])
    if len(labels.shape) > 2:
        raise UsageError(f"expected labels of rank 1 or 2 for class_weight. Received: y of shape {tuple(labels.shape)}")
    table = np.ones(max(map(int, class_weight)) + 1, np.float32)
    for key, value in class_weight.items():
        table[int(key)] = value
    if is_tensorflow(labels):
        several = len(labels.shape) == 2 and labels.shape[-1] != 1
        classes = tf.cast(
            tf.argmax(labels, -1) if several else tf.reshape(tf.round(labels) if labels.dtype.is_floating else labels, [-1]),
            tf.int32,
        )
        inside = classes < len(table)
        return tf.where(inside, tf.gather(table, tf.where(inside, classes, 0)), 1.0)
    several = labels.ndim == 2 and labels.shape[-1] != 1
    numbers = (labels.argmax(-1) if several else np.rint(labels).reshape(-1)).astype(np.int64)
    return np.where(numbers < len(table), table[np.minimum(numbers, len(table) - 1)], np.float32(1))


def _is_class(key: Any) -> bool:
    try:
        return int(key) >= 0
    except (TypeError, ValueError):
        return False
