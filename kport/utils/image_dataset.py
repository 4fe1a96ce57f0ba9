"""Images in folders as a dataset."""

from __future__ import annotations

from typing import Any

from ..errors import UsageError
from ..ops.backend import tf
from ..ops.shapes import CHANNELS_FIRST
from ..settings import image_data_format
from .directories import Reading, datasets, in_batches

FORMATS = (".bmp", ".gif", ".jpeg", ".jpg", ".png")
CHANNELS = {"rgb": 3, "rgba": 4, "grayscale": 1}
INTERPOLATIONS = ("bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5", "gaussian", "mitchellcubic")


def image_dataset_from_directory(
    directory: Any,
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: Any = None,
    color_mode: str = "rgb",
    batch_size: int | None = 32,
    image_size: Any = (256, 256),
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    interpolation: str = "bilinear",
    follow_links: bool = False,
    crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False,
    data_format: str | None = None,
    format: str = "tf",
    verbose: bool = True,
) -> Any:
    """A tf.data.Dataset of the images in a folder, whose subfolders are classes, with `class_names` and `file_paths`.

    Gives (images, labels), or images alone with labels=None: images (batch, height, width, channels), float32 from 0 to 255,
    resized to image_size; labels by label_mode: "int" (batch,) int32, "categorical" (batch, classes), "binary" (batch, 1).
    labels: "inferred" from the subfolders, None, or a list with a number for each file in the order of names.
    color_mode: "rgb", "rgba" or "grayscale". subset: "training" or "validation" (the last validation_split of the files), or
    "both", a list of two datasets. crop_to_aspect_ratio: the middle of the image with the proportions of image_size;
    pad_to_aspect_ratio: all of the image, and black beside it. Formats: BMP, GIF (first picture), JPEG, PNG.
    """
    if format != "tf":
        raise UsageError(f"expected format='tf', a tf.data.Dataset. Received: format={format!r}")
    if color_mode not in CHANNELS:
        raise UsageError(f"expected one of {', '.join(CHANNELS)}. Received: color_mode={color_mode!r}")
    size = (image_size, image_size) if isinstance(image_size, int) else image_size
    if not isinstance(size, (list, tuple)) or len(size) != 2:
        raise UsageError(f"expected (height, width). Received: image_size={image_size!r}")
    if interpolation.lower() not in INTERPOLATIONS:
        raise UsageError(f"expected one of {', '.join(INTERPOLATIONS)}. Received: interpolation={interpolation!r}")
    if crop_to_aspect_ratio and pad_to_aspect_ratio:
        raise UsageError("expected one of crop_to_aspect_ratio and pad_to_aspect_ratio. Received: both")
    data_format = data_format or image_data_format()
    channels, method = CHANNELS[color_mode], interpolation.lower()

    def load(path: Any) -> Any:
        image = tf.image.decode_image(tf.io.read_file(path), channels=channels, expand_animations=False)
        if pad_to_aspect_ratio:
            image = tf.image.resize_with_pad(image, *size, method=method)
        elif crop_to_aspect_ratio:
            image = tf.image.resize(_middle(image, *size), size, method=method)
        else:
            image = tf.image.resize(image, size, method=method)
        image.set_shape((*size, channels))
        return tf.transpose(image, (2, 0, 1)) if data_format == CHANNELS_FIRST else image

    return datasets(
        Reading("image", FORMATS, load, in_batches), directory, labels=labels, label_mode=label_mode, class_names=class_names,
        batch_size=batch_size, shuffle=shuffle, seed=seed, validation_split=validation_split, subset=subset,
        follow_links=follow_links, verbose=verbose,
    )  # fmt: skip


def _middle(image: Any, height: int, width: int) -> Any:
    """The largest part in the middle of the image with the proportions height : width."""
    rows, columns = tf.shape(image)[0], tf.shape(image)[1]
    cut_rows = tf.maximum(tf.minimum(rows, tf.cast(tf.cast(columns * height, "float32") / width, "int32")), 1)
    cut_columns = tf.maximum(tf.minimum(columns, tf.cast(tf.cast(rows * width, "float32") / height, "int32")), 1)
    top, left = (rows - cut_rows) // 2, (columns - cut_columns) // 2
    return image[top : top + cut_rows, left : left + cut_columns]
