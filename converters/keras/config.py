"""A model's configuration in Keras 3's words.

kport's own configurations are Keras 3's already, but for three things: operations in the graph, which are objects of
keras.ops there, arguments that only kport has, and mixed precision: what is checked is what float32 computes.
"""

from __future__ import annotations

from typing import Any

from ...configurable import serialize
from ...models.model import Model
from .operations import MODULES

OWN = frozenset({"any_masks", "layer_masks", "vector_dtype", "zero_where_masked", "quantization_config"})
"""Arguments of kport's layers that Keras's don't have."""


PRIVATE = {"Functional": "keras.src.models.functional"}
"""Classes that Keras knows only by the module that defines them."""

NAMES = {"GroupedQueryAttention": "GroupQueryAttention"}
"""Classes that configurations call by another name."""

OF_TRAINING: dict[str, Any] = {"_initializer": "zeros", "_regularizer": None, "_constraint": None}
"""How the names of arguments end that say nothing of what a trained layer computes, and their neutral values."""


def config_of(model: Model) -> dict[str, Any]:
    """What config.json holds."""
    config: dict[str, Any] = _translated(serialize(model))
    return config


def _translated(x: Any) -> Any:
    if isinstance(x, list):
        return [_translated(item) for item in x]
    if not isinstance(x, dict):
        return x
    if x.get("class_name") == "Operation" and "config" in x:
        x = _operation(x)
    if x.get("class_name") in NAMES and "config" in x:
        x = {**x, "class_name": NAMES[x["class_name"]]}
    if x.get("class_name") in PRIVATE:
        x = {**x, "module": PRIVATE[x["class_name"]]}
    if x.get("class_name") == "DTypePolicy" and "config" in x:
        name = str(x["config"]["name"])
        return {**x, "config": {"name": "float32" if name.startswith("mixed") else name}}
    x = {key: _setting(key, item) for key, item in x.items() if key not in OWN}
    if x.get("recurrent_activation") == "hard_sigmoid_keras2":
        x["recurrent_activation"] = "hard_sigmoid"  # with other weights
    return x


def _setting(key: str, value: Any) -> Any:
    """An argument. What only training needs and is the user's own code, Keras can't open: it gets what Keras has by default."""
    kind = next((suffix for suffix in OF_TRAINING if key.endswith(suffix)), None)
    own = isinstance(value, dict) and (value.get("class_name") == "function" or _is_custom(value))
    return OF_TRAINING[kind] if kind is not None and own else _translated(value)


def _is_custom(value: dict[str, Any]) -> bool:
    return value.get("registered_name") is not None and value.get("module") is None


def _operation(entry: dict[str, Any]) -> dict[str, Any]:
    """An object of keras.ops: its arguments are its configuration."""
    config = entry["config"]
    name = config["operation"]
    said = {"module": MODULES[name], "class_name": name, "registered_name": name}
    return {**entry, **said, "config": {"name": config["name"], **config["arguments"]}}
