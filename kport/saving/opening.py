"""From a file to a model: container, dialect, layers, weights."""

from __future__ import annotations

import re
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from ..errors import MissingPartError, UnknownLayerError
from ..layers.keras_tensor import KerasTensor
from ..layers.layer import Layer
from ..models.masks import follow_version
from ..models.model import Model
from ..registry import CUSTOM, layers
from ..tree import map_structure
from . import containers, dialects
from .archive import Archive, LayerWeights, TreeWeights, reading
from .compiling import compile_as_stored
from .custom import register_custom
from .dialects.plain import FUNCTIONAL, Entry, is_entry
from .legacy_weights import assign_layers
from .limits import check_calls, check_depth
from .source import Source
from .tree_weights import assign_tree


def load(path: Any, weights: Any = None, custom: Any = None) -> Model:
    """The model in a Keras file of any generation.

    path: an HDF5 file, a `.keras` archive, a SavedModel directory, or an architecture as JSON or YAML; weights: the HDF5
    file of weights that belongs to an architecture, or False for a model with initial weights; custom: the user's own
    classes and functions, as a Python file or a dict by name. No code of the file is run.
    Raises FileError, LayerError and their kinds.
    """
    return load_source(path, weights, custom)[0]


def load_source(path: Any, weights: Any = None, custom: Any = None) -> tuple[Model, Source]:
    """As `load`, with where the model came from."""
    register_custom(custom)
    return open_model(path, weights)


def open_model(path: Any, weights: Any = None, compile: bool = False) -> tuple[Model, Source]:
    """The model in a file, with where it came from; compiled as it was when it was saved, if that is wanted."""
    import kport.layers  # noqa: F401  (registers them)

    file = Path(path)
    with ExitStack() as stack:
        archive = containers.open_container(file, stack)
        if weights is not None and weights is not False:
            archive.weights = containers.open_container(Path(weights), stack).weights
        model, generation = model_of(archive)
        if compile:
            with reading(file, "what a model was compiled with"):
                compile_as_stored(model, archive)
        if weights is not False:
            with reading(file, "the weights of a model"):
                _assign(model, archive)
                _check_ready(model)
    dialect = f"Keras {generation}"
    other = Path(weights) if weights is not None and weights is not False else None
    return model, Source(file, archive.format, archive.keras_version, archive.backend, dialect, other)


def model_of(archive: Archive) -> tuple[Model, int]:
    """The model of an architecture, with initial weights, and the generation of Keras that wrote it."""
    file = archive.path
    if archive.architecture is None:
        raise MissingPartError(
            f"expected a model. Received: {file}, which holds weights only ({_layers_in(archive)}). Give the architecture as "
            "the model and this file as its weights: kport convert model.json --weights FILE (API: weights=)"
        )
    with reading(file, "the configuration of a model"):
        check_depth(archive.architecture, file)
        generation, architecture = dialects.upgrade(archive)
        check_known(architecture)
        check_calls(architecture)
        model = _build(architecture, archive)
    follow_version(model, _version(archive.keras_version, generation))
    return model, generation


def _build(architecture: Entry, archive: Archive) -> Model:
    path = archive.path
    model = layers.get(architecture)
    if not isinstance(model, Model):
        raise MissingPartError(f"expected a model in {path}. Received: a {type(model).__name__}")
    if model.inputs is None and archive.inputs is not None:
        model.define_inputs(map_structure(KerasTensor, archive.inputs))
        model.outputs = model(model.inputs)
    if model.built and not (model.input_tensors and model.output_tensors):
        raise MissingPartError(f"expected a model with inputs and outputs in {path}. Received: {model.name!r} with none")
    if not model.built and model.weights == []:
        raise MissingPartError(
            f"expected the shape of the model's input in {path}. Received: a model that was never built; build it and save it "
            "again"
        )
    return model


def _version(text: str | None, generation: int) -> tuple[int, int]:
    """Major and minor number of the Keras that wrote a file; the newest of the generation if that wasn't recorded."""
    found = re.match(r"(\d+)\.(\d+)", text or "")
    return (int(found[1]), int(found[2])) if found else (generation, 99)


def _assign(model: Model, archive: Archive) -> None:
    if isinstance(archive.weights, LayerWeights):
        assign_layers(model, archive.weights)
    elif isinstance(archive.weights, TreeWeights):
        assign_tree(model, archive.weights, archive.assets)
    elif model.weights:
        raise MissingPartError(
            f"expected weights. Received: {archive.path}, an architecture alone. Give the HDF5 file of its weights: "
            "kport convert model.json --weights FILE (API: weights=; weights=False opens it untrained)"
        )


def _check_ready(layer: Layer) -> None:
    """LayerError for a layer whose state is neither in the configuration nor among the weights and assets."""
    check = getattr(layer, "check_ready", None)
    if check is not None:
        check()
    for child in layer.layers if isinstance(layer, Model) else layer.sublayers():
        _check_ready(child)


def check_known(architecture: Entry) -> None:
    """UnknownLayerError that lists every layer class that neither kport nor the user has, with the layers of it."""
    unknown: dict[str, list[str]] = {}

    def visit(entry: Any) -> None:
        if isinstance(entry, list):
            for item in entry:
                visit(item)
        elif isinstance(entry, dict):
            if "layers" in entry and isinstance(entry["layers"], list):
                for layer in entry["layers"]:
                    note(layer)
            for key, item in entry.items():
                if key in ("layer", "backward_layer", "cell", "cells"):
                    note(item)
                visit(item)

    def note(entry: Any) -> None:
        if isinstance(entry, list):
            for item in entry:
                note(item)
        elif is_entry(entry) and not _is_known(entry):
            config = entry["config"]
            name = config.get("name") if isinstance(config, dict) else None
            names = unknown.setdefault(entry["class_name"], [])
            if name and name not in names:
                names.append(name)

    note(architecture)
    visit(architecture)
    if unknown:
        listed = "; ".join(f"{name} ({', '.join(where[:4])})" if where else name for name, where in sorted(unknown.items()))
        raise UnknownLayerError(
            f"expected layers of Keras, or your own in a file. Received: {listed}. Define each with @kport.register in a Python "
            "file (`call` written in kport.ops) and pass --custom FILE (API: custom=)"
        )


def _is_known(entry: Entry) -> bool:
    names = (entry["class_name"], entry.get("registered_name"))
    return any(name in CUSTOM or name in layers.items or name in FUNCTIONAL for name in names if name)


def _layers_in(archive: Archive) -> str:
    weights = archive.weights
    names = list(weights.layers if isinstance(weights, LayerWeights) else weights.arrays if weights is not None else ())
    return ", ".join(n for n in names if n)[:100]
