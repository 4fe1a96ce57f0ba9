"""Inception-ResNet's sum of a shortcut and a scaled residual."""

from __future__ import annotations

from typing import Any

from ... import ops
from ...registry import layers
from ..layer import Layer


@layers()
class CustomScaleLayer(Layer):
    """y = shortcut + scale · residual. inputs: [shortcut, residual] of one shape, same out.

    Source: Szegedy et al. 2016, https://arxiv.org/abs/1602.07261
    """

    def __init__(self, scale: float, **kwargs: Any):
        super().__init__(**kwargs)
        self.scale = scale

    def call(self, inputs: Any) -> Any:
        shortcut, residual = inputs
        return ops.add(shortcut, ops.multiply(residual, self.scale))
