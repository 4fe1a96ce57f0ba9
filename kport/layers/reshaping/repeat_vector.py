"""A vector many times over."""

from __future__ import annotations

from typing import Any

from ... import ops
from ...errors import LayerError
from ...registry import layers
from ..layer import Layer


@layers()
class RepeatVector(Layer):
    """y[b, i] = x[b] for i < n. x: (batch, C) → (batch, n, C)"""

    def __init__(self, n: int, **kwargs: Any):
        super().__init__(**kwargs)
        self.n = int(n)
        if self.n < 1:
            raise LayerError(f"expected n of at least 1. Received: n={n}", self.name)

    def call(self, inputs: Any) -> Any:
        return ops.tile(ops.expand_dims(inputs, 1), (1, self.n, 1))
