"""Gradient descent, with and without momentum."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors import UsageError
from ..ops.backend import tf
from ..registry import optimizers
from .gradients import is_sparse, mapped, summed
from .resources import assign_sub, handle
from .stepwise import Stepwise


@optimizers("sgd")
class SGD(Stepwise):
    """w ← w - r · g; with momentum μ: m ← μ · m - r · g, then w ← w + m, or with nesterov w ← w + μ · m - r · g

    Source: Sutskever et al. 2013, On the importance of initialization and momentum in deep learning.
    """

    def __init__(self, learning_rate: Any = 0.01, momentum: float = 0.0, nesterov: bool = False, *common: Any, **named: Any):
        super().__init__(learning_rate, *common, **named)
        if not isinstance(momentum, float) or not 0 <= momentum <= 1:
            raise UsageError(f"expected momentum to be a float in [0, 1]. Received: momentum={momentum!r}")
        self.momentum = momentum
        self.nesterov = nesterov

    def build(self, variables: Sequence[Any]) -> None:
        if not self.built:
            super().build(variables)
            self._momentums = self.add_optimizer_variables(variables, "momentum") if self.momentum else []

    def shared(self, rate: Any, step: Any) -> Any:
        return rate, tf.constant(self.momentum, rate.dtype)

    def update(self, gradient: Any, variable: Any, index: int, now: Any) -> None:
        rate, momentum = now
        if self.momentum:
            tf.raw_ops.ResourceApplyKerasMomentum(
                var=handle(variable),
                accum=handle(self._momentums[index]),
                lr=rate,
                grad=summed(gradient),
                momentum=momentum,
                use_nesterov=self.nesterov,
            )
        elif is_sparse(gradient):
            assign_sub(variable, mapped(gradient, lambda g: g * rate))
        else:
            tf.raw_ops.ResourceApplyGradientDescent(var=handle(variable), alpha=rate, delta=gradient)
