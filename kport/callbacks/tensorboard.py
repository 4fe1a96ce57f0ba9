"""Writes event files that TensorBoard shows."""

from __future__ import annotations

import os
import time
from contextlib import ExitStack
from typing import Any

from ..ops.backend import tf
from .callback import Callback, takes_tensors
from .learning_rates import learning_rates_of
from .logs import as_float, as_floats
from .profiler import BatchProfiler
from .projector import projector_config
from .summaries import write_model, write_train_graph, write_weights


class TensorBoard(Callback):
    """Writes losses, metrics and what else is wished into `log_dir`, "train" and "validation" in it.

    log_dir: a folder of its own; histogram_freq: every so many epochs histograms of the weights, 0 for none; write_graph:
    the model's layers and the graph of a training step; write_images: weights as images, with the histograms;
    write_steps_per_second: how fast training is; update_freq: "epoch", or "batch" or a number of batches: besides what is
    written after epochs, losses and metrics after every so many, and what the model itself writes with `tf.summary`;
    profile_batch: the batch or the pair (first, last) of batches to profile, counted from 1 over all epochs, 0 for none;
    embeddings_freq: every so many epochs the weights for TensorBoard's projector, 0 for none; embeddings_metadata: the file
    that says what the rows of embeddings are, or a dict of them by layer name.
    """

    def __init__(
        self,
        log_dir: str | os.PathLike[str] = "logs",
        histogram_freq: int = 0,
        write_graph: bool = True,
        write_images: bool = False,
        write_steps_per_second: bool = False,
        update_freq: Any = "epoch",
        profile_batch: Any = 0,
        embeddings_freq: int = 0,
        embeddings_metadata: Any = None,
    ):
        super().__init__()
        self.log_dir = str(log_dir)
        self.histogram_freq = histogram_freq
        self.write_graph = write_graph
        self.write_images = write_images
        self.write_steps_per_second = write_steps_per_second
        self.update_freq = 1 if update_freq == "batch" else update_freq
        self.embeddings_freq = embeddings_freq
        self.embeddings_metadata = embeddings_metadata
        self._profiler = BatchProfiler(profile_batch)
        self._writers: dict[str, Any] = {}
        self._steps: dict[str, Any] = {}
        self._contexts: list[ExitStack] = []
        self._batches = {"train": 0, "validation": 0}
        self._train_graph_is_due = False
        self._batch_begin = self._epoch_begin = 0.0
        self._iterations_before = 0

    def set_model(self, model: Any) -> None:
        super().set_model(model)
        self._writers = {}
        self._train_graph_is_due = self.write_graph
        if self.write_graph:
            with self._writing("train"):
                write_model(model)
        if self.embeddings_freq:
            os.makedirs(self.log_dir, exist_ok=True)
            with open(os.path.join(self.log_dir, "projector_config.pbtxt"), "w") as file:
                file.write(projector_config(model, self.embeddings_metadata))

    def _writer(self, where: str) -> Any:
        """The writer of "train" or "validation"; the first use makes its file."""
        if where not in self._writers:
            self._writers[where] = tf.summary.create_file_writer(os.path.join(self.log_dir, where))
        return self._writers[where]

    def _writing(self, where: str) -> ExitStack:
        """Within the block all that `tf.summary` is given is written."""
        stack = ExitStack()
        stack.enter_context(self._writer(where).as_default())
        stack.enter_context(tf.summary.record_if(True))
        return stack

    @property
    def _writes_batches(self) -> bool:
        return self.update_freq != "epoch"

    def _begin_batches(self, where: str) -> None:
        """From now on what the model itself writes in every `update_freq`-th batch is written there."""
        writer = self._writer(where)
        if not self._writes_batches:
            return
        if where not in self._steps:  # variables, so that compiled steps read them each time
            self._steps[where] = tf.Variable(0, dtype=tf.int64, trainable=False)
        step = self._steps[where]
        step.assign(self._batches[where])
        stack = ExitStack()
        stack.enter_context(writer.as_default(step))
        stack.enter_context(tf.summary.record_if(lambda: tf.equal(step % self.update_freq, 0)))
        self._contexts.append(stack)

    def _end_batches(self) -> None:
        if self._writes_batches:
            self._contexts.pop().close()

    def _next_batch(self, where: str) -> int:
        self._batches[where] += 1
        if self._writes_batches:
            self._steps[where].assign(self._batches[where])
        return self._batches[where]

    # training

    def on_train_begin(self, logs: Any = None) -> None:
        self._batches["train"] = 0
        self._begin_batches("train")

    def on_train_end(self, logs: Any = None) -> None:
        self._end_batches()
        self._profiler.finish(self._writer("train"))
        for writer in self._writers.values():
            writer.close()

    @takes_tensors
    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        number = self._next_batch("train")
        self._batch_begin = time.time()
        if self._profiler.last:
            self._profiler.begin_batch(number, batch, os.path.join(self.log_dir, "train"))

    @takes_tensors
    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        number = self._batches["train"]
        if self._train_graph_is_due:
            with self._writing("train"):
                write_train_graph(self.model)
            self._train_graph_is_due = False
        if self._writes_batches and number % self.update_freq == 0:
            values = {f"batch_{name}": value for name, value in as_floats(logs).items()}
            if self.write_steps_per_second:
                values["batch_steps_per_second"] = 1 / max(time.time() - self._batch_begin, 1e-9)
            self._write_scalars("train", values, number)
        if self._profiler.last:
            self._profiler.end_batch(number, self._writer("train"))

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._iterations_before = self._iterations()
        self._epoch_begin = time.time()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if logs:
            values = {name: value for name, value in logs.items() if not name.startswith("val_")}
            if getattr(self.model, "optimizer", None) is not None:
                values |= learning_rates_of(self.model)
            if self.write_steps_per_second:
                done = self._iterations() - self._iterations_before
                values["steps_per_second"] = done / max(time.time() - self._epoch_begin, 1e-9)
            validated = {name[4:]: value for name, value in logs.items() if name.startswith("val_")}
            self._write_scalars("train", {f"epoch_{name}": value for name, value in values.items()}, epoch)
            self._write_scalars("validation", {f"epoch_{name}": value for name, value in validated.items()}, epoch)
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            with self._writing("train"):
                write_weights(self.model, epoch, self.write_images)
            self._writer("train").flush()
        if self.embeddings_freq and epoch % self.embeddings_freq == 0:
            folder = os.path.join(self.log_dir, "train")
            os.makedirs(folder, exist_ok=True)
            self.model.save_weights(os.path.join(folder, f"keras_embedding.ckpt-{epoch}.weights.h5"))

    # evaluation and validation

    def on_test_begin(self, logs: Any = None) -> None:
        self._begin_batches("validation")

    @takes_tensors
    def on_test_batch_begin(self, batch: int, logs: Any = None) -> None:
        self._next_batch("validation")

    def on_test_end(self, logs: Any = None) -> None:
        if getattr(self.model, "optimizer", None) is not None:
            values = {f"evaluation_{name}_vs_iterations": value for name, value in (logs or {}).items()}
            self._write_scalars("validation", values, self._iterations())
        self._end_batches()

    def _iterations(self) -> int:
        """How many steps the optimizer has made."""
        return int(as_float(getattr(getattr(self.model, "optimizer", None), "iterations", 0)))

    def _write_scalars(self, where: str, values: dict[str, Any], step: int) -> None:
        if values:
            with self._writing(where):
                for name, value in values.items():
                    tf.summary.scalar(name, value, step=step)
