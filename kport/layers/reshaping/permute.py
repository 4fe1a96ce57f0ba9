"""Axes in another order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ... import ops
from ...errors import LayerError
from ...registry import layers
from ..layer import Layer


@layers()
class Permute(Layer):
    """Output axis k is input axis dims[k - 1], counted from 1 (the batch, axis 0, stays first)."""

    def __init__(self, dims: Sequence[int], **kwargs: Any):
        super().__init__(**kwargs)
        self.dims = tuple(int(d) for d in dims)
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise LayerError(f"expected a permutation of 1 to {len(self.dims)}. Received: dims={self.dims}", self.name)

    def call(self, inputs: Any) -> Any:
        return ops.transpose(inputs, (0, *self.dims))
