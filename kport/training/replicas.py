"""Steps on several devices at once."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from ..ops.backend import tf
from ..tree import map_structure


def run_on_replicas(step: Callable[[Any], Any], strategy: Any) -> Callable[[Any], Any]:
    """The step on each replica's share of the batch; scalars come back as their mean, others one after another."""

    def run(batch: Any) -> Any:
        outputs = strategy.run(step, args=(batch,))
        return map_structure(lambda value: _joined(value, strategy), outputs)

    return run


def _joined(value: Any, strategy: Any) -> Any:
    parts = strategy.experimental_local_results(value)
    if len(parts[0].shape) == 0:
        return strategy.reduce(tf.distribute.ReduceOp.MEAN, value, axis=None) if parts[0].dtype.is_floating else parts[0]
    return tf.concat(parts, axis=0)


def replicas() -> int:
    """How many replicas share the step that runs now."""
    return int(tf.distribute.get_strategy().num_replicas_in_sync)


def current_strategy() -> Any:
    """The distribution strategy in whose scope this runs; None without one. Never imports TensorFlow."""
    return tf.distribute.get_strategy() if "tensorflow" in sys.modules and tf.distribute.has_strategy() else None
