"""What layers that join inputs element by element have in common."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

from ... import ops
from ...errors import LayerError
from ..layer import Layer


class Merge(Layer):
    """y = merge(x_1, ..., x_n) of inputs that broadcast.

    Inputs of lower rank get axes of size 1 after the batch: (batch, C) beside (batch, H, W, C) is (batch, 1, 1, C).
    A step of the output is masked where it is masked in all inputs; an input without a mask makes the output have none.
    With `any_masks` (Keras 1 and 2) it is masked where it is in any input that has a mask, and masked inputs are merged
    as if they weren't.
    """

    supports_masking = True
    any_masks = False

    def merge(self, inputs: Sequence[Any], masks: Sequence[Any]) -> Any:
        """The output for inputs of one rank; `masks` has None for inputs without one."""
        raise NotImplementedError(f"layer {type(self).__name__} has no merge")

    def call(self, inputs: Any, mask: Any = None) -> Any:
        if not isinstance(inputs, (list, tuple)) or not inputs:
            raise LayerError(f"expected a list of inputs. Received: inputs={inputs!r}", self.name)
        masks = [None] * len(inputs) if mask is None or self.any_masks else list(mask)
        rank = max(len(x.shape) for x in inputs)
        # as in Keras, an input that has to be reshaped comes without its mask
        masks = [m if len(x.shape) == rank else None for x, m in zip(inputs, masks, strict=True)]
        return self.merge([with_rank(x, rank) for x in inputs], masks)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        known = [m for m in mask or () if m is not None]
        if self.any_masks:
            return reduce(ops.logical_and, known) if known else None
        return reduce(ops.logical_or, known) if known and len(known) == len(mask) else None


def with_rank(x: Any, rank: int) -> Any:
    """`x` with axes of size 1 after the first, so that it has `rank` of them."""
    if len(x.shape) == rank:
        return x
    batch, *rest = ops.shape(x) or (1,)
    return ops.reshape(x, (batch, *(1,) * (rank - 1 - len(rest)), *rest))


def expect_two(inputs: Sequence[Any], layer: str) -> None:
    if len(inputs) != 2:
        raise LayerError(f"expected two inputs. Received: {len(inputs)} inputs", layer)
