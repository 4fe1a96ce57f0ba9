"""Training in float16 whose small gradients don't vanish."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import initializers
from ..configurable import constructor_parameters, serialize
from ..errors import UsageError
from ..ops.backend import tf
from ..registry import optimizers
from .gradients import all_finite, mapped, summed_over_replicas
from .optimizer import Optimizer
from .resources import assign, read
from .serialization import deserialize

UNUSED = {"ema_momentum": 0.99, "use_ema": False}
"""Arguments of all optimizers that this one takes at their defaults only, because older files have them; others are None."""


@optimizers("lossscaleoptimizer")
class LossScaleOptimizer(Optimizer):
    """An optimizer around another: gradients are of the loss times a scale, which is divided out of them again.

    A step with a gradient that is infinite or NaN is left out and halves the scale; dynamic_growth_steps good steps in a row
    double it. The scale begins at initial_scale.
    Source: Micikevicius et al. 2017, Mixed Precision Training, section 3.2.
    """

    def __init__(
        self,
        inner_optimizer: Any,
        initial_scale: float = 2.0**15,
        dynamic_growth_steps: int = 2000,
        name: str | None = None,
        *,
        dynamic: bool = True,
        **kwargs: Any,
    ):
        if not dynamic:
            raise UsageError(
                "expected dynamic=True: for a scale that stays set `loss_scale_factor` of the inner optimizer. "
                "Received: dynamic=False"
            )
        for key, value in kwargs.items():
            if key not in constructor_parameters(Optimizer) or value != UNUSED.get(key):
                raise UsageError(
                    f"LossScaleOptimizer does not support `{key}`: expected it on the inner_optimizer. Received: {key}={value!r}"
                )
        super().__init__(0.0, name=name)
        self.inner_optimizer = inner_optimizer
        self.initial_scale = initial_scale
        self.dynamic_growth_steps = dynamic_growth_steps
        inner_optimizer.loss_scale_factor = None  # gradients would be scaled twice

    def build(self, variables: Sequence[Any]) -> None:
        super().build(variables)
        self.step_counter = self.add_variable((), dtype="int64", name="step_counter")
        self.dynamic_scale = self.add_variable((), initializers.Constant(self.initial_scale), name="dynamic_scale")
        self.inner_optimizer.build(variables)

    @property
    def variables(self) -> list[Any]:
        return [*super().variables, *self.inner_optimizer.variables]

    def apply(self, grads: Sequence[Any], trainable_variables: Sequence[Any] | None = None) -> None:
        grads = list(grads)
        if not grads:
            return
        variables = self._variables_for(grads, trainable_variables)
        self._into_tensorflow(self._variables)
        bad = tf.cast(tf.logical_not(all_finite(grads)), tf.float32)
        scale = read(self.dynamic_scale)
        unscaled = [None if g is None else mapped(g, lambda x: x / tf.cast(scale, x.dtype)) for g in grads]
        prepared = self.inner_optimizer.prepare(unscaled, variables)
        tf.cond(summed_over_replicas([bad])[0] == 0, lambda: self._good_step(*prepared), self._bad_step)

    def _good_step(self, grads: list[Any], variables: list[Any]) -> None:
        self.inner_optimizer.commit(grads, variables)
        done = read(self.step_counter) == self.dynamic_growth_steps - 1
        scale = read(self.dynamic_scale)
        assign(self.dynamic_scale, tf.where(done, scale * 2.0, scale))
        assign(self.step_counter, tf.where(done, tf.constant(0, tf.int64), read(self.step_counter) + 1))

    def _bad_step(self) -> None:
        assign(self.step_counter, 0)
        assign(self.dynamic_scale, read(self.dynamic_scale) * 0.5)

    @property
    def learning_rate(self) -> Any:
        """That of the inner optimizer."""
        return self.inner_optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, learning_rate: Any) -> None:
        self.inner_optimizer.learning_rate = learning_rate

    @property
    def iterations(self) -> Any:
        """The number of steps that weren't left out."""
        return self.inner_optimizer.iterations

    def scale_loss(self, loss: Any) -> Any:
        return loss * tf.cast(read(self.dynamic_scale) if self.built else self.initial_scale, loss.dtype)

    def finalize_variable_values(self, var_list: Sequence[Any]) -> None:
        self.inner_optimizer.finalize_variable_values(var_list)

    def get_config(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "inner_optimizer": serialize(self.inner_optimizer),
            "initial_scale": self.initial_scale,
            "dynamic_growth_steps": self.dynamic_growth_steps,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Any:
        config = dict(config)
        return cls(deserialize(config.pop("inner_optimizer"), custom_objects), **config)
