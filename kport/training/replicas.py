"""Steps on several devices at once."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from ..ops.backend import tf
from ..tree import flatten, map_structure


def current_strategy() -> Any:
    """The distribution strategy in whose scope this runs; None without one. Never imports TensorFlow."""
    return tf.distribute.get_strategy() if "tensorflow" in sys.modules and tf.distribute.has_strategy() else None


def run_on_replicas(step: Callable[[Any], Any], strategy: Any, results: Callable[[], dict[str, Any]]) -> Callable[[Any], Any]:
    """The step on each replica's part of the batch; its outputs one after another.

    Logs are the metrics' results over all replicas (`results`); other scalars in them are means.
    """

    on_replica = _sharing(step) if strategy.num_replicas_in_sync > 1 else step

    def run(batch: Any) -> Any:
        outputs = strategy.run(on_replica, args=(batch,))
        joined = map_structure(lambda value: _joined(value, strategy), outputs)
        if isinstance(outputs, dict):
            joined |= {name: value for name, value in results().items() if name in joined}
        return joined

    return run


def _joined(value: Any, strategy: Any) -> Any:
    local = strategy.experimental_local_results(value)
    if len(local[0].shape):
        return strategy.gather(value, axis=0)
    return strategy.reduce(tf.distribute.ReduceOp.MEAN, value, axis=None) if local[0].dtype.is_floating else local[0]


_share: ContextVar[Any] = ContextVar("kport_share", default=None)


def share_of_batch() -> Any:
    """Which share of the samples of the step that runs now this replica has; None where there is one replica.

    The mean over all samples is the sum of the replicas' means, each times its share.
    """
    return _share.get()


def _sharing(step: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The step, which knows the replica's share of the batch."""

    def run(batch: Any) -> Any:
        own = tf.cast(tf.shape(flatten(batch)[0])[0], tf.float32)
        token = _share.set(own / tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.SUM, own))
        try:
            return step(batch)
        finally:
            _share.reset(token)

    return run
