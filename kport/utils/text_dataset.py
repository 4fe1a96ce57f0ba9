"""Texts in folders as a dataset."""

from __future__ import annotations

from typing import Any

from ..errors import UsageError
from ..ops.backend import tf
from .directories import Reading, datasets, in_batches


def text_dataset_from_directory(
    directory: Any,
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: Any = None,
    batch_size: int | None = 32,
    max_length: int | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    follow_links: bool = False,
    format: str = "tf",
    verbose: bool = True,
) -> Any:
    """A tf.data.Dataset of the `.txt` files in a folder, whose subfolders are classes, with `class_names`.

    Gives (texts, labels), or texts alone with labels=None: texts (batch,) of strings, cut after max_length bytes. The other
    arguments are those of `image_dataset_from_directory`.
    """
    if format != "tf":
        raise UsageError(f"expected format='tf', a tf.data.Dataset. Received: format={format!r}")

    def load(path: Any) -> Any:
        text = tf.io.read_file(path)
        return text if max_length is None else tf.strings.substr(text, 0, max_length)

    return datasets(
        Reading("text", (".txt",), load, in_batches), directory, labels=labels, label_mode=label_mode, class_names=class_names,
        batch_size=batch_size, shuffle=shuffle, seed=seed, validation_split=validation_split, subset=subset,
        follow_links=follow_links, verbose=verbose,
    )  # fmt: skip
