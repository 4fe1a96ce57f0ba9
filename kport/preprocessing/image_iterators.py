"""Batches of images with the transformations of an `ImageDataGenerator`, without end or as a PyDataset."""

from __future__ import annotations

import threading
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import UsageError
from ..ops.shapes import CHANNELS_FIRST
from ..settings import floatx, image_data_format
from ..training.py_dataset import PyDataset
from ..utils.images import array_to_img


class Iterator(PyDataset):
    """Base of what gives batches of images: `next` without end, an index as a PyDataset.

    n: how many samples there are. shuffle: their order is drawn for each epoch. seed: of NumPy's global generator, which is
    set to seed + the number of batches so far before each batch. kwargs: of PyDataset.
    A subclass defines `_get_batches_of_transformed_samples(index_array)`: the batch of these samples.
    """

    white_list_formats = ("png", "jpg", "jpeg", "bmp", "ppm", "tif", "tiff")
    """Suffixes of image files."""

    def __init__(self, n: int, batch_size: int, shuffle: bool, seed: int | None, **kwargs: Any):
        super().__init__(**kwargs)
        if batch_size < 1:
            raise UsageError(f"expected 1 sample in a batch at least. Received: batch_size={batch_size}")
        self.n = n
        self.batch_size = batch_size
        self.seed = seed
        self.shuffle = shuffle
        self.batch_index = 0
        self.total_batches_seen = 0
        self.index_array: Any = None
        self.lock = threading.Lock()

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "lock"}  # for a worker in another process

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, lock=threading.Lock())

    def __len__(self) -> int:
        return -(-self.n // self.batch_size)

    def __getitem__(self, idx: int) -> Any:
        if idx >= len(self):
            raise UsageError(f"expected the index of one of {len(self)} batches. Received: idx={idx}")
        self._begin_batch()
        if self.index_array is None:
            self._set_index_array()
        return self._get_batches_of_transformed_samples(self._indices(idx))

    def __iter__(self) -> Iterator:
        return self

    def __next__(self) -> Any:
        with self.lock:
            self._begin_batch()
            if self.batch_index == 0:
                self._set_index_array()
            indices = self._indices(self.batch_index)
            self.batch_index = (self.batch_index + 1) % max(len(self), 1)
        return self._get_batches_of_transformed_samples(indices)  # outside of the lock: threads may do it at the same time

    next = __next__
    """Keras 1's and 2's name."""

    def on_epoch_end(self) -> None:
        """A new order, if samples are shuffled."""
        self._set_index_array()

    def reset(self) -> None:
        """`next` begins from the first batch."""
        self.batch_index = 0

    def _begin_batch(self) -> None:
        if self.seed is not None:
            np.random.seed(self.seed + self.total_batches_seen)
        self.total_batches_seen += 1

    def _set_index_array(self) -> None:
        self.index_array = np.random.permutation(self.n) if self.shuffle else np.arange(self.n)

    def _indices(self, batch: int) -> np.ndarray:
        return self.index_array[self.batch_size * batch : self.batch_size * (batch + 1)]

    def _get_batches_of_transformed_samples(self, index_array: np.ndarray) -> Any:
        raise NotImplementedError(f"{type(self).__name__} has no _get_batches_of_transformed_samples(index_array)")


def transformed(image_data_generator: Any, image: np.ndarray) -> np.ndarray:
    """One image with a random transformation of the generator, and standardized: `image` itself may be changed."""
    parameters = image_data_generator.get_random_transform(image.shape)
    return image_data_generator.standardize(image_data_generator.apply_transform(image, parameters))


def save_images(
    images: np.ndarray, index_array: Any, data_format: str, folder: Any, prefix: str, suffix: str, names: int
) -> None:
    """Writes a batch as `<prefix>_<index>_<random number below names>.<suffix>` for somebody to look at. Needs Pillow."""
    for image, index in zip(images, index_array, strict=True):
        name = f"{prefix}_{index}_{np.random.randint(names)}.{suffix}"
        array_to_img(image, data_format).save(Path(folder, name))


def bounds(subset: str | None, validation_split: float, count: int) -> slice:
    """Which of `count` samples are in a subset: the first ones are for validation."""
    if subset not in (None, "training", "validation"):
        raise UsageError(f"expected 'training', 'validation' or None. Received: subset={subset!r}")
    border = int(count * validation_split)
    return {None: slice(0, count), "validation": slice(0, border), "training": slice(border, count)}[subset]


class NumpyArrayIterator(Iterator):
    """Batches of images in memory: x, (x, y) or (x, y, sample_weight).

    x: (samples, height, width, channels), or channels first; or a pair of it and an array (or a list of them), which goes
    along unchanged: batches have a list then. y, sample_weight: (samples, ...), or None. subset: see `ImageDataGenerator`,
    whose `validation_split` counts; both parts must have the same classes unless ignore_class_split.
    save_to_dir: a folder where the batches are written as images, for somebody to look at.
    """

    def __init__(
        self,
        x: Any,
        y: Any,
        image_data_generator: Any,
        batch_size: int = 32,
        shuffle: bool = False,
        sample_weight: Any = None,
        seed: int | None = None,
        data_format: str | None = None,
        save_to_dir: Any = None,
        save_prefix: str = "",
        save_format: str = "png",
        subset: str | None = None,
        ignore_class_split: bool = False,
        dtype: Any = None,
    ):
        self.dtype = dtype or floatx()
        self.data_format = data_format or image_data_format()
        self.image_data_generator = image_data_generator
        self.save_to_dir = save_to_dir
        self.save_prefix = save_prefix
        self.save_format = save_format
        if isinstance(x, (tuple, list)) and len(x) != 2:
            raise UsageError(f"expected images, or a pair of them and of what goes along. Received: {len(x)} arrays in x")
        images, beside = x if isinstance(x, (tuple, list)) else (x, [])
        images = np.asarray(images)
        arrays = {f"x[{i}]": np.asarray(a) for i, a in enumerate(beside if isinstance(beside, list) else [beside], 1)}
        arrays |= {k: np.asarray(a) for k, a in (("y", y), ("sample_weight", sample_weight)) if a is not None}
        for name, array in arrays.items():
            if len(array) != len(images):
                raise UsageError(f"expected {len(images)} samples, as x has. Received: {name} with {len(array)}")
        split = image_data_generator._validation_split if subset else 0
        part = bounds(subset, split, len(images))
        if subset is not None and y is not None and not ignore_class_split:
            _check_same_classes(arrays["y"], split)
        self.x = np.asarray(images[part], dtype=self.dtype)
        arrays = {name: array[part] for name, array in arrays.items()}
        self.y, self.sample_weight = arrays.pop("y", None), arrays.pop("sample_weight", None)
        self.x_misc = list(arrays.values())
        _check_images(self.x, self.data_format)
        super().__init__(len(self.x), batch_size, shuffle, seed)

    def _get_batches_of_transformed_samples(self, index_array: np.ndarray) -> Any:
        batch = np.zeros((len(index_array), *self.x.shape[1:]), dtype=self.dtype)
        for i, j in enumerate(index_array):
            batch[i] = transformed(self.image_data_generator, self.x[j].copy())
        if self.save_to_dir:
            save_images(batch, index_array, self.data_format, self.save_to_dir, self.save_prefix, self.save_format, 10**4)
        x = [batch, *(array[index_array] for array in self.x_misc)] if self.x_misc else batch
        if self.y is None:
            return x
        weights = () if self.sample_weight is None else (self.sample_weight[index_array],)
        return (x, self.y[index_array], *weights)


def _check_same_classes(y: np.ndarray, validation_split: float) -> None:
    training, validation = (np.unique(y[bounds(subset, validation_split, len(y))]) for subset in ("training", "validation"))
    if not np.array_equal(training, validation):
        raise UsageError(
            "expected the same classes for training and for validation; arrays that are sorted by class must be shuffled, and "
            f"ignore_class_split=True allows it. Received: {training} for training, {validation} for validation"
        )


def _check_images(x: np.ndarray, data_format: str) -> None:
    if x.ndim != 4:
        raise UsageError(f"expected images of rank 4. Received: shape={x.shape}")
    check_channels(x, 1 if data_format == CHANNELS_FIRST else 3)


def check_channels(x: np.ndarray, axis: int) -> None:
    """Warns of images that look like another data format's."""
    if x.shape[axis] not in (1, 3, 4):
        message = f"expected 1, 3 or 4 channels on axis {axis}; shape={x.shape} looks like another data_format"
        warnings.warn(message, stacklevel=3)
