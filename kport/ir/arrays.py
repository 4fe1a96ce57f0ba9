"""NumPy arrays as tensors of a graph."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np


def dtype_name(array: np.ndarray) -> str:
    """The dtype of an array as TensorType names it: text of any NumPy kind is "string"."""
    return _name(array.dtype)


@lru_cache(maxsize=64)
def _name(dtype: np.dtype) -> str:
    """NumPy puts a dtype's name together each time it is asked for it."""
    return "string" if dtype.kind in "OUST" else dtype.name


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
