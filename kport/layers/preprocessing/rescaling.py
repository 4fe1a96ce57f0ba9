"""Values on another scale."""

from __future__ import annotations

from typing import Any

import numpy as np

from ... import ops
from ...registry import layers
from ..layer import Layer


@layers()
class Rescaling(Layer):
    """y = x · scale + offset, in the layer's float dtype.

    x: (...) numbers → (...). scale, offset: numbers, or lists that broadcast with the last axes (one for each channel).
    """

    supports_masking = True

    def __init__(self, scale: Any, offset: Any = 0.0, **kwargs: Any):
        super().__init__(**kwargs)
        self.scale = plain(scale)
        self.offset = plain(offset)

    def call(self, inputs: Any) -> Any:
        dtype = self.compute_dtype
        scale, offset = (ops.cast(np.asarray(value, np.float32), dtype) for value in (self.scale, self.offset))
        return ops.add(ops.multiply(ops.cast(inputs, dtype), scale), offset)


def plain(value: Any) -> Any:
    """A number or list, from itself or from Keras's configuration of an array."""
    if isinstance(value, dict) and value.get("class_name") in ("__numpy__", "__tensor__"):
        value = value["config"]["value"]
    return value.tolist() if hasattr(value, "tolist") else value
