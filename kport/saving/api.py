"""Saving and loading models and weights, under the names of keras.saving."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import UsageError
from ..files import whole, workshop
from ..models.model import Model
from ..registry import known
from .loading_weights import fill_from_file
from .objects import serialize_keras_object
from .opening import open_model
from .writing.keras_zip import CONFIG, METADATA, WEIGHTS, metadata, write_archive
from .writing.legacy import write_layers, write_legacy
from .writing.state import write_state

HDF5 = (".h5", ".hdf5")


def save_model(
    model: Model,
    filepath: Any,
    overwrite: bool = True,
    zipped: bool | None = None,
    include_optimizer: bool = True,
    save_format: str | None = None,
) -> None:
    """Writes the model: architecture, weights, what it was compiled with, and the optimizer's state.

    filepath: `.keras`, or `.h5`, which older Keras reads, too (without the optimizer where include_optimizer=False); with
    zipped=False a folder with the parts of a `.keras` archive. overwrite=False: a file that exists is replaced only if the
    user says so on the terminal, else a UsageError. save_format is that of Keras 2, which the suffix says today.
    The file appears when it is complete.
    """
    path = Path(filepath)
    if zipped is False:
        if path.suffix == ".keras":
            raise UsageError(f"expected a folder's name with zipped=False. Received: filepath={str(path)!r}")
    elif path.suffix not in (".keras", *HDF5):
        raise UsageError(
            f"expected a filepath that ends in .keras or .h5; a SavedModel is written by "
            f'kport.convert(model, to="savedmodel"). Received: filepath={str(path)!r}'
            + (f", save_format={save_format!r}" if save_format else "")
        )
    if not may_write(path, overwrite):
        return
    if not model.built:
        warnings.warn(
            f"model '{model.name}' is saved before it was built, so without weights; call it on data first", stacklevel=3
        )
    if path.suffix in HDF5:
        with whole(path) as draft:
            write_legacy(model, draft, include_optimizer)
    elif zipped is False:
        _write_folder(model, path)
    else:
        with whole(path) as draft:
            _write_keras(model, draft)


def _write_keras(model: Model, path: Path) -> None:
    weights = path.with_name(WEIGHTS)
    config = serialize_keras_object(model)
    assets = write_state(model, weights)
    write_archive(path, config, weights, assets)
    weights.unlink()


def _write_folder(model: Model, path: Path) -> None:
    import json

    config = serialize_keras_object(model)
    with workshop(path) as folder:
        draft = folder / path.name
        draft.mkdir()
        for place, files in write_state(model, draft / WEIGHTS).items():
            for name, content in files.items():
                file = draft / "assets" / place / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
        (draft / CONFIG).write_text(json.dumps(config), encoding="utf-8")
        (draft / METADATA).write_text(metadata(), encoding="utf-8")
        path.mkdir(exist_ok=True)
        for part in draft.iterdir():
            target = path / part.name
            if target.is_dir():
                os.replace(target, folder / f"old {part.name}")
            os.replace(part, target)


def may_write(path: Path, overwrite: bool) -> bool:
    """Whether to write there: a file that exists is replaced if that is wanted, or if the user says so on the terminal."""
    if overwrite or not path.exists():
        return True
    if sys.stdin is None or not sys.stdin.isatty():
        raise UsageError(f"expected a filepath that doesn't exist, or overwrite=True. Received: filepath={str(path)!r}")
    answer = ""
    while answer not in ("y", "n"):
        answer = input(f"[WARNING] {path} already exists - overwrite? [y/n] ").strip().lower()
    return answer == "y"


def load_model(
    filepath: Any, custom_objects: Mapping[str, Any] | None = None, compile: bool = True, safe_mode: bool = True
) -> Model:
    """The model in a file of any generation of Keras, as `kport.load`; compiled as it was when it was saved, with the
    optimizer's state, so that training goes on where it stopped.

    custom_objects: the user's own classes and functions by name; compile: whether to compile it. safe_mode is Keras's: code in
    a file is never run. Raises FileError, LayerError and their kinds.
    """
    with known(custom_objects):
        return open_model(filepath, compile=compile)[0]


def save_weights(model: Model, filepath: Any, overwrite: bool = True, max_shard_size: float | None = None) -> None:
    """Writes the weights, and the optimizer's state, to a `.weights.h5`; or the weights alone, by layer, to an older `.h5`.

    UsageError for another suffix, for max_shard_size (files in parts aren't written) and for a model that wasn't built.
    """
    path = Path(filepath)
    if not str(path).endswith((".weights.h5", *HDF5)):
        raise UsageError(f"expected a filepath that ends in .weights.h5 or .h5. Received: filepath={str(path)!r}")
    if max_shard_size is not None:
        raise UsageError(f"expected max_shard_size=None: weights are written to one file. Received: {max_shard_size=}")
    if not model.built:
        raise UsageError(f"expected a model that was built: call it on data first. Received: model '{model.name}', built=False")
    if may_write(path, overwrite):
        with whole(path) as draft:
            write_state(model, draft) if str(path).endswith(".weights.h5") else write_layers(model, draft)


def load_weights(
    model: Model, filepath: Any, skip_mismatch: bool = False, by_name: bool | None = None, objects_to_skip: Any = None
) -> None:
    """Fills a built model's weights from a `.weights.h5`, `.keras` or `.h5` of any generation.

    skip_mismatch: layers whose weights don't fit stay as they are, with a warning; by_name (of `.h5` only): layers take the
    weights of the layer of their name, the others stay as they are; objects_to_skip: layers that stay as they are.
    LayerError and MissingPartError where weights don't fit, UsageError for a model that wasn't built.
    """
    if not model.built:
        raise UsageError(f"expected a model that was built: call it on data first. Received: model '{model.name}', built=False")
    fill_from_file(model, Path(filepath), skip_mismatch=skip_mismatch, by_name=bool(by_name), skipped=objects_to_skip or ())
