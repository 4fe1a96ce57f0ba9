"""Layers, one after another."""

from __future__ import annotations

from typing import Any

from ...ir import current_scope
from ...registry import layers as registry
from ..arguments import call_parameters
from ..layer import Layer
from .image_layer import ImageLayer


@registry()
class Pipeline(Layer):
    """layers[-1](... layers[1](layers[0](x))). Called by itself it trains. Source: `keras.layers.Pipeline`."""

    autograph_info__ = ImageLayer.autograph_info__

    def __init__(self, layers: list[Any], **kwargs: Any):
        super().__init__(**kwargs)
        self.layers = [registry.get(layer) for layer in layers]

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        return {"layers": config["layers"], "name": config["name"]}

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        if training is None and current_scope() == self.name:
            training = True  # as of the layers themselves: called alone they train
        for layer in self.layers:
            known = {"training": training} if training is not None and "training" in call_parameters(type(layer)) else {}
            inputs = layer(inputs, **known)
        return inputs
