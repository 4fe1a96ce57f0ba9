"""A model's configuration in Keras 3's words.

kport's own configurations are Keras 3's already, but for operations in the graph, which are objects of keras.ops there, and
arguments that only kport has.
"""

from __future__ import annotations

from typing import Any

from ...configurable import serialize
from ...models.model import Model
from .graph_operations import said_by_keras
from .operations import MODULES

OWN = {"any_masks": None, "layer_masks": False, "vector_dtype": None, "zero_where_masked": None, "quantization_config": None}
"""Arguments of kport's layers that Keras's don't have or don't need, and what they are where nothing is lost without them."""

PRIVATE = {"Functional": "keras.src.models.functional"}
"""Classes that Keras knows only by the module that defines them."""

NAMES = {"GroupedQueryAttention": "GroupQueryAttention"}
"""Classes that configurations call by another name."""

OF_TRAINING: dict[str, Any] = {"_initializer": "zeros", "_regularizer": None, "_constraint": None}
"""How the names of arguments end that say nothing of what a trained layer computes, and their neutral values."""


def config_of(model: Model, *, only_inference: bool = False) -> dict[str, Any]:
    """The configuration of a model, as config.json holds it.

    only_inference: what Keras has no words for is left out where it has no part in what the model computes in float32: the
    user's own initializers, regularizers and constraints, mixed precision, arguments of kport's own.
    """
    config: dict[str, Any] = translated(serialize(model), only_inference)
    return config


def translated(x: Any, only_inference: bool = False) -> Any:
    """A configuration, or a part of one, in Keras 3's words."""
    if isinstance(x, (list, tuple)):
        return [translated(item, only_inference) for item in x]
    if not isinstance(x, dict):
        return x
    if x.get("class_name") == "Operation" and "config" in x:
        x = _operation(x)
    if x.get("class_name") == "OpLayer" and "config" in x and not only_inference:
        x = said_by_keras(x, MODULES)
    if x.get("class_name") in NAMES and "config" in x:
        x = {**x, "class_name": NAMES[x["class_name"]]}
    if x.get("class_name") in PRIVATE and x.get("registered_name") is None:
        x = {**x, "module": PRIVATE[x["class_name"]]}
    if only_inference and x.get("class_name") == "DTypePolicy" and "config" in x:
        name = str(x["config"]["name"])
        return {**x, "config": {"name": "float32" if name.startswith("mixed") else name}}
    kept = {key: item for key, item in x.items() if key not in OWN or not (only_inference or item == OWN[key])}
    x = {key: _setting(key, item, only_inference) for key, item in kept.items()}
    if x.get("recurrent_activation") == "hard_sigmoid_keras2":
        x["recurrent_activation"] = "hard_sigmoid"  # with other weights
    return x


def _setting(key: str, value: Any, only_inference: bool) -> Any:
    """An argument. What only training needs and is the user's own code may be left out: it gets what Keras has by default."""
    kind = next((suffix for suffix in OF_TRAINING if key.endswith(suffix)), None)
    own = isinstance(value, dict) and (value.get("class_name") == "function" or _is_custom(value))
    return OF_TRAINING[kind] if only_inference and kind is not None and own else translated(value, only_inference)


def _is_custom(value: dict[str, Any]) -> bool:
    return value.get("registered_name") is not None and value.get("module") is None


def _operation(entry: dict[str, Any]) -> dict[str, Any]:
    """An object of keras.ops: its arguments are its configuration."""
    config = entry["config"]
    name = config["operation"]
    if name not in MODULES:
        return entry
    said = {"module": MODULES[name], "class_name": name, "registered_name": name}
    return {**entry, **said, "config": {"name": config["name"], **config["arguments"]}}
