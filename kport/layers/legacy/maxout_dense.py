"""Keras 1's MaxoutDense."""

from __future__ import annotations

from typing import Any

from ... import constraints, initializers, ops, regularizers
from ...registry import layers
from ..layer import Layer


@layers()
class MaxoutDense(Layer):
    """y = max_f (x @ W_f + b_f) over nb_feature linear maps.

    x: (batch, K) → (batch, output_dim). Weights: W (nb_feature, K, output_dim), b (nb_feature, output_dim). Keras 1
    only; the formula and the arguments' names are those of 1.2.2. Source: Goodfellow et al. 2013, https://arxiv.org/abs/1302.4389
    """

    def __init__(
        self,
        output_dim: int,
        nb_feature: int = 4,
        init: Any = "glorot_uniform",
        W_regularizer: Any = None,
        b_regularizer: Any = None,
        W_constraint: Any = None,
        b_constraint: Any = None,
        bias: bool = True,
        input_dim: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.output_dim = output_dim
        self.nb_feature = nb_feature
        self.init = initializers.get(init)
        self.W_regularizer = regularizers.get(W_regularizer)
        self.b_regularizer = regularizers.get(b_regularizer)
        self.W_constraint = constraints.get(W_constraint)
        self.b_constraint = constraints.get(b_constraint)
        self.bias = bias
        self.input_dim = input_dim
        if input_dim is not None and self.batch_shape is None:
            self.batch_shape = (None, input_dim)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.W = self.add_weight(
            (self.nb_feature, input_shape[-1], self.output_dim),
            self.init,
            name="W",
            regularizer=self.W_regularizer,
            constraint=self.W_constraint,
        )
        self.b = None
        if self.bias:
            self.b = self.add_weight(
                (self.nb_feature, self.output_dim),
                "zeros",
                name="b",
                regularizer=self.b_regularizer,
                constraint=self.b_constraint,
            )

    def call(self, inputs: Any) -> Any:
        # (1, batch, K) @ (nb_feature, K, output_dim) → (nb_feature, batch, output_dim)
        y = ops.matmul(ops.expand_dims(inputs, 0), self.W)
        y = y if self.b is None else ops.add(y, ops.expand_dims(self.b, 1))
        return ops.max(y, axis=0)
