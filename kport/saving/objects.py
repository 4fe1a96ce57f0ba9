"""Objects as configurations and back, under the names of keras.saving."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..configurable import serialize
from ..errors import UsageError
from ..ir import as_array
from ..layers.keras_tensor import KerasTensor
from ..models.model import Model
from ..models.serialization import TENSOR
from ..ops.backend import is_tensorflow
from ..registry import CUSTOM, Registry, known, register
from ..registry import registered_name as _registered_name
from .writing.config import translated

PLACES = {
    "keras.layers": ("kport.layers", "layers"),
    "keras.losses": ("kport.losses", "losses"),
    "keras.metrics": ("kport.metrics", "metrics"),
    "keras.optimizers.schedules": ("kport.optimizers.schedules", "schedules"),
    "keras.optimizers": ("kport.optimizers", "optimizers"),
    "keras.initializers": ("kport.initializers", "initializers"),
    "keras.regularizers": ("kport.regularizers", "regularizers"),
    "keras.constraints": ("kport.constraints", "constraints"),
    "keras.activations": ("kport.activations", "activations"),
}
"""Keras's modules: kport's, which registers what they have, and the name of the registry."""
FUNCTIONS = ("keras.activations", "keras.losses", "keras.metrics", "keras.initializers", "keras.regularizers")
"""Where a function of a name may be."""


def register_keras_serializable(package: str = "Custom", name: str | None = None) -> Any:
    """A decorator that makes the user's class or function known under "package>name", as `kport.register`."""
    return register(package=package, name=name)


def get_custom_objects() -> dict[str, Any]:
    """What is registered, by name; it may be changed."""
    return CUSTOM


def get_registered_name(obj: Any) -> str:
    """ "package>name" of what is registered; the Python name of anything else."""
    name: str = _registered_name(obj) or obj.__name__
    return name


def get_registered_object(
    name: str, custom_objects: Mapping[str, Any] | None = None, module_objects: Mapping[str, Any] | None = None
) -> Any:
    """What is registered under the name, or what one of the mappings has; None if nothing is."""
    places: list[Mapping[str, Any]] = [CUSTOM, custom_objects or {}, module_objects or {}]
    return next((place[name] for place in places if name in place), None)


class CustomObjectScope:
    """Within the block, names in configurations also mean what `custom_objects` says."""

    def __init__(self, custom_objects: Mapping[str, Any] | None):
        self.custom_objects = dict(custom_objects or {})
        self._scopes: list[Any] = []

    def __enter__(self) -> CustomObjectScope:
        scope = known(self.custom_objects)
        scope.__enter__()
        self._scopes.append(scope)
        return self

    def __exit__(self, *error: Any) -> None:
        self._scopes.pop().__exit__(*error)


custom_object_scope = CustomObjectScope


def serialize_keras_object(obj: Any) -> Any:
    """An object as JSON can hold it, in Keras 3's words; UsageError for what has no `get_config`."""
    if obj is None or isinstance(obj, (str, int, float, bool)):
        return obj
    if isinstance(obj, (list, tuple)):
        return type(obj)(serialize_keras_object(item) for item in obj) if type(obj) in (list, tuple) else [*map(serialize, obj)]
    if isinstance(obj, dict):
        return {key: serialize_keras_object(item) for key, item in obj.items()}
    if isinstance(obj, bytes):
        return {"class_name": "__bytes__", "config": {"value": obj.decode("utf-8")}}
    if isinstance(obj, slice):
        parts = {part: serialize_keras_object(getattr(obj, part)) for part in ("start", "stop", "step")}
        return {"class_name": "__slice__", "config": parts}
    if obj is Ellipsis:
        return {"class_name": "__ellipsis__", "config": {}}
    if isinstance(obj, KerasTensor):
        history = None if obj.call is None else [obj.call.layer.name, 0, obj.index]
        return {"class_name": TENSOR, "config": {"shape": list(obj.shape), "dtype": obj.dtype, "keras_history": history}}
    if isinstance(obj, np.generic) or (isinstance(obj, np.ndarray) and not obj.ndim):
        return obj.item()
    if isinstance(obj, np.ndarray):
        return {"class_name": "__numpy__", "config": {"value": obj.tolist(), "dtype": obj.dtype.name}}
    if is_tensorflow(obj) and hasattr(obj, "numpy"):
        array = as_array(obj.numpy())
        return {"class_name": "__tensor__", "config": {"value": array.tolist(), "dtype": array.dtype.name}}
    config = serialize(obj)
    if not isinstance(config, (dict, str)):
        raise UsageError(f"expected an object with get_config(), or a function. Received: {obj!r}")
    return _with_state(obj, translated(config))


def _with_state(obj: Any, config: Any) -> Any:
    """A model's configuration also says how it was built and compiled."""
    if not isinstance(obj, Model):
        return config
    more = {"build_config": obj.get_build_config(), "compile_config": obj.get_compile_config()}
    return {**config, **{key: value for key, value in more.items() if value}}


def deserialize_keras_object(
    config: Any, custom_objects: Mapping[str, Any] | None = None, safe_mode: bool = True, **kwargs: Any
) -> Any:
    """The object of a configuration, or of all in a list or dict; what isn't one stays as it is.

    safe_mode is Keras's: no code in a configuration is ever run. Unknown names are a LayerError or UsageError with a remedy.
    """
    kwargs.pop("module_objects", None)
    if kwargs:
        raise UsageError(f"expected arguments config, custom_objects and safe_mode. Received: {sorted(kwargs)}")
    with known(custom_objects):
        return _object(config)


def _object(config: Any) -> Any:
    if isinstance(config, (list, tuple)):
        return [_object(item) for item in config]
    if isinstance(config, str):
        return CUSTOM.get(config, config)
    if not isinstance(config, dict):
        return config
    if "class_name" not in config or "config" not in config:
        return {key: _object(item) for key, item in config.items()}
    kind, inner = config["class_name"], config["config"]
    if kind in _SPECIAL:
        return _SPECIAL[kind](inner)
    if kind == "function":
        return function_of(inner)
    found = registry_of(config).get(config)
    if isinstance(found, Model):
        if config.get("build_config") and not found.built:
            found.build_from_config(config["build_config"])
        if config.get("compile_config"):
            found.compile_from_config(config["compile_config"])
    return found


def _tensor(config: dict[str, Any]) -> KerasTensor:
    from ..ir import TensorType

    return KerasTensor(TensorType(config["dtype"], tuple(config["shape"])))


def _lambda(config: Any) -> Any:
    from .lambdas import upgrade_lambda

    return upgrade_lambda({"name": "lambda", "function": {"class_name": "__lambda__", "config": config}})[1]["function"]


_SPECIAL: dict[str, Any] = {
    TENSOR: _tensor,
    "__numpy__": lambda config: np.array(config["value"], config["dtype"]),
    "__tensor__": lambda config: np.array(config["value"], config["dtype"]),
    "__bytes__": lambda config: config["value"].encode("utf-8"),
    "__slice__": lambda config: slice(*(_object(config[part]) for part in ("start", "stop", "step"))),
    "__ellipsis__": lambda config: Ellipsis,
    "__lambda__": _lambda,
}


def registry_of(config: dict[str, Any]) -> Registry:
    """The registry that has the class of a configuration."""
    name = config["class_name"]
    module = str(config.get("module") or "")
    own = (config.get("registered_name"), name)
    registries = importlib.import_module("kport.registry")
    for place, (package, registry) in PLACES.items():
        if module == place or (module.startswith("keras.src.") and module.replace(".src.", ".").startswith(place)):
            importlib.import_module(package)
            return _as_registry(getattr(registries, registry))
    if not any(key in CUSTOM for key in own if key):
        for package, registry in PLACES.values():
            importlib.import_module(package)
            if name in getattr(registries, registry).items:
                return _as_registry(getattr(registries, registry))
    return _as_registry(registries.layers)


def _as_registry(found: Any) -> Registry:
    assert isinstance(found, Registry)
    return found


def function_of(name: Any) -> Any:
    """The function of this name: the user's own, or a built-in one. UsageError if there is none."""
    if name in CUSTOM:
        return CUSTOM[name]
    registries = importlib.import_module("kport.registry")
    for place in FUNCTIONS:
        package, registry = PLACES[place]
        importlib.import_module(package)
        for kind in (registry, "metric_functions") if place == "keras.metrics" else (registry,):
            found = getattr(registries, kind).items.get(name)
            if found is not None and not isinstance(found, type):
                return found
    raise UsageError(
        f"expected the name of a function of kport.activations, losses or metrics, or of one registered with @kport.register. "
        f"Received: {name!r}. Register it, or give it in custom_objects"
    )
