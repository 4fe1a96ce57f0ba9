"""Schedules that fall from one learning rate. s: the step, T: decay_steps, r0: initial_learning_rate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ... import ops
from ...errors import UsageError
from ...registry import schedules
from .schedule import LearningRateSchedule


def positive(**steps: float) -> None:
    """UsageError if a number of steps isn't greater than 0."""
    for name, value in steps.items():
        if value <= 0:
            raise UsageError(f"expected {name} > 0. Received: {name}={value}")


class _PerPeriod(LearningRateSchedule):
    """A function of p = s / T; rounded down with `staircase`."""

    def __init__(
        self, initial_learning_rate: Any, decay_steps: Any, decay_rate: Any, staircase: bool = False, name: str | None = None
    ):
        positive(decay_steps=decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name or type(self).__name__

    def periods(self, step: Any) -> Any:
        periods = ops.cast(step, "float32") / ops.convert_to_tensor(self.decay_steps, "float32")
        return ops.floor(periods) if self.staircase else periods


@schedules()
class ExponentialDecay(_PerPeriod):
    """r0 · decay_rate^(s / T)"""

    def __init__(
        self,
        initial_learning_rate: Any,
        decay_steps: Any,
        decay_rate: Any,
        staircase: bool = False,
        name: str = "ExponentialDecay",
    ):
        super().__init__(initial_learning_rate, decay_steps, decay_rate, staircase, name)

    def __call__(self, step: Any) -> Any:
        factor = ops.power(ops.convert_to_tensor(self.decay_rate, "float32"), self.periods(step))
        return ops.multiply(self.initial_learning_rate, factor)


@schedules()
class InverseTimeDecay(_PerPeriod):
    """r0 / (1 + decay_rate · s / T)"""

    def __init__(
        self,
        initial_learning_rate: Any,
        decay_steps: Any,
        decay_rate: Any,
        staircase: bool = False,
        name: str = "InverseTimeDecay",
    ):
        super().__init__(initial_learning_rate, decay_steps, decay_rate, staircase, name)

    def __call__(self, step: Any) -> Any:
        return ops.divide(self.initial_learning_rate, ops.add(1.0, ops.multiply(self.decay_rate, self.periods(step))))


@schedules()
class PolynomialDecay(LearningRateSchedule):
    """(r0 - r1) · (1 - min(s, T) / T)^power + r1, r1 = end_learning_rate; with `cycle` T is the next multiple of decay_steps."""

    def __init__(
        self,
        initial_learning_rate: Any,
        decay_steps: Any,
        end_learning_rate: Any = 0.0001,
        power: Any = 1.0,
        cycle: bool = False,
        name: str = "PolynomialDecay",
    ):
        positive(decay_steps=decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.end_learning_rate = end_learning_rate
        self.power = power
        self.cycle = cycle
        self.name = name

    def __call__(self, step: Any) -> Any:
        step = ops.cast(step, "float32")
        steps = ops.convert_to_tensor(self.decay_steps, "float32")
        if self.cycle:
            steps = ops.multiply(steps, ops.where(ops.equal(step, 0.0), 1.0, ops.ceil(ops.divide(step, steps))))
        else:
            step = ops.minimum(step, steps)
        left = ops.power(ops.subtract(1.0, ops.divide(step, steps)), ops.convert_to_tensor(self.power, "float32"))
        start, end = (ops.convert_to_tensor(r, "float32") for r in (self.initial_learning_rate, self.end_learning_rate))
        return ops.add(ops.multiply(ops.subtract(start, end), left), end)


@schedules()
class PiecewiseConstantDecay(LearningRateSchedule):
    """values[i] as long as boundaries[i - 1] < s <= boundaries[i]"""

    def __init__(self, boundaries: Sequence[Any], values: Sequence[Any], name: str = "PiecewiseConstant"):
        if len(boundaries) != len(values) - 1:
            raise UsageError(
                f"expected one value more than boundaries. Received: {len(boundaries)} boundaries={boundaries} and "
                f"{len(values)} values={values}"
            )
        self.boundaries = boundaries
        self.values = values
        self.name = name

    def __call__(self, step: Any) -> Any:
        step = ops.convert_to_tensor(step)
        boundaries = ops.cast(ops.convert_to_tensor(list(self.boundaries)), ops.dtype(step))
        passed = ops.sum(ops.cast(ops.greater(step, boundaries), "int32"))
        return ops.take(ops.convert_to_tensor(list(self.values)), passed)
