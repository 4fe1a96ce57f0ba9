"""The progress bar, as Keras users know it."""

from __future__ import annotations

import math
import os
import re
import sys
import time
from collections.abc import Iterable
from typing import Any

import numpy as np

from ..errors import UsageError
from ..messages import print_message

_RESET = "\x1b[0m"
_BOLD, _GREEN, _WHITE = "\x1b[1m", "\x1b[32m", "\x1b[37m"
_CODES = re.compile(r"\x1b\[\d+m")


class Progbar:
    """Shows how far something is, how long it takes and what its metrics are.

    target: the number of steps, None while unknown; width: of the bar, in characters; verbose: 0 (silent), 1 (a bar that
    moves), 2 (one line at the end); interval: the least time between two pictures, in seconds; stateful_metrics: names of
    metrics that are shown as they are, all others being averaged over the steps; or stateless_metrics: names of those that
    are averaged, all others being shown as they are; unit_name: what a step is called.

    What is shown as it is may be a tensor: it is read only when it is shown.
    """

    def __init__(
        self,
        target: int | None,
        width: int = 20,
        verbose: int = 1,
        interval: float = 0.05,
        stateful_metrics: Iterable[str] | None = None,
        stateless_metrics: Iterable[str] | None = None,
        unit_name: str = "step",
    ):
        if stateful_metrics is not None and stateless_metrics is not None:
            raise UsageError(
                "expected one of `stateful_metrics` and `stateless_metrics`: each says which metrics are the exception. "
                f"Received: stateful_metrics={stateful_metrics}, stateless_metrics={stateless_metrics}"
            )
        self.target = target
        self.width = width
        self.verbose = verbose
        self.interval = interval
        self.unit_name = unit_name
        self.stateful_metrics = None if stateless_metrics is not None else set(stateful_metrics or ())
        self.stateless_metrics = None if stateless_metrics is None else set(stateless_metrics)
        self._rewrites_line = (
            (hasattr(sys.stdout, "isatty") and sys.stdout.isatty())
            or "ipykernel" in sys.modules
            or "posix" in sys.modules
            or "PYCHARM_HOSTED" in os.environ
        )
        self._seen = 0
        self._sums: dict[str, tuple[Any, int]] = {}
        self._start = time.time()
        self._first_step_end: float | None = None
        self._last_shown = 0.0
        self._shown_width = 0

    def add(self, n: int, values: Any = None) -> None:
        """`n` more steps are done. See `update`."""
        self.update(self._seen + n, values)

    def update(self, current: int, values: Any = None, finalize: bool | None = None) -> None:
        """`current` steps are done. values: pairs (name, value of the last step); finalize: whether this is the last
        update, by default if the target is reached."""
        if finalize is None:
            finalize = self.target is not None and current >= self.target
        if values:
            self._record(values, current, finalize)
        self._seen = current
        now = time.time()
        duration = self._step_duration(current, now)
        if self.verbose == 1:
            if now - self._last_shown < self.interval and not finalize:
                return
            self._show(current, now, duration, finalize)
        elif self.verbose == 2 and finalize and self.target is not None and self.target > 0:
            text = f"{self._count(current)} - {now - self._start:.0f}s -{self._per_step(duration)}{self._metrics(np.positive)}"
            print_message(f"{text}\n", line_break=False)
        self._last_shown = now

    def _record(self, values: Any, current: int, finalize: bool) -> None:
        steps = max(current - self._seen, 1)
        for name, value in values:
            if not self._is_averaged(name) or finalize:  # the last value of an average is that of the whole
                self._sums[name] = value, 1
            else:
                total, count = self._sums.get(name, (0, 0))
                self._sums[name] = total + value * steps, count + steps

    def _is_averaged(self, name: str) -> bool:
        if self.stateless_metrics is not None:
            return name in self.stateless_metrics
        return name not in (self.stateful_metrics or ())

    def _step_duration(self, current: int, now: float) -> float:
        """Seconds a step: without the first one, which compiles, as soon as there are others."""
        if not current:
            return 0
        if self._first_step_end is not None and current > 1:
            duration = (now - self._first_step_end) / (current - 1)
        else:
            duration = (now - self._start) / current
        if current == 1:
            self._first_step_end = now
        return duration

    def _show(self, current: int, now: float, duration: float, finalize: bool) -> None:
        has_target = self.target is not None and self.target > 0
        bar = self._bar(current) if has_target else f"{current:7d}/Unknown"
        if has_target and not finalize:
            seconds = _remaining(duration * (self.target - current))  # type: ignore[operator]
        else:
            seconds = f"{now - self._start:.0f}s"
        text = f"{bar} {_BOLD}{seconds}{_RESET}{self._per_step(duration)}{self._metrics(abs)}"
        width = len(_CODES.sub("", text))
        start = "\b" * self._shown_width + "\r" if self._rewrites_line else "\n"
        print_message(f"{start}{text}{' ' * (self._shown_width - width)}{chr(10) * finalize}", line_break=False)
        self._shown_width = width

    def _bar(self, current: int) -> str:
        done = int(self.width * (float(current) / self.target))  # type: ignore[operator]
        return (
            f"{_BOLD}{self._count(current)}{_RESET} "
            + (f"{_GREEN}{'━' * done}{_RESET}" if done > 0 else "")
            + f"{_WHITE}{'━' * (self.width - done)}{_RESET}"
        )

    def _count(self, current: int) -> str:
        digits = int(math.log10(self.target)) + 1  # type: ignore[arg-type]
        return f"{int(current):{digits}d}/{int(self.target)}"  # type: ignore[arg-type]

    def _per_step(self, duration: float) -> str:
        for unit, factor in (("s", 1), ("ms", 1e3), ("us", 1e6)):
            if duration * factor >= 1 or duration == 0 or unit == "us":
                break
        return f" {duration * factor:.0f}{unit}/{self.unit_name}"

    def _metrics(self, size: Any) -> str:
        """The metrics; those whose `size` is small with an exponent. The line at the end of `verbose=2` takes negative
        ones for small, as Keras's does."""
        text = ""
        for name, (total, count) in self._sums.items():
            average = (total if isinstance(total, float) else np.mean(total)) / max(1, count)
            text += f" - {name}: {average:{'.4f' if size(average) > 1e-3 else '.4e'}}"
        return text


def _remaining(seconds: float) -> str:
    """3s, 2:05, 1:02:05."""
    if seconds > 3600:
        return f"{int(seconds // 3600)}:{int(seconds % 3600 // 60):02d}:{int(seconds % 60):02d}"
    if seconds > 60:
        return f"{int(seconds // 60)}:{int(seconds % 60):02d}"
    return f"{int(seconds)}s"
