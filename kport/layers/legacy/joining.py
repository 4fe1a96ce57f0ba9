"""Keras 1's Merge, a layer and a function: each mode is a layer of its own since."""

from __future__ import annotations

from typing import Any

from ...errors import UsageError
from ...legacy.merging import merge_layer
from ...legacy.warning import warn
from ...registry import layers as registry
from ...tree import flatten
from ..core.lambda_layer import Lambda
from ..layer import Layer


def _joined(inputs: list[Any], mode: Any, **config: Any) -> Any:
    """The inputs joined by the layer of this mode."""
    if callable(mode):
        name, layer = "Lambda", Lambda(mode, name=config["name"])
    else:
        name, config = merge_layer({"mode": mode, **config})
        layer = registry.get({"class_name": name, "config": {key: x for key, x in config.items() if x is not None}})
    warn(f"merge(mode={mode!r}) is an old form of the layer {name}")
    return layer(*inputs) if name == "Operation" else layer(inputs)


def merge(
    inputs: Any,
    mode: Any = "sum",
    concat_axis: int = -1,
    dot_axes: Any = -1,
    output_shape: Any = None,
    output_mask: Any = None,
    arguments: Any = None,
    name: str | None = None,
) -> Any:
    """The inputs joined: mode is "sum", "mul", "concat", "ave", "max", "dot", "cos", or a function of the list of inputs.

    output_shape, output_mask and arguments (of a function) follow from the function itself.
    """
    function = (lambda x: mode(x, **arguments)) if callable(mode) and arguments else mode
    return _joined(list(inputs), function, concat_axis=concat_axis, dot_axes=dot_axes, name=name)


def Merge(
    layers: Any, mode: Any = "sum", concat_axis: int = -1, dot_axes: Any = -1, output_shape: Any = None, name: str | None = None
) -> Any:
    """A model with the inputs of several models, whose outputs are joined: the first layer of a Sequential.

    layers: models with known inputs, or layers with an input shape; the rest as in `merge`.
    """
    models = [_model(layer) for layer in layers]
    joined = _joined([m.outputs for m in models], mode, concat_axis=concat_axis, dot_axes=dot_axes, name=name)
    return registry.items["Functional"]([x for m in models for x in flatten(m.inputs)], joined)


def _model(layer: Layer) -> Any:
    if not hasattr(layer, "inputs"):
        layer = registry.items["Sequential"]([layer])
    if layer.inputs is None:  # type: ignore[attr-defined]
        raise UsageError(f"expected models whose first layer has an input_shape in a Merge. Received: {layer!r}")
    return layer
