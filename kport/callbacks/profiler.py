"""Records what TensorFlow does in some batches of a training, for TensorBoard's profile page."""

from __future__ import annotations

import logging
from typing import Any

from ..errors import UsageError
from ..ops.backend import tf

_LOG = logging.getLogger(__name__)


class BatchProfiler:
    """Traces the batches from `first` to `last`, which count from 1 over all epochs.

    batches: 0 for none, one number, or two; a string of them with a comma between. A profiler that can't be started is
    noted in the log: training goes on.
    """

    def __init__(self, batches: Any):
        self.first, self.last = _range(batches)
        self.is_tracing = False
        self._started = False
        self._batch: Any = None
        if self.first > 0:
            # the first start takes long, which would be seen in the profile
            self._start("")
            self._stop(save=False)

    def begin_batch(self, number: int, batch: int, folder: str) -> None:
        """Before a batch: its number over all epochs and in its epoch. The profile goes to `folder`."""
        if number == self.first:
            tf.summary.trace_on(graph=True, profiler=False)
            self._start(folder)
            self.is_tracing = True
        if self._started:
            self._batch = tf.profiler.experimental.Trace("Profiled batch", step_num=batch)
            self._batch.__enter__()

    def end_batch(self, number: int, writer: Any) -> None:
        """After a batch."""
        if self._batch is not None:
            self._batch.__exit__(None, None, None)
            self._batch = None
        if self.is_tracing and number >= self.last:
            self.finish(writer)

    def finish(self, writer: Any) -> None:
        """Writes what was traced."""
        if not self.is_tracing:
            return
        with writer.as_default(), tf.summary.record_if(True):
            tf.summary.trace_export(name=f"batch_{self.last}", step=self.last)
        self._stop(save=True)
        self.is_tracing = False

    def _start(self, folder: str) -> None:
        try:
            tf.profiler.experimental.start(logdir=folder)
            self._started = True
        except Exception as error:  # whatever the profiler lacks on this machine
            _LOG.error("Failed to start profiler: %s", error)

    def _stop(self, save: bool) -> None:
        if not self._started:
            return
        try:
            tf.profiler.experimental.stop(save=save)
        except Exception as error:
            _LOG.error("Failed to stop profiler: %s", error)
        self._started = False


def _range(batches: Any) -> tuple[int, int]:
    try:
        given = [int(part) for part in batches.split(",")] if isinstance(batches, str) else batches
        first, last = (given, given) if isinstance(given, int) else tuple(given) if len(given) > 1 else (given[0], given[0])
    except (TypeError, ValueError, IndexError):
        first, last = -1, -1
    if first < 0 or last < first:
        raise UsageError(
            "expected a number of a batch that isn't negative, or a pair of positive ones, the first and the last batch. "
            f"Received: profile_batch={batches!r}"
        )
    return first, last
