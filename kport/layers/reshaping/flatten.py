"""Many axes into one."""

from __future__ import annotations

from typing import Any

from ... import ops
from ...registry import layers
from ..layer import Layer


@layers()
class Flatten(Layer):
    """x: (batch, ...) → (batch, product of the rest); a vector (batch,) → (batch, 1).

    With data_format "channels_first" the channels are moved to the end first, as in Keras.
    """

    def __init__(self, data_format: str | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.data_format = data_format or "channels_last"

    def call(self, inputs: Any) -> Any:
        rank = len(inputs.shape)
        if self.data_format == "channels_first" and rank > 1:
            inputs = ops.transpose(inputs, (0, *range(2, rank), 1))
        batch, *rest = ops.shape(inputs)
        if all(isinstance(d, int) for d in rest):
            size = 1
            for d in rest:
                size *= d
            return ops.reshape(inputs, (batch, size))
        return ops.reshape(inputs, (batch, -1))
