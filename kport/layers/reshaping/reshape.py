"""The same elements in another shape."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ... import ops
from ...errors import LayerError
from ...registry import layers
from ..layer import Layer


@layers()
class Reshape(Layer):
    """x: (batch, ...) → (batch, *target_shape); one size of `target_shape` may be -1: what the others leave."""

    def __init__(self, target_shape: Sequence[int], **kwargs: Any):
        super().__init__(**kwargs)
        self.target_shape = tuple(int(d) for d in target_shape)
        if any(d < -1 for d in self.target_shape) or self.target_shape.count(-1) > 1:
            raise LayerError(f"expected sizes and at most one -1. Received: target_shape={self.target_shape}", self.name)

    def call(self, inputs: Any) -> Any:
        target = list(self.target_shape)
        rest = tuple(inputs.shape)[1:]
        if -1 in target and None not in rest:  # a known size leaves the -1 to the batch, if that isn't known
            known, size = 1, 1
            for d in target:
                known *= d if d != -1 else 1
            for d in rest:
                size *= d
            if known == 0 or size % known:
                raise LayerError(
                    f"expected a multiple of {known} elements. Received: input shape {rest}, target_shape={self.target_shape}"
                )
            target[target.index(-1)] = size // known
        return ops.reshape(inputs, (ops.shape(inputs)[0], *target))
