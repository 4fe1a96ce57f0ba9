"""Saves the state of a training in Orbax's format, which JAX programs read."""

from __future__ import annotations

import importlib
import os
import warnings
from collections.abc import Iterable
from typing import Any

from ..errors import UsageError
from .batch_counter import BatchCounter
from .callback import takes_tensors
from .errors import MissingPackageError
from .logs import as_float, as_floats
from .monitor import MonitorCallback
from .weight_paths import weight_paths


class OrbaxCheckpoint(MonitorCallback):
    """Saves at the end of every epoch, or every so many batches; all states or only the best. Needs `orbax-checkpoint`.

    directory: where each checkpoint becomes a folder, named by its epoch (from 0) or the number of batches so far; monitor,
    mode: what "best" means; save_best_only: only if `monitor` is better than ever before; save_freq: "epoch" or a number of
    batches; initial_value_threshold: the value that has to be beaten first; max_to_keep: so many of the last are kept, None
    for all; save_on_background: training goes on while files are written; save_weights_only: without the optimizer's
    state and the model's configuration.

    A checkpoint holds arrays by the paths of their variables, in "trainable_variables", "non_trainable_variables",
    "optimizer_variables" and "metrics_variables".
    """

    def __init__(
        self,
        directory: str | os.PathLike[str],
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        mode: str = "auto",
        save_freq: Any = "epoch",
        initial_value_threshold: float | None = None,
        max_to_keep: int | None = 1,
        save_on_background: bool = True,
        save_weights_only: bool = False,
    ):
        self._orbax = _orbax()
        super().__init__(monitor, mode, initial_value_threshold)
        self.directory = directory
        self.verbose = verbose
        self.save_best_only = save_best_only
        self.save_freq = save_freq
        self.max_to_keep = max_to_keep
        self.save_on_background = save_on_background
        self.save_weights_only = save_weights_only
        self._counter = BatchCounter(save_freq)
        self._total_batches = 0
        self._last_batch = -1
        self._futures: list[Any] = []
        training = self._orbax.training
        self.checkpointer = training.Checkpointer(
            directory=directory,
            preservation_policy=None if max_to_keep is None else training.preservation_policies.LatestN(max_to_keep),
            save_decision_policy=training.save_decision_policies.FixedIntervalPolicy(1),
        )

    def set_model(self, model: Any) -> None:
        super().set_model(model)
        if getattr(model, "optimizer", None) is not None:
            self._total_batches = int(as_float(model.optimizer.iterations))

    def is_multihost_enabled(self) -> bool:
        """Whether several hosts write one checkpoint: TensorFlow's don't."""
        return False

    def is_primary_host(self) -> bool:
        """Whether this process is the first of several hosts; the only one is."""
        return True

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._last_batch = -1

    @takes_tensors
    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self._total_batches += batch - self._last_batch
        self._last_batch = batch
        if self._counter.is_time(batch) and self._should_save(as_floats(logs), f"batch {batch}"):
            self._save(self._total_batches)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if self.monitor_op is None:
            self._set_monitor_op()
        if self.save_freq == "epoch" and self._should_save(logs or {}, f"epoch {epoch}"):
            self._save(epoch)

    def _should_save(self, logs: dict[str, Any], when: str) -> bool:
        if not self.save_best_only:
            return True
        value = logs.get(self.monitor)
        if value is None:
            warnings.warn(
                f"Can save best model only with {self.monitor} available, skipping save at {when}.",
                stacklevel=3,
            )
            return False
        if not self._is_improvement(value, self.best):
            return False
        self.best = value
        return True

    def _save(self, step: int) -> None:
        model = self.model
        trainable = {id(weight) for weight in model.trainable_weights}
        weights = weight_paths(model).items()
        state = {
            "trainable_variables": _tree((path, w) for path, w in weights if id(w) in trainable),
            "non_trainable_variables": _tree((path, w) for path, w in weights if id(w) not in trainable),
        }
        parts: dict[str, Any] = {"pytree": state}
        if not self.save_weights_only:
            state["optimizer_variables"] = _tree((v.path, v) for v in model.optimizer.variables)
            state["metrics_variables"] = _tree(
                (f"{metric.name}/{v.name}", v) for metric in model.metrics for v in metric.variables
            )
            parts["model_config"] = {"config": model.to_json()}
        if self.save_on_background:
            self._futures.append(self.checkpointer.save_checkpointables_async(step, parts))
        else:
            self.checkpointer.save_checkpointables(step, parts)

    def on_train_end(self, logs: Any = None) -> None:
        self.wait_until_finished()
        self.checkpointer.close()

    def wait_until_finished(self) -> None:
        """Returns when all checkpoints are written."""
        for future in self._futures:
            future.result()
        self._futures.clear()


def _orbax() -> Any:
    try:
        return importlib.import_module("orbax.checkpoint").v1
    except ImportError as error:
        raise MissingPackageError(
            "OrbaxCheckpoint requires the 'orbax-checkpoint' package. You can install it via pip install orbax-checkpoint"
        ) from error


def _tree(variables: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """The values of variables in dicts, one for each part of their paths; a scalar as Python's number."""
    tree: dict[str, Any] = {}
    for path, variable in variables:
        *folders, name = path.split("/")
        inner = tree
        for folder in folders:
            inner = inner.setdefault(folder, {})
        if name in inner:
            raise UsageError(f"expected a path of its own for every variable: name the layers. Received: '{path}' twice")
        array = variable.numpy()
        inner[name] = array if array.ndim else array.item()
    return tree
