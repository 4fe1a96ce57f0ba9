"""Several inputs one after another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ... import ops
from ...errors import LayerError
from ...registry import layers
from ..layer import Layer


@layers()
class Concatenate(Layer):
    """The inputs joined along `axis`; their other sizes are the same.

    A step of the output is masked where every feature in it comes from a masked step, or with `any_masks` (Keras 1
    and 2) where one does.
    """

    supports_masking = True
    any_masks = False

    def __init__(self, axis: int = -1, **kwargs: Any):
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs: Any) -> Any:
        if not isinstance(inputs, (list, tuple)) or not inputs:
            raise LayerError(f"expected a list of inputs. Received: inputs={inputs!r}", self.name)
        return ops.concatenate(inputs, axis=self.axis)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        if mask is None or all(m is None for m in mask):
            return None
        masks = [mask_of_elements(x, m) for x, m in zip(inputs, mask, strict=True)]
        unmasked = ops.all if self.any_masks else ops.any
        return unmasked(ops.concatenate(masks, axis=self.axis), axis=-1)


def mask_of_elements(x: Any, mask: Any) -> Any:
    """The mask of the steps of `x` (None: none is masked) as one of its elements."""
    if mask is None:
        return ops.ones_like(x, dtype="bool")
    if len(mask.shape) == len(x.shape):
        return mask
    return ops.logical_or(ops.expand_dims(mask, -1), ops.zeros_like(x, dtype="bool"))


def concatenate(inputs: Sequence[Any], axis: int = -1, **kwargs: Any) -> Any:
    """As the layer Concatenate."""
    return Concatenate(axis=axis, **kwargs)(inputs)
