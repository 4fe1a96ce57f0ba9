"""Data and weights on several devices or machines, by tf.distribute."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..ops.backend import tf
from ..tree import flatten, map_structure
from .data import Batches
from .functions import has_accelerator
from .readiness import hold_in_tensorflow
from .unpacking import unpack_x_y_sample_weight


class SharedBatches(Batches):
    """Batches of which each replica gets a part: of `n` samples on `count` replicas, replica `k` gets those from n·k / count on.

    The parts one after another are the batch, whatever the number of replicas and machines.
    """

    def __init__(self, batches: Batches, strategy: Any):
        self._batches = batches
        self._strategy = strategy
        self.size = batches.size

    def on_epoch_begin(self) -> None:
        self._batches.on_epoch_begin()

    def on_epoch_end(self) -> None:
        self._batches.on_epoch_end()

    def iterator(self) -> Iterator[Any]:
        dataset = self._batches.as_dataset()
        count = self._strategy.num_replicas_in_sync

        def of_machine(context: Any) -> Any:
            replicas = count // context.num_input_pipelines
            first = context.input_pipeline_id * replicas

            def parts(*batch: Any) -> Any:
                size = tf.shape(flatten(batch)[0], tf.int64)[0]

                def part(k: Any) -> Any:
                    return map_structure(lambda t: t[size * k // count : size * (k + 1) // count], batch)

                return tf.data.Dataset.range(first, first + replicas).map(part)

            return dataset.flat_map(parts).prefetch(tf.data.AUTOTUNE)

        # fetched to virtual CPU devices, batches that nobody reads any more can hold up all others
        options = tf.distribute.InputOptions(experimental_fetch_to_device=has_accelerator())
        return iter(self._strategy.distribute_datasets_from_function(of_machine, options))


def share(model: Any, batches: Batches, strategy: Any) -> Batches:
    """The batches, each split among the strategy's replicas, on all of which the model's variables are made."""
    replicate(model, batches, strategy)
    return SharedBatches(batches, strategy)


def replicate(model: Any, batches: Batches, strategy: Any) -> None:
    """Makes whatever a step needs on every replica: weights, the optimizer's and the metrics' variables.

    A model that isn't built, or whose metrics aren't, sees one batch for it.
    """
    compiled = model._keras_compiled
    with strategy.scope():
        if not model.built or (compiled is not None and not compiled.is_built):
            x, y, _ = unpack_x_y_sample_weight(batches.first())
            y_pred = model(x)
            if compiled is not None and y is not None:
                compiled.build(y, y_pred)
        hold_in_tensorflow(model)
