"""The largest and the smallest of several inputs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ... import ops
from ...registry import layers
from .merge import Merge


@layers()
class Maximum(Merge):
    """y = max(x_1, ..., x_n). A masked step of an input doesn't count."""

    def merge(self, inputs: Sequence[Any], masks: Sequence[Any]) -> Any:
        return extreme(ops.maximum, inputs, masks)


@layers()
class Minimum(Merge):
    """y = min(x_1, ..., x_n). A masked step of an input doesn't count."""

    def merge(self, inputs: Sequence[Any], masks: Sequence[Any]) -> Any:
        return extreme(ops.minimum, inputs, masks)


def extreme(choose: Callable[[Any, Any], Any], inputs: Sequence[Any], masks: Sequence[Any]) -> Any:
    """`choose` from one input after the other; where one is masked, the other stands for it.

    As in Keras, from the first input without a mask on, what was masked before counts no longer.
    """
    output, seen = inputs[0], masks[0]
    for x, mask in zip(inputs[1:], masks[1:], strict=True):
        if mask is not None:
            x = ops.where(ops.expand_dims(mask, -1), x, output)
        if seen is not None:
            output = ops.where(ops.expand_dims(seen, -1), output, x)
        seen = ops.logical_or(seen, mask) if seen is not None and mask is not None else None
        output = choose(output, x)
    return output


def maximum(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """As the layer Maximum."""
    return Maximum(**kwargs)(inputs)


def minimum(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """As the layer Minimum."""
    return Minimum(**kwargs)(inputs)
