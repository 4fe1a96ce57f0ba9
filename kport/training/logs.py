"""What a step reports, as numbers."""

from __future__ import annotations

from typing import Any

import numpy as np


def as_numbers(logs: Any) -> dict[str, Any]:
    """Logs as Python's numbers."""
    return {name: _number(value) for name, value in (logs or {}).items()}


def _number(value: Any) -> Any:
    array = np.asarray(value)
    return float(array) if array.ndim == 0 and array.dtype.kind in "fiub" else array.tolist() if array.ndim else value
