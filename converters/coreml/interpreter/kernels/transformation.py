"""Other shapes and other orders of the same elements."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .shapes import axes_of, axis_of, divide

_BOUNDS15 = "begin[1]: int32, end[1]: int32, stride?[1]: const int32"
_BOUNDS17 = "begin[1]: U=SIZES, end[1]: U, stride?[1]: const U"
_MASKS = "begin_mask?[1]: const bool, end_mask?[1]: const bool, squeeze_mask?[1]: const bool"
FORMS = f"""
15 depth_to_space(x[4]: T=F, block_size: const int32) -> T
15 space_to_depth(x[4]: T=F, block_size: const int32) -> T
15 pixel_shuffle(x[4]: T=F, upscale_factor: const int32) -> T
16 pixel_unshuffle(x[4]: T=F, downscale_factor: const uint32) -> T
15 space_to_batch(x[4]: T=F, block_shape[1]: const int32, paddings[2]: const int32) -> T
15 batch_to_space(x[4]: T=F, block_shape[1]: const int32, crops[2]: const int32) -> T
15 expand_dims(x: T=A, axes[1]: const int32) -> T
17 expand_dims(x: T=W, axes[1]: const int32) -> T
15 squeeze(x: T=A, axes?[1]: const int32) -> T
17 squeeze(x: T=W, axes?[1]: const int32) -> T
15 flatten2d(x: T=A, axis?: const int32) -> T
15 reshape(x: T=A, shape[1]: int32) -> T
17 reshape(x: T=W, shape[1]: U=SIZES) -> T
16 reshape_like(x: T=A, ref_tensors*: A, begins*: const int32, ends*: const int32, end_masks*: const bool) -> T
17 reshape_like(x: T=W, ref_tensors*: W, begins*: const int32, ends*: const int32, end_masks*: const bool) -> T
15 reverse(x: T=A, axes?[1]: const int32) -> T
17 reverse(x: T=W, axes?[1]: const int32) -> T
15 reverse_sequence(x[2-5]: T=A, lengths[1]: int32, seq_axis?: const int32, batch_axis?: const int32) -> T
17 reverse_sequence(x[2-5]: T=W, lengths[1]: U=SIZES, seq_axis?: const int32, batch_axis?: const int32) -> T
15 transpose(x[1-5]: T=A, perm[1]: const int32) -> T
17 transpose(x[1-5]: T=W, perm[1]: const int32) -> T
15 slice_by_index(x[1-5]: T=A, {_BOUNDS15}, {_MASKS}) -> T
17 slice_by_index(x[1-5]: T=W, {_BOUNDS17}, {_MASKS}) -> T
15 slice_by_size(x[1-5]: T=A, begin[1]: int32, size[1]: int32) -> T
17 slice_by_size(x[1-5]: T=W, begin[1]: U=SIZES, size[1]: U) -> T
18 slice_update(x[1-5]: T=W, update[1-5]: T, {_BOUNDS17}, {_MASKS}) -> T
15 sliding_windows(x[1-5]: T=N, axis: const int32, size: const int32, stride?: const int32) -> T
17 sliding_windows(x[1-5]: T=W, axis: const int32, size: const int32, stride?: const int32) -> T
"""


def _depth_to_space(x: np.ndarray, block_size: int) -> np.ndarray:
    """(N, b · b · C, H, W) → (N, C, H · b, W · b): the channels of one place of the block lie together."""
    n, c, h, w = x.shape
    depth = divide(c, block_size * block_size, "the square of a block size")
    y = x.reshape(n, block_size, block_size, depth, h, w).transpose(0, 3, 4, 1, 5, 2)
    return y.reshape(n, depth, h * block_size, w * block_size)


def _space_to_depth(x: np.ndarray, block_size: int) -> np.ndarray:
    n, c, h, w = x.shape
    height, width = divide(h, block_size, "a block size"), divide(w, block_size, "a block size")
    y = x.reshape(n, c, height, block_size, width, block_size).transpose(0, 3, 5, 1, 2, 4)
    return y.reshape(n, c * block_size * block_size, height, width)


def _pixel_shuffle(x: np.ndarray, upscale_factor: int) -> np.ndarray:
    """(N, C · f · f, H, W) → (N, C, H · f, W · f): the places of the block of one channel lie together."""
    n, c, h, w = x.shape
    f = upscale_factor
    depth = divide(c, f * f, "the square of a factor")
    return x.reshape(n, depth, f, f, h, w).transpose(0, 1, 4, 2, 5, 3).reshape(n, depth, h * f, w * f)


def _pixel_unshuffle(x: np.ndarray, downscale_factor: int) -> np.ndarray:
    n, c, h, w = x.shape
    f = downscale_factor
    height, width = divide(h, f, "a factor"), divide(w, f, "a factor")
    return x.reshape(n, c, height, f, width, f).transpose(0, 1, 3, 5, 2, 4).reshape(n, c * f * f, height, width)


def _space_to_batch(x: np.ndarray, block_shape: np.ndarray, paddings: np.ndarray) -> np.ndarray:
    b, d = (int(s) for s in block_shape)
    x = np.pad(x, [(0, 0), (0, 0), *((int(low), int(high)) for low, high in paddings)])
    n, c, h, w = x.shape
    height, width = divide(h, b, "a block"), divide(w, d, "a block")
    return x.reshape(n, c, height, b, width, d).transpose(3, 5, 0, 1, 2, 4).reshape(b * d * n, c, height, width)


def _batch_to_space(x: np.ndarray, block_shape: np.ndarray, crops: np.ndarray) -> np.ndarray:
    b, d = (int(s) for s in block_shape)
    n, c, h, w = x.shape
    batch = divide(n, b * d, "a block")
    y = x.reshape(b, d, batch, c, h, w).transpose(2, 3, 4, 0, 5, 1).reshape(batch, c, h * b, w * d)
    (top, bottom), (left, right) = ((int(low), int(high)) for low, high in crops)
    return y[:, :, top : h * b - bottom, left : w * d - right]


def _expand_dims(x: np.ndarray, axes: np.ndarray) -> np.ndarray:
    return np.expand_dims(x, tuple(int(a) for a in axes))


def _squeeze(x: np.ndarray, axes: np.ndarray | None = None) -> np.ndarray:
    """Sizes that aren't 1 should stay, but CoreML's own runtime fails on them."""
    if axes is None:
        return x.squeeze()
    found = axes_of(axes, x.ndim)
    if any(x.shape[a] != 1 for a in found):
        raise ValueError(
            f"expected sizes of 1 at axes {list(found)}, for CoreML on the CPU fails otherwise. Received: {list(x.shape)}"
        )
    return x.squeeze(found)


def _flatten2d(x: np.ndarray, axis: int = 1) -> np.ndarray:
    cut = axis + x.ndim if axis < 0 else axis
    return x.reshape(int(np.prod(x.shape[:cut])), int(np.prod(x.shape[cut:])))


def _reshape(x: np.ndarray, shape: np.ndarray, ios: int) -> np.ndarray:
    """0 keeps a size: that at the same place, or, from iOS 17 on, at the same place from the end, or 1 beyond."""
    wanted = [int(s) for s in shape]
    if 0 in wanted and ios < 17 and len(wanted) != x.ndim:
        raise ValueError(f"expected 0 only in a shape of rank {x.ndim} before iOS 17. Received: {wanted}")
    sizes = [1] * max(len(wanted) - x.ndim, 0) + list(x.shape[max(x.ndim - len(wanted), 0) :])
    wanted = [kept if size == 0 else size for size, kept in zip(wanted, sizes, strict=True)]
    if any(size < -1 for size in wanted) or wanted.count(-1) > 1:
        raise ValueError(f"expected sizes, and -1 at most once. Received: {wanted}")
    return x.reshape(wanted)


def _reshape_like(
    x: np.ndarray, ref_tensors: list[np.ndarray], begins: list[int], ends: list[int], end_masks: list[bool]
) -> np.ndarray:
    parts = zip(ref_tensors, begins, ends, end_masks, strict=True)
    return x.reshape([size for ref, begin, end, masked in parts for size in ref.shape[begin : None if masked else end]])


def _reverse(x: np.ndarray, axes: np.ndarray | None = None) -> np.ndarray:
    return np.flip(x, axes_of(axes, x.ndim))


def _reverse_sequence(x: np.ndarray, lengths: np.ndarray, seq_axis: int = 0, batch_axis: int = 0) -> np.ndarray:
    sequence, batch = axis_of(seq_axis, x.ndim), axis_of(batch_axis, x.ndim)
    if lengths.shape != (x.shape[batch],) or np.any((lengths < 0) | (lengths > x.shape[sequence])):
        raise ValueError(f"expected {x.shape[batch]} lengths of at most {x.shape[sequence]}. Received: {lengths.tolist()}")
    places = np.arange(x.shape[sequence])
    order = np.where(places < lengths[:, None], lengths[:, None] - 1 - places, places)
    moved = np.moveaxis(x, (batch, sequence), (0, 1))
    indices = order.reshape(*order.shape, *(1,) * (x.ndim - 2))
    return np.moveaxis(np.take_along_axis(moved, np.broadcast_to(indices, moved.shape), 1), (0, 1), (batch, sequence))


def _transpose(x: np.ndarray, perm: np.ndarray) -> np.ndarray:
    return x.transpose(axes_of(perm, x.ndim))


def _slices(
    shape: Sequence[int],
    begin: np.ndarray,
    end: np.ndarray,
    stride: np.ndarray | None,
    begin_mask: np.ndarray | None,
    end_mask: np.ndarray | None,
    squeeze_mask: np.ndarray | None,
) -> tuple[slice | int, ...]:
    """As Python's slices. A masked bound is the end that the stride comes from or goes to."""
    rank = len(shape)
    given = (begin, end, stride, begin_mask, end_mask, squeeze_mask)
    if any(part is not None and part.size != rank for part in given):
        raise ValueError(f"expected bounds, strides and masks for {rank} axes")
    found: list[slice | int] = []
    for axis in range(rank):
        if squeeze_mask is not None and squeeze_mask[axis]:
            found.append(int(begin[axis]))
            continue
        low = None if begin_mask is not None and begin_mask[axis] else int(begin[axis])
        high = None if end_mask is not None and end_mask[axis] else int(end[axis])
        found.append(slice(low, high, 1 if stride is None else int(stride[axis])))
    return tuple(found)


def _slice_by_index(
    x: np.ndarray,
    begin: np.ndarray,
    end: np.ndarray,
    stride: np.ndarray | None = None,
    begin_mask: np.ndarray | None = None,
    end_mask: np.ndarray | None = None,
    squeeze_mask: np.ndarray | None = None,
) -> np.ndarray:
    return np.asarray(x[_slices(x.shape, begin, end, stride, begin_mask, end_mask, squeeze_mask)])


def _slice_update(
    x: np.ndarray,
    update: np.ndarray,
    begin: np.ndarray,
    end: np.ndarray,
    stride: np.ndarray | None = None,
    begin_mask: np.ndarray | None = None,
    end_mask: np.ndarray | None = None,
    squeeze_mask: np.ndarray | None = None,
) -> np.ndarray:
    place = _slices(x.shape, begin, end, stride, begin_mask, end_mask, squeeze_mask)
    if x[place].shape != update.shape:
        raise ValueError(f"expected an update of shape {list(x[place].shape)}. Received: {list(update.shape)}")
    result = x.copy()
    result[place] = update
    return result


def _slice_by_size(x: np.ndarray, begin: np.ndarray, size: np.ndarray) -> np.ndarray:
    ends = [d if s == -1 else int(b) + int(s) for b, s, d in zip(begin, size, x.shape, strict=True)]
    if any(b < 0 or not b <= e <= d for b, e, d in zip(begin, ends, x.shape, strict=True)):
        raise ValueError(f"expected a slice within {list(x.shape)}. Received: begin {begin.tolist()}, size {size.tolist()}")
    return x[tuple(slice(int(b), e) for b, e in zip(begin, ends, strict=True))]


def _sliding_windows(x: np.ndarray, axis: int, size: int, stride: int = 1) -> np.ndarray:
    """(..., d, ...) → (..., (d - size) // stride + 1, size, ...)"""
    axis = axis_of(axis, x.ndim)
    windows = np.lib.stride_tricks.sliding_window_view(x, size, axis)
    windows = windows[(*(slice(None),) * axis, slice(None, None, stride))]
    return np.moveaxis(windows, -1, axis + 1)


KERNELS = {
    "depth_to_space": _depth_to_space,
    "space_to_depth": _space_to_depth,
    "pixel_shuffle": _pixel_shuffle,
    "pixel_unshuffle": _pixel_unshuffle,
    "space_to_batch": _space_to_batch,
    "batch_to_space": _batch_to_space,
    "expand_dims": _expand_dims,
    "squeeze": _squeeze,
    "flatten2d": _flatten2d,
    "reshape": _reshape,
    "reshape_like": _reshape_like,
    "reverse": _reverse,
    "reverse_sequence": _reverse_sequence,
    "transpose": _transpose,
    "slice_by_index": _slice_by_index,
    "slice_by_size": _slice_by_size,
    "slice_update": _slice_update,
    "sliding_windows": _sliding_windows,
}
