"""Attention with several heads and projections."""

from __future__ import annotations

import math
import string
from typing import Any

from ... import constraints, initializers, ops, regularizers
from ...errors import LayerError
from ...registry import layers
from ..core.einsum_dense import EinsumDense
from ..layer import Layer
from ..regularization.dropout import Dropout


class HeadedAttention(Layer):
    """y = output(softmax(scale · query_h · key_hᵀ) · value_h), with query_h, key_h, value_h the projections on each head h.

    Call arguments: query (batch, T, ...), value (batch, S, ...), key like value (value itself by default); the masks of
    each, (batch, T) or (batch, S); attention_mask, which broadcasts against (batch, T, S) or has a head axis after the
    batch; use_causal_mask; return_attention_scores (the weights are a second output).

    Arguments: dropout, seed (training); use_bias; use_gate (the heads' outputs times sigmoid(gate(query)));
    sliding_window (positions further apart don't attend to each other); flash_attention (kept for files: it changes speed,
    not numbers); initializers, regularizers, constraints of the projections.
    """

    supports_masking = True
    zero_where_masked: bool = True
    """Where Keras applies a softmax layer, a query that may attend to nothing gets 0 (since 3.14; before: equal weights)."""

    def __init__(
        self,
        dropout: float = 0.0,
        use_bias: bool = True,
        sliding_window: int | None = None,
        flash_attention: bool | None = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        use_gate: bool = False,
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.dropout = dropout
        self.use_bias = use_bias
        self.sliding_window = sliding_window
        self.flash_attention = flash_attention
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.use_gate = use_gate
        self.seed = seed
        if sliding_window is not None and sliding_window < 1:
            raise LayerError(f"expected sliding_window of at least 1. Received: sliding_window={sliding_window}", self.name)

    def projection(self, name: str, free: int, bound: int, output: tuple[int, ...], activation: Any = None) -> EinsumDense:
        """A dense layer over the last `bound` axes of an input that has `free` axes before them, to axes of sizes `output`."""
        letters = iter(string.ascii_lowercase)
        kept, summed, made = ("".join(next(letters) for _ in range(n)) for n in (free, bound, len(output)))
        return EinsumDense(
            f"{kept}{summed},{summed}{made}->{kept}{made}",
            output_shape=(*[None] * (free - 1), *output),
            activation=activation,
            bias_axes=made if self.use_bias else None,
            kernel_initializer=_another(self.kernel_initializer),
            bias_initializer=_another(self.bias_initializer),
            kernel_regularizer=self.kernel_regularizer,
            bias_regularizer=self.bias_regularizer,
            kernel_constraint=self.kernel_constraint,
            bias_constraint=self.bias_constraint,
            dtype=self.dtype_policy,
            name=name,
        )

    def build_heads(
        self, shapes: tuple[Any, Any, Any], heads: tuple[int, int], sizes: tuple[int, int], output: tuple[int, ...]
    ) -> None:
        """The projections for inputs of these shapes, in Keras's order.

        heads: how many of the query, and of key and value; sizes: of a head of query and key, and of value.
        """
        query, value, key = shapes
        free = len(query) - 1
        self._query_dense = self.projection("query", free, 1, (heads[0], sizes[0]))
        self._key_dense = self.projection("key", len(key) - 1, 1, (heads[1], sizes[0]))
        if self.use_gate:
            self._gate_dense = self.projection("gate", free, 1, (heads[0], sizes[1]), "sigmoid")
        self._value_dense = self.projection("value", len(value) - 1, 1, (heads[1], sizes[1]))
        if self.dropout > 0:
            self._dropout_layer = Dropout(self.dropout, seed=self.seed, dtype=self.dtype_policy, name="dropout")
        self._output_dense = self.projection("attention_output", free, 2, output)
        for layer, shape in (
            (self._query_dense, query),
            (self._key_dense, key),
            *([(self._gate_dense, query)] if self.use_gate else []),
            (self._value_dense, value),
            (self._output_dense, (*query[:-1], heads[0], sizes[1])),
        ):
            layer.build(shape)

    def call(
        self,
        query: Any,
        value: Any,
        key: Any = None,
        query_mask: Any = None,
        value_mask: Any = None,
        key_mask: Any = None,
        attention_mask: Any = None,
        return_attention_scores: bool = False,
        training: bool = False,
        use_causal_mask: bool = False,
    ) -> Any:
        key = value if key is None else key
        parts = [None if query_mask is None else ops.expand_dims(query_mask, -1)]
        parts += [None if mask is None else ops.expand_dims(mask, -2) for mask in (value_mask, key_mask)]
        if use_causal_mask:
            parts.append(ops.causal_mask(ops.shape(query)[1], ops.shape(value)[1]))
        if self.sliding_window is not None:
            parts.append(ops.sliding_window_mask(ops.shape(query)[1], ops.shape(value)[1], self.sliding_window))
        mask = None
        for part in (attention_mask, *parts):
            if part is not None:
                part = ops.cast(part, "bool")
                mask = part if mask is None else ops.logical_and(mask, part)
        heads = self._query_dense(query), self._key_dense(key), self._value_dense(value)
        # Keras has two ways to compute attention, which differ where a query may attend to nothing
        by_softmax_layer = self.dropout > 0 or return_attention_scores or len(heads[0].shape) != 4
        outputs, scores = self.attend(*heads, mask, by_softmax_layer and self.zero_where_masked)
        if self.use_gate:
            outputs = ops.multiply(outputs, self._gate_dense(query))
        outputs = self._output_dense(outputs)
        return (outputs, scores) if return_attention_scores else outputs

    def axes_of_positions(self, rank: int) -> list[int]:
        """The axes along which positions of projected tensors of this rank attend to each other."""
        return list(range(1, rank - 2))

    def attend(self, query: Any, key: Any, value: Any, mask: Any, zero_where_masked: bool) -> tuple[Any, Any]:
        """The heads' outputs (batch, T, heads, size of value) and the weights (batch, heads, T, S)."""
        repeats = query.shape[-2] // key.shape[-2]
        if repeats > 1:
            key, value = ops.repeat(key, repeats, axis=-2), ops.repeat(value, repeats, axis=-2)
        rank = len(query.shape)
        axes = self.axes_of_positions(rank)
        letters = string.ascii_lowercase
        query_letters = letters[:rank]
        key_letters = "".join(letters[rank + i] if i in axes else letters[i] for i in range(rank))
        batch = "".join(letters[i] for i in range(rank - 1) if i not in axes)
        score_letters = batch + "".join(query_letters[i] for i in axes) + "".join(key_letters[i] for i in axes)

        query = ops.multiply(query, 1.0 / math.sqrt(query.shape[-1]))
        scores = ops.einsum(f"{query_letters},{key_letters}->{score_letters}", query, key)
        if mask is not None and len(mask.shape) > 2 * len(axes):
            # further axes of the scores, such as the heads, come before those of the positions
            missing = len(scores.shape) - len(mask.shape)
            mask = ops.expand_dims(mask, [-2 * len(axes) - 1 - i for i in range(missing)])
        weights = ops.masked_softmax(scores, mask, tuple(range(-len(axes), 0)), zero_where_masked)
        kept = self._dropout_layer(weights) if self.dropout > 0 else weights
        return ops.einsum(f"{score_letters},{key_letters}->{query_letters}", kept, value), weights


def _another(initializer: Any) -> Any:
    """An initializer that gives other values than this one, if it has no seed: no two projections begin alike."""
    return initializer.clone() if isinstance(initializer, initializers.Initializer) else initializer


@layers()
class MultiHeadAttention(HeadedAttention):
    """Attention with `num_heads` heads of sizes `key_dim` and `value_dim`. Formula and call arguments: see HeadedAttention.

    query: (batch, ..., T, ..., D_q), value, key: (batch, ..., S, ..., D) → (batch, ..., T, ..., output_shape or D_q).
    Positions attend to each other along `attention_axes` (all but batch and features by default).
    Weights of the projections _query_dense, _key_dense, _gate_dense, _value_dense: kernel (D, heads, size),
    bias (heads, size); of _output_dense: kernel (heads, value_dim, *output_shape), bias output_shape.
    Source: Vaswani et al. 2017, https://arxiv.org/abs/1706.03762
    """

    takes_masks = True

    def __init__(
        self,
        num_heads: int,
        key_dim: int,
        value_dim: int | None = None,
        dropout: float = 0.0,
        use_bias: bool = True,
        output_shape: int | tuple[int, ...] | list[int] | None = None,
        attention_axes: int | tuple[int, ...] | list[int] | None = None,
        **kwargs: Any,
    ):
        super().__init__(dropout=dropout, use_bias=use_bias, **kwargs)
        for name, size in (("num_heads", num_heads), ("key_dim", key_dim), ("value_dim", value_dim or key_dim)):
            if not isinstance(size, int) or size < 1:
                raise LayerError(f"expected a positive integer for {name}. Received: {name}={size}", self.name)
        self.num_heads = num_heads
        self.key_dim = key_dim
        self.value_dim = value_dim or key_dim
        self.output_shape = (output_shape,) if isinstance(output_shape, int) else output_shape
        self.attention_axes = (attention_axes,) if isinstance(attention_axes, int) else attention_axes

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """As of any layer; what tf.keras adds to build the layer early is left out."""
        extra = ("query_shape", "key_shape", "value_shape", "softmax_robust_masking")
        return super().from_config({name: value for name, value in config.items() if name not in extra})

    def build(self, query_shape: Any, value_shape: Any, key_shape: Any = None) -> None:  # type: ignore[override]
        key_shape = value_shape if key_shape is None else key_shape
        if tuple(value_shape[1:-1]) != tuple(key_shape[1:-1]):
            raise LayerError(
                f"expected value and key to differ in the last axis only. Received: value_shape={value_shape}, "
                f"key_shape={key_shape}",
                self.name,
            )
        output = tuple(self.output_shape) if self.output_shape else (query_shape[-1],)
        heads = (self.num_heads, self.num_heads)
        self.build_heads((query_shape, value_shape, key_shape), heads, (self.key_dim, self.value_dim), output)

    def axes_of_positions(self, rank: int) -> list[int]:
        if self.attention_axes is None:
            return super().axes_of_positions(rank)
        return [a if a >= 0 else rank - 1 + a for a in self.attention_axes]


@layers("GroupQueryAttention")
class GroupedQueryAttention(HeadedAttention):
    """Attention in which each of `num_key_value_heads` heads of key and value serves as many of the `num_query_heads` of
    the query. Formula and call arguments: see HeadedAttention.

    query: (batch, T, D), value, key: (batch, S, D) → (batch, T, D). Weights of the projections: as MultiHeadAttention's,
    with num_query_heads in those of query and output, num_key_value_heads in those of key and value.
    Source: Ainslie et al. 2023, https://arxiv.org/abs/2305.13245
    """

    def __init__(self, head_dim: int, num_query_heads: int, num_key_value_heads: int, **kwargs: Any):
        super().__init__(**kwargs)
        self.head_dim = head_dim
        self.num_query_heads = num_query_heads
        self.num_key_value_heads = num_key_value_heads
        if num_query_heads % num_key_value_heads:
            raise LayerError(
                "expected num_query_heads to be a multiple of num_key_value_heads. "
                f"Received: num_query_heads={num_query_heads}, num_key_value_heads={num_key_value_heads}",
                self.name,
            )

    def build(self, query_shape: Any, value_shape: Any, key_shape: Any = None) -> None:  # type: ignore[override]
        shapes = (query_shape, value_shape, value_shape if key_shape is None else key_shape)
        heads = (self.num_query_heads, self.num_key_value_heads)
        self.build_heads(shapes, heads, (self.head_dim, self.head_dim), (query_shape[-1],))
