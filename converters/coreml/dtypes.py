"""Types of tensors in an ML Program: it computes with float16, float32, int32 and bool.

All other integers become int32, all other floats float32. At the border a program has float32, int32 and, from iOS 16
on, float16; whoever runs the package through kport gives and gets the Keras model's dtypes.
Source: coremltools, converters/mil/mil/ops/defs (type_domains) and backend/mil/helper.py (cast_to_framework_io_dtype).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...ops.promotion import is_float, numpy_dtype
from .os_version import IOS16

FP16, FP32, INT32, BOOL = "fp16", "fp32", "int32", "bool"
NUMPY = {FP16: np.float16, FP32: np.float32, INT32: np.int32, BOOL: np.bool_}
INT32_RANGE = (-(1 << 31), (1 << 31) - 1)


def mil_type(dtype: str) -> str:
    """The type that stands for a dtype within a program."""
    if dtype == "float16":
        return FP16
    if dtype == "bool":
        return BOOL
    return FP32 if is_float(dtype) else INT32


def border_type(dtype: str, specification: int) -> str:
    """The type of an input or output of this dtype."""
    kind = mil_type(dtype)
    if kind == FP16 and specification < IOS16:
        return FP32
    return INT32 if kind == BOOL else kind


def as_constant(array: np.ndarray) -> np.ndarray:
    """The numbers in the type that stands for their dtype."""
    wanted = NUMPY[mil_type(array.dtype.name)]
    if array.dtype == wanted:
        return array
    return array.astype(wanted)


def from_border(array: np.ndarray, tensor: Mapping[str, Any]) -> np.ndarray:
    """An output of a package in the Keras model's dtype and rank: a package's scalar may have an axis."""
    converted = array.astype(numpy_dtype(tensor["dtype"]), copy=False)
    return converted if tensor["shape"] else converted.reshape(())
