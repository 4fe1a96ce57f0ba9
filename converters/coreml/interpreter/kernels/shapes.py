"""What kernels of several families need about shapes."""

from __future__ import annotations

from typing import Any

import numpy as np


def place(*parts: Any) -> Any:
    """An index of several parts, as NumPy takes it."""
    return parts


def expect(what: str, array: np.ndarray | None, *shape: int) -> None:
    """ValueError if the array has another shape, which NumPy might broadcast where CoreML doesn't."""
    if array is not None and array.shape != shape:
        raise ValueError(f"expected {what} of shape {list(shape)}. Received: {list(array.shape)}")


def per_channel(values: np.ndarray, x: np.ndarray) -> np.ndarray:
    """(C,) so that it broadcasts along the second axis of x: (N, C, ...)."""
    if values.shape != (x.shape[1],):
        raise ValueError(f"expected one value for each of {x.shape[1]} channels. Received: shape {list(values.shape)}")
    return values.reshape(-1, *(1,) * (x.ndim - 2))


def axis_of(axis: int, rank: int) -> int:
    """The axis counted from the front."""
    if not -rank <= axis < rank:
        raise ValueError(f"expected an axis of {rank}. Received: {axis}")
    return axis % rank


def axes_of(axes: np.ndarray | None, rank: int) -> tuple[int, ...]:
    """Axes counted from the front; None: all."""
    if axes is None:
        return tuple(range(rank))
    found = tuple(axis_of(int(a), rank) for a in np.atleast_1d(axes))
    if len(set(found)) != len(found):
        raise ValueError(f"expected each axis once. Received: {list(found)}")
    return found


def divide(size: int, parts: int, what: str) -> int:
    """size / parts, which must be whole."""
    if parts < 1 or size % parts:
        raise ValueError(f"expected {what} that divides {size}. Received: {parts}")
    return size // parts
