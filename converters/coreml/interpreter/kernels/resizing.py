"""Resizing and sampling of images: the last two axes, but for `resize`, which takes as many as it is told.

Where the grid points lie is documented per sampling mode. Nearest neighbours are documented, by Apple's tests, as
⌊i · in / out⌋ only; what other modes would round to isn't, so they are refused.
"""

from __future__ import annotations

import numpy as np

from .shapes import axis_of

FORMS = """
15 upsample_nearest_neighbor(x[3-5]: T=F, scale_factor_height?: const U=SCALE, scale_factor_width?: const V=SCALE) -> T
15 upsample_bilinear(x[3-5]: T=F, scale_factor_height?: const U=SCALE, scale_factor_width?: const V=SCALE, \
align_corners?: const bool) -> T
16 upsample_bilinear(x[3-5]: T=F, scale_factor_height?: const U=SCALE, scale_factor_width?: const V=SCALE, \
align_corners?: const bool, half_pixel_centers?: const bool) -> T
15 resize_nearest_neighbor(x[3-5]: T=F, target_size_height: const int32, target_size_width: const int32) -> T
15 resize_bilinear(x[3-5]: T=F, target_size_height?: const int32, target_size_width?: const int32, \
sampling_mode?: const string) -> T
17 resize(x[1-5]: T=N, shape[1]: U=RESIZED, resized_dims: const uint32, interpolation_mode?: const string, \
sampling_mode?: const string) -> T
15 crop(x[3-5]: T=F, crop_height[1]: const int32, crop_width[1]: const int32) -> T
"""


def grid(mode: str, size: int, wanted: int) -> np.ndarray:
    """Where each of `wanted` points lies between the pixels 0 ... size - 1."""
    i = np.arange(wanted, dtype=np.float64)
    if mode in ("STRICT_ALIGN_CORNERS", "ALIGN_CORNERS"):
        if wanted == 1:
            points = np.full(1, (size - 1) / 2 if mode == "ALIGN_CORNERS" else 0.0)
        else:
            points = i * ((size - 1) / (wanted - 1))
    elif mode == "DEFAULT":
        points = i * (size / wanted)
    elif mode == "OFFSET_CORNERS":
        delta = max(1, size - 1) / wanted
        points = 0.5 * delta + i * delta
    elif mode == "UNALIGN_CORNERS":
        points = (i + 0.5) * (size / wanted) - 0.5
    else:
        raise ValueError(
            "expected sampling_mode DEFAULT, STRICT_ALIGN_CORNERS, ALIGN_CORNERS, UNALIGN_CORNERS or OFFSET_CORNERS. "
            f"Received: {mode}"
        )
    return np.clip(points, 0, size - 1)


def _linear(x: np.ndarray, axis: int, points: np.ndarray) -> np.ndarray:
    """Between the two nearest pixels."""
    low = np.floor(points).astype(np.int64)
    high = np.minimum(low + 1, x.shape[axis] - 1)
    share = (points - low).astype(x.dtype).reshape([-1 if a == axis else 1 for a in range(x.ndim)])
    below = np.take(x, low, axis)
    return below + (np.take(x, high, axis) - below) * share


def _resized(x: np.ndarray, sizes: dict[int, int], mode: str) -> np.ndarray:
    for axis, size in sizes.items():
        x = _linear(x, axis, grid(mode, x.shape[axis], size))
    return x


def _nearest(x: np.ndarray, sizes: dict[int, int]) -> np.ndarray:
    for axis, size in sizes.items():
        x = np.take(x, np.arange(size) * x.shape[axis] // size, axis)
    return x


def _scaled(x: np.ndarray, height: float, width: float) -> dict[int, int]:
    """⌊size · factor⌋ of the last two axes. A factor is single precision: 2.6 · 5 is 13, though 2.6 is a little less."""
    sizes = {}
    for axis, factor in ((x.ndim - 2, height), (x.ndim - 1, width)):
        sizes[axis] = int(np.floor(np.float32(x.shape[axis]) * np.float32(factor)))
        if sizes[axis] < 1:
            raise ValueError(f"a size of {x.shape[axis]} times {factor} is nothing")
    return sizes


def _upsample_nearest_neighbor(x: np.ndarray, scale_factor_height: float = 1, scale_factor_width: float = 1) -> np.ndarray:
    return _nearest(x, _scaled(x, scale_factor_height, scale_factor_width))


def _upsample_bilinear(
    x: np.ndarray,
    scale_factor_height: float = 1,
    scale_factor_width: float = 1,
    align_corners: bool = True,
    half_pixel_centers: bool | None = None,
) -> np.ndarray:
    half = not align_corners if half_pixel_centers is None else half_pixel_centers
    if align_corners and half:
        raise ValueError("expected align_corners or half_pixel_centers, not both")
    mode = "STRICT_ALIGN_CORNERS" if align_corners else "UNALIGN_CORNERS" if half else "DEFAULT"
    return _resized(x, _scaled(x, scale_factor_height, scale_factor_width), mode)


def _resize_nearest_neighbor(x: np.ndarray, target_size_height: int, target_size_width: int) -> np.ndarray:
    return _nearest(x, {x.ndim - 2: target_size_height, x.ndim - 1: target_size_width})


def _resize_bilinear(
    x: np.ndarray, target_size_height: int = 1, target_size_width: int = 1, sampling_mode: str = "DEFAULT"
) -> np.ndarray:
    return _resized(x, {x.ndim - 2: target_size_height, x.ndim - 1: target_size_width}, sampling_mode)


def _resize(
    x: np.ndarray,
    shape: np.ndarray,
    resized_dims: int,
    interpolation_mode: str = "LINEAR",
    sampling_mode: str = "DEFAULT",
) -> np.ndarray:
    """The last `resized_dims` sizes are those of `shape`, which must not have 0: CoreML's own runtime fails on it."""
    if not resized_dims <= shape.size <= x.ndim or np.any(shape[shape.size - resized_dims :] < 1):
        raise ValueError(f"expected {resized_dims} sizes of at least 1 at the end of shape. Received: {shape.tolist()}")
    if x.dtype.kind != "f":
        raise ValueError("the documentation doesn't say how a resized integer is rounded")
    sizes = {axis_of(-i, x.ndim): int(shape[-i]) for i in range(resized_dims, 0, -1)}
    if interpolation_mode == "LINEAR":
        return _resized(x, sizes, sampling_mode)
    if interpolation_mode != "NEAREST_NEIGHBOR" or sampling_mode != "DEFAULT":
        raise ValueError(
            "expected interpolation_mode LINEAR, or NEAREST_NEIGHBOR with sampling_mode DEFAULT, the only one whose rounding is "
            f"known. Received: {interpolation_mode}, {sampling_mode}"
        )
    return _nearest(x, sizes)


def _crop(x: np.ndarray, crop_height: np.ndarray, crop_width: np.ndarray) -> np.ndarray:
    (top, bottom), (left, right) = crop_height, crop_width
    return x[..., top : x.shape[-2] - bottom, left : x.shape[-1] - right]


KERNELS = {
    "upsample_nearest_neighbor": _upsample_nearest_neighbor,
    "upsample_bilinear": _upsample_bilinear,
    "resize_nearest_neighbor": _resize_nearest_neighbor,
    "resize_bilinear": _resize_bilinear,
    "resize": _resize,
    "crop": _crop,
}
