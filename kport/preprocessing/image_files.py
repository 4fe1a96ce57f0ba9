"""Batches of images from files, with the transformations of an `ImageDataGenerator`."""

from __future__ import annotations

import os
import warnings
from collections import abc
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import UsageError
from ..messages import print_message
from ..ops.shapes import CHANNELS_FIRST
from ..settings import floatx, image_data_format
from ..utils.images import img_to_array, load_img
from .image_iterators import Iterator, bounds, save_images, transformed

_CHANNELS = {"grayscale": 1, "rgb": 3, "rgba": 4}
"""How many channels images of each color mode have."""


class FilesIterator(Iterator):
    """Base of what reads images from files. A subclass calls `_prepare`, finds `filepaths`, and calls `Iterator`'s constructor.

    class_mode: what goes along with images. None: nothing; "input": the images; "binary", "sparse": the class as a number;
    "categorical": (samples, classes) of 0 and 1; "raw", "multi_output": `labels`. target_size: (height, width).
    """

    filepaths: list[str]
    """Of each sample."""
    classes: Any
    """Of each sample, as a number; a list of numbers where it has several."""
    class_indices: dict[str, int]
    """Class → number."""
    labels: Any
    """Of each sample; for "multi_output" a list of arrays."""
    sample_weight: Any = None
    allowed_class_modes: frozenset[str | None] = frozenset()

    def _prepare(
        self,
        image_data_generator: Any,
        target_size: Any,
        color_mode: str,
        class_mode: str | None,
        data_format: str | None,
        dtype: Any,
        subset: str | None,
        save_to_dir: Any,
        save_prefix: str,
        save_format: str,
        interpolation: str,
        keep_aspect_ratio: bool,
    ) -> None:
        """Checks and keeps what is known before files are looked for."""
        for name, value, known in (
            ("color_mode", color_mode, _CHANNELS),
            ("class_mode", class_mode, self.allowed_class_modes),
            ("subset", subset, (None, "training", "validation")),
        ):
            if value not in known:
                raise UsageError(f"expected one of {', '.join(sorted(map(repr, known)))}. Received: {name}={value!r}")
        self.image_data_generator = image_data_generator
        self.target_size = tuple(target_size)
        self.color_mode = color_mode
        self.class_mode = class_mode
        self.data_format = data_format or image_data_format()
        self.dtype = dtype or floatx()
        self.subset = subset
        self.save_to_dir, self.save_prefix, self.save_format = save_to_dir, save_prefix, save_format
        self.interpolation, self.keep_aspect_ratio = interpolation, keep_aspect_ratio
        channels = (_CHANNELS[color_mode],)
        first = self.data_format == CHANNELS_FIRST
        self.image_shape = (*channels, *self.target_size) if first else (*self.target_size, *channels)

    def _part(self, count: int) -> slice:
        """Which of `count` samples are in the subset."""
        return bounds(self.subset, self.image_data_generator._validation_split if self.subset else 0, count)

    def _get_batches_of_transformed_samples(self, index_array: np.ndarray) -> Any:
        batch = np.zeros((len(index_array), *self.image_shape), dtype=self.dtype)
        for i, j in enumerate(index_array):
            image = self._read(self.filepaths[j])
            batch[i] = transformed(self.image_data_generator, image) if self.image_data_generator else image
        if self.save_to_dir:
            save_images(batch, index_array, self.data_format, self.save_to_dir, self.save_prefix, self.save_format, 10**7)
        if self.class_mode is None:
            return batch
        targets = self._targets(batch, index_array)
        return (batch, targets) if self.sample_weight is None else (batch, targets, self.sample_weight[index_array])

    def _read(self, path: str) -> np.ndarray:
        """(*image_shape), floatx."""
        image = load_img(path, self.color_mode, self.target_size, self.interpolation, self.keep_aspect_ratio)
        return img_to_array(image, self.data_format)

    def _targets(self, batch: np.ndarray, index_array: np.ndarray) -> Any:
        if self.class_mode == "input":
            return batch.copy()
        if self.class_mode == "multi_output":
            return [output[index_array] for output in self.labels]
        if self.class_mode == "raw":
            return self.labels[index_array]
        classes = [self.classes[i] for i in index_array]
        if self.class_mode != "categorical":
            return np.array(classes, dtype=self.dtype)
        one_hot = np.zeros((len(batch), len(self.class_indices)), dtype=self.dtype)
        for row, numbers in zip(one_hot, classes, strict=True):
            row[numbers] = 1
        return one_hot


class DirectoryIterator(FilesIterator):
    """Batches of images from a folder with a folder for each class. `image_dataset_from_directory` is newer.

    classes: the folders, in the order of their numbers; all in alphabetical order by default. follow_links: links to folders
    are gone into. subset: of each class, see `ImageDataGenerator`, whose `validation_split` counts. interpolation,
    keep_aspect_ratio: see `load_img`. save_to_dir: a folder where batches are written as images, for somebody to look at.
    """

    allowed_class_modes = frozenset({"categorical", "binary", "sparse", "input", None})

    def __init__(
        self,
        directory: Any,
        image_data_generator: Any,
        target_size: tuple[int, int] = (256, 256),
        color_mode: str = "rgb",
        classes: Any = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        data_format: str | None = None,
        save_to_dir: Any = None,
        save_prefix: str = "",
        save_format: str = "png",
        follow_links: bool = False,
        subset: str | None = None,
        interpolation: str = "nearest",
        keep_aspect_ratio: bool = False,
        dtype: Any = None,
    ):
        self._prepare(
            image_data_generator, target_size, color_mode, class_mode, data_format, dtype, subset,
            save_to_dir, save_prefix, save_format, interpolation, keep_aspect_ratio,
        )  # fmt: skip
        self.directory = os.fspath(directory)
        if not os.path.isdir(directory):
            raise UsageError(f"expected a folder with a folder for each class. Received: directory={self.directory!r}")
        names = list(classes) if classes else sorted(entry.name for entry in os.scandir(directory) if entry.is_dir())
        self.num_classes = len(names)
        self.class_indices = {name: number for number, name in enumerate(names)}
        self.filenames: list[str] = []
        numbers: list[int] = []
        for name, number in self.class_indices.items():
            files = list(_files(Path(directory, name), self.white_list_formats, follow_links))
            files = files[self._part(len(files))]
            self.filenames += [os.path.join(name, file) for file in files]
            numbers += [number] * len(files)
        self.samples = len(self.filenames)
        self.classes = self.labels = np.array(numbers, dtype="int32")
        self.filepaths = [os.path.join(self.directory, name) for name in self.filenames]
        print_message(f"Found {self.samples} images belonging to {self.num_classes} classes.")
        super().__init__(self.samples, batch_size, shuffle, seed)


def _files(folder: Path, suffixes: tuple[str, ...], follow_links: bool) -> abc.Iterator[str]:
    """The images in a folder and in those within it, as paths from the folder, in order."""
    for root, _, names in sorted(os.walk(folder, followlinks=follow_links), key=lambda found: found[0]):
        for name in sorted(names):
            if name.lower().endswith(".tiff"):
                warnings.warn(f"a .tiff with several bands is distorted: look at what comes of {name}", stacklevel=4)
            if name.lower().endswith(suffixes):
                yield os.path.relpath(os.path.join(root, name), folder)
