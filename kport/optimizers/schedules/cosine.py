"""Schedules along a cosine. s: the step, T: decay_steps, r0: initial_learning_rate.

Source: Loshchilov & Hutter 2016, SGDR: Stochastic Gradient Descent with Warm Restarts.
"""

from __future__ import annotations

import math
from typing import Any

from ... import ops
from ...registry import schedules
from .decays import positive
from .schedule import LearningRateSchedule


def half_wave(fraction: Any) -> Any:
    """(1 + cos(π · fraction)) / 2: from 1 to 0"""
    return ops.multiply(0.5, ops.add(1.0, ops.cos(ops.multiply(math.pi, fraction))))


@schedules()
class CosineDecay(LearningRateSchedule):
    """r · ((1 - alpha) · (1 + cos(π · min(s', T) / T)) / 2 + alpha)

    r = r0 and s' = s; with warmup_target r is that, which is reached from r0 on a straight line in the first warmup_steps,
    and s' is counted from there.
    """

    def __init__(
        self,
        initial_learning_rate: Any,
        decay_steps: Any,
        alpha: Any = 0.0,
        name: str = "CosineDecay",
        warmup_target: Any = None,
        warmup_steps: Any = 0,
    ):
        positive(decay_steps=decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.alpha = alpha
        self.name = name
        self.warmup_target = warmup_target
        self.warmup_steps = warmup_steps

    def __call__(self, step: Any) -> Any:
        step = ops.cast(step, "float32")
        steps = ops.convert_to_tensor(self.decay_steps, "float32")
        start = ops.convert_to_tensor(self.initial_learning_rate, "float32")
        if self.warmup_target is None:
            return self._decayed(start, ops.divide(ops.minimum(step, steps), steps))
        target = ops.convert_to_tensor(self.warmup_target, "float32")
        warmup = ops.convert_to_tensor(self.warmup_steps, "float32")
        step = ops.minimum(step, ops.add(steps, warmup))
        rising = ops.add(ops.multiply(ops.subtract(target, start), ops.divide(step, warmup)), start)
        falling = self._decayed(target, ops.divide(ops.subtract(step, warmup), steps))
        return ops.where(ops.less(step, warmup), rising, falling)

    def _decayed(self, rate: Any, fraction: Any) -> Any:
        return ops.multiply(rate, ops.add(ops.multiply(1.0 - self.alpha, half_wave(fraction)), self.alpha))


@schedules()
class CosineDecayRestarts(LearningRateSchedule):
    """Cosines from r0 · m_mul^i to alpha · r0, the i-th of them first_decay_steps · t_mul^i steps long."""

    def __init__(
        self,
        initial_learning_rate: Any,
        first_decay_steps: Any,
        t_mul: Any = 2.0,
        m_mul: Any = 1.0,
        alpha: Any = 0.0,
        name: str = "SGDRDecay",
    ):
        positive(first_decay_steps=first_decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.first_decay_steps = first_decay_steps
        self.t_mul = t_mul
        self.m_mul = m_mul
        self.alpha = alpha
        self.name = name

    def __call__(self, step: Any) -> Any:
        fraction = ops.divide(ops.cast(step, "float32"), ops.convert_to_tensor(self.first_decay_steps, "float32"))
        if self.t_mul == 1.0:
            restart = ops.floor(fraction)
            fraction = ops.subtract(fraction, restart)
        else:
            growth = ops.convert_to_tensor(self.t_mul, "float32")
            reached = ops.log(ops.subtract(1.0, ops.multiply(fraction, ops.subtract(1.0, growth))))
            restart = ops.floor(ops.divide(reached, ops.log(growth)))
            length = ops.power(growth, restart)
            begun = ops.divide(ops.subtract(1.0, length), ops.subtract(1.0, growth))
            fraction = ops.divide(ops.subtract(fraction, begun), length)
        height = ops.power(ops.convert_to_tensor(self.m_mul, "float32"), restart)
        wave = ops.multiply(height, half_wave(fraction))
        decayed = ops.add(ops.multiply(1.0 - self.alpha, wave), self.alpha)
        return ops.multiply(ops.convert_to_tensor(self.initial_learning_rate, "float32"), decayed)
