"""Keras 1's activation layers with weights of their own."""

from __future__ import annotations

from typing import Any

from ... import initializers, ops
from ...registry import layers
from ..activations.relu import parameter_shape
from ..layer import Layer


@layers()
class SReLU(Layer):
    """An S of three straight lines: with t_r = t_left + |t_right|,
    y = x between t_left and t_r, t_left + a_left · (x - t_left) below, t_r + a_right · (x - t_r) above.

    Weights t_left, a_left, t_right, a_right: the shape of a sample, size 1 in the `shared_axes`. Keras 1 only; the
    formula and the arguments' names are those of 1.2.2. Source: Jin et al. 2015, https://arxiv.org/abs/1512.07030
    """

    supports_masking = True

    def __init__(
        self,
        t_left_init: Any = "zero",
        a_left_init: Any = "glorot_uniform",
        t_right_init: Any = "glorot_uniform",
        a_right_init: Any = "one",
        shared_axes: Any = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.t_left_init = initializers.get(t_left_init)
        self.a_left_init = initializers.get(a_left_init)
        self.t_right_init = initializers.get(t_right_init)
        self.a_right_init = initializers.get(a_right_init)
        self.shared_axes = [shared_axes] if isinstance(shared_axes, int) else shared_axes

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        shape = parameter_shape(input_shape, self.shared_axes)
        self.t_left = self.add_weight(shape, self.t_left_init, name="t_left")
        self.a_left = self.add_weight(shape, self.a_left_init, name="a_left")
        self.t_right = self.add_weight(shape, self.t_right_init, name="t_right")
        self.a_right = self.add_weight(shape, self.a_right_init, name="a_right")

    def call(self, inputs: Any) -> Any:
        from_left = ops.subtract(inputs, self.t_left)
        width = ops.absolute(self.t_right)
        middle = ops.minimum(ops.relu(from_left), width)
        left = ops.multiply(ops.relu(ops.negative(from_left)), self.a_left)
        right = ops.multiply(ops.relu(ops.subtract(from_left, width)), self.a_right)
        return ops.add(ops.subtract(ops.add(middle, self.t_left), left), right)


@layers()
class ParametricSoftplus(Layer):
    """y = alphas · ln(1 + e^(betas · x))

    Weights alphas, betas: the shape of a sample, size 1 in the `shared_axes`; at first alpha_init and beta_init.
    Keras 1 only; the formula and the arguments' names are those of 1.2.2.
    Source: McFarland et al. 2013, https://doi.org/10.1371/journal.pcbi.1003143
    """

    supports_masking = True

    def __init__(self, alpha_init: float = 0.2, beta_init: float = 5.0, shared_axes: Any = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.alpha_init = alpha_init
        self.beta_init = beta_init
        self.shared_axes = [shared_axes] if isinstance(shared_axes, int) else shared_axes

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        shape = parameter_shape(input_shape, self.shared_axes)
        self.alphas = self.add_weight(shape, initializers.Constant(self.alpha_init), name="alphas")
        self.betas = self.add_weight(shape, initializers.Constant(self.beta_init), name="betas")

    def call(self, inputs: Any) -> Any:
        return ops.multiply(ops.softplus(ops.multiply(inputs, self.betas)), self.alphas)
