"""Losses and metrics as callbacks read them."""

from __future__ import annotations

from typing import Any

import numpy as np


def as_floats(logs: Any) -> dict[str, Any]:
    """A new dict of floats, sorted by name; dicts in it are flattened, and what is no number stays as it is.

    Reading a tensor waits until the device has computed it.
    """
    floats: dict[str, Any] = {}
    for name, value in sorted((logs or {}).items()):
        if isinstance(value, dict):
            floats.update(as_floats(value))
        else:
            floats[name] = as_float(value)
    return floats


def as_float(value: Any) -> Any:
    """A number, or an array or tensor that holds one, as a float; other tensors as arrays, all else as it is."""
    if type(value) is float:
        return value
    numpy = getattr(value, "numpy", None)
    value = numpy() if callable(numpy) else value
    try:
        return float(value.reshape(()) if isinstance(value, np.ndarray) and value.size == 1 else value)
    except (TypeError, ValueError):
        return value
