"""A model's configuration in Keras 3's words.

kport's own configurations are Keras 3's already, but for two things: operations in the graph, which are objects of
keras.ops there, and arguments that only kport has.
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
    x = {key: _translated(item) for key, item in x.items() if key not in OWN}
    if x.get("recurrent_activation") == "hard_sigmoid_keras2":
        x["recurrent_activation"] = "hard_sigmoid"  # with other weights
    return x


def _operation(entry: dict[str, Any]) -> dict[str, Any]:
    """An object of keras.ops: its arguments are its configuration."""
    config = entry["config"]
    name = config["operation"]
    said = {"module": MODULES[name], "class_name": name, "registered_name": name}
    return {**entry, **said, "config": {"name": config["name"], **config["arguments"]}}
