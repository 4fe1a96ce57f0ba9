"""The layer that does nothing."""

from __future__ import annotations

from typing import Any

from ...registry import layers
from ..layer import Layer


@layers()
class Identity(Layer):
    """y = x, any shape."""

    supports_masking = True

    def call(self, inputs: Any) -> Any:
        return inputs
