"""Making, joining, sorting and padding tensors."""

from __future__ import annotations

import numpy as np

from ..types import NUMPY
from .shapes import axis_of, divide

_ORDER = "axis?: const int32, ascending?: const bool, sort?: const bool, return_indices?: const bool"
FORMS = f"""
15 band_part(x[2-5]: T=A, lower?: const int32, upper?: const int32) -> T
15 cumsum(x[1-5]: T=N, axis?: const int32, exclusive?: const bool, reverse?: const bool) -> T
15 fill(shape[1]: int32, value?: const T=A) -> T
16 fill_like(ref_tensor: R=A, value?: const T=A) -> T
15 non_zero(x[1-5]: T=A) -> int32
15 one_hot(indices: int32, one_hot_vector_size: int32, axis?: const int32, on_value?: const T=A, off_value?: const T) -> T
15 pad(x: T=F, pad[1]: int32, mode?: const string, constant_val?: const T) -> T
15 range_1d(start: T=N, end: T, step: T) -> T
15 tile(x: T=A, reps[1]: int32) -> T
15 argsort(x[1-5]: T=N, axis?: const int32, ascending?: const bool) -> int32
15 topk(x[1-5]: T=N, k?: const int32, axis?: const int32, ascending?: const bool) -> T, int32
16 topk(x[1-5]: T=N, k?: const int32, {_ORDER}) -> T, int32?
17 topk(x[1-5]: T=X, k?: const K=SIZES, {_ORDER}, output_indices_dtype?: const string) -> T, =output_indices_dtype:int32?
15 shape(x: T=A) -> int32
15 concat(values*: T=A, axis: const int32, interleave?: const bool) -> T
15 split(x[1-5]: T=A, num_splits?: const int32, split_sizes?[1]: const int32, axis: const int32) -> T...
15 stack(values*: T=A, axis: const int32) -> T
17 quantize(input: T=F, zero_point?: const Z=BYTE, scale: const T, axis?: const int32, \
output_dtype: const string) -> =output_dtype
17 dequantize(input: Z=BYTE, zero_point?: const Z, scale: const T=F, axis?: const int32) -> T
"""


def _band_part(x: np.ndarray, lower: int = -1, upper: int = -1) -> np.ndarray:
    """Zeros but where row - column ≤ lower and column - row ≤ upper; a negative bound is none."""
    rows, columns = np.ogrid[: x.shape[-2], : x.shape[-1]]
    kept = np.ones((x.shape[-2], x.shape[-1]), np.bool_)
    kept &= True if lower < 0 else rows - columns <= lower
    kept &= True if upper < 0 else columns - rows <= upper
    return np.where(kept, x, x.dtype.type(0))


def _cumsum(x: np.ndarray, axis: int = 0, exclusive: bool = False, reverse: bool = False) -> np.ndarray:
    axis = axis_of(axis, x.ndim)
    y = np.flip(x, axis) if reverse else x
    total = np.cumsum(y, axis=axis, dtype=x.dtype)
    if exclusive:
        before = np.zeros_like(np.take(total, [0], axis)) if x.shape[axis] else total
        total = np.concatenate([before, np.delete(total, -1, axis)], axis) if x.shape[axis] else total
    return np.flip(total, axis) if reverse else total


def _fill(shape: np.ndarray, declared: list[str], value: float = 0.0) -> np.ndarray:
    if np.any(shape <= 0):
        raise ValueError(f"expected sizes of at least 1. Received: {shape.tolist()}")
    return np.full(tuple(shape), value, NUMPY[declared[0]])


def _fill_like(ref_tensor: np.ndarray, declared: list[str], value: float = 0.0) -> np.ndarray:
    return np.full(ref_tensor.shape, value, NUMPY[declared[0]])


def _one_hot(
    indices: np.ndarray,
    one_hot_vector_size: np.ndarray,
    declared: list[str],
    axis: int = -1,
    on_value: float = 1,
    off_value: float = 0,
) -> np.ndarray:
    size = int(one_hot_vector_size)
    if indices.size and not (indices.min() >= 0 and indices.max() < size):
        raise ValueError(
            f"expected indices from 0 to {size - 1}; what others give isn't documented. Received: {indices.tolist()}"
        )
    hot = np.expand_dims(indices, axis_of(axis, indices.ndim + 1))
    places = np.arange(size).reshape([-1 if a == axis_of(axis, indices.ndim + 1) else 1 for a in range(indices.ndim + 1)])
    return np.where(hot == places, on_value, off_value).astype(NUMPY[declared[0]])


def _pad(x: np.ndarray, pad: np.ndarray, mode: str = "constant", constant_val: float = 0.0) -> np.ndarray:
    """(before, after) for each of the last axes."""
    count = divide(pad.size, 2, "two paddings for each axis")
    if count > x.ndim or np.any(pad < 0):
        raise ValueError(f"expected at most {2 * x.ndim} paddings, none negative. Received: {pad.tolist()}")
    widths = [(0, 0)] * (x.ndim - count) + [(int(b), int(a)) for b, a in pad.reshape(-1, 2)]
    if mode == "constant":
        return np.pad(x, widths, constant_values=constant_val)
    room = {"reflect": 1, "replicate": 0}
    if mode not in room:
        raise ValueError(f"expected mode constant, reflect or replicate. Received: {mode}")
    if any(max(w) > max(d - room[mode], 0) for w, d in zip(widths, x.shape, strict=True)):
        raise ValueError(f"mode {mode} can't pad {list(x.shape)} by {widths}")
    return np.pad(x, widths, mode="reflect" if mode == "reflect" else "edge")


def _topk(
    x: np.ndarray,
    k: int = 1,
    axis: int = -1,
    ascending: bool = False,
    sort: bool = True,
    return_indices: bool = True,
    output_indices_dtype: str = "int32",
    *,
    ios: int,
) -> tuple[np.ndarray, ...]:
    """The k largest, or smallest with `ascending`, and where they are. Sorted also where that isn't asked for."""
    axis = axis_of(axis, x.ndim)
    k = x.shape[axis] if k == -1 and ios >= 17 else k
    if not 0 < k <= x.shape[axis]:
        raise ValueError(f"expected k from 1 to {x.shape[axis]}. Received: {k}")
    indices = np.take(_argsort(x, axis, ascending), np.arange(k), axis)
    values = np.take_along_axis(x, indices, axis)
    return (values, indices.astype(NUMPY[output_indices_dtype])) if return_indices else (values,)


def _argsort(x: np.ndarray, axis: int = -1, ascending: bool = False) -> np.ndarray:
    """Of equals the first comes first."""
    axis = axis_of(axis, x.ndim)
    if ascending:
        return np.argsort(x, axis=axis, kind="stable")
    return np.flip(x.shape[axis] - 1 - np.argsort(np.flip(x, axis), axis=axis, kind="stable"), axis)


def _concat(values: list[np.ndarray], axis: int, interleave: bool = False) -> np.ndarray:
    axis = axis_of(axis, values[0].ndim)
    if not interleave:
        return np.concatenate(values, axis)
    stacked = np.stack(values, axis + 1)
    return stacked.reshape(*values[0].shape[:axis], -1, *values[0].shape[axis + 1 :])


def _split(
    x: np.ndarray, axis: int, num_splits: int | None = None, split_sizes: np.ndarray | None = None
) -> tuple[np.ndarray, ...]:
    axis = axis_of(axis, x.ndim)
    if split_sizes is not None:
        if int(split_sizes.sum()) != x.shape[axis] or num_splits not in (None, len(split_sizes)):
            raise ValueError(f"expected sizes that add up to {x.shape[axis]}. Received: {split_sizes.tolist()}")
        return tuple(np.split(x, np.cumsum(split_sizes)[:-1], axis))
    if num_splits is None:
        raise ValueError("expected num_splits or split_sizes")
    divide(x.shape[axis], num_splits, "num_splits")
    return tuple(np.split(x, num_splits, axis))


def _range_1d(start: np.ndarray, end: np.ndarray, step: np.ndarray) -> np.ndarray:
    """start, start + step, ... below end"""
    count = int(np.ceil((end.astype(np.float64) - start) / step))
    return start + np.arange(max(count, 0), dtype=start.dtype) * step


def _tile(x: np.ndarray, reps: np.ndarray) -> np.ndarray:
    if reps.size != x.ndim:
        raise ValueError(f"expected {x.ndim} repetitions. Received: {reps.tolist()}")
    return np.tile(x, tuple(reps))


def _along(values: np.ndarray | float | None, axis: int | None, rank: int) -> np.ndarray | float:
    """A scalar, or a vector along an axis."""
    if values is None:
        return 0
    if np.ndim(values) == 0:
        return np.asarray(values).item()
    if axis is None:
        raise ValueError("expected an axis for scales of which there are several")
    return np.asarray(values).reshape([-1 if a == axis_of(axis, rank) else 1 for a in range(rank)])


def _quantize(
    input: np.ndarray,
    scale: np.ndarray,
    output_dtype: str,
    zero_point: np.ndarray | None = None,
    axis: int | None = None,
) -> np.ndarray:
    """clip(round(x / scale) + zero_point)"""
    if output_dtype not in ("int8", "uint8"):
        raise ValueError(f"expected output_dtype int8 or uint8. Received: {output_dtype}")
    limits = np.iinfo(NUMPY[output_dtype])
    numbers = np.rint(input / _along(scale, axis, input.ndim)) + _along(zero_point, axis, input.ndim)
    return np.clip(numbers, limits.min, limits.max).astype(NUMPY[output_dtype])


def _dequantize(
    input: np.ndarray, scale: np.ndarray, zero_point: np.ndarray | None = None, axis: int | None = None
) -> np.ndarray:
    """scale · (x - zero_point)"""
    return (input.astype(np.float32) - _along(zero_point, axis, input.ndim)) * _along(scale, axis, input.ndim)


KERNELS = {
    "band_part": _band_part,
    "cumsum": _cumsum,
    "fill": _fill,
    "fill_like": _fill_like,
    "non_zero": lambda x: np.argwhere(x).astype(np.int32),
    "one_hot": _one_hot,
    "pad": _pad,
    "range_1d": _range_1d,
    "tile": _tile,
    "argsort": _argsort,
    "topk": _topk,
    "shape": lambda x: np.array(x.shape, np.int32),
    "concat": _concat,
    "split": _split,
    "stack": lambda values, axis: np.stack(values, axis),
    "quantize": _quantize,
    "dequantize": _dequantize,
}
