"""Steps of one length: only the sign of the momentum counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors import UsageError
from ..ops.backend import tf
from ..registry import optimizers
from .gradients import summed
from .resources import assign, assign_sub, read
from .stepwise import Stepwise


@optimizers("lion")
class Lion(Stepwise):
    """w ← w - r · sign(β₁ · m + (1 - β₁) · g), then m ← β₂ · m + (1 - β₂) · g

    Source: Chen et al. 2023, Symbolic Discovery of Optimization Algorithms.
    """

    def __init__(self, learning_rate: Any = 0.001, beta_1: float = 0.9, beta_2: float = 0.99, *common: Any, **named: Any):
        super().__init__(learning_rate, *common, **named)
        if not 0 < beta_1 <= 1:
            raise UsageError(f"expected beta_1 in (0, 1]: with 0 there is no momentum. Received: beta_1={beta_1}")
        self.beta_1 = beta_1
        self.beta_2 = beta_2

    def build(self, variables: Sequence[Any]) -> None:
        if not self.built:
            super().build(variables)
            self._momentums = self.add_optimizer_variables(variables, "momentum")

    def shared(self, rate: Any, step: Any) -> Any:
        return rate, tf.constant(self.beta_1, rate.dtype), tf.constant(self.beta_2, rate.dtype)

    def update(self, gradient: Any, variable: Any, index: int, now: Any) -> None:
        rate, beta_1, beta_2 = now
        gradient, momentum = summed(gradient), read(self._momentums[index])
        assign_sub(variable, rate * tf.sign(momentum * beta_1 + gradient * (1 - beta_1)))
        assign(self._momentums[index], momentum * beta_2 + gradient * (1 - beta_2))
