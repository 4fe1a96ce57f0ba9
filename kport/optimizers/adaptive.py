"""Learning rates of each element's own, from the squares of its gradients: RMSprop, Adagrad, Adadelta."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import initializers
from ..ops.backend import tf
from ..registry import optimizers
from .gradients import is_sparse, summed, summed_square
from .resources import assign, assign_add, assign_sub, handle, read
from .stepwise import Stepwise


def constants(like: Any, *values: float) -> list[Any]:
    """Scalar tensors of the dtype of `like`."""
    return [tf.constant(value, like.dtype) for value in values]


@optimizers("rmsprop")
class RMSprop(Stepwise):
    """v ← ρ · v + (1 - ρ) · g², d = r · g / √(v + ε), w ← w - d; with momentum μ: m ← μ · m + d, w ← w - m

    With `centered` a ← ρ · a + (1 - ρ) · g, and v - a² takes v's place in d.
    Source: Hinton 2012, Neural Networks for Machine Learning, lecture 6e.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-7,
        centered: bool = False,
        *common: Any,
        **named: Any,
    ):
        super().__init__(learning_rate, *common, **named)
        self.rho = rho
        self.momentum = momentum
        self.epsilon = epsilon
        self.centered = centered

    def build(self, variables: Sequence[Any]) -> None:
        if self.built:
            return
        super().build(variables)
        self._velocities = self.add_optimizer_variables(variables, "velocity")
        self._momentums = self.add_optimizer_variables(variables, "momentum") if self.momentum > 0 else []
        self._means = self.add_optimizer_variables(variables, "average_gradient") if self.centered else []

    def shared(self, rate: Any, step: Any) -> Any:
        return rate, *constants(rate, self.rho, self.momentum, self.epsilon)

    def update(self, gradient: Any, variable: Any, index: int, now: Any) -> None:
        rate, rho, momentum, epsilon = now
        if self._momentums and not is_sparse(gradient):  # the kernels keep a momentum in any case
            slots = {"ms": handle(self._velocities[index]), "mom": handle(self._momentums[index])}
            kernel = tf.raw_ops.ResourceApplyRMSProp
            if self.centered:
                kernel, slots["mg"] = tf.raw_ops.ResourceApplyCenteredRMSProp, handle(self._means[index])
            kernel(var=handle(variable), lr=rate, rho=rho, momentum=momentum, epsilon=epsilon, grad=gradient, **slots)
            return
        velocity = self._velocities[index]
        assign_add(velocity, (summed_square(gradient) - read(velocity)) * (1 - self.rho))
        gradient, denominator = summed(gradient), read(velocity)
        if self.centered:
            mean = rho * read(self._means[index]) + (1 - self.rho) * gradient
            assign(self._means[index], mean)
            denominator -= tf.square(mean)
        increment = rate * gradient / tf.sqrt(denominator + epsilon)
        if self._momentums:
            increment += momentum * read(self._momentums[index])
            assign(self._momentums[index], increment)
        assign_sub(variable, increment)


@optimizers("adagrad")
class Adagrad(Stepwise):
    """a ← a + g², w ← w - r · g / √(a + ε); a begins at initial_accumulator_value.

    Source: Duchi et al. 2011, Adaptive Subgradient Methods for Online Learning and Stochastic Optimization.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        initial_accumulator_value: float = 0.1,
        epsilon: float = 1e-7,
        *common: Any,
        **named: Any,
    ):
        super().__init__(learning_rate, *common, **named)
        self.initial_accumulator_value = initial_accumulator_value
        self.epsilon = epsilon

    def build(self, variables: Sequence[Any]) -> None:
        if not self.built:
            super().build(variables)
            initial = initializers.Constant(self.initial_accumulator_value)
            self._accumulators = self.add_optimizer_variables(variables, "accumulator", initial)

    def shared(self, rate: Any, step: Any) -> Any:
        return rate, *constants(rate, self.epsilon)

    def update(self, gradient: Any, variable: Any, index: int, now: Any) -> None:
        rate, epsilon = now
        accumulator = self._accumulators[index]
        assign_add(accumulator, summed_square(gradient))
        assign_sub(variable, rate * summed(gradient) / tf.sqrt(read(accumulator) + epsilon))


@optimizers("adadelta")
class Adadelta(Stepwise):
    """a ← ρ · a + (1 - ρ) · g², d = g · √(b + ε) / √(a + ε), b ← ρ · b + (1 - ρ) · d², w ← w - r · d

    Source: Zeiler 2012, ADADELTA: An Adaptive Learning Rate Method.
    """

    def __init__(self, learning_rate: Any = 0.001, rho: float = 0.95, epsilon: float = 1e-7, *common: Any, **named: Any):
        super().__init__(learning_rate, *common, **named)
        self.rho = rho
        self.epsilon = epsilon

    def build(self, variables: Sequence[Any]) -> None:
        if not self.built:
            super().build(variables)
            names = ["accumulated_grad", "accumulated_delta_var"]
            self._gradients, self._deltas = self.add_optimizer_variables(variables, names)

    def shared(self, rate: Any, step: Any) -> Any:
        return rate, *constants(rate, self.rho, self.epsilon)

    def update(self, gradient: Any, variable: Any, index: int, now: Any) -> None:
        rate, rho, epsilon = now
        gradients, deltas = self._gradients[index], self._deltas[index]
        if not is_sparse(gradient):
            tf.raw_ops.ResourceApplyAdadelta(
                var=handle(variable),
                accum=handle(gradients),
                accum_update=handle(deltas),
                lr=rate,
                rho=rho,
                epsilon=epsilon,
                grad=gradient,
            )
            return
        square = summed_square(gradient)
        assign(gradients, rho * read(gradients) + (1 - self.rho) * square)
        scale = (read(deltas) + epsilon) / (read(gradients) + epsilon)
        assign(deltas, rho * read(deltas) + (1 - self.rho) * square * scale)
        assign_sub(variable, rate * summed(gradient) * tf.sqrt(scale))
