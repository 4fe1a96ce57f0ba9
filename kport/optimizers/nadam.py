"""Adam with Nesterov's momentum."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from .. import initializers
from ..ops.backend import tf
from ..ops.promotion import dtype_of
from ..registry import optimizers
from .adam import adam_moments
from .gradients import summed
from .resources import assign, assign_sub, read
from .state import FLOAT
from .stepwise import Stepwise

DECAY = 0.96


class NadamStep(NamedTuple):
    """Scalar tensors: β₁, β₂, the factors of m and of the gradient, 1 - β₂ᵗ, the learning rate."""

    beta_1: Any
    beta_2: Any
    of_momentum: Any
    of_gradient: Any
    correction: Any
    rate: Any


@optimizers("nadam")
class Nadam(Stepwise):
    """m and v as Adam's; μₜ = β₁ · (1 - 0.96ᵗ / 2), πₜ = Π μᵢ;
    w ← w - r · (μₜ₊₁ · m / (1 - πₜ₊₁) + (1 - μₜ) · g / (1 - πₜ)) / (√(v / (1 - β₂ᵗ)) + ε)

    Source: Dozat 2015, Incorporating Nesterov Momentum into Adam.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        *common: Any,
        **named: Any,
    ):
        super().__init__(learning_rate, *common, **named)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon

    def build(self, variables: Sequence[Any]) -> None:
        if self.built:
            return
        super().build(variables)
        self._momentums, self._velocities = self.add_optimizer_variables(variables, ["momentum", "velocity"])
        dtype = dtype_of(variables[0]) if variables else FLOAT
        self._product = self.add_variable((), initializers.Constant(1.0), dtype)

    def update_steps(self, grads: list[Any], variables: list[Any], learning_rate: Any) -> None:
        product = read(self._product)
        assign(self._product, product * self._factor(tf.cast(self.iterations, product.dtype) + 1))
        super().update_steps(grads, variables, learning_rate)

    def _factor(self, step: Any) -> Any:
        """μ of a step"""
        return self.beta_1 * (1.0 - 0.5 * tf.pow(tf.constant(DECAY, step.dtype), step))

    def shared(self, rate: Any, step: Any) -> NadamStep:
        product = tf.cast(read(self._product), rate.dtype)
        following = self._factor(step + 1)
        beta_2 = tf.constant(self.beta_2, rate.dtype)
        return NadamStep(
            tf.constant(self.beta_1, rate.dtype),
            beta_2,
            following / (1 - product * following),
            (1 - self._factor(step)) / (1 - product),
            1 - tf.pow(beta_2, step),
            rate,
        )

    def update(self, gradient: Any, variable: Any, index: int, now: NadamStep) -> None:
        m, v = adam_moments(gradient, self._momentums[index], self._velocities[index], now.beta_1, now.beta_2)
        ahead = m * now.of_momentum + summed(gradient) * now.of_gradient
        assign_sub(variable, ahead * now.rate / (tf.sqrt(v / now.correction) + self.epsilon))
