"""Keras 1's Highway."""

from __future__ import annotations

from typing import Any

from ... import activations, constraints, initializers, ops, regularizers
from ...registry import layers
from ..layer import Layer


@layers()
class Highway(Layer):
    """y = t · activation(x @ W + b) + (1 - t) · x, where t = sigmoid(x @ W_carry + b_carry).

    x: (batch, K), same out. Weights: W (K, K), W_carry (K, K), b (K,), b_carry (K,). Keras 1 only; the formula and
    the arguments' names are those of 1.2.2. Source: Srivastava et al. 2015, https://arxiv.org/abs/1505.00387
    """

    def __init__(
        self,
        init: Any = "glorot_uniform",
        activation: Any = None,
        W_regularizer: Any = None,
        b_regularizer: Any = None,
        W_constraint: Any = None,
        b_constraint: Any = None,
        bias: bool = True,
        input_dim: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.init = initializers.get(init)
        self.activation = activations.get(activation)
        self.W_regularizer = regularizers.get(W_regularizer)
        self.b_regularizer = regularizers.get(b_regularizer)
        self.W_constraint = constraints.get(W_constraint)
        self.b_constraint = constraints.get(b_constraint)
        self.bias = bias
        self.input_dim = input_dim
        if input_dim is not None and self.batch_shape is None:
            self.batch_shape = (None, input_dim)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        size = input_shape[-1]
        self.W = self.add_weight((size, size), self.init, name="W", regularizer=self.W_regularizer, constraint=self.W_constraint)
        self.W_carry = self.add_weight((size, size), self.init, name="W_carry")
        self.b: Any = None
        self.b_carry: Any = None
        if self.bias:
            self.b = self.add_weight((size,), "zeros", name="b", regularizer=self.b_regularizer, constraint=self.b_constraint)
            self.b_carry = self.add_weight((size,), "ones", name="b_carry")

    def call(self, inputs: Any) -> Any:
        transform = ops.sigmoid(ops.linear(inputs, self.W_carry, self.b_carry))
        new = self.activation(ops.linear(inputs, self.W, self.b))
        return ops.add(ops.multiply(transform, new), ops.multiply(ops.subtract(1.0, transform), inputs))
