"""Vectors for whole numbers, and back."""

from __future__ import annotations

from typing import Any

from ... import ops
from ...registry import layers
from .embedding import Embedding


@layers()
class ReversibleEmbedding(Embedding):
    """As Embedding; with `reverse` the other way: y = x @ embeddingsᵀ, (..., output_dim) → (..., input_dim).

    tie_weights False: the way back has a matrix of its own, reverse_embeddings (output_dim, input_dim);
    reverse_dtype: the dtype it is computed in; logit_soft_cap: y becomes tanh(y / cap) · cap.
    Source: Press & Wolf 2016, https://arxiv.org/abs/1608.05859
    """

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        tie_weights: bool = True,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        embeddings_constraint: Any = None,
        mask_zero: bool = False,
        reverse_dtype: str | None = None,
        logit_soft_cap: float | None = None,
        **kwargs: Any,
    ):
        super().__init__(
            input_dim, output_dim, embeddings_initializer, embeddings_regularizer, embeddings_constraint, mask_zero, **kwargs
        )
        self.tie_weights = tie_weights
        self.reverse_dtype = reverse_dtype
        self.logit_soft_cap = logit_soft_cap

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        if not self.tie_weights:
            self.reverse_embeddings = self.add_weight(
                (self.output_dim, self.input_dim), self.embeddings_initializer, name="reverse_embeddings"
            )

    def call(self, inputs: Any, reverse: bool = False) -> Any:
        if not reverse:
            return super().call(inputs)
        kernel: Any = ops.transpose(self.embeddings) if self.tie_weights else self.reverse_embeddings
        if self.reverse_dtype is not None:
            inputs, kernel = ops.cast(inputs, self.reverse_dtype), ops.cast(kernel, self.reverse_dtype)
        logits = ops.linear(inputs, kernel)
        if self.logit_soft_cap is None:
            return logits
        cap = float(self.logit_soft_cap)
        return ops.multiply(ops.tanh(ops.divide(logits, cap)), cap)

    def call_with_masks(self, args: tuple[Any, ...], kwargs: dict[str, Any], masks: tuple[Any, ...]) -> tuple[Any, Any]:
        if kwargs.get("reverse", args[1] if len(args) > 1 else False):
            return self(*args, **kwargs), None
        return super().call_with_masks(args, kwargs, masks)
