"""Vectors for whole numbers."""

from __future__ import annotations

from typing import Any

from ... import constraints, initializers, ops, regularizers
from ...ops.promotion import dtype_of, is_float
from ...registry import layers
from ..layer import Layer


@layers()
class Embedding(Layer):
    """y[..., :] = embeddings[x[...], :]. x: (...) whole numbers below input_dim → (..., output_dim).

    Weights: embeddings (input_dim, output_dim). With mask_zero, the number 0 is masked. `weights` is an initial
    matrix; input_length is Keras 2's way to say the input's shape; lora_rank and lora_alpha are kept for files (which hold the
    matrix with LoRA merged in).
    """

    autocast = False  # in 16 bits, whole numbers that come as floats would be rounded

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        embeddings_constraint: Any = None,
        mask_zero: bool = False,
        weights: Any = None,
        *,
        input_length: Any = None,
        lora_rank: int | None = None,
        lora_alpha: float | None = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.input_dim = int(input_dim)
        self.output_dim = int(output_dim)
        self.embeddings_initializer = initializers.get(embeddings_initializer)
        self.embeddings_regularizer = regularizers.get(embeddings_regularizer)
        self.embeddings_constraint = constraints.get(embeddings_constraint)
        self.mask_zero = mask_zero
        self.input_length = input_length
        if input_length is not None and self.batch_shape is None:
            self.batch_shape = (None, *(input_length if isinstance(input_length, (list, tuple)) else (input_length,)))
        self.lora_rank = lora_rank
        self.lora_alpha = lora_alpha
        self._keras_matrix = weights[0] if isinstance(weights, (list, tuple)) else weights

    def build(self, input_shape: Any) -> None:
        self.embeddings = self.add_weight(
            (self.input_dim, self.output_dim),
            self.embeddings_initializer,
            name="embeddings",
            regularizer=self.embeddings_regularizer,
            constraint=self.embeddings_constraint,
        )
        if self._keras_matrix is not None:
            self.embeddings.assign(self._keras_matrix)

    def call(self, inputs: Any) -> Any:
        indices = ops.cast(inputs, "int32") if is_float(dtype_of(inputs) or "int32") else inputs
        return ops.cast(ops.take(self.embeddings, indices, axis=0), self.compute_dtype)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        return ops.not_equal(inputs, 0) if self.mask_zero else None

    def get_config(self) -> dict[str, Any]:
        return {key: value for key, value in super().get_config().items() if key != "weights"}
