"""Follow the regularized leader."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import initializers
from ..errors import UsageError
from ..ops.backend import tf
from ..registry import optimizers
from .gradients import is_sparse, summed, summed_square
from .resources import assign, assign_add, handle, read
from .stepwise import Stepwise


@optimizers("ftrl")
class Ftrl(Stepwise):
    """n' = n + g², q = (n'^-p - n^-p) / r, z ← z + g + 2 · λs · w - q · w, n ← n',
    w ← (clip(z, -λ₁, λ₁) - z) / (n^-p / r + 2 · λ₂ + β / r)

    p: learning_rate_power; λ₁, λ₂, λs: l1, l2 and l2_shrinkage regularization strength; n begins at
    initial_accumulator_value. Source: McMahan et al. 2013, Ad Click Prediction: a View from the Trenches.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        learning_rate_power: float = -0.5,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        l2_shrinkage_regularization_strength: float = 0.0,
        beta: float = 0.0,
        *common: Any,
        **named: Any,
    ):
        super().__init__(learning_rate, *common, **named)
        self.learning_rate_power = learning_rate_power
        self.initial_accumulator_value = initial_accumulator_value
        self.l1_regularization_strength = l1_regularization_strength
        self.l2_regularization_strength = l2_regularization_strength
        self.l2_shrinkage_regularization_strength = l2_shrinkage_regularization_strength
        self.beta = beta
        if learning_rate_power > 0:
            raise UsageError(f"expected learning_rate_power <= 0. Received: learning_rate_power={learning_rate_power}")
        for name in ("initial_accumulator_value", *(f"{kind}_regularization_strength" for kind in ("l1", "l2", "l2_shrinkage"))):
            if getattr(self, name) < 0:
                raise UsageError(f"expected {name} >= 0. Received: {name}={getattr(self, name)}")

    def build(self, variables: Sequence[Any]) -> None:
        if not self.built:
            super().build(variables)
            initial = [initializers.Constant(self.initial_accumulator_value), "zeros"]
            self._accumulators, self._linears = self.add_optimizer_variables(variables, ["accumulator", "linear"], initial)

    def shared(self, rate: Any, step: Any) -> Any:
        return {
            "lr": rate,
            "l1": tf.constant(self.l1_regularization_strength, rate.dtype),
            "l2": self.l2_regularization_strength + self.beta / (2.0 * rate),
            "l2_shrinkage": tf.constant(self.l2_shrinkage_regularization_strength, rate.dtype),
            "lr_power": tf.constant(self.learning_rate_power, rate.dtype),
        }

    def update(self, gradient: Any, variable: Any, index: int, now: Any) -> None:
        accumulator, linear = self._accumulators[index], self._linears[index]
        if not is_sparse(gradient):
            tf.raw_ops.ResourceApplyFtrlV2(
                var=handle(variable), accum=handle(accumulator), linear=handle(linear), grad=gradient, **now
            )
            return
        rate, l1, l2, power = now["lr"], now["l1"], now["l2"], -now["lr_power"]
        weights, before = read(variable), read(accumulator)
        assign_add(accumulator, summed_square(gradient))
        reached = tf.pow(read(accumulator), power)
        learned = (reached - tf.pow(before, power)) / rate * weights
        assign_add(linear, summed(gradient) + 2 * now["l2_shrinkage"] * weights - learned)
        leader = read(linear)
        assign(variable, (tf.clip_by_value(leader, -l1, l1) - leader) / (reached / rate + 2 * l2))
