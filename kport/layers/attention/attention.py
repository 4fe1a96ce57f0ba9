"""Attention with one head and without projections."""

from __future__ import annotations

from typing import Any

from ... import ops, random
from ...errors import LayerError
from ...ir import Symbolic
from ...registry import layers
from ..layer import Layer


class BaseAttention(Layer):
    """y = softmax(scores(query, key)) @ value, for inputs [query, value] or [query, value, key]; key is value by default.

    query: (..., T, dim), value: (..., S, values), key: (..., S, dim) → (..., T, values). The mask of value, (batch, S),
    says which positions are attended to; where the mask of query, (batch, T), is False the output is 0.
    With return_attention_scores the weights (..., T, S) are a second output.

    Arguments: use_scale; dropout and seed (training); causal (Keras 2; in Keras 3 it is `use_causal_mask` of the call).
    """

    def __init__(
        self, use_scale: bool = False, dropout: float = 0.0, seed: int | None = None, causal: bool = False, **kwargs: Any
    ):
        super().__init__(**kwargs)
        self.use_scale = use_scale
        self.dropout = dropout
        self.seed = seed
        self.causal = causal
        if dropout > 0:
            self.seed_generator = random.SeedGenerator(seed)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        if not self.causal:
            del config["causal"]  # unknown to Keras 3
        return config

    def scores(self, query: Any, key: Any) -> Any:
        """How well each query fits each key: (..., T, S)."""
        raise NotImplementedError(f"layer {type(self).__name__} has no scores")

    def call(
        self,
        inputs: Any,
        mask: Any = None,
        training: bool = False,
        return_attention_scores: bool = False,
        use_causal_mask: bool = False,
    ) -> Any:
        if not isinstance(inputs, (list, tuple)) or len(inputs) not in (2, 3):
            raise LayerError(f"expected inputs [query, value] or [query, value, key]. Received: inputs={inputs}", self.name)
        query, value, key = (*inputs, inputs[1])[:3]
        query_mask, value_mask = (None, None) if mask is None else mask[:2]
        scores = self.scores(query, key)
        if value_mask is not None and len(value_mask.shape) == 2:
            value_mask = ops.expand_dims(value_mask, -2)
        if use_causal_mask or self.causal:
            causal = ops.causal_mask(*ops.shape(scores)[-2:])
            value_mask = causal if value_mask is None else ops.logical_and(value_mask, causal)
        if value_mask is not None:
            # taken off rather than put in place of, so that where all is masked the weights are Keras's
            large = 65504.0 if scores.dtype == "float16" else 1e9
            scores = ops.where(value_mask, scores, ops.subtract(scores, large))
        weights = ops.softmax(scores)
        if training and self.dropout > 0 and not isinstance(weights, Symbolic):
            weights = random.dropout(weights, self.dropout, seed=self.seed_generator)
        outputs = ops.matmul(weights, value)
        if query_mask is not None:
            outputs = ops.where(ops.expand_dims(query_mask, -1), outputs, 0)
        return (outputs, weights) if return_attention_scores else outputs

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        return mask[0] if mask else None


@layers()
class Attention(BaseAttention):
    """Attention by dot product (Luong): scores = scale · query @ keyᵀ,

    or, with score_mode "concat", concat_score_weight · Σ tanh(scale · (query + key)) over dim. Weights: scale () with
    `use_scale`, concat_score_weight () with "concat". Inputs, masks and outputs as BaseAttention says.
    Source: Luong, Pham & Manning 2015, https://arxiv.org/abs/1508.04025
    """

    def __init__(self, use_scale: bool = False, score_mode: str = "dot", dropout: float = 0.0, **kwargs: Any):
        super().__init__(use_scale=use_scale, dropout=dropout, **kwargs)
        if score_mode not in ("dot", "concat"):
            raise LayerError(f"expected score_mode 'dot' or 'concat'. Received: score_mode={score_mode!r}", self.name)
        self.score_mode = score_mode

    def build(self, input_shape: Any) -> None:
        self.scale = self.add_weight((), "ones", name="scale") if self.use_scale else None
        concat = self.score_mode == "concat"
        self.concat_score_weight = self.add_weight((), "ones", name="concat_score_weight") if concat else None

    def scores(self, query: Any, key: Any) -> Any:
        if self.concat_score_weight is None:
            scores = ops.dot_scores(query, key)
            return scores if self.scale is None else ops.multiply(scores, self.scale)
        both = pairwise_sums(query, key)
        both = both if self.scale is None else ops.multiply(both, self.scale)
        return ops.multiply(ops.sum(ops.tanh(both), -1), self.concat_score_weight)


@layers()
class AdditiveAttention(BaseAttention):
    """Attention by a sum (Bahdanau): scores = Σ scale · tanh(query + key) over dim.

    Weights: scale (dim,) with `use_scale`. Inputs, masks and outputs as BaseAttention says.
    Source: Bahdanau, Cho & Bengio 2015, https://arxiv.org/abs/1409.0473
    """

    def __init__(self, use_scale: bool = True, dropout: float = 0.0, **kwargs: Any):
        super().__init__(use_scale=use_scale, dropout=dropout, **kwargs)

    def build(self, input_shape: Any) -> None:
        self.scale = self.add_weight((input_shape[0][-1],), name="scale") if self.use_scale else None

    def scores(self, query: Any, key: Any) -> Any:
        both = ops.tanh(pairwise_sums(query, key))
        return ops.sum(both if self.scale is None else ops.multiply(both, self.scale), -1)


def pairwise_sums(query: Any, key: Any) -> Any:
    """query (..., T, dim), key (..., S, dim) → (..., T, S, dim)"""
    return ops.add(ops.expand_dims(query, -2), ops.expand_dims(key, -3))
