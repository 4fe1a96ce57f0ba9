"""Keras 3 to Keras 2: the configuration of a layer, the step that `keras2.upgrade` takes, backwards.

For formats that read Keras 2. How calls of layers refer to one another is the writer's own: a list [layer, call, output,
keywords] for each tensor.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .plain import Entry, is_entry, renamed

Config = dict[str, Any]
Downgrade = Callable[[Config], tuple[str, Config]]

OWN = (
    "any_masks",
    "layer_masks",
    "vector_dtype",
    "zero_where_masked",
    "quantization_config",
    "zero_output_for_mask",
    "synchronized",
)
"""Arguments that Keras 2 doesn't have and that change nothing there."""
ACTIVATIONS = {"silu": "swish", "hard_sigmoid": "hard_sigmoid_keras3", "hard_sigmoid_keras2": "hard_sigmoid"}
"""Names that mean something else; `hard_sigmoid` had the slope 0.2 until Keras 3, whose own nobody else knows."""


def downgrade(entry: Entry) -> Entry:
    """A layer's class and configuration in Keras 2's form. Layers within it stay as they are, for the writer to go into."""
    class_name, config = entry["class_name"], {k: v for k, v in entry["config"].items() if k not in OWN}
    config = {key: _value(key, value) for key, value in config.items()}
    if class_name in LAYERS:
        class_name, config = LAYERS[class_name](config)
    return {"class_name": class_name, "config": config}


def _value(key: str, value: Any) -> Any:
    """An argument: policies by the name of their dtype, objects without their modules."""
    if key == "dtype":
        return dtype_name(value)
    if key == "activation" or key.endswith("_activation"):
        return ACTIVATIONS.get(value, value) if isinstance(value, str) else value
    if key.endswith(("_initializer", "_regularizer", "_constraint")) and is_entry(value):
        return {"class_name": value["class_name"], "config": value["config"]}
    return value


def dtype_name(dtype: Any) -> Any:
    """The name of a dtype or of a policy's configuration."""
    return dtype["config"].get("name", "float32") if isinstance(dtype, dict) and is_entry(dtype) else dtype


def _renamed(class_name: str, **names: str) -> Downgrade:
    return lambda config: (class_name, renamed(config, **names))


def _input_layer(config: Config) -> tuple[str, Config]:
    return "InputLayer", renamed({k: v for k, v in config.items() if k != "optional"}, batch_shape="batch_input_shape")


LAYERS: dict[str, Downgrade] = {
    "InputLayer": _input_layer,
    "SyncBatchNormalization": _renamed("BatchNormalization"),
    "LeakyReLU": _renamed("LeakyReLU", negative_slope="alpha"),
}
"""Layers that have another name there, or arguments of other names."""
