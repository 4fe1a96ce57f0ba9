"""Keras 3: what the file says about a model, in the form that layers are built from.

Operations on tensors become Operation layers; quantized policies become the policies they came from (the weights are
dequantized when they are read).
"""

from __future__ import annotations

import inspect
from typing import Any

from ...errors import LayerError
from ...layers.keras_operations import operation_of
from ..lambdas import upgrade_lambda
from .plain import Entry, checked, is_functional, is_sequential, nested, plain

_DEQUANTIZED = ("int8", "int4")
"""Quantization modes whose weights can be made floats again."""


def is_written_by(x: dict[str, Any]) -> bool:
    """Whether a dictionary of a configuration is Keras 3's: an input with batch_shape, a call with args and kwargs."""
    config = x.get("config")
    of_input = x.get("class_name") == "InputLayer" and isinstance(config, dict) and "batch_shape" in config
    return of_input or ("args" in x and "kwargs" in x)


def upgrade(architecture: Entry) -> Entry:
    """The architecture with operations as layers and policies resolved."""
    return _layer(plain(architecture))


def _layer(entry: Any) -> Entry:
    entry = {k: v for k, v in checked(entry).items() if k not in ("build_config", "compile_config", "shared_object_id")}
    config = entry["config"]
    if is_functional(entry) or is_sequential(entry):
        return {**entry, "config": {**config, "layers": [_layer(layer) for layer in config["layers"]]}}
    if is_operation(entry):
        return operation(entry)
    config = nested(config, _layer)
    if entry["class_name"] == "Lambda":
        return {**entry, "config": upgrade_lambda(config)[1]}
    if "dtype" in config:
        config["dtype"] = _policy(config["dtype"], config.get("name"))
    return {**entry, "config": config}


def is_operation(entry: Entry) -> bool:
    """An operation of keras.ops in the graph. HDF5 files don't say the module, but layers always have `trainable`."""
    module = entry.get("module")
    if module is None:
        is_layer = "trainable" in entry["config"] or entry["class_name"] in ("InputLayer", "Operation")
        function = None if is_layer else operation_of(entry["class_name"])
        return function is not None and not inspect.isclass(function)
    return module.startswith(("keras.src.ops", "keras.ops"))


def operation(entry: Entry) -> Entry:
    """An Operation layer of Keras's operation."""
    arguments = {k: v for k, v in entry["config"].items() if k != "name"}
    config = {"operation": entry["class_name"], "arguments": arguments, "name": entry["config"].get("name", entry.get("name"))}
    kept = {k: v for k, v in entry.items() if k in ("name", "inbound_nodes")}
    return {"class_name": "Operation", "config": config, **kept}


def _policy(dtype: Any, layer: str | None) -> Any:
    """The policy in which a quantized layer was made."""
    if isinstance(dtype, str):
        mode, _, source = dtype.partition("_from_")
        if not source:
            return dtype
        _check_mode(mode, layer)
        return source
    if not isinstance(dtype, dict):
        return dtype
    config = dtype.get("config") or {}
    kind = dtype.get("class_name", "")
    if kind == "DTypePolicyMap":
        return _policy(config.get("default_policy") or "float32", layer)
    if kind.startswith("Quantized") or "source_name" in config:
        _check_mode(config.get("mode", kind), layer)
        return config.get("source_name") or "float32"
    return dtype


def _check_mode(mode: Any, layer: str | None) -> None:
    if not str(mode).lower().startswith(_DEQUANTIZED):
        raise LayerError(
            f"expected int8 or int4 weights, which can be dequantized. Received: quantization mode {mode!r}; "
            "save the model before it is quantized",
            layer,
        )
