"""What a model was compiled with, and its optimizer's state, from a file."""

from __future__ import annotations

import importlib
import inspect
import warnings
from typing import Any

import numpy as np

from ..errors import MissingComponentError
from ..models.model import Model
from ..registry import CUSTOM
from .archive import Archive
from .objects import function_of, registry_of

ARGUMENTS = ("loss", "loss_weights", "metrics", "weighted_metrics", "run_eagerly", "steps_per_execution", "jit_compile")
"""What `compile` takes and files keep, apart from the optimizer."""
KINDS = {"loss": "keras.losses", "metrics": "keras.metrics", "weighted_metrics": "keras.metrics"}
"""Where objects are that don't say their module, as in HDF5 files."""
REDUCTIONS = {"auto": "sum_over_batch_size", "none": None}
"""Names that Keras 2 had for what Keras 3 calls otherwise."""


def compile_as_stored(model: Model, archive: Archive) -> None:
    """Compiles the model as the file says, with an optimizer that is ready to take its state.

    A class that has `compile` or `compile_from_config` of its own does it itself. Without TensorFlow, which training needs,
    the model stays uncompiled, with a warning.
    """
    config = archive.training
    if not isinstance(config, dict) or not config:
        return
    try:
        if "optimizer_config" in config:  # HDF5
            config = {**config, "optimizer": config["optimizer_config"]}
        model.compile_from_config(config)
    except MissingComponentError as error:
        warnings.warn(f"model '{model.name}' isn't compiled as it was when it was saved: {error}", stacklevel=5)
        return
    if archive.optimizer and model.optimizer is not None and model.built:
        _restore(model, [stored.read() for stored in archive.optimizer])


def arguments_of(config: dict[str, Any]) -> dict[str, Any]:
    """The arguments of `compile` that a file's configuration means."""
    arguments = {key: _restored(config[key], KINDS.get(key)) for key in ARGUMENTS if key in config}
    return {"optimizer": _restored(config.get("optimizer"), "keras.optimizers"), **arguments}


def _restored(config: Any, module: str | None) -> Any:
    """Names stay names: what they mean is found when the model is compiled."""
    if isinstance(config, (list, tuple)):
        return [_restored(item, module) for item in config]
    if not isinstance(config, dict):
        return config
    if "class_name" not in config:
        return {key: _restored(item, module) for key, item in config.items()}
    inner = config.get("config")
    if config["class_name"] == "function":
        return function_of(inner)
    if not isinstance(inner, dict):
        return config["class_name"]
    if config["class_name"] == "MeanMetricWrapper" and isinstance(inner.get("fn"), str):  # Keras 2
        return inner["name"] if inner["name"] in ("accuracy", "acc") else inner["fn"]
    name = config["class_name"]
    config = {**config, "class_name": name if name in CUSTOM else name.rpartition(">")[2]}  # tf-keras: "Custom>Adam"
    if module is not None and not config.get("module"):
        config["module"] = module
    registry = registry_of(config)
    kind = registry.find(config["class_name"], config.get("registered_name"))
    return registry.get({**config, "config": _known_to(kind, inner)}) if inspect.isclass(kind) else kind


def _known_to(kind: Any, config: dict[str, Any]) -> dict[str, Any]:
    """Without the arguments of older generations that mean nothing any more."""
    if kind.__module__.partition(".")[0] != "kport":
        return config
    importlib.import_module(kind.__module__)
    config = {{"lr": "learning_rate"}.get(key, key): value for key, value in config.items()}
    if config.get("reduction") in REDUCTIONS:
        config["reduction"] = REDUCTIONS[config["reduction"]]
    parameters = inspect.signature(kind).parameters
    if any(p.kind is p.VAR_KEYWORD for p in parameters.values()) and len(parameters) == 1:
        return config
    return {key: value for key, value in config.items() if key in parameters}


def _restore(model: Model, arrays: list[np.ndarray]) -> None:
    """Gives the optimizer the state that an HDF5 file lists; Keras 2's has no learning rate in it."""
    variables = model.optimizer.variables
    targets = variables if len(variables) == len(arrays) else [v for v in variables if v.name != "learning_rate"]
    if len(targets) != len(arrays) or any(tuple(v.shape) != a.shape for v, a in zip(targets, arrays, strict=True)):
        warnings.warn(
            f"the optimizer of model '{model.name}' begins anew: expected {len(variables)} arrays of its state. "
            f"Received: {len(arrays)}",
            stacklevel=6,
        )
        return
    for variable, array in zip(targets, arrays, strict=True):
        variable.assign(array)
