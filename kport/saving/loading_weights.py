"""The weights of a file into a model that is there already."""

from __future__ import annotations

import warnings
from collections.abc import Collection
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from ..errors import FileError, KportError, LayerError, MissingPartError, UsageError
from ..models.model import Model
from . import containers
from .archive import LayerWeights, TreeWeights, reading
from .legacy_weights import assign_layer, assign_layers
from .tree_weights import assign_tree


def fill_from_file(model: Model, path: Path, *, skip_mismatch: bool, by_name: bool, skipped: Collection[Any]) -> None:
    """Fills the model's weights; see `kport.saving.load_weights`."""
    failures: list[tuple[Any, Exception]] = []
    with ExitStack() as stack:
        archive = containers.open_container(path, stack)
        with reading(path, "the weights of a model"):
            if isinstance(archive.weights, TreeWeights):
                if by_name:
                    raise UsageError(f"expected by_name=False: only layers of an older .h5 are known by name. Received: {path}")
                assign_tree(model, archive.weights, {}, failures, {id(x) for x in skipped})
            elif isinstance(archive.weights, LayerWeights):
                if by_name:
                    _fill_by_name(model, archive.weights, failures)
                else:
                    assign_layers(model, archive.weights, failures)
            else:
                raise MissingPartError(f"expected weights. Received: {path}, an architecture alone")
    if failures:
        _report(failures, path, skip_mismatch)


def _fill_by_name(model: Model, weights: LayerWeights, failures: list[tuple[Any, Exception]]) -> None:
    for layer in model.layers:
        arrays = weights.layers.get(layer.name)
        if arrays:
            try:
                assign_layer(layer, arrays, weights)
            except KportError as error:
                failures.append((layer, error))


def _report(failures: list[tuple[Any, Exception]], path: Path, only_warn: bool) -> None:
    first, error = failures[0]
    names = ", ".join(str(getattr(x, "name", x)) for x, _ in failures[:8])
    message = f"{error} ({len(failures)} of the objects in {path} don't fit: {names})"
    if only_warn:
        warnings.warn(f"weights were skipped: {message}", stacklevel=5)
        return
    if len(failures) == 1 or isinstance(error, FileError):
        raise error
    raise LayerError(message, getattr(first, "name", None)) from error
