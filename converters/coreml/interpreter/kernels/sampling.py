"""Images sampled at given coordinates: crop_resize, resample and affine."""

from __future__ import annotations

import numpy as np

from .resizing import grid

_CROP = (
    "target_height?: const int32, target_width?: const int32, normalized_coordinates?: const bool, "
    "spatial_scale?: const fp32, box_coordinate_mode?: const string, sampling_mode?: const string"
)
_SAMPLE = "sampling_mode: const string, padding_mode: const string, padding_value: const T, coordinates_mode: const string"
FORMS = f"""
15 crop_resize(x[4]: T=F, roi[5]: T, {_CROP}) -> T
16 crop_resize(x[4]: T=F, roi[5]: T, {_CROP}, pad_value?: const T) -> T
17 crop_resize(x[4]: T=F, boxes[2]: B=BOX, box_indices?[1]: I=BOXES, {_CROP}, pad_value?: const T) -> T
15 resample(x[4]: T=F, coordinates[4]: U=SCALE, {_SAMPLE}, align_corners: const bool) -> T
16 resample(x[4]: T=F, coordinates[4]: U=N, {_SAMPLE}, align_corners: const bool) -> T
17 resample(x[4]: T=F, coordinates[4]: U=X, {_SAMPLE}, align_corners: const bool) -> T
15 affine(x[4]: T=F, transform_matrix[2]: T, output_height: const int32, output_width: const int32, {_SAMPLE}, \
align_corners: const bool) -> T
"""


def _crop_resize(
    x: np.ndarray,
    roi: np.ndarray | None = None,
    boxes: np.ndarray | None = None,
    box_indices: np.ndarray | None = None,
    target_height: int = 1,
    target_width: int = 1,
    normalized_coordinates: bool = False,
    spatial_scale: float = 1.0,
    box_coordinate_mode: str = "CORNERS_HEIGHT_FIRST",
    sampling_mode: str = "DEFAULT",
    pad_value: float = 0.0,
    *,
    ios: int,
) -> np.ndarray:
    """Each box, corners included, resized. Points outside of the image have pad_value, before iOS 16 none may be outside."""
    per_image = False
    if roi is not None:
        rows = roi.reshape(roi.shape[0], roi.shape[2])
        per_image = rows.shape[1] == 4
        boxes, box_indices = rows[:, -4:], None if per_image else rows[:, 0].astype(np.int64)
    assert boxes is not None
    indices = np.arange(len(boxes)) if box_indices is None else box_indices.astype(np.int64)
    height, width = x.shape[2:]
    limits = np.array([height - 1, width - 1] * 2 if normalized_coordinates else [1] * 4, np.float64) * spatial_scale
    crops = []
    for box, index in zip(boxes.astype(np.float64), indices, strict=True):
        top, left, bottom, right = _corners(box, box_coordinate_mode) * limits
        rows_at = _box_points(top, bottom, target_height, sampling_mode)
        columns_at = _box_points(left, right, target_width, sampling_mode)
        images = x if per_image else x[index][None]
        crops.append(_at(images, rows_at[:, None], columns_at[None, :], pad_value if ios >= 16 else None))
    stacked = np.stack(crops)
    return stacked[:, 0] if ios >= 17 else stacked


def _corners(box: np.ndarray, mode: str) -> np.ndarray:
    """(top, left, bottom, right)"""
    kinds = ("CORNERS_HEIGHT_FIRST", "CORNERS_WIDTH_FIRST", "CENTER_SIZE_HEIGHT_FIRST", "CENTER_SIZE_WIDTH_FIRST")
    if mode not in kinds:
        raise ValueError(f"expected box_coordinate_mode {', '.join(kinds)}. Received: {mode}")
    ordered = box if mode.endswith("HEIGHT_FIRST") else box[[1, 0, 3, 2]]
    if mode.startswith("CENTER"):
        ordered = np.concatenate([ordered[:2] - ordered[2:] / 2, ordered[:2] + ordered[2:] / 2])
    return ordered


def _box_points(start: float, end: float, wanted: int, mode: str) -> np.ndarray:
    """Points between both ends; only modes that are the same for a box with fractions as for whole pixels."""
    if mode not in ("ALIGN_CORNERS", "STRICT_ALIGN_CORNERS"):
        raise ValueError(f"the documentation doesn't say where {mode} samples a box that begins between pixels")
    return start + grid(mode, 2, wanted) * (end - start)


def _at(images: np.ndarray, rows: np.ndarray, columns: np.ndarray, outside: float | None) -> np.ndarray:
    """images (N, C, H, W) at points between pixels → (N, C, *points); None: no point may be outside."""
    height, width = images.shape[2:]
    slack = 1e-6 * max(height, width)
    inside = (rows >= -slack) & (rows <= height - 1 + slack) & (columns >= -slack) & (columns <= width - 1 + slack)
    if outside is None and not np.all(inside):
        raise ValueError("a box goes beyond the image; what is there has a meaning from iOS 16 on only")
    y = _between(images, np.clip(rows, 0, height - 1), np.clip(columns, 0, width - 1))
    return np.where(inside, y, images.dtype.type(outside or 0))


def _between(images: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Bilinear; every point is inside."""
    height, width = images.shape[2:]
    top, left = np.floor(rows).astype(np.int64), np.floor(columns).astype(np.int64)
    bottom, right = np.minimum(top + 1, height - 1), np.minimum(left + 1, width - 1)
    down, across = (rows - top).astype(images.dtype), (columns - left).astype(images.dtype)
    above = images[:, :, top, left] * (1 - across) + images[:, :, top, right] * across
    below = images[:, :, bottom, left] * (1 - across) + images[:, :, bottom, right] * across
    return above * (1 - down) + below * down


def _resample(
    x: np.ndarray,
    coordinates: np.ndarray,
    sampling_mode: str,
    padding_mode: str,
    padding_value: float,
    coordinates_mode: str,
    align_corners: bool,
) -> np.ndarray:
    """x (B, C, H, W) at coordinates (B, H', W', 2) of (column, row) → (B, C, H', W')"""
    height, width = x.shape[2:]
    columns = _pixels(coordinates[..., 0].astype(np.float64), width, coordinates_mode, align_corners)
    rows = _pixels(coordinates[..., 1].astype(np.float64), height, coordinates_mode, align_corners)
    if padding_mode != "constant":
        rows, columns = _folded(rows, height, padding_mode), _folded(columns, width, padding_mode)
    if sampling_mode == "nearest":
        rows, columns = np.rint(rows), np.rint(columns)
    elif sampling_mode != "bilinear":
        raise ValueError(f"expected sampling_mode bilinear or nearest. Received: {sampling_mode}")
    images = []
    for image, r, c in zip(x, rows, columns, strict=True):
        r, c = np.clip(r, -1, height), np.clip(c, -1, width)  # farther away is all padding, too
        padded = np.pad(image, [(0, 0), (2, 2), (2, 2)], constant_values=padding_value)
        images.append(_between(padded[None], r + 2, c + 2)[0])
    return np.stack(images)


def _pixels(coordinates: np.ndarray, size: int, mode: str, align_corners: bool) -> np.ndarray:
    """Coordinates as pixels. Aligned, the ends of the range are the centres of the outermost pixels, else their edges."""
    if mode == "unnormalized":
        return coordinates
    shares = {"normalized_minus_one_to_one": (coordinates + 1) / 2, "normalized_zero_to_one": coordinates}
    if mode not in shares:
        raise ValueError(f"expected coordinates_mode unnormalized, {', '.join(shares)}. Received: {mode}")
    return shares[mode] * (size - 1) if align_corners else shares[mode] * size - 0.5


def _folded(points: np.ndarray, size: int, mode: str) -> np.ndarray:
    """Points outside as points inside."""
    if mode == "border":
        return np.clip(points, 0, size - 1)
    if mode == "reflection":
        period = 2 * (size - 1)
        folded = np.mod(points, period) if period else np.zeros_like(points)
        return np.minimum(folded, period - folded)
    if mode == "symmetric":
        folded = np.mod(points + 0.5, 2 * size)
        return np.clip(np.minimum(folded, 2 * size - folded) - 0.5, 0, size - 1)
    raise ValueError(f"expected padding_mode constant, border, reflection or symmetric. Received: {mode}")


def _affine(
    x: np.ndarray,
    transform_matrix: np.ndarray,
    output_height: int,
    output_width: int,
    sampling_mode: str,
    padding_mode: str,
    padding_value: float,
    coordinates_mode: str,
    align_corners: bool,
) -> np.ndarray:
    """column' = a0 column + a1 row + a2, row' = b0 column + b1 row + b2, all from -1 to 1."""
    allowed = ("bilinear", "constant", 0.0, "normalized_minus_one_to_one", True)
    given = (sampling_mode, padding_mode, padding_value, coordinates_mode, align_corners)
    if given != allowed:
        raise ValueError(
            f"expected {', '.join(map(str, allowed))}, all that affine knows. Received: {', '.join(map(str, given))}"
        )
    rows, columns = np.meshgrid(np.linspace(-1, 1, output_height), np.linspace(-1, 1, output_width), indexing="ij")
    matrices = np.broadcast_to(transform_matrix, (x.shape[0], 6)).astype(np.float64).reshape(-1, 2, 3)
    moved = np.einsum("bij,hwj->bhwi", matrices, np.stack([columns, rows, np.ones_like(rows)], axis=-1))
    return _resample(x, moved, sampling_mode, padding_mode, padding_value, coordinates_mode, align_corners)


KERNELS = {"crop_resize": _crop_resize, "resample": _resample, "affine": _affine}
