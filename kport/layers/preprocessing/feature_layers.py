"""The layers that Keras's FeatureSpace puts into the models it makes."""

from __future__ import annotations

from typing import Any

from ... import ops
from ...registry import layers
from ..layer import Layer

MODULE = "keras.src.layers.preprocessing.feature_space"


@layers()
class TFDIdentity(Layer):
    """y = x"""

    keras_module = MODULE

    def call(self, x: Any) -> Any:
        return x


@layers()
class TFDConcat(Layer):
    """The inputs, one after another along `axis`."""

    keras_module = MODULE

    def __init__(self, axis: int, **kwargs: Any):
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, xs: Any) -> Any:
        return ops.concatenate(xs, self.axis)
