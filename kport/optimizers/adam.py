"""Adam and what differs from it in a detail."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from ..errors import UsageError
from ..ops.backend import tf
from ..registry import optimizers
from .gradients import is_sparse, mapped, summed, summed_square
from .resources import assign, assign_add, assign_sub, handle, read
from .stepwise import Stepwise

SMALL, LARGE = 512, 32768
"""TensorFlow's kernel shares its work among threads. Between these numbers of elements that takes longer than it saves."""


class AdamStep(NamedTuple):
    """What all variables share in a step of Adam; scalar tensors."""

    rate: Any
    power_1: Any
    power_2: Any
    beta_1: Any
    beta_2: Any
    epsilon: Any
    kernel_rate: Any
    kernel_epsilon: Any
    alpha: Any
    """The learning rate with the corrections of m and v for having begun at 0."""


def adam_step(rate: Any, step: Any, beta_1: float, beta_2: float, epsilon: float) -> AdamStep:
    """TensorFlow's kernel takes 1 - β₂ from a β₂ that is rounded to the dtype: for 0.999 in float32 that is 5e-5 too much of
    itself, and v is too great by the same factor. √v is divided out of the update by a learning rate and an ε that are greater
    by the root of it."""
    dtype = rate.dtype
    first, second = tf.constant(beta_1, dtype), tf.constant(beta_2, dtype)
    rounded = float(dtype.as_numpy_dtype(beta_2))
    root = math.sqrt((1 - rounded) / (1 - beta_2)) if beta_2 < 1 else 1.0
    power_1, power_2 = tf.pow(first, step), tf.pow(second, step)
    return AdamStep(
        rate,
        power_1,
        power_2,
        first,
        second,
        tf.constant(epsilon, dtype),
        rate * tf.constant(root, dtype),
        tf.constant(epsilon * root, dtype),
        rate * tf.sqrt(1 - power_2) / (1 - power_1),
    )


def adam_moments(gradient: Any, m: Any, v: Any, beta_1: Any, beta_2: Any) -> tuple[Any, Any]:
    """m ← m + (g - m) · (1 - β₁), v ← v + (g² - v) · (1 - β₂). Returns both."""
    assign_add(m, (summed(gradient) - read(m)) * (1 - beta_1))
    assign_add(v, (summed_square(gradient) - read(v)) * (1 - beta_2))
    return read(m), read(v)


def adam_update(gradient: Any, variable: Any, m: Any, v: Any, now: AdamStep, beta_1: float, beta_2: float) -> None:
    """`adam_moments` and w ← w - α · m / (√v + ε), in one pass where that is faster."""
    if is_sparse(gradient) or SMALL < gradient.shape.num_elements() < LARGE:
        momentum, velocity = adam_moments(gradient, m, v, beta_1, beta_2)
        assign_sub(variable, momentum * now.alpha / (tf.sqrt(velocity) + now.epsilon))
        return
    tf.raw_ops.ResourceApplyAdam(
        var=handle(variable),
        m=handle(m),
        v=handle(v),
        beta1_power=now.power_1,
        beta2_power=now.power_2,
        lr=now.kernel_rate,
        beta1=now.beta_1,
        beta2=now.beta_2,
        epsilon=now.kernel_epsilon,
        grad=gradient,
    )


@optimizers("adam")
class Adam(Stepwise):
    """m ← β₁ · m + (1 - β₁) · g, v ← β₂ · v + (1 - β₂) · g², w ← w - r · √(1 - β₂ᵗ) / (1 - β₁ᵗ) · m / (√v + ε)

    With amsgrad the greatest v so far takes v's place in the last formula.
    Source: Kingma & Ba 2014, Adam: A Method for Stochastic Optimization; amsgrad: Reddi et al. 2018, On the Convergence of Adam
    and Beyond.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        *common: Any,
        **named: Any,
    ):
        super().__init__(learning_rate, *common, **named)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.amsgrad = amsgrad

    def build(self, variables: Sequence[Any]) -> None:
        if self.built:
            return
        super().build(variables)
        self._momentums, self._velocities = self.add_optimizer_variables(variables, ["momentum", "velocity"])
        self._greatest = self.add_optimizer_variables(variables, "velocity_hat") if self.amsgrad else []

    def shared(self, rate: Any, step: Any) -> AdamStep:
        return adam_step(rate, step, self.beta_1, self.beta_2, self.epsilon)

    def update(self, gradient: Any, variable: Any, index: int, now: AdamStep) -> None:
        m, v = self._momentums[index], self._velocities[index]
        if not self.amsgrad:  # whose kernel XLA lacks
            adam_update(gradient, variable, m, v, now, self.beta_1, self.beta_2)
            return
        momentum, velocity = adam_moments(gradient, m, v, self.beta_1, self.beta_2)
        velocity = tf.maximum(read(self._greatest[index]), velocity)
        assign(self._greatest[index], velocity)
        assign_sub(variable, momentum * now.alpha / (tf.sqrt(velocity) + now.epsilon))


@optimizers("adamw")
class AdamW(Adam):
    """Adam with weight decay. Source: Loshchilov & Hutter 2017, Decoupled Weight Decay Regularization."""

    def __init__(
        self,
        learning_rate: Any = 0.001,
        weight_decay: float = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        *common: Any,
        **named: Any,
    ):
        super().__init__(learning_rate, beta_1, beta_2, epsilon, amsgrad, weight_decay, *common, **named)
        if weight_decay is None:
            raise UsageError("expected weight_decay to be a float. Received: weight_decay=None")


@optimizers("adamax")
class Adamax(Stepwise):
    """m ← β₁ · m + (1 - β₁) · g, u ← max(β₂ · u, |g|), w ← w - r / (1 - β₁ᵗ) · m / (u + ε). Source: Kingma & Ba 2014."""

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
            self._m, self._u = self.add_optimizer_variables(variables, ["momentum", "norm"])

    def shared(self, rate: Any, step: Any) -> AdamStep:
        return adam_step(rate, step, self.beta_1, self.beta_2, self.epsilon)

    def update(self, gradient: Any, variable: Any, index: int, now: AdamStep) -> None:
        m, u = self._m[index], self._u[index]
        if not is_sparse(gradient):
            tf.raw_ops.ResourceApplyAdaMax(
                var=handle(variable),
                m=handle(m),
                v=handle(u),
                beta1_power=now.power_1,
                lr=now.rate,
                beta1=now.beta_1,
                beta2=now.beta_2,
                epsilon=now.epsilon,
                grad=gradient,
            )
            return
        assign_add(m, (summed(gradient) - read(m)) * (1 - self.beta_1))
        assign(u, tf.maximum(now.beta_2 * read(u), summed(mapped(gradient, tf.abs))))
        assign_sub(variable, now.rate * read(m) / ((1 - now.power_1) * (read(u) + now.epsilon)))
