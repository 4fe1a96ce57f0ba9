"""Gathering and scattering by indices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .shapes import axis_of

_AT = "axis?: const int32"
_VALIDATE = "validate_indices?: const bool"
FORMS = f"""
15 gather(x[1-5]: T=N, indices: int32, {_AT}) -> T
16 gather(x[1-5]: T=N, indices: I=INDEX16, {_AT}, batch_dims?: const int32) -> T
17 gather(x[1-5]: T=X, indices: I=INDEX17, {_AT}, batch_dims?: const int32, {_VALIDATE}) -> T
15 gather_along_axis(x[1-5]: T=N, indices[1-5]: int32, {_AT}) -> T
16 gather_along_axis(x[1-5]: T=N, indices[1-5]: I=INDEX16, {_AT}) -> T
17 gather_along_axis(x[1-5]: T=X, indices[1-5]: I=INDEX17, {_AT}, {_VALIDATE}) -> T
15 gather_nd(x[1-5]: T=N, indices[1-5]: int32) -> T
16 gather_nd(x[1-5]: T=N, indices[1-5]: I=INDEX16, batch_dims?: const int32) -> T
17 gather_nd(x[1-5]: T=X, indices[1-5]: I=INDEX17, batch_dims?: const int32, {_VALIDATE}) -> T
15 scatter(data[1-5]: T=N, indices[1]: int32, updates: T, {_AT}, mode?: const string) -> T
17 scatter(data[1-5]: T=N, indices[1]: int32, updates: T, {_AT}, mode?: const string, {_VALIDATE}) -> T
15 scatter_along_axis(data[1-5]: T=N, indices[1-5]: int32, updates: T, {_AT}, mode?: const string) -> T
17 scatter_along_axis(data[1-5]: T=N, indices[1-5]: int32, updates: T, {_AT}, mode?: const string, {_VALIDATE}) -> T
15 scatter_nd(data[1-5]: T=N, indices[1-5]: int32, updates: T, mode?: const string) -> T
17 scatter_nd(data[1-5]: T=N, indices[1-5]: int32, updates: T, mode?: const string, {_VALIDATE}) -> T
"""
_MODES: dict[str, Callable[[np.ndarray, Any, np.ndarray], None]] = {
    "add": np.add.at,
    "sub": np.subtract.at,
    "mul": np.multiply.at,
    "div": np.divide.at,
    "max": np.maximum.at,
    "min": np.minimum.at,
}


def _within(indices: np.ndarray, size: int, ios: int) -> np.ndarray:
    """Indices from the front. Up to iOS 16 negative ones count from the end; from iOS 17 on what they mean isn't defined."""
    low = -size if ios < 17 else 0
    if indices.size and not (low <= indices.min() and indices.max() < size):
        worst = indices.min() if indices.min() < low else indices.max()
        raise ValueError(f"expected indices from {low} to {size - 1}; others have no defined meaning. Received: {worst}")
    wide = indices.astype(np.int64)
    return np.where(wide < 0, wide + size, wide)


def _gather(
    x: np.ndarray, indices: np.ndarray, axis: int = 0, batch_dims: int = 0, validate_indices: bool = False, *, ios: int
) -> np.ndarray:
    """Shape: D[:axis] + N[batch_dims:] + D[axis + 1:]. validate_indices: what is out of bounds is refused in any case."""
    axis = axis_of(axis, x.ndim)
    found = _within(indices, x.shape[axis], ios)
    if batch_dims == 0:
        return np.take(x, found, axis=axis)
    if not 0 < batch_dims <= min(axis, indices.ndim) or x.shape[:batch_dims] != indices.shape[:batch_dims]:
        raise ValueError(
            f"expected {batch_dims} batch axes of the same sizes before axis {axis}. Received: {x.shape}, {indices.shape}"
        )
    each = [np.take(x[place], found[place], axis=axis - batch_dims) for place in np.ndindex(*x.shape[:batch_dims])]
    return np.stack(each).reshape(*x.shape[:batch_dims], *each[0].shape)


def _gather_along_axis(
    x: np.ndarray, indices: np.ndarray, axis: int = 0, validate_indices: bool = False, *, ios: int
) -> np.ndarray:
    axis = axis_of(axis, x.ndim)
    others = [(a, b) for i, (a, b) in enumerate(zip(x.shape, indices.shape, strict=True)) if i != axis]
    if any(a != b for a, b in others):
        raise ValueError(f"expected indices of the shape of x but for axis {axis}. Received: {x.shape}, {indices.shape}")
    return np.take_along_axis(x, _within(indices, x.shape[axis], ios), axis)


def _gather_nd(
    x: np.ndarray, indices: np.ndarray, batch_dims: int = 0, validate_indices: bool = False, *, ios: int
) -> np.ndarray:
    """Shape: K[:-1] + D[batch_dims + K[-1]:]"""
    if batch_dims:
        if x.shape[:batch_dims] != indices.shape[:batch_dims]:
            raise ValueError(f"expected {batch_dims} batch axes of the same sizes. Received: {x.shape}, {indices.shape}")
        each = [_gather_nd(x[place], indices[place], ios=ios) for place in np.ndindex(*x.shape[:batch_dims])]
        return np.stack(each).reshape(*x.shape[:batch_dims], *each[0].shape)
    return x[_coordinates(x, indices, ios)]


def _coordinates(x: np.ndarray, indices: np.ndarray, ios: int) -> tuple[np.ndarray, ...]:
    """(*I, n) as n arrays (*I), one for each of x's first axes."""
    count = indices.shape[-1]
    if count > x.ndim:
        raise ValueError(f"expected at most {x.ndim} coordinates. Received: {count}")
    return tuple(_within(indices[..., i], x.shape[i], ios) for i in range(count))


def _scatter(
    data: np.ndarray,
    indices: np.ndarray,
    updates: np.ndarray,
    axis: int = 0,
    mode: str = "add",
    validate_indices: bool = False,
    *,
    ios: int,
) -> np.ndarray:
    """Whole slices along an axis. Apple's builder takes `add` where the documentation has `update` as the default."""
    axis = axis_of(axis, data.ndim)
    expected = (*data.shape[:axis], indices.size, *data.shape[axis + 1 :])
    if updates.shape != expected:
        raise ValueError(f"expected updates of shape {list(expected)}. Received: {list(updates.shape)}")
    place = (*(slice(None),) * axis, _within(indices, data.shape[axis], ios))
    return _update(data, place, updates, mode)


def _scatter_along_axis(
    data: np.ndarray,
    indices: np.ndarray,
    updates: np.ndarray,
    axis: int = 0,
    mode: str = "add",
    validate_indices: bool = False,
    *,
    ios: int,
) -> np.ndarray:
    axis = axis_of(axis, data.ndim)
    if updates.shape != indices.shape:
        raise ValueError(f"expected updates of shape {list(indices.shape)}, the indices'. Received: {list(updates.shape)}")
    place = list(np.ogrid[tuple(slice(s) for s in indices.shape)])
    place[axis] = _within(indices, data.shape[axis], ios)
    return _update(data, tuple(place), updates, mode)


def _scatter_nd(
    data: np.ndarray, indices: np.ndarray, updates: np.ndarray, mode: str = "add", validate_indices: bool = False, *, ios: int
) -> np.ndarray:
    expected = (*indices.shape[:-1], *data.shape[indices.shape[-1] :])
    if updates.shape != expected:
        raise ValueError(f"expected updates of shape {list(expected)}. Received: {list(updates.shape)}")
    return _update(data, _coordinates(data, indices, ios), updates, mode)


def _update(data: np.ndarray, place: Any, updates: np.ndarray, mode: str) -> np.ndarray:
    result = data.copy()
    if mode == "update":
        result[place] = updates
        if not np.array_equal(result[place], updates, equal_nan=updates.dtype.kind == "f"):
            raise ValueError("two different updates of one place; which of them stays isn't defined")
    elif mode in _MODES:
        _MODES[mode](result, place, updates)
    else:
        raise ValueError(f"expected mode update, {', '.join(_MODES)}. Received: {mode}")
    return result


KERNELS = {
    "gather": _gather,
    "gather_along_axis": _gather_along_axis,
    "gather_nd": _gather_nd,
    "scatter": _scatter,
    "scatter_along_axis": _scatter_along_axis,
    "scatter_nd": _scatter_nd,
}
