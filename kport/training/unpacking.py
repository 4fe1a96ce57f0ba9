"""The forms that a batch of data has: `x`, `(x,)`, `(x, y)`, `(x, y, sample_weight)`."""

from __future__ import annotations

import reprlib
from typing import Any

from ..errors import UsageError


def unpack_x_y_sample_weight(data: Any) -> tuple[Any, Any, Any]:
    """(x, y, sample_weight) of a batch, None for what it lacks. A tuple or list of more than three is a UsageError.

    What is neither a tuple nor a list is x alone. For a `train_step` of one's own.
    """
    if not isinstance(data, (tuple, list)):
        return data, None, None
    if not 1 <= len(data) <= 3:
        raise UsageError(f"expected data as x, (x,), (x, y) or (x, y, sample_weight). Received: data={reprlib.repr(data)}")
    x, y, sample_weight = (*data, None, None)[:3]
    return x, y, sample_weight


def pack_x_y_sample_weight(x: Any, y: Any = None, sample_weight: Any = None) -> Any:
    """The batch that `unpack_x_y_sample_weight` takes apart: x alone where it is no tuple or list."""
    if y is None:
        return (x,) if isinstance(x, (tuple, list)) else x
    return (x, y) if sample_weight is None else (x, y, sample_weight)


def pack(x: Any, y: Any, sample_weight: Any) -> Any:
    """A batch that iterators can hold: a tuple without None."""
    return (x,) if y is None else pack_x_y_sample_weight(x, y, sample_weight)
