"""Normalisation to length 1."""

from __future__ import annotations

from typing import Any

from ... import ops
from ...registry import layers
from ..layer import Layer


@layers()
class UnitNormalization(Layer):
    """y = x / √Σx², with the sum over `axis` (one or several). x: any shape → the same."""

    supports_masking = True

    def __init__(self, axis: int | list[int] | tuple[int, ...] = -1, **kwargs: Any):
        super().__init__(**kwargs)
        self.axis = axis if isinstance(axis, int) else list(axis)

    def call(self, inputs: Any) -> Any:
        return ops.l2_normalize(inputs, self.axis)
