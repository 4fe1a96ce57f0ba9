"""Folders of files, a subfolder for each class, as tf.data datasets."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import UsageError
from ..messages import print_message
from ..ops.backend import tf

MODES = ("int", "categorical", "binary", None)


@dataclass(frozen=True)
class Reading:
    """How the files of one kind become samples.

    kind: the word in messages; formats: the suffixes that count; load: (path) → sample, in TensorFlow;
    batched: (dataset, batch_size) → the dataset as the user gets it.
    """

    kind: str
    formats: tuple[str, ...]
    load: Callable[[Any], Any]
    batched: Callable[[Any, int | None], Any]


def in_batches(dataset: Any, batch_size: int | None) -> Any:
    """Batches of this size (None: single samples), prepared while the ones before are in use."""
    return (dataset if batch_size is None else dataset.batch(batch_size)).prefetch(tf.data.AUTOTUNE)


def datasets(
    reading: Reading,
    directory: Any,
    *,
    labels: Any,
    label_mode: str | None,
    class_names: Any,
    batch_size: int | None,
    shuffle: bool,
    seed: int | None,
    validation_split: float | None,
    subset: str | None,
    follow_links: bool,
    verbose: bool,
) -> Any:
    """The dataset of a folder, or a list of two with subset="both". Wrong arguments are a UsageError.

    The order of files, the split and the shuffles are those of Keras 3 for the same seed.
    """
    _check(labels, label_mode, class_names, validation_split, subset, shuffle, seed)
    if labels is None or label_mode is None:
        labels = label_mode = None
    seed = int(np.random.randint(1_000_000)) if seed is None else seed
    paths, labels, class_names = index(
        str(directory), labels, reading.formats, class_names, seed if shuffle else None, follow_links, verbose
    )
    if label_mode == "binary" and len(class_names) != 2:
        raise UsageError(f"expected two classes for label_mode='binary'. Received: class_names={class_names}")
    parts = ("training", "validation") if subset == "both" else (subset,)
    found = []
    for part in parts:
        chosen, of_labels = split(paths, labels, validation_split, part)
        if not chosen:
            of_part = f" for {part}" if part else ""
            raise UsageError(
                f"expected {reading.kind} files ({', '.join(reading.formats)}){of_part}. Received: none in {directory}"
            )
        count = len(class_names or ())
        samples = _samples(reading, chosen, of_labels, label_mode, count)
        if shuffle and not (subset == "both" and part == "validation"):
            samples = samples.shuffle(batch_size * 8 if batch_size is not None else 1024, seed=seed)
        loaded = samples.map(_loading(reading.load, label_mode), num_parallel_calls=tf.data.AUTOTUNE)
        dataset = reading.batched(loaded, batch_size)
        dataset.class_names = class_names
        dataset.file_paths = chosen
        found.append(dataset)
    return found if subset == "both" else found[0]


def _loading(load: Callable[[Any], Any], label_mode: str | None) -> Callable[..., Any]:
    return load if label_mode is None else lambda path, label: (load(path), label)


def _samples(reading: Reading, paths: list[str], labels: Any, label_mode: str | None, count: int) -> Any:
    """The paths, with labels in the form of their mode."""
    of_paths = tf.data.Dataset.from_tensor_slices(paths)
    if label_mode is None:
        return of_paths
    of_labels = tf.data.Dataset.from_tensor_slices(labels)
    if label_mode == "binary":
        of_labels = of_labels.map(lambda x: tf.expand_dims(tf.cast(x, "float32"), -1), num_parallel_calls=tf.data.AUTOTUNE)
    elif label_mode == "categorical":
        of_labels = of_labels.map(lambda x: tf.one_hot(x, count), num_parallel_calls=tf.data.AUTOTUNE)
    return tf.data.Dataset.zip((of_paths, of_labels))


def _check(labels: Any, label_mode: Any, class_names: Any, validation_split: Any, subset: Any, shuffle: bool, seed: Any) -> None:
    if labels not in ("inferred", None):
        if not isinstance(labels, (list, tuple)):
            raise UsageError(f"expected 'inferred', None or a list with a number for each file. Received: labels={labels!r}")
        if class_names:
            raise UsageError(f"expected class_names with labels='inferred' only. Received: class_names={class_names}")
    if labels is None and class_names:
        raise UsageError(f"expected no class_names without labels. Received: labels=None, class_names={class_names}")
    if label_mode not in MODES:
        raise UsageError(f"expected one of {MODES}. Received: label_mode={label_mode!r}")
    if validation_split and not 0 < validation_split < 1:
        raise UsageError(f"expected a share between 0 and 1. Received: validation_split={validation_split}")
    if bool(validation_split) != bool(subset):
        raise UsageError(
            f"expected validation_split and subset together. Received: validation_split={validation_split}, subset={subset!r}"
        )
    if subset not in ("training", "validation", "both", None):
        raise UsageError(f"expected 'training', 'validation', 'both' or None. Received: subset={subset!r}")
    if validation_split and shuffle and seed is None:
        raise UsageError(
            "expected a seed, without which files could be in the training and the validation part. "
            f"Received: seed=None, validation_split={validation_split}, shuffle=True"
        )


def index(
    directory: str, labels: Any, formats: tuple[str, ...], class_names: Any, seed: int | None, follow_links: bool, verbose: bool
) -> tuple[list[str], Any, list[str] | None]:
    """The paths, labels and class names of a folder, in the order of names, or shuffled by a seed."""
    folders = [""]
    if labels == "inferred":
        folders = sorted(f.name for f in os.scandir(directory) if f.is_dir() and not f.name.startswith("."))
        if class_names is not None and not set(class_names) <= set(folders):
            raise UsageError(f"expected class_names among the subfolders {folders}. Received: class_names={class_names}")
        folders = list(class_names or folders)
    files = [_files(os.path.join(directory, folder), formats, follow_links) for folder in folders]
    paths = [path for of_folder in files for path in of_folder]
    names: list[str] | None = folders
    if labels == "inferred":
        labels = np.repeat(np.arange(len(folders), dtype="int32"), [len(f) for f in files])
    elif labels is None:
        names = None
    elif len(labels) != len(paths):
        raise UsageError(f"expected a label for each of the {len(paths)} files in {directory}. Received: {len(labels)} labels")
    else:
        labels, names = list(labels), [str(label) for label in sorted(set(labels))]
    if verbose:
        print_message(f"Found {len(paths)} files" + ("." if names is None else f" belonging to {len(names)} classes."))
    if seed is not None:
        np.random.RandomState(seed).shuffle(paths)
        if labels is not None:
            np.random.RandomState(seed).shuffle(labels)
    return paths, labels, names


def _files(folder: str, formats: tuple[str, ...], follow_links: bool) -> list[str]:
    """The files with one of these suffixes in a folder and those in it, sorted within each."""
    walk = sorted(os.walk(folder, followlinks=follow_links), key=lambda found: found[0])
    return [
        os.path.join(folder, os.path.relpath(os.path.join(root, name), folder))
        for root, _, names in walk
        for name in sorted(names)
        if name.lower().endswith(formats)
    ]


def split(paths: list[str], labels: Any, validation_split: float | None, subset: str | None) -> tuple[list[str], Any]:
    """The part of the files that is for training or validation: the last ones are for validation."""
    if not validation_split:
        return paths, labels
    count = int(validation_split * len(paths))
    training = subset == "training"
    print_message(f"Using {len(paths) - count if training else count} files for {subset}.")
    part = slice(None, -count) if training else slice(-count, None)
    return paths[part], None if labels is None else labels[part]
