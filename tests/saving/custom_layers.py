"""Layers of authors whose models are among the real ones, as a user would give them with --custom."""

from typing import Any

import kport
from kport import layers, ops


@kport.register
class Bias(layers.Layer):
    """RocAlphaGo's: one number is added to each point of the board."""

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.bias = self.add_weight(input_shape[1:], "zeros", name="bias")

    def call(self, inputs: Any) -> Any:
        return ops.add(inputs, self.bias)
