"""Base of layers that do something with another layer."""

from __future__ import annotations

from typing import Any

from ...registry import layers
from ..layer import Layer


@layers()
class Wrapper(Layer):
    """Holds `layer`, a layer or its configuration. Abstract: a subclass says what `call` does with it."""

    def __init__(self, layer: Any, **kwargs: Any):
        super().__init__(**kwargs)
        self.layer: Layer = layers.get(layer)
