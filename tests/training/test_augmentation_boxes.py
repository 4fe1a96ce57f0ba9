"""Boxes, masks and labels move and mix as their images do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from kport import layers
from kport.errors import LayerError, UsageError
from kport.layers.preprocessing import boxes as kport_boxes
from tests.compare import assert_same
from tests.training.augmentations import PIXELS, SEED, Case, as_tensors, named

keras = pytest.importorskip("keras", reason="not run: Keras is the judge")
pytestmark = pytest.mark.filterwarnings("ignore:.*:UserWarning")

HEIGHT, WIDTH = PIXELS.shape[1:3]
XYXY = np.array([[[1, 2, 5, 9], [0, 0, 10, 12]], [[3, 3, 6, 5], [2, 1, 9, 4]]] * 2, "float32")
LABELS = np.array([[1, 2], [3, 4]] * 2, "int32")
MASKS = (np.arange(4 * HEIGHT * WIDTH).reshape(4, HEIGHT, WIDTH, 1) % 5).astype("float32")
CLASSES = np.eye(4, dtype="float32")

MOVING: list[Case] = [
    ("RandomFlip", {"mode": "horizontal"}),
    ("RandomFlip", {"mode": "vertical"}),
    ("RandomFlip", {}),
    ("RandomRotation", {"factor": 0.1}),
    ("RandomTranslation", {"height_factor": 0.3, "width_factor": 0.4}),
    ("RandomZoom", {"height_factor": 0.3}),
    ("RandomZoom", {"height_factor": (-0.4, -0.1), "width_factor": (0.1, 0.3)}),
    ("RandomPerspective", {"factor": 0.7, "scale": 0.4}),
]
RESIZING: list[Case] = [
    ("Resizing", {"height": 7, "width": 20}),
    ("Resizing", {"height": 7, "width": 20, "pad_to_aspect_ratio": True}),
    ("Resizing", {"height": 7, "width": 20, "crop_to_aspect_ratio": True}),
    ("Resizing", {"height": 17, "width": 8, "crop_to_aspect_ratio": True}),
    ("CenterCrop", {"height": 7, "width": 5}),
    ("CenterCrop", {"height": 14, "width": 20}),
    ("MaxNumBoundingBoxes", {"max_number": 1}),
    ("MaxNumBoundingBoxes", {"max_number": 3, "fill_value": 0}),
]
FORMATS = kport_boxes.FORMATS
CONVERTED = {"RandomRotation", "RandomPerspective"}
"""Keras takes boxes of another format than "xyxy" for such, or gives them back as such."""


def data(boxes: np.ndarray = XYXY) -> dict[str, Any]:
    return {
        "images": PIXELS,
        "bounding_boxes": {"boxes": boxes, "labels": LABELS},
        "labels": CLASSES,
        "segmentation_masks": MASKS,
    }


def in_format(boxes: Any, source: str, target: str, height: int = HEIGHT, width: int = WIDTH) -> Any:
    """By Keras."""
    return keras.utils.bounding_boxes.convert_format(tf.constant(boxes), source, target, height, width).numpy()


def transformed(module: Any, case: Case, boxes: np.ndarray = XYXY, form: str = "xyxy", entries: Any = None) -> Any:
    name, config = case
    seed = {"seed": SEED} if name.startswith(("Random", "Rand", "Aug", "CutMix", "MixUp")) else {}
    layer = getattr(module, name)(**config, **seed, bounding_box_format=form)
    return layer(as_tensors(data(boxes) if entries is None else entries), training=True)


@pytest.mark.parametrize("case", [*MOVING, *RESIZING], ids=named)
def test_all_entries_are_those_of_keras(case: Case) -> None:
    ours, theirs = (transformed(module, case) for module in (layers, keras.layers))
    assert_same(ours, theirs, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("case", [MOVING[2], MOVING[4], MOVING[5], RESIZING[0], RESIZING[4]], ids=named)
@pytest.mark.parametrize("form", FORMATS)
def test_formats_of_boxes_are_those_of_keras(case: Case, form: str) -> None:
    given = in_format(XYXY, "xyxy", form)
    ours, theirs = (transformed(module, case, given, form)["bounding_boxes"] for module in (layers, keras.layers))
    assert_same(ours, theirs, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("case", [c for c in MOVING if c[0] in CONVERTED], ids=named)
def test_formats_that_keras_forgets(case: Case) -> None:
    form = "rel_center_xywh"
    ours = transformed(layers, case, in_format(XYXY, "xyxy", form), form)["bounding_boxes"]["boxes"]
    assert_same(in_format(ours, form, "xyxy"), transformed(layers, case)["bounding_boxes"]["boxes"], rtol=1e-4, atol=1e-3)


def around(values: np.ndarray) -> list[float]:
    """The box around an image's bright pixels."""
    rows, columns = np.nonzero(values > 0.5)
    return [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]


@pytest.mark.parametrize(
    "case",
    [
        ("RandomCrop", {"height": 40, "width": 50}),
        ("RandomCrop", {"height": 90, "width": 50}),
        ("RandomShear", {"x_factor": 0.3, "y_factor": 0.0, "fill_mode": "constant"}),
        ("RandomShear", {"x_factor": 0.1, "y_factor": 0.2, "fill_mode": "constant"}),
        ("RandomFlip", {}),
        ("RandomZoom", {"height_factor": 0.3, "fill_mode": "constant"}),
        ("RandomRotation", {"factor": 0.25, "fill_mode": "constant"}),
        ("RandAugment", {"num_ops": 1}),
    ],
    ids=named,
)
def test_boxes_stay_around_what_they_are_around(case: Case) -> None:
    """A bright rectangle, larger than a pixel's rounding. RandomCrop of Keras takes rows for columns; its RandomShear moves
    boxes by what would be right for a square image only."""
    name, config = case
    layer = getattr(layers, name)(**config, seed=5, bounding_box_format="xyxy")
    image = np.zeros((1, 60, 80, 1), "float32")
    image[:, 20:40, 30:55] = 1.0
    colored = name == "RandAugment"  # some of its layers need colours; they don't move pixels
    entries = {
        "images": np.repeat(image * 255, 3, -1) if colored else image,
        "segmentation_masks": image,
        "bounding_boxes": {"boxes": np.array([[[30, 20, 55, 40]]], "float32"), "labels": np.array([[3]])},
    }
    for _ in range(5):
        result = layer(as_tensors(entries), training=True)
        found = around(np.asarray(result["segmentation_masks"])[0, ..., 0])
        np.testing.assert_allclose(result["bounding_boxes"]["boxes"][0, 0], found, atol=2.0)


def test_masks_of_rubber_images_are_distorted_as_the_images() -> None:
    """Keras draws another field for the masks."""
    layer = layers.RandomElasticTransform(seed=4, interpolation="nearest")
    image = np.tile(PIXELS[:1], (1, 5, 5, 1))
    result = layer(as_tensors({"images": image, "segmentation_masks": image}), training=True)
    assert_same(result["images"], result["segmentation_masks"])
    assert not np.allclose(result["images"], image)


def test_labels_and_masks_of_cutmix_are_those_of_keras() -> None:
    entries = {"images": PIXELS, "labels": CLASSES, "segmentation_masks": MASKS}
    ours, theirs = (transformed(module, ("CutMix", {}), entries=entries) for module in (layers, keras.layers))
    theirs["segmentation_masks"] = theirs["segmentation_masks"][..., :1]  # Keras repeats them for each channel of the images
    assert_same(ours, theirs, atol=1e-4)
    np.testing.assert_allclose(np.sum(ours["labels"], -1), 1.0, rtol=1e-5)


def test_labels_of_mixup_are_those_of_keras() -> None:
    entries = {"images": PIXELS, "labels": CLASSES}
    ours, theirs = (transformed(module, ("MixUp", {"alpha": 0.5}), entries=entries) for module in (layers, keras.layers))
    assert_same(ours, theirs, atol=1e-4)


def test_masks_and_boxes_of_mixup_are_of_the_images_that_are_mixed() -> None:
    """Keras takes masks' first pixels instead of whole masks, and puts the labels of boxes below one another."""
    entries = {**data(), "segmentation_masks": PIXELS}
    result = transformed(layers, ("MixUp", {"alpha": 0.5}), entries=entries)
    assert_same(result["images"], result["segmentation_masks"])
    boxes, labels = (np.asarray(result["bounding_boxes"][key]) for key in ("boxes", "labels"))
    assert boxes.shape == (4, 4, 4) and labels.shape == (4, 4)
    assert_same(boxes[:, :2], XYXY)
    weights = np.asarray(result["labels"])
    for row in range(4):
        other = np.argmax(np.where(np.arange(4) == row, -1, weights[row])) if weights[row, row] < 1 - 1e-6 else row
        assert_same(boxes[row, 2:], XYXY[other])
        assert_same(labels[row, 2:], LABELS[other])


def test_whole_labels_mix_to_floats() -> None:
    result = layers.MixUp(seed=1)({"images": PIXELS, "labels": np.eye(4, dtype="int32")}, training=True)
    assert result["labels"].dtype == "float32"


@pytest.mark.parametrize("name", ["CutMix", "RandomElasticTransform"])
def test_boxes_that_nothing_can_move(name: str) -> None:
    with pytest.raises(LayerError, match="without bounding boxes"):
        getattr(layers, name)(bounding_box_format="xyxy")(data(), training=True)
    with pytest.raises(NotImplementedError):
        getattr(keras.layers, name)(bounding_box_format="xyxy")(as_tensors(data()), training=True)


@pytest.mark.parametrize("name", ["RandomGrayscale", "RandomInvert", "RandomErasing", "AugMix"])
def test_colours_leave_everything_else(name: str) -> None:
    result = getattr(layers, name)(seed=1, bounding_box_format="xyxy")(data(), training=True)
    assert_same(result["bounding_boxes"], data()["bounding_boxes"])
    assert_same(result["labels"], CLASSES)
    if name != "AugMix":
        assert_same(result["segmentation_masks"], MASKS)


def test_single_images_with_everything() -> None:
    one = {"images": PIXELS[0], "labels": CLASSES[0], "bounding_boxes": {"boxes": XYXY[0], "labels": LABELS[0]}}
    case = ("RandomTranslation", {"height_factor": 0.3, "width_factor": 0.4})
    ours, theirs = (transformed(module, case, entries=one) for module in (layers, keras.layers))
    assert_same(ours, theirs, rtol=1e-4, atol=1e-3)


def test_entries_that_the_layer_does_not_know_stay() -> None:
    result = layers.RandomFlip(seed=1)({"images": PIXELS, "names": np.array(["a", "b", "c", "d"])}, training=True)
    assert result["names"].tolist() == ["a", "b", "c", "d"]


def test_ragged_and_listed_boxes_are_filled_up() -> None:
    boxes = [[[1.0, 2, 5, 9]], [[3.0, 3, 6, 5], [2, 1, 9, 4]]]
    labels = [[1], [2, 3]]
    ragged = {"boxes": tf.ragged.constant(boxes, ragged_rank=1, inner_shape=(4,)), "labels": tf.ragged.constant(labels)}
    layer = layers.RandomFlip("horizontal", seed=1, bounding_box_format="xyxy")
    again = layers.RandomFlip("horizontal", seed=1, bounding_box_format="xyxy")
    images = tf.constant(PIXELS[:2])
    ours = layer({"images": images, "bounding_boxes": ragged}, training=True)["bounding_boxes"]
    listed = again({"images": images, "bounding_boxes": {"boxes": boxes, "labels": labels}}, training=True)["bounding_boxes"]
    assert_same(ours, listed)
    assert np.asarray(ours["labels"]).tolist() == [[1, -1], [2, 3]]


BOXES = {"boxes": XYXY, "labels": LABELS}


@pytest.mark.parametrize(
    ("boxes", "message"),
    [
        ({"boxes": XYXY}, "keys 'boxes' and 'labels'"),
        ({"boxes": XYXY[0, 0], "labels": LABELS}, "boxes.shape"),
        ({"boxes": XYXY.tolist(), "labels": LABELS}, "both lists"),
        ({"boxes": XYXY.tolist(), "labels": LABELS[:1].tolist()}, "as many labels"),
        ({"boxes": XYXY[..., :3], "labels": LABELS}, "size 4"),
        (BOXES, "bounding_box_format"),
    ],
)
def test_wrong_boxes(boxes: Any, message: str) -> None:
    form = None if boxes is BOXES else "xyxy"
    with pytest.raises(LayerError, match=message):
        layers.RandomFlip(bounding_box_format=form)({"images": PIXELS, "bounding_boxes": boxes}, training=True)


@pytest.mark.parametrize("source", FORMATS)
@pytest.mark.parametrize("target", FORMATS)
def test_conversions_are_those_of_keras(source: str, target: str) -> None:
    given = in_format(XYXY, "xyxy", source)
    ours = kport_boxes.convert_format({"boxes": given}, source, target, HEIGHT, WIDTH)["boxes"]
    assert_same(ours, in_format(given, source, target), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("form", ["xyxy", "rel_xyxy"])
def test_clipping_is_that_of_keras(form: str) -> None:
    boxes = np.array([[[-1, 2, 5, 30], [12, 1, 20, 4]]], "float32") / (1 if form == "xyxy" else 11)
    given = {"boxes": boxes, "labels": np.array([[1, 2]])}
    ours = kport_boxes.clip_to_image_size(given, HEIGHT, WIDTH, form)
    theirs = keras.utils.bounding_boxes.clip_to_image_size(as_tensors(given), HEIGHT, WIDTH, form)
    assert_same(ours, theirs)


def test_wrong_formats() -> None:
    with pytest.raises(UsageError, match="source='xxyy'"):
        kport_boxes.convert_format(XYXY, "xxyy", "xyxy")
    with pytest.raises(UsageError, match="height and width"):
        kport_boxes.convert_format(XYXY, "rel_xyxy", "xyxy")
    with pytest.raises(UsageError, match="bounding_box_format='xywh'"):
        kport_boxes.clip_to_image_size(BOXES, 3, 4, "xywh")
