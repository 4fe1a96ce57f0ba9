"""Adam whose steps are as long as the weights are large."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..ops.backend import tf
from ..registry import optimizers
from .adam import adam_moments
from .resources import assign_sub, read
from .stepwise import Stepwise


@optimizers("lamb")
class Lamb(Stepwise):
    """u = m / (1 - β₁ᵗ) / (√(v / (1 - β₂ᵗ)) + ε), m and v as Adam's; w ← w - r · |w| / |u| · u (without the ratio where a
    norm is 0)

    Source: You et al. 2019, Large Batch Optimization for Deep Learning: Training BERT in 76 minutes.
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
        if not self.built:
            super().build(variables)
            self._momentums, self._velocities = self.add_optimizer_variables(variables, ["momentum", "velocity"])

    def shared(self, rate: Any, step: Any) -> Any:
        corrections = [1 - tf.pow(tf.constant(beta, rate.dtype), step) for beta in (self.beta_1, self.beta_2)]
        return rate, *corrections

    def update(self, gradient: Any, variable: Any, index: int, now: Any) -> None:
        rate, of_momentum, of_velocity = now
        m, v = adam_moments(gradient, self._momentums[index], self._velocities[index], self.beta_1, self.beta_2)
        update = m / of_momentum / (tf.sqrt(v / of_velocity) + self.epsilon)
        weights = tf.sqrt(tf.reduce_sum(tf.square(read(variable))))
        length = tf.sqrt(tf.reduce_sum(tf.square(update)))
        ratio = tf.where((weights > 0) & (length > 0), weights / length, tf.ones_like(length))
        assign_sub(variable, ratio * rate * update)
