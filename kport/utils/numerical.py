"""Class numbers as vectors, and vectors of length 1."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import ops
from ..errors import UsageError
from ..ir import Symbolic
from ..ops.backend import is_tensorflow


def to_categorical(x: Any, num_classes: int | None = None) -> Any:
    """Class numbers as rows with a 1 in the place of the class and 0 elsewhere.

    x: whole numbers from 0, of any shape (*s) or (*s, 1) → (*s, num_classes), float64, of a tensor float32. num_classes:
    one more than the largest number by default; a tensor needs it.
    """
    if is_tensorflow(x) or isinstance(x, Symbolic):
        if num_classes is None:
            raise UsageError("expected num_classes for a tensor. Received: num_classes=None")
        if len(x.shape) > 1 and x.shape[-1] == 1:
            x = ops.squeeze(x, -1)
        return ops.one_hot(x, num_classes)
    numbers = np.asarray(x).astype("int64")
    if numbers.ndim > 1 and numbers.shape[-1] == 1:
        numbers = numbers[..., 0]
    return np.eye(num_classes or int(numbers.max()) + 1)[numbers]


def normalize(x: Any, axis: int = -1, order: Any = 2) -> Any:
    """x divided by its norm of this order along `axis`; what is all zero stays so. Same shape."""
    if not isinstance(x, np.ndarray):
        return ops.normalize(x, axis=axis, order=order)
    norm = np.linalg.norm(x, order, axis, keepdims=True)
    return x / np.where(norm == 0, 1, norm)
