"""Adam that needs no schedule: it averages what it passes through."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..ops.backend import tf
from ..registry import optimizers
from .gradients import summed, summed_square
from .resources import assign, assign_add, assign_sub, read
from .stepwise import Stepwise


@optimizers("schedulefreeadamw")
class ScheduleFreeAdamW(Stepwise):
    """v ← v + (g² - v) · (1 - β₂), z ← z - r · g / (√(v / (1 - β₂ᵗ)) + ε), x = (w - (1 - β₁) · z) / β₁,
    w ← (1 - β₁) · z + β₁ · ((1 - 1/t) · x + z / t)

    z begins at w; in the first warmup_steps r rises from 0. x is what w stood for before: the paper takes it from the z of
    before this step, Keras from the new one, and so does this.
    Source: Defazio et al. 2024, The Road Less Scheduled.
    """

    def __init__(
        self,
        learning_rate: Any = 0.0025,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        warmup_steps: int = 0,
        *common: Any,
        **named: Any,
    ):
        super().__init__(learning_rate, *common, **named)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.warmup_steps = warmup_steps

    def build(self, variables: Sequence[Any]) -> None:
        if self.built:
            return
        super().build(variables)
        self._leading: list[Any] = []
        self._velocities: list[Any] = []
        for variable in variables:
            first = np.array(variable.numpy())
            self._leading.append(self.add_variable_from_reference(variable, "momentum", _Given(first)))
            self._velocities.append(self.add_variable_from_reference(variable, "velocity"))

    def shared(self, rate: Any, step: Any) -> Any:
        if self.warmup_steps > 0:
            rate *= tf.minimum(step / self.warmup_steps, 1.0)
        return rate, 1 - tf.pow(tf.constant(self.beta_2, rate.dtype), step), 1 / step

    def update(self, gradient: Any, variable: Any, index: int, now: Any) -> None:
        rate, correction, weight = now
        leading, velocity = self._leading[index], self._velocities[index]
        beta_1 = tf.constant(self.beta_1, rate.dtype)
        assign_add(velocity, (summed_square(gradient) - read(velocity)) * (1 - tf.constant(self.beta_2, rate.dtype)))
        assign_sub(leading, rate * summed(gradient) / (tf.sqrt(read(velocity) / correction) + self.epsilon))
        z = read(leading)
        x = (read(variable) - (1 - beta_1) * z) / beta_1
        assign(variable, (1 - beta_1) * z + beta_1 * ((1 - weight) * x + weight * z))


class _Given:
    """An initial value that is there."""

    def __init__(self, value: np.ndarray):
        self.value = value

    def __call__(self, shape: tuple[int, ...], dtype: str) -> np.ndarray:
        return self.value
