"""Momentum made orthogonal, for matrices; Adam for the rest."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

from ..ops.backend import tf
from ..registry import optimizers
from .adam import adam_step, adam_update
from .gradients import summed
from .resources import assign_add, assign_sub, read
from .stepwise import Stepwise


@optimizers("muon")
class Muon(Stepwise):
    """For matrices m ← μ · m + g, w ← w - r · rms_rate · √max(rows, columns) · O, where O is m (with nesterov g + μ · m) made
    nearly orthogonal by ns_steps times X ← a · X + (b · A + c · A²) · X, A = X · Xᵀ, X = m / |m| at first.

    Others, embeddings (exclude_embeddings) and variables whose path has one of the patterns exclude_layers in it take steps of
    Adam with the learning rate r · adam_lr_ratio, and adam_weight_decay. a, b, c: muon_a, muon_b, muon_c.
    Source: Jordan et al. 2024, Muon: An optimizer for hidden layers in neural networks; Liu et al. 2025, Muon is Scalable for LLM
    Training (the factor rms_rate).
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        adam_beta_1: float = 0.9,
        adam_beta_2: float = 0.999,
        adam_weight_decay: float | None = 0.004,
        epsilon: float = 1e-7,
        weight_decay: float | None = 0.004,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        exclude_layers: Sequence[str] | None = None,
        exclude_embeddings: bool = True,
        muon_a: float = 3.4445,
        muon_b: float = -4.7750,
        muon_c: float = 2.0315,
        adam_lr_ratio: float = 1,
        momentum: float = 0.95,
        ns_steps: int = 5,
        nesterov: bool = True,
        rms_rate: float | None = 0.2,
        **kwargs: Any,
    ):
        super().__init__(
            learning_rate,
            weight_decay,
            clipnorm,
            clipvalue,
            global_clipnorm,
            use_ema,
            ema_momentum,
            ema_overwrite_frequency,
            loss_scale_factor,
            gradient_accumulation_steps,
            name,
            **kwargs,
        )
        self.adam_beta_1 = adam_beta_1
        self.adam_beta_2 = adam_beta_2
        self.adam_weight_decay = adam_weight_decay
        self.epsilon = epsilon
        self.exclude_layers = exclude_layers or []
        self.exclude_embeddings = exclude_embeddings
        self.muon_a = muon_a
        self.muon_b = muon_b
        self.muon_c = muon_c
        self.adam_lr_ratio = adam_lr_ratio
        self.momentum = momentum
        self.ns_steps = ns_steps
        self.nesterov = nesterov
        self.rms_rate = rms_rate

    def build(self, variables: Sequence[Any]) -> None:
        if self.built:
            return
        super().build(variables)
        self._momentums: list[Any] = []
        self._velocities: list[Any] = []
        for variable in variables:
            self._momentums.append(self.add_variable_from_reference(variable, "momentum"))
            adam = self._takes_adam(variable)
            self._velocities.append(self.add_variable_from_reference(variable, "velocity") if adam else None)

    def _takes_adam(self, variable: Any) -> bool:
        path = getattr(variable, "path", variable.name)
        return (
            len(variable.shape) != 2
            or (self.exclude_embeddings and "embedding" in path.lower())
            or any(re.search(pattern, path) for pattern in self.exclude_layers)
        )

    def weight_decay_of(self, variable: Any) -> float | None:
        return self.adam_weight_decay if self._takes_adam(variable) else self.weight_decay

    def shared(self, rate: Any, step: Any) -> Any:
        return rate, adam_step(rate * self.adam_lr_ratio, step, self.adam_beta_1, self.adam_beta_2, self.epsilon)

    def update(self, gradient: Any, variable: Any, index: int, now: Any) -> None:
        rate, adam = now
        m, v = self._momentums[index], self._velocities[index]
        if v is None:
            self._orthogonal_step(summed(gradient), variable, m, rate)
        else:
            adam_update(gradient, variable, m, v, adam, self.adam_beta_1, self.adam_beta_2)

    def _orthogonal_step(self, gradient: Any, variable: Any, m: Any, rate: Any) -> None:
        assign_add(m, gradient + read(m) * (self.momentum - 1))
        momentum = read(m)
        update = self._orthogonal(gradient + self.momentum * momentum if self.nesterov else momentum)
        scale = 1.0 if self.rms_rate is None else math.sqrt(max(variable.shape)) * self.rms_rate
        assign_sub(variable, update * (rate * scale))

    def _orthogonal(self, x: Any) -> Any:
        """The matrix with all its singular values near 1, by Newton and Schulz's iteration."""
        high = x.shape[0] > x.shape[1]
        x = tf.transpose(x) if high else x
        x = x / (tf.norm(x) + 1e-7)
        for _ in range(self.ns_steps):
            square = tf.matmul(x, x, transpose_b=True)
            x = self.muon_a * x + tf.matmul(self.muon_b * square + self.muon_c * tf.matmul(square, square), x)
        return tf.transpose(x) if high else x
