"""Containers: what kind of file it is, told by its content and not by its name."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path

from ...errors import FileError, MissingPartError
from ..archive import Archive, reading
from ..limits import check_numbers, regular
from . import hdf5, json_config, keras_zip, saved_model

_OTHERS = {
    b"TFL3": "a TensorFlow Lite model",
    b"\x08": "a protobuf file, such as an ONNX model or a frozen TensorFlow graph",
    b"\x0a": "a protobuf file, such as a frozen TensorFlow graph",
    b"\x80": "a Python pickle, which could run code",
    b"\x93NUMPY": "a NumPy array",
    b"\x1f\x8b": "a gzip file; unpack it first",
}
"""How files begin that aren't Keras's."""


def open_container(path: Path, stack: ExitStack) -> Archive:
    """What the file or directory holds; it stays open until `stack` is closed."""
    archive = _open(path, stack)
    check_numbers(archive)
    return archive


def _open(path: Path, stack: ExitStack) -> Archive:
    with reading(path, "a Keras model"):
        if os.path.isdir(path):  # False, unlike Path.is_dir, where the path can't be looked at
            return _open_directory(path, stack)
        with regular(path).open("rb") as file:
            head = file.read(16)
    if head.startswith(hdf5.MAGIC):
        return hdf5.open_hdf5(path, stack)
    if head.startswith(keras_zip.MAGIC):
        return keras_zip.open_keras_zip(path, stack)
    kind = next((what for magic, what in _OTHERS.items() if head.startswith(magic) or head[4:].startswith(magic)), None)
    if not head:
        kind = "an empty file"
    if kind is not None:
        raise FileError(f"expected a Keras model (HDF5, .keras, SavedModel, JSON or YAML). Received: {path}, {kind}")
    return json_config.open_text(path)


def _open_directory(path: Path, stack: ExitStack) -> Archive:
    if (path / saved_model.FILE).exists():
        return saved_model.open_saved_model(path)
    if (path / "config.json").exists():
        return keras_zip.open_keras_folder(path, stack)
    raise MissingPartError(f"expected a SavedModel directory with {saved_model.FILE}. Received: {path}")
