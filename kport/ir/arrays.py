"""NumPy arrays as tensors of a graph."""

from __future__ import annotations

from typing import Any

import numpy as np


def dtype_name(array: np.ndarray) -> str:
    """The dtype of an array as TensorType names it: text of any NumPy kind is "string"."""
    return "string" if array.dtype.kind in "OUST" else array.dtype.name


def as_array(x: Any) -> np.ndarray:
    """A NumPy array; Python numbers become float32 and int32 as in Keras."""
    if isinstance(x, np.ndarray):
        return x
    array = np.asarray(x)
    if not isinstance(x, np.generic):
        if array.dtype == np.float64:
            return array.astype(np.float32)
        if array.dtype == np.int64:
            return array.astype(np.int32)
    return array
