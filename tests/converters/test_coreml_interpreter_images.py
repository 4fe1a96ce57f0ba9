"""The CoreML interpreter's resizing and sampling of images against TensorFlow, SciPy and Apple's examples."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.ndimage
import tensorflow as tf

from tests.converters.mil_case import Case, check, floats

IMAGE = floats(2, 4, 7, 9)
LINE = np.float32([[[0, 1]]])
APPLE_GRIDS = {
    ("STRICT_ALIGN_CORNERS", 5): [0, 0.25, 0.5, 0.75, 1],
    ("ALIGN_CORNERS", 5): [0, 0.25, 0.5, 0.75, 1],
    ("ALIGN_CORNERS", 1): [0.5],
    ("STRICT_ALIGN_CORNERS", 1): [0],
    ("DEFAULT", 5): [0, 0.4, 0.8, 1, 1],
    ("OFFSET_CORNERS", 5): [0.1, 0.3, 0.5, 0.7, 0.9],
    ("UNALIGN_CORNERS", 5): [0, 0.1, 0.5, 0.9, 1],
    ("UNALIGN_CORNERS", 6): [0, 0, 1 / 3, 2 / 3, 1, 1],
    ("DEFAULT", 6): [0, 1 / 3, 2 / 3, 1, 1, 1],
    ("OFFSET_CORNERS", 6): [1 / 12, 0.25, 5 / 12, 7 / 12, 0.75, 11 / 12],
}
"""The examples of the documentation"""


def _tf_bilinear(x: np.ndarray, size: tuple[int, int], **how: bool) -> np.ndarray:
    y = tf.raw_ops.ResizeBilinear(images=x.transpose(0, 2, 3, 1), size=size, **how)
    return y.numpy().transpose(0, 3, 1, 2)


def _tf_nearest(x: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    return tf.raw_ops.ResizeNearestNeighbor(images=x.transpose(0, 2, 3, 1), size=size).numpy().transpose(0, 3, 1, 2)


MODES: dict[str, dict[str, bool]] = {
    "DEFAULT": {},
    "STRICT_ALIGN_CORNERS": {"align_corners": True},
    "UNALIGN_CORNERS": {"half_pixel_centers": True},
}
SIZES = ((14, 9), (10, 20), (3, 4), (1, 5))
RESIZING = [
    *[
        Case("resize_bilinear", {"x": LINE}, np.float32([[points]]), {"target_size_width": size, "sampling_mode": mode})
        for (mode, size), points in APPLE_GRIDS.items()
    ],
    *[
        Case(
            "resize_bilinear",
            {"x": IMAGE},
            lambda x, size=size, how=how: _tf_bilinear(x, size, **how),
            {"target_size_height": size[0], "target_size_width": size[1], "sampling_mode": mode},
        )
        for mode, how in MODES.items()
        for size in SIZES
    ],
    *[
        Case(
            "resize",
            {"x": IMAGE},
            lambda x, size=size, how=how: _tf_bilinear(x, size, **how),
            {"shape": np.int32([1, *size]), "resized_dims": np.uint32(2), "sampling_mode": mode},
            ios=17,
        )
        for mode, how in MODES.items()
        for size in SIZES
    ],
    *[
        Case(
            "resize",
            {"x": IMAGE},
            lambda x, size=size: _tf_nearest(x, size),
            {"shape": np.int32(size), "resized_dims": np.uint32(2), "interpolation_mode": "NEAREST_NEIGHBOR"},
            ios=17,
        )
        for size in SIZES
    ],
    *[
        Case(
            "resize_nearest_neighbor",
            {"x": IMAGE},
            lambda x, size=size: _tf_nearest(x, size),
            {"target_size_height": size[0], "target_size_width": size[1]},
        )
        for size in SIZES
    ],
    Case(
        "upsample_nearest_neighbor",
        {"x": IMAGE},
        lambda x: x.repeat(3, 2).repeat(2, 3),
        {"scale_factor_height": 3, "scale_factor_width": 2},
    ),
    Case(
        "upsample_nearest_neighbor",
        {"x": np.float32([[[[1.5, -2.5, 3.5]]]])},
        np.float32([[[[1.5, -2.5]] * 3]]),
        {"scale_factor_height": np.float32(3.17), "scale_factor_width": np.float32(0.67)},
    ),
    Case(
        "upsample_bilinear",
        {"x": IMAGE},
        lambda x: _tf_bilinear(x, (21, 18), align_corners=True),
        {"scale_factor_height": 3, "scale_factor_width": 2},
    ),
    Case(
        "upsample_bilinear",
        {"x": IMAGE},
        lambda x: _tf_bilinear(x, (21, 18), half_pixel_centers=True),
        {"scale_factor_height": 3, "scale_factor_width": 2, "align_corners": False},
    ),
    Case(
        "upsample_bilinear",
        {"x": LINE},
        np.float32([[[0, 0.1, 0.5, 0.9, 1]]]),
        {"scale_factor_width": np.float32(2.6), "align_corners": False, "scale_factor_height": np.float32(1)},
    ),
    Case(
        "upsample_bilinear",
        {"x": LINE + 1},
        np.float32([[[1, 4 / 3, 5 / 3, 2, 2, 2]]]),
        {"scale_factor_width": 3, "align_corners": False, "half_pixel_centers": False},
        ios=16,
    ),
    Case("crop", {"x": IMAGE}, lambda x: x[:, :, 1:5, 3:9], {"crop_height": [1, 2], "crop_width": [3, 0]}),
]
BOXES = np.float32([[0.1, 0.3, 1.3, 1.0], [0.5, 1.8, 1.0, 0.3], [0.0, 0.4, 0.6, 0.7]])
SQUARE = np.arange(1, 17, dtype=np.float32).reshape(1, 1, 4, 4)
CROPS = [
    # Apple's examples
    Case(
        "crop_resize",
        {"x": SQUARE, "roi": np.float32([1, 1, 2, 2]).reshape(1, 1, 4, 1, 1)},
        np.float32([[[[[6, 7], [10, 11]]]]]),
        {"target_height": 2, "target_width": 2, "sampling_mode": "ALIGN_CORNERS"},
        single=True,
    ),
    Case(
        "crop_resize",
        {"x": SQUARE, "roi": np.float32([2, 2, 1, 1]).reshape(1, 1, 4, 1, 1)},
        np.float32([[[[[11, 10], [7, 6]]]]]),
        {"target_height": 2, "target_width": 2, "sampling_mode": "ALIGN_CORNERS"},
        single=True,
    ),
    Case(
        "crop_resize",
        {"x": SQUARE, "roi": np.float32([1, 1, 2, 2]).reshape(1, 1, 4, 1, 1)},
        np.float32([[[[[8.5]]]]]),
        {"sampling_mode": "ALIGN_CORNERS"},
        single=True,
    ),
    Case(
        "crop_resize",
        {"x": SQUARE, "boxes": BOXES},
        np.float32([3.1, 5.2, 10, 10, 10, 7.9, 10, 13.9, 2.2, 3.1, 9.4, 10.3]).reshape(3, 1, 2, 2),
        {
            "box_indices": np.int32([0, 0, 0]),
            "target_height": 2,
            "target_width": 2,
            "normalized_coordinates": True,
            "sampling_mode": "ALIGN_CORNERS",
            "pad_value": 10.0,
        },
        ios=17,
        single=True,
    ),
    Case(
        "crop_resize",
        {"x": IMAGE, "boxes": BOXES[:2]},
        lambda x, boxes: tf.image.crop_and_resize(x.transpose(0, 2, 3, 1), boxes, [1, 0], (3, 5)).numpy().transpose(0, 3, 1, 2),
        {
            "box_indices": np.int32([1, 0]),
            "target_height": 3,
            "target_width": 5,
            "normalized_coordinates": True,
            "sampling_mode": "ALIGN_CORNERS",
        },
        ios=17,
        single=True,
    ),
    Case(
        "crop_resize",
        {"x": IMAGE, "boxes": np.float32([[3, 2, 4, 6]])},
        lambda x, boxes: (
            tf.image.crop_and_resize(x.transpose(0, 2, 3, 1)[:1], [[-1 / 6, 1 / 8, 5 / 6, 5 / 8]], [0], (3, 5))
            .numpy()
            .transpose(0, 3, 1, 2)
        ),
        {
            "box_indices": np.int32([0]),
            "target_height": 3,
            "target_width": 5,
            "box_coordinate_mode": "CENTER_SIZE_WIDTH_FIRST",
            "sampling_mode": "STRICT_ALIGN_CORNERS",
            "pad_value": 0.0,
        },
        ios=17,
    ),
]
POINTS = floats(2, 5, 6, 2, low=-1.6, high=1.6)
EDGES = {"constant": "grid-constant", "border": "nearest", "reflection": "mirror", "symmetric": "reflect"}


def _sampled(x: np.ndarray, columns: np.ndarray, rows: np.ndarray, mode: str, order: int = 1, outside: float = 0.5) -> np.ndarray:
    return np.stack(
        [
            np.stack([scipy.ndimage.map_coordinates(c, [r, k], order=order, mode=EDGES[mode], cval=outside) for c in image])
            for image, r, k in zip(x, rows, columns, strict=True)
        ]
    )


def _resample(mode: str, aligned: bool, coordinates: str, rows: Any, columns: Any, order: int = 1) -> Case:
    constants = {
        "sampling_mode": "bilinear" if order else "nearest",
        "padding_mode": mode,
        "padding_value": 0.5,
        "coordinates_mode": coordinates,
        "align_corners": aligned,
    }
    expected = lambda x, c: _sampled(x, columns(c[..., 0]), rows(c[..., 1]), mode, order)
    return Case("resample", {"x": IMAGE, "coordinates": POINTS}, expected, constants, single=True, atol=1e-4)


SAMPLING = [
    *[_resample(mode, True, "normalized_minus_one_to_one", lambda r: (r + 1) * 3, lambda c: (c + 1) * 4) for mode in EDGES],
    *[_resample(mode, False, "normalized_zero_to_one", lambda r: r * 7 - 0.5, lambda c: c * 9 - 0.5) for mode in EDGES],
    _resample("constant", True, "unnormalized", lambda r: r, lambda c: c),
    _resample("border", True, "normalized_minus_one_to_one", lambda r: (r + 1) * 3, lambda c: (c + 1) * 4, order=0),
    Case(
        "affine",
        {"x": IMAGE, "transform_matrix": np.float32([[0.5, 0.2, 0.1, -0.3, 0.8, 0.4]])},
        lambda x, m: _sampled(x, *_moved(m[0], (3, 5)), "constant", outside=0),
        {
            "output_height": 3,
            "output_width": 5,
            "sampling_mode": "bilinear",
            "padding_mode": "constant",
            "padding_value": 0.0,
            "coordinates_mode": "normalized_minus_one_to_one",
            "align_corners": True,
        },
        single=True,
    ),
]


def _moved(matrix: np.ndarray, size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Where the pixels of the output lie in IMAGE: columns and rows."""
    points = [(c, r, 1) for r in np.linspace(-1, 1, size[0]) for c in np.linspace(-1, 1, size[1])]
    columns, rows = matrix.reshape(2, 3) @ np.array(points).T
    return np.stack([(columns.reshape(size) + 1) * 4] * 2), np.stack([(rows.reshape(size) + 1) * 3] * 2)


CASES = RESIZING + CROPS + SAMPLING


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_single_precision(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path / "m.mlpackage")


@pytest.mark.parametrize("case", [c for c in CASES if not c.single], ids=lambda case: case.id)
def test_half_precision(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path / "m.mlpackage", half=True)
