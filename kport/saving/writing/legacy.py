"""The HDF5 form that Keras had before `.keras`: all in attributes, weights by layer.

Source: keras/src/legacy/saving/legacy_h5_format.py of Keras 3.15, and tf-keras's hdf5_format.py.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...errors import UsageError
from ...layers.layer import Layer
from ...models.model import Model
from ..containers.hdf5 import TOP
from ..legacy_weights import in_order
from .hdf5 import timeless_file, timeless_group, write_array, write_names
from .keras_zip import VERSION
from .legacy_config import model_config
from .state import arrays_of, assets_of


def write_legacy(model: Model, path: Path, include_optimizer: bool = True) -> None:
    """Writes the whole model: architecture, weights, and what it was compiled with.

    UsageError for a model that was never built, and for layers with files of their own, which have no place here.
    """
    import h5py

    _check(model)
    with h5py.File(timeless_file(path)) as file:
        file.attrs["backend"] = "tensorflow"
        file.attrs["keras_version"] = VERSION
        file.attrs["model_config"] = json.dumps(model_config(model))
        optimizer = model.optimizer if include_optimizer else None
        if optimizer is not None:
            file.attrs["training_config"] = json.dumps(training_config(model))
        _write_weights(timeless_group(file, "model_weights"), model)
        if optimizer is not None and optimizer.variables:
            _write_arrays(
                timeless_group(file, "optimizer_weights"),
                [(f"{optimizer.name}/{v.name}", v.numpy()) for v in optimizer.variables],
            )


def write_layers(model: Model, path: Path) -> None:
    """Writes the weights alone, by layer."""
    import h5py

    with h5py.File(timeless_file(path)) as file:
        _write_weights(file, model)


def _check(model: Model) -> None:
    if not model.built:
        raise UsageError(
            f"expected a model that was built, since HDF5 keeps its weights by layer: call it on data first. "
            f"Received: model '{model.name}', built=False"
        )
    for layer in model.all_layers():
        if assets_of(layer):
            raise UsageError(
                f"expected a filepath that ends in .keras: HDF5 has no place for the files of layer '{layer.name}' "
                f"({type(layer).__name__}). Received: a filepath that ends in .h5"
            )


def _write_weights(group: Any, model: Model) -> None:
    group.attrs["backend"] = "tensorflow"
    group.attrs["keras_version"] = VERSION
    write_names(group, "layer_names", [layer.name for layer in model.layers])
    values = _values(model)
    for layer in sorted(model.layers, key=lambda x: x.name):
        paths = _paths(layer, "")
        _write_arrays(timeless_group(group, layer.name), [(paths[id(w)], values[id(w)]) for w in in_order(layer)])
    own = [w for w in model.numbered_weights if w not in [x for layer in model.layers for x in layer.weights]]
    _write_arrays(timeless_group(group, TOP), [(f"{model.name}/{w.name}", values[id(w)]) for w in own])


def _values(model: Model) -> dict[int, Any]:
    """The array of each weight (by id), as files have it."""
    found: dict[int, Any] = {id(w): w.numpy() for w in model.weights}
    for layer in model.all_layers():
        if getattr(layer, "recurrent_activation", None) is not None:
            found.update(zip(map(id, layer.numbered_weights), arrays_of(layer).values(), strict=False))
    return found


def _paths(layer: Layer, prefix: str) -> dict[int, str]:
    """The path of each weight (by id): the names of the layers that lead to it, and its own."""
    place = f"{prefix}{layer.name}"
    taken: set[str] = set()
    found: dict[int, str] = {}
    for weight in layer.own_weights:
        name, count = weight.name, 0
        while name in taken:
            count += 1
            name = f"{weight.name}_{count}"
        taken.add(name)
        found[id(weight)] = f"{place}/{name}"
    names: set[str] = set()
    for inner in layer.layers if isinstance(layer, Model) else layer.sublayers():
        start = f"{place}/"
        while inner.name in names and start.count("_") < 50:
            start = f"{start[:-1]}_/"
        names.add(inner.name)
        found = _paths(inner, start) | found
    return found


def _write_arrays(group: Any, arrays: Sequence[tuple[str, Any]]) -> None:
    names: list[str] = []
    for name, array in arrays:
        unique, count = name, 0
        while unique in names:
            count += 1
            unique = f"{name}_{count}"
        names.append(unique)
        write_array(group, unique, array)
    write_names(group, "weight_names", names)


def training_config(model: Model) -> dict[str, Any]:
    """What the model was compiled with, without the modules of classes, as this form has it."""
    from ...optimizers import Optimizer

    config = dict(model.get_compile_config())
    optimizer = config.pop("optimizer")
    plain: dict[str, Any] = _without_modules(config)
    defaults = {p.name: p.default for p in inspect.signature(Optimizer).parameters.values()}
    # tf-keras opens such a file with older optimizers, which know nothing of what all have today
    known = {key: value for key, value in optimizer["config"].items() if key not in defaults or value != defaults[key]}
    plain["optimizer_config"] = {"class_name": optimizer["registered_name"] or optimizer["class_name"], "config": known}
    return plain


def _without_modules(x: Any) -> Any:
    if isinstance(x, (list, tuple)):
        return [_without_modules(item) for item in x]
    if not isinstance(x, dict):
        return x
    if x.get("class_name") == "function":
        return x["config"]
    if "class_name" in x and "config" in x:
        return {"class_name": x.get("registered_name") or x["class_name"], "config": _without_modules(x["config"])}
    return {key: _without_modules(item) for key, item in x.items()}
