"""An activation function as a layer."""

from __future__ import annotations

from typing import Any

from ... import activations
from ...registry import layers
from ..layer import Layer


@layers()
class Activation(Layer):
    """y = activation(x), any shape."""

    supports_masking = True

    def __init__(self, activation: Any, **kwargs: Any):
        super().__init__(**kwargs)
        self.activation = activations.get(activation)

    def call(self, inputs: Any) -> Any:
        return self.activation(inputs)
