"""`ImageDataGenerator` of Keras 1 and 2: images transformed at random while a model trains."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from numbers import Real
from typing import Any

import numpy as np

from ..errors import UsageError
from ..legacy import old_arguments, warn
from ..legacy.names import ORDERINGS
from ..settings import floatx, image_data_format
from .affine import apply_affine_transform, check_fill_mode, random_factors
from .dataframe_iterator import DataFrameIterator
from .image_files import DirectoryIterator
from .image_iterators import NumpyArrayIterator
from .image_standardization import Standardization
from .intensities import apply_brightness_shift, apply_channel_shift

_FORMATS = {"channels_first": (1, 2, 3), "channels_last": (3, 1, 2)}
"""The axes of channels, rows and columns of a batch."""
_AFFINE = ("theta", "tx", "ty", "shear", "zx", "zy")
"""The amounts that `apply_affine_transform` takes."""
_NO_LONGER = ("drop_duplicates", "has_ext", "sort")
"""Arguments of `flow_from_dataframe` that do nothing: names of files are as they are, in the table's order."""


class ImageDataGenerator(Standardization):
    """Batches of images from arrays, folders and tables, transformed at random and standardized.

    Random, with the draws of NumPy's global generator: rotation_range (degrees), width_shift_range and height_shift_range
    (below 1 a fraction; an int n: one of 0..n-1 pixels; a list: one of its numbers; either way), shear_range (degrees),
    zoom_range (a number z for factors from 1 - z to 1 + z, or (lowest, highest)), channel_shift_range (added to all numbers),
    brightness_range ((lowest, highest) factors), horizontal_flip, vertical_flip. fill_mode, cval, interpolation_order: see
    `apply_affine_transform`. Then preprocessing_function(image), rescale (a factor), and the options of `Standardization`:
    those by sample need nothing, those by feature need `fit` first.
    data_format: Keras's setting by default. dtype: of batches, floatx by default. validation_split: the fraction of samples, the
    first ones, that is subset="validation"; the others are subset="training".
    """

    @old_arguments(dim_ordering="data_format")
    def __init__(
        self,
        featurewise_center: bool = False,
        samplewise_center: bool = False,
        featurewise_std_normalization: bool = False,
        samplewise_std_normalization: bool = False,
        zca_whitening: bool = False,
        zca_epsilon: float = 1e-6,
        rotation_range: float = 0,
        width_shift_range: Any = 0.0,
        height_shift_range: Any = 0.0,
        brightness_range: Any = None,
        shear_range: float = 0.0,
        zoom_range: Any = 0.0,
        channel_shift_range: float = 0.0,
        fill_mode: str = "nearest",
        cval: float = 0.0,
        horizontal_flip: bool = False,
        vertical_flip: bool = False,
        rescale: float | None = None,
        preprocessing_function: Callable[[Any], Any] | None = None,
        data_format: str | None = None,
        validation_split: float = 0.0,
        interpolation_order: int = 1,
        dtype: Any = None,
    ):
        warn(
            "ImageDataGenerator is an old form of keras.utils.image_dataset_from_directory and of the layers RandomRotation, "
            "RandomTranslation, RandomZoom, RandomFlip, RandomBrightness and others"
        )
        self.featurewise_center = featurewise_center
        self.samplewise_center = samplewise_center
        self.featurewise_std_normalization = featurewise_std_normalization
        self.samplewise_std_normalization = samplewise_std_normalization
        self.zca_whitening = zca_whitening
        self.zca_epsilon = zca_epsilon
        self.rotation_range = rotation_range
        self.width_shift_range = width_shift_range
        self.height_shift_range = height_shift_range
        self.brightness_range = None if brightness_range is None else _range("brightness_range", brightness_range)
        self.shear_range = shear_range
        zooms = (1 - zoom_range, 1 + zoom_range) if isinstance(zoom_range, (float, int)) else zoom_range
        self.zoom_range = _range("zoom_range", zooms)
        self.channel_shift_range = channel_shift_range
        check_fill_mode(fill_mode)
        self.fill_mode = fill_mode
        self.cval = cval
        self.horizontal_flip = horizontal_flip
        self.vertical_flip = vertical_flip
        self.rescale = rescale
        self.preprocessing_function = preprocessing_function
        self.interpolation_order = interpolation_order
        self.dtype = dtype or floatx()
        self.data_format = ORDERINGS.get(str(data_format), data_format) or image_data_format()
        if self.data_format not in _FORMATS:
            raise UsageError(f"expected 'channels_last' or 'channels_first'. Received: data_format={data_format!r}")
        self.channel_axis, self.row_axis, self.col_axis = _FORMATS[self.data_format]
        if not 0 <= (validation_split or 0) < 1:
            raise UsageError(f"expected a fraction of at least 0 and below 1. Received: validation_split={validation_split}")
        self._validation_split = validation_split or 0
        self._imply()

    def flow(
        self,
        x: Any,
        y: Any = None,
        batch_size: int = 32,
        shuffle: bool = True,
        sample_weight: Any = None,
        seed: int | None = None,
        save_to_dir: Any = None,
        save_prefix: str = "",
        save_format: str = "png",
        ignore_class_split: bool = False,
        subset: str | None = None,
    ) -> NumpyArrayIterator:
        """Batches of images in memory: see `NumpyArrayIterator`."""
        return NumpyArrayIterator(
            x, y, self, batch_size, shuffle, sample_weight, seed, self.data_format, save_to_dir, save_prefix, save_format,
            subset, ignore_class_split, self.dtype,
        )  # fmt: skip

    def flow_from_directory(
        self,
        directory: Any,
        target_size: tuple[int, int] = (256, 256),
        color_mode: str = "rgb",
        classes: Any = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        save_to_dir: Any = None,
        save_prefix: str = "",
        save_format: str = "png",
        follow_links: bool = False,
        subset: str | None = None,
        interpolation: str = "nearest",
        keep_aspect_ratio: bool = False,
    ) -> DirectoryIterator:
        """Batches of images from a folder with a folder for each class: see `DirectoryIterator`."""
        return DirectoryIterator(
            directory, self, target_size, color_mode, classes, class_mode, batch_size, shuffle, seed, self.data_format,
            save_to_dir, save_prefix, save_format, follow_links, subset, interpolation, keep_aspect_ratio, self.dtype,
        )  # fmt: skip

    def flow_from_dataframe(
        self,
        dataframe: Any,
        directory: Any = None,
        x_col: str = "filename",
        y_col: Any = "class",
        weight_col: str | None = None,
        target_size: tuple[int, int] = (256, 256),
        color_mode: str = "rgb",
        classes: Any = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        save_to_dir: Any = None,
        save_prefix: str = "",
        save_format: str = "png",
        subset: str | None = None,
        interpolation: str = "nearest",
        validate_filenames: bool = True,
        **kwargs: Any,
    ) -> DataFrameIterator:
        """Batches of images from the files in a table's column: see `DataFrameIterator`.

        class_mode="other" is an old name of "raw". kwargs: drop_duplicates, has_ext, sort, which do nothing any more.
        """
        if unknown := kwargs.keys() - {*_NO_LONGER}:
            raise UsageError(f"expected arguments of flow_from_dataframe. Received: {', '.join(sorted(unknown))}")
        for name in kwargs:
            warnings.warn(f"{name} does nothing any more", DeprecationWarning, stacklevel=2)
        if class_mode == "other":
            warn("class_mode='other' is an old form of class_mode='raw'")
            class_mode = "raw"
        return DataFrameIterator(
            dataframe, directory, self, x_col, y_col, weight_col, target_size, color_mode, classes, class_mode, batch_size,
            shuffle, seed, self.data_format, save_to_dir, save_prefix, save_format, subset, interpolation,
            dtype=self.dtype, validate_filenames=validate_filenames,
        )  # fmt: skip

    def get_random_transform(self, img_shape: tuple[int, ...], seed: int | None = None) -> dict[str, Any]:
        """The amounts of a random transformation of an image of this shape, which `apply_transform` takes.

        seed: NumPy's global generator is set to it first. What isn't asked for isn't drawn, but for flips.
        """
        if seed is not None:
            np.random.seed(seed)
        theta = _either_way(self.rotation_range)
        tx = _shift(self.height_shift_range, img_shape[self.row_axis - 1])
        ty = _shift(self.width_shift_range, img_shape[self.col_axis - 1])
        shear = _either_way(self.shear_range)
        zx, zy = random_factors(self.zoom_range)
        flips = [bool(np.random.random() < 0.5 and asked) for asked in (self.horizontal_flip, self.vertical_flip)]
        channel_shift = _either_way(self.channel_shift_range) if self.channel_shift_range else None
        brightness = np.random.uniform(self.brightness_range[0], self.brightness_range[1]) if self.brightness_range else None
        return {
            "theta": theta,
            "tx": tx,
            "ty": ty,
            "shear": shear,
            "zx": zx,
            "zy": zy,
            "flip_horizontal": flips[0],
            "flip_vertical": flips[1],
            "channel_shift_intensity": channel_shift,
            "brightness": brightness,
        }

    def apply_transform(self, x: np.ndarray, transform_parameters: dict[str, Any]) -> np.ndarray:
        """One image, transformed by the amounts that `get_random_transform` names; those that are left out do nothing."""
        row, column, channel = self.row_axis - 1, self.col_axis - 1, self.channel_axis - 1
        amounts = {name: amount for name, amount in transform_parameters.items() if name in _AFFINE}
        x = apply_affine_transform(
            x, **amounts, row_axis=row, col_axis=column, channel_axis=channel,
            fill_mode=self.fill_mode, cval=self.cval, order=self.interpolation_order,
        )  # fmt: skip
        shift, brightness = (transform_parameters.get(name) for name in ("channel_shift_intensity", "brightness"))
        if shift is not None:
            x = apply_channel_shift(x, shift, channel)
        if transform_parameters.get("flip_horizontal"):
            x = np.flip(x, column)
        if transform_parameters.get("flip_vertical"):
            x = np.flip(x, row)
        if brightness is not None:
            x = apply_brightness_shift(x, brightness, scale=False, data_format=self.data_format)
        return x

    def random_transform(self, x: np.ndarray, seed: int | None = None) -> np.ndarray:
        """One image of rank 3, transformed at random; the same shape."""
        return self.apply_transform(x, self.get_random_transform(x.shape, seed))


def _range(name: str, value: Any) -> list[float]:
    if isinstance(value, (tuple, list, np.ndarray)) and len(value) == 2 and all(isinstance(v, Real) for v in value):
        return list(value)
    raise UsageError(f"expected (lowest, highest). Received: {name}={value!r}")


def _either_way(limit: float) -> float:
    return np.random.uniform(-limit, limit) if limit else 0


def _shift(limit: Any, size: int) -> float:
    """Pixels: up to the limit, or a number of a list or below an int; either way. Limits below 1 are fractions of `size`."""
    if not limit:
        return 0
    if isinstance(limit, (int, np.integer, list, tuple, np.ndarray)):
        pixels = np.random.choice(limit) * np.random.choice([-1, 1])
    else:
        pixels = np.random.uniform(-limit, limit)
    return pixels * size if np.max(limit) < 1 else pixels
