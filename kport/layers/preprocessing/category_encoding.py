"""Categories, given as integers, as vectors."""

from __future__ import annotations

from typing import Any

import numpy as np

from ... import ops
from ...errors import LayerError
from ...registry import layers
from ..layer import Layer
from .encoding import OUTPUT_MODES, encode, output_mode_of


@layers()
class CategoryEncoding(Layer):
    """Integers below `num_tokens` as vectors: "one_hot", "multi_hot" or "count" of a sample's numbers.

    x: (batch, T) integers → (batch, num_tokens), one_hot: (batch, T, num_tokens). `count_weights`: (batch, T), what each
    counts. `sparse` is kept for files; the output is always dense.
    """

    def __init__(self, num_tokens: int, output_mode: str = "multi_hot", sparse: bool = False, **kwargs: Any):
        super().__init__(**kwargs)
        self.num_tokens = int(num_tokens)
        self.output_mode = output_mode_of(output_mode, OUTPUT_MODES[1:], self.name)
        self.sparse = sparse

    def call(self, inputs: Any, count_weights: Any = None) -> Any:
        if count_weights is not None and self.output_mode != "count":
            raise LayerError(f"expected count_weights only with output_mode='count'. Received: {self.output_mode!r}", self.name)
        indices = ops.cast(np.asarray(inputs) if isinstance(inputs, (list, tuple)) else inputs, "int64")
        return encode(indices, self.output_mode, self.num_tokens, self.dtype, count_weights)
