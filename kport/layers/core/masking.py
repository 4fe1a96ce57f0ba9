"""A mask from a value that stands for padding."""

from __future__ import annotations

from typing import Any

from ... import ops
from ...registry import layers
from ..layer import Layer


@layers()
class Masking(Layer):
    """Masks the steps all of whose features are `mask_value`, and makes them 0. x: (batch, steps, ..., features), same out."""

    def __init__(self, mask_value: float = 0.0, **kwargs: Any):
        super().__init__(**kwargs)
        self.mask_value = mask_value

    def call(self, inputs: Any) -> Any:
        return ops.where(ops.any(ops.not_equal(inputs, self.mask_value), axis=-1, keepdims=True), inputs, 0)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        return ops.any(ops.not_equal(inputs, self.mask_value), axis=-1)
