"""Softmax with a mask."""

from __future__ import annotations

from typing import Any

from ... import ops
from ...ops.promotion import dtype_of
from ...registry import layers
from ..layer import Layer


@layers()
class Softmax(Layer):
    """y = e^x / Σ e^x along `axis`, a number or several. With a mask, which broadcasts to x, what is masked becomes 0."""

    supports_masking = True

    def __init__(self, axis: Any = -1, **kwargs: Any):
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs: Any, mask: Any = None) -> Any:
        if mask is not None:
            mask = mask if dtype_of(mask) == "bool" else ops.greater(mask, 0.5)
            inputs = ops.where(mask, inputs, -3e4 if dtype_of(inputs) == "float16" else -1e9)
        y = ops.softmax(inputs, self.axis)
        return y if mask is None else ops.where(mask, y, 0.0)
