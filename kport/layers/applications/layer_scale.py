"""ConvNeXt's scale of a residual."""

from __future__ import annotations

from typing import Any

from ... import ops
from ...initializers import Constant
from ...registry import layers
from ..layer import Layer


@layers()
class LayerScale(Layer):
    """y = x · gamma over the last axis. x: (..., projection_dim), same out. Weights: gamma (projection_dim,).

    Source: Touvron et al. 2021, https://arxiv.org/abs/2103.17239
    """

    def __init__(self, init_values: float, projection_dim: int, **kwargs: Any):
        super().__init__(**kwargs)
        self.init_values = init_values
        self.projection_dim = projection_dim

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.gamma = self.add_weight((self.projection_dim,), Constant(self.init_values), name="gamma")

    def call(self, inputs: Any) -> Any:
        return ops.multiply(inputs, self.gamma)
