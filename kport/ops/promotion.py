"""The names of dtypes, and by Keras's rules the one dtype for the operands of an operation."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ShapeError, UsageError
from ..ir.arrays import dtype_name
from ..settings import floatx

_FLOATS = ("bfloat16", "float16", "float32", "float64")
_INTEGERS = ("uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64")
DTYPES = (*_FLOATS, *_INTEGERS, "bool", "string")
"""Every dtype that tensors of layers have."""


def dtype_of(x: Any) -> str | None:
    """The dtype of an array, tensor, symbol or variable; None for a Python number, which takes the others' dtype."""
    if isinstance(x, (bool, int, float)):
        return None
    dtype = getattr(x, "dtype", None)
    if isinstance(dtype, str):
        return dtype
    if isinstance(x, (np.ndarray, np.generic)):
        return dtype_name(np.asarray(x))
    return str(dtype.name) if dtype is not None else dtype_name(np.asarray(x))


def numpy_dtype(name: str) -> Any:
    """The NumPy dtype of this name; bfloat16 comes from the package ml_dtypes, text is object."""
    if name == "bfloat16":
        import ml_dtypes

        return ml_dtypes.bfloat16
    return np.dtype(object if name == "string" else name)


def standardize_dtype(dtype: Any) -> str:
    """The name of a dtype given as a name, a Python type, or a dtype of NumPy or TensorFlow; floatx for None.

    What is no dtype of Keras is a UsageError.
    """
    if dtype is None:
        return floatx()
    python = {bool: "bool", int: "int64", float: "float32", str: "string", "int": "int64"}
    name = python.get(dtype, dtype) if isinstance(dtype, (type, str)) else dtype
    name = getattr(name, "name", None) or getattr(name, "__name__", None) or name
    if name not in (*DTYPES, "complex64", "complex128", "float8_e4m3fn", "float8_e5m2"):
        raise UsageError(f"expected a dtype among {', '.join(DTYPES)}. Received: dtype={dtype!r}")
    return str(name)


def result_dtype(*dtypes: str) -> str:
    """The dtype of a result: a float wins over integers with its own width, integers over bool.

    bfloat16 with float16 gives float32; signed with unsigned gives the next wider signed type.
    Source: Keras `backend.result_type` (without its weak types).
    """
    unique = set(dtypes)
    if len(unique) == 1:
        return dtypes[0]
    if "string" in unique:
        raise ShapeError(f"expected either text or numbers. Received: dtypes={', '.join(dtypes)}")
    floats = [d for d in _FLOATS if d in unique]
    if floats:
        return "float32" if floats == ["bfloat16", "float16"] else floats[-1]
    integers = unique - {"bool"}
    if not integers:
        return "bool"
    result = np.result_type(*(np.dtype(d) for d in integers)).name
    return "int64" if result == "float64" else result


def python_dtype(x: Any, others: str | None) -> str:
    """The dtype a Python number takes beside operands of dtype `others`."""
    if isinstance(x, bool):
        return others or "bool"
    if isinstance(x, int):
        return others if others and others != "bool" else "int32"
    return others if others in _FLOATS else "float32"


def is_float(dtype: str) -> bool:
    return dtype in _FLOATS


def is_integer(dtype: str) -> bool:
    return dtype in _INTEGERS
