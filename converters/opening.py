"""From a model in memory or a file of any kind to what is converted."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from ..errors import LayerError, MissingPartError
from ..ir.types import Shape
from ..models.model import Model
from .official.recognition import is_frozen_graph, serves
from .source import KerasSource, Source


def open_source(
    model: Model | str | Path,
    weights: str | Path | None = None,
    custom: Any = None,
    input_shapes: Mapping[str, Shape] | None = None,
) -> Source:
    """A model (or the file that holds one) as a checked graph.

    What can be seen only as a TensorFlow graph (a frozen one, a SavedModel without layers or with layers that only
    TensorFlow knows) is one for the official converters. UnknownLayerError stays where the user's code was given.
    """
    if isinstance(model, Model):
        nowhere = {"path": None, "sha256": None, "format": "model in memory", "keras_version": None, "backend": None}
        return KerasSource(lambda: (model, nowhere), input_shapes)
    path = Path(model)
    if is_frozen_graph(path):
        return tensorflow_source(path, "frozen TensorFlow graph", input_shapes, f"{path} is a frozen TensorFlow graph")
    files = [Path(f) for f in (path, weights, custom) if isinstance(f, (str, Path))]
    try:
        return KerasSource(lambda: open_file(path, weights, custom), input_shapes, path, files)
    except (MissingPartError, LayerError) as error:
        if custom is not None or not serves(path):
            raise
        return tensorflow_source(path, "SavedModel", input_shapes, str(error))


def open_file(path: Path, weights: str | Path | None, custom: Any) -> tuple[Model, dict[str, Any]]:
    """The model of a file, and what reports say of the file; its digest comes later."""
    from ..saving import load_source

    loaded, found = load_source(path, weights=weights, custom=custom)
    background = ThreadPoolExecutor(1)
    digest = background.submit(lambda: found.sha256)
    background.shutdown(wait=False)
    description = {"path": path.name, "sha256": digest}
    return loaded, description | {k: getattr(found, k) for k in ("format", "keras_version", "backend")}


def tensorflow_source(path: Path, format: str, shapes: Mapping[str, Shape] | None, reason: str) -> Source:
    """A TensorFlow graph; reason: why it isn't opened as layers."""
    from .official.source import TensorFlowSource

    return TensorFlowSource(path, format, shapes, reason)
