"""What callbacks have in common that watch a loss or a metric for getting better."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..errors import UsageError
from .callback import Callback
from .directions import mode_of

MODES: dict[str, Callable[..., Any]] = {"min": np.less, "max": np.greater}


class MonitorCallback(Callback):
    """Base of callbacks that compare a value of the logs with the best so far.

    monitor: its name in the logs; mode: "min" if less is better, "max" if more is, "auto" to go by the metric of this name;
    baseline: the first best value, None for the first one seen; min_delta: the change that counts as none.

    A value v is better than the best b if v < b - min_delta (mode "min") or v > b + min_delta ("max"), compared in float32.
    """

    def __init__(self, monitor: str = "val_loss", mode: str = "auto", baseline: float | None = None, min_delta: float = 0):
        super().__init__()
        if mode not in ("auto", *MODES):
            warnings.warn(
                f"{type(self).__name__} mode '{mode}' is unknown, fallback to auto mode.",
                stacklevel=3,
            )
            mode = "auto"
        self.monitor = monitor
        self.mode = mode
        self.best: Any = baseline
        self.min_delta = abs(min_delta)
        self.monitor_op: Callable[..., Any] | None = None

    def _set_monitor_op(self) -> None:
        """Finds the comparison; only once the model's metrics are there."""
        mode = self.mode if self.mode != "auto" else self._mode_of_metric()
        if mode is None:
            raise UsageError(
                f"expected a metric that {type(self).__name__} knows to be better when it is less, or more. Received: "
                f"monitor={self.monitor!r}, mode='auto'; pass mode='max' or mode='min'"
            )
        self.monitor_op = MODES[mode]
        if mode == "min":
            self.min_delta *= -1

    def _mode_of_metric(self) -> str | None:
        name = self.monitor.removeprefix("val_")
        mode = "min" if name == "loss" else None
        for metric in _single(getattr(self.model, "metrics", ())):
            if metric.name == name:
                mode = mode_of(metric) or mode
        return mode

    def _is_improvement(self, value: Any, reference: Any) -> bool:
        if reference is None:
            return True
        if self.monitor_op is None:
            self._set_monitor_op()
        return bool(self.monitor_op(np.float32(value - self.min_delta), np.float32(reference)))  # type: ignore[misc]


def _single(metrics: Any) -> Iterator[Any]:
    """The metrics; where one holds several, those."""
    for metric in metrics:
        inner = getattr(metric, "metrics", None)
        if inner is None:
            yield metric
        else:
            yield from _single(inner)
