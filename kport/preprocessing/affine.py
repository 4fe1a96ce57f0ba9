"""Images rotated, shifted, sheared and zoomed, by given amounts and by random ones. SciPy computes them, which must be installed.

The random functions draw from NumPy's global generator, as they did in Keras 1 and 2. The axes of an image are channels first
unless said otherwise. Newer: the layers `RandomRotation`, `RandomTranslation`, `RandomShear` and `RandomZoom`.
"""

from __future__ import annotations

import importlib
from functools import reduce
from typing import Any

import numpy as np

from ..errors import MissingComponentError, UsageError

_FILL_MODES = ("nearest", "constant", "reflect", "wrap", "mirror", "grid-constant", "grid-mirror", "grid-wrap")


def check_fill_mode(fill_mode: str) -> None:
    """Refuses what SciPy doesn't know."""
    if fill_mode not in _FILL_MODES:
        raise UsageError(f"expected one of {', '.join(_FILL_MODES)}. Received: fill_mode={fill_mode!r}")


def _affine_transform() -> Any:
    try:
        return importlib.import_module("scipy.ndimage").affine_transform
    except ImportError as error:
        raise MissingComponentError(
            "expected SciPy, which rotates, shifts, shears and zooms images: pip install scipy"
        ) from error


def apply_affine_transform(
    x: np.ndarray,
    theta: float = 0,
    tx: float = 0,
    ty: float = 0,
    shear: float = 0,
    zx: float = 1,
    zy: float = 1,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    order: int = 1,
) -> np.ndarray:
    """One image of rank 3, transformed; the same shape and dtype. `x` itself where there is nothing to do.

    theta, shear: degrees. tx, ty: pixels. zx, zy: factors; below 1 is larger. fill_mode: what is outside of the image,
    "nearest", "constant" (cval), "reflect", "wrap" or another of SciPy's. order: of the splines between pixels, 0 to 5.
    Keras 3's numbers: x goes along columns and y along rows, and turns are about (width / 2, height / 2) as (row, column),
    which is the middle of square images alone. Needs SciPy.
    """
    axes = {"row_axis": row_axis, "col_axis": col_axis, "channel_axis": channel_axis}
    if set(axes.values()) != {0, 1, 2} or channel_axis == 1:
        raise UsageError(f"expected the axes 0, 1 and 2, that of channels first or last. Received: {axes}")
    check_fill_mode(fill_mode)
    if x.ndim != 3:
        raise UsageError(f"expected one image, of rank 3. Received: shape={x.shape}")
    if (theta, tx, ty, shear, zx, zy) == (0, 0, 0, 0, 1, 1):
        return x
    height, width = x.shape[row_axis], x.shape[col_axis]
    matrix = _about_middle(_matrix(theta, tx, ty, shear, zx, zy), height, width)
    if col_axis > row_axis:  # the matrix is for (x, y), SciPy's coordinates are the array's: both pairs change places
        matrix = matrix[[1, 0, 2]][:, [1, 0, 2]]
    transform = _affine_transform()
    channels = [
        transform(channel, matrix[:2, :2], matrix[:2, 2], order=order, mode=fill_mode, cval=cval)
        for channel in np.moveaxis(x, channel_axis, 0)
    ]
    return np.stack(channels, axis=channel_axis)


def _matrix(theta: float, tx: float, ty: float, shear: float, zx: float, zy: float) -> np.ndarray:
    """(3, 3): from a pixel of the result to where it was. Rotation · shift · shear · zoom."""
    turn, slant = np.deg2rad(theta), np.deg2rad(shear)
    steps = (
        [[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]],
        [[1, 0, tx], [0, 1, ty], [0, 0, 1]],
        [[1, -np.sin(slant), 0], [0, np.cos(slant), 0], [0, 0, 1]],
        [[zx, 0, 0], [0, zy, 0], [0, 0, 1]],
    )
    return reduce(np.dot, (np.array(step, dtype="float64") for step in steps))


def _about_middle(matrix: np.ndarray, height: int, width: int) -> np.ndarray:
    """The same transformation, with the middle of an image of this size as its origin."""
    there, back = np.eye(3), np.eye(3)
    there[:2, 2] = middle = height / 2 - 0.5, width / 2 - 0.5
    back[:2, 2] = np.negative(middle)
    return there.dot(matrix).dot(back)


def random_rotation(
    x: np.ndarray,
    rg: float,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> np.ndarray:
    """One image turned by -rg to rg degrees. Others: see `apply_affine_transform`."""
    theta = np.random.uniform(-rg, rg)
    return apply_affine_transform(x, theta, 0, 0, 0, 1, 1, row_axis, col_axis, channel_axis, fill_mode, cval, interpolation_order)


def random_shift(
    x: np.ndarray,
    wrg: float,
    hrg: float,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> np.ndarray:
    """One image shifted: tx by up to the fraction hrg of its height, ty by up to wrg of its width. Others: see above."""
    tx = np.random.uniform(-hrg, hrg) * x.shape[row_axis]
    ty = np.random.uniform(-wrg, wrg) * x.shape[col_axis]
    return apply_affine_transform(x, 0, tx, ty, 0, 1, 1, row_axis, col_axis, channel_axis, fill_mode, cval, interpolation_order)


def random_shear(
    x: np.ndarray,
    intensity: float,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> np.ndarray:
    """One image slanted by -intensity to intensity degrees. Others: see `apply_affine_transform`."""
    shear = np.random.uniform(-intensity, intensity)
    return apply_affine_transform(x, 0, 0, 0, shear, 1, 1, row_axis, col_axis, channel_axis, fill_mode, cval, interpolation_order)


def random_zoom(
    x: np.ndarray,
    zoom_range: Any,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> np.ndarray:
    """One image zoomed by two factors, each from zoom_range = (lowest, highest). Others: see `apply_affine_transform`."""
    zx, zy = random_factors(zoom_range)
    return apply_affine_transform(x, 0, 0, 0, 0, zx, zy, row_axis, col_axis, channel_axis, fill_mode, cval, interpolation_order)


def random_factors(zoom_range: Any) -> tuple[float, float]:
    """(zx, zy) from (lowest, highest). (1, 1) draws nothing: the numbers drawn later are the same with and without zoom."""
    if len(zoom_range) != 2:
        raise UsageError(f"expected (lowest, highest). Received: zoom_range={zoom_range}")
    lowest, highest = zoom_range
    if lowest == highest == 1:
        return 1, 1
    zx, zy = np.random.uniform(lowest, highest, 2)
    return zx, zy
