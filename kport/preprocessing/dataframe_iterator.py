"""Batches of images from files that a table names, with the transformations of an `ImageDataGenerator`."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable
from typing import Any

import numpy as np

from ..errors import UsageError
from ..messages import print_message
from .image_files import FilesIterator

_KINDS = {"categorical": (str, list, tuple), "binary": (str,), "sparse": (str,)}
"""What labels are in the modes whose labels are names of classes."""


class DataFrameIterator(FilesIterator):
    """Batches of images from the files in a table's column.

    dataframe: a pandas.DataFrame, or a dictionary of columns. directory: what file names are relative to; the folder in which
    Python runs by default. x_col: the column of file names. y_col: that of labels: names of classes (for "categorical" also
    lists of them), or anything for "raw" (several columns: a list of them), or a list of columns for "multi_output".
    weight_col: the column of weights. classes: the names, in the order of their numbers; rows of other classes are left out;
    all in alphabetical order by default. validate_filenames: rows whose file is missing or no image are left out, with a
    warning. Others: see `DirectoryIterator` and `FilesIterator`.
    """

    allowed_class_modes = frozenset({"binary", "categorical", "input", "multi_output", "raw", "sparse", None})

    def __init__(
        self,
        dataframe: Any,
        directory: Any = None,
        image_data_generator: Any = None,
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
        data_format: str | None = "channels_last",
        save_to_dir: Any = None,
        save_prefix: str = "",
        save_format: str = "png",
        subset: str | None = None,
        interpolation: str = "nearest",
        keep_aspect_ratio: bool = False,
        dtype: Any = "float32",
        validate_filenames: bool = True,
    ):
        self._prepare(
            image_data_generator, target_size, color_mode, class_mode, data_format, dtype, subset,
            save_to_dir, save_prefix, save_format, interpolation, keep_aspect_ratio,
        )  # fmt: skip
        self.directory = os.fspath(directory or "")
        names = _column(dataframe, x_col)
        if not all(isinstance(name, str) for name in names):
            raise UsageError(f"expected file names. Received: other values in the column x_col={x_col!r}")
        rows = np.arange(len(names))
        paths = [os.path.join(self.directory, name) for name in names]
        if validate_filenames:
            rows = self._with_files(rows, paths, x_col)
        by_class = class_mode in _KINDS
        if by_class:
            labels = self._class_names(dataframe, y_col, classes)
            rows, labels = self._of_classes(rows, labels, classes)
        elif classes:
            warnings.warn(f"classes have no meaning for class_mode={class_mode!r}", stacklevel=2)
        part = self._part(len(rows))
        rows = rows[part]
        if by_class:
            self.classes = self.labels = [self._number(label) for label in labels[part]]
        elif class_mode == "raw":
            self.labels = _values(dataframe, y_col)[rows]
        elif class_mode == "multi_output":
            if not isinstance(y_col, list):
                raise UsageError(f"expected a list of columns for class_mode='multi_output'. Received: y_col={y_col!r}")
            self.labels = [np.array([column[row] for row in rows]) for column in (_column(dataframe, name) for name in y_col)]
        if weight_col is not None:
            weights = np.asarray(_column(dataframe, weight_col))
            if not np.issubdtype(weights.dtype, np.number):
                raise UsageError(f"expected numbers. Received: other values in the column weight_col={weight_col!r}")
            self.sample_weight = weights[rows]
        self.filenames = [names[row] for row in rows]
        self.filepaths = [paths[row] for row in rows]
        self.samples = len(rows)
        of_classes = f" belonging to {len(self.class_indices)} classes" if by_class else ""
        validated = "validated" if validate_filenames else "non-validated"
        print_message(f"Found {self.samples} {validated} image filenames{of_classes}.")
        super().__init__(self.samples, batch_size, shuffle, seed)

    def _with_files(self, rows: np.ndarray, paths: list[str], x_col: str) -> np.ndarray:
        good = np.array([path.lower().endswith(self.white_list_formats) and os.path.isfile(path) for path in paths], dtype=bool)
        if not good.all():
            message = f'{(~good).sum()} files of x_col="{x_col}" are missing or no images: their rows are left out'
            warnings.warn(message, stacklevel=3)
        return rows[good]

    def _class_names(self, dataframe: Any, y_col: Any, classes: Any) -> list[Any]:
        """The labels of all rows, after checks."""
        labels = _column(dataframe, y_col)
        kinds = _KINDS[str(self.class_mode)]
        if not all(isinstance(label, kinds) for label in labels):
            expected = "names of classes" + (", or lists of them" if len(kinds) > 1 else "")
            message = f"expected {expected} for class_mode={self.class_mode!r}"
            raise UsageError(f"{message}. Received: other values in the column y_col={y_col!r}")
        count = len(set(classes or labels)) if self.class_mode == "binary" else 2
        if count != 2:
            raise UsageError(f"expected 2 classes for class_mode='binary'. Received: {count}")
        return labels

    def _of_classes(self, rows: np.ndarray, labels: list[Any], classes: Any) -> tuple[np.ndarray, list[Any]]:
        """The rows with one of the classes at least, and their labels without other classes. Sets `class_indices`."""
        kept = [labels[row] for row in rows]
        names = dict.fromkeys(classes) if classes else sorted({name for label in kept for name in _names(label)})
        self.class_indices = {name: number for number, name in enumerate(names)}
        if not classes:
            return rows, kept
        known = [[name for name in _names(label) if name in self.class_indices] for label in kept]
        found = [i for i, names_of_row in enumerate(known) if names_of_row]
        return rows[found], [kept[i] if isinstance(kept[i], str) else known[i] for i in found]

    def _number(self, label: Any) -> Any:
        return self.class_indices[label] if isinstance(label, str) else [self.class_indices[name] for name in label]


def _names(label: Any) -> Iterable[str]:
    return (label,) if isinstance(label, str) else label


def _column(dataframe: Any, name: Any) -> list[Any]:
    """A column as a list. Python's rows are counted, whatever pandas' index calls them."""
    if isinstance(name, (list, tuple)):
        raise UsageError(f"expected the name of one column. Received: {name}")
    try:
        return list(dataframe[name])
    except (KeyError, TypeError, IndexError) as error:
        raise UsageError(f"expected a pandas.DataFrame with a column {name!r}. Received: {type(dataframe).__name__}") from error


def _values(dataframe: Any, columns: Any) -> np.ndarray:
    """(rows,) of one column, (rows, columns) of a list of them."""
    if isinstance(columns, (list, tuple)):
        return np.stack([_values(dataframe, name) for name in columns], axis=1)
    _column(dataframe, columns)
    return np.asarray(dataframe[columns])
