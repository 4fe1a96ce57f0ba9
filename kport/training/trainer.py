"""What makes a model trainable: `compile`, steps, `fit`, `evaluate`, `predict`, with Keras's names and meanings."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import ops
from ..errors import UsageError
from ..layers.arguments import call_parameters
from ..layers.layer import Layer
from ..ops.backend import tf
from ..tree import flatten, map_structure
from .arguments import check
from .data import OfIterable, batches_of, prepared, split_validation
from .functions import StepFunction, has_accelerator
from .legacy import LegacyTraining
from .readiness import make_ready
from .replicas import current_strategy, run_on_replicas, share_of_batch
from .unpacking import pack, unpack_x_y_sample_weight
from .weights_of_classes import weigh_classes

if TYPE_CHECKING:
    from .compiled import Compiled

# What only training needs is imported where it is used: a model that is converted doesn't wait for it.


class Trainer(LegacyTraining, Layer):
    """Part of Model. Training runs on TensorFlow, which must be installed for it (`kport[tensorflow]`).

    A subclass may overwrite `train_step`, `test_step`, `predict_step`, `compute_loss` and `compute_metrics`.
    """

    _keras_compiled: Compiled | None = None
    stop_training: bool = False
    stop_evaluating: bool = False
    stop_predicting: bool = False
    history: Any = None
    run_eagerly: bool = False
    steps_per_execution: int = 1
    jit_compile: bool | str = "auto"

    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
        jit_compile: bool | str = "auto",
        auto_scale_loss: bool = True,
    ) -> None:
        """Says how the model is trained.

        optimizer: a name, a configuration or an Optimizer. loss: a name, a function (y_true, y_pred) → values, or a Loss;
        for several outputs a list or a dict by output name. loss_weights: factors of them. metrics, weighted_metrics: lists,
        of which the second counts sample weights. run_eagerly: no compiled function, to debug. steps_per_execution: steps
        that run without returning to Python. jit_compile: True compiles with XLA; "auto" does so on a GPU or TPU: on a CPU alone
        TensorFlow's own kernels are faster.
        auto_scale_loss: in mixed_float16 the loss is scaled. Wrong names are a UsageError.
        """
        if run_eagerly and jit_compile is True:
            raise UsageError("expected run_eagerly or jit_compile, not both. Received: run_eagerly=True, jit_compile=True")
        check(steps_per_execution=steps_per_execution)
        arguments = {name: value for name, value in locals().items() if name not in ("self", "__class__")}
        from .compiled import Compiled

        self._keras_compiled = Compiled(self, arguments)
        self._keras_functions: dict[Any, StepFunction] = {}
        self.run_eagerly = run_eagerly
        self.steps_per_execution = steps_per_execution
        self.jit_compile = jit_compile
        self.stop_training = False

    @property
    def compiled(self) -> bool:
        """Whether `compile` was called."""
        return self._keras_compiled is not None

    @property
    def optimizer(self) -> Any:
        return self._keras_compiled.optimizer if self._keras_compiled else None

    @optimizer.setter
    def optimizer(self, optimizer: Any) -> None:
        self._compiled("optimizer").optimizer = optimizer

    @property
    def loss(self) -> Any:
        """What `compile` was given."""
        return self._keras_compiled.arguments["loss"] if self._keras_compiled else None

    @property
    def distribute_strategy(self) -> Any:
        """The tf.distribute strategy in whose scope the model was made or compiled; TensorFlow's default without one."""
        return self.own_strategy or tf.distribute.get_strategy()

    @property
    def own_strategy(self) -> Any:
        """As `distribute_strategy`; None without one."""
        return self._keras_compiled.strategy if self._keras_compiled else current_strategy()

    def _compiled(self, use: str) -> Compiled:
        if self._keras_compiled is None:
            raise UsageError(
                f"expected compile() to be called on model '{self.name}' before {use}. Received: a model that wasn't compiled"
            )
        return self._keras_compiled

    # metrics

    @property
    def metrics(self) -> list[Any]:
        """The loss's mean, the compiled metrics as one, the losses of outputs, then those in attributes of the model and its
        layers. Those of models inside don't count."""
        found: list[Any] = []
        compiled = self._keras_compiled
        if compiled is not None:
            found.append(compiled.loss_tracker)
            found += [compiled.metrics] if compiled.metrics else []
            found += compiled.loss.metrics if compiled.loss else []
        layers = [layer for layer in self.all_layers() if layer is self or not isinstance(layer, Trainer)]
        own = [m for layer in layers for m in _held_metrics(layer)]
        return [*found, *{id(m): m for m in own}.values()]

    @property
    def metrics_names(self) -> list[str]:
        """The names of what `evaluate` returns, in order."""
        return self._ordered(self.get_metrics_result())

    def _ordered(self, results: dict[str, Any]) -> list[str]:
        """The names of results as Keras orders them: those of metrics in their order, then those that outputs' names precede."""
        names = [one.name for metric in self.metrics for one in getattr(metric, "metrics", [metric])]
        return [*(name for name in dict.fromkeys(names) if name in results), *sorted(results.keys() - set(names))]

    def reset_metrics(self) -> None:
        for metric in self.metrics:
            metric.reset_state()

    def get_metrics_result(self) -> dict[str, Any]:
        """The results of all metrics by name; those of a metric that gives a dict one by one."""
        results: dict[str, Any] = {}
        for metric in self.metrics:
            result = metric.result()
            results.update(result if isinstance(result, dict) else {metric.name: result})
        return results

    # one step

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
    ) -> Any:
        """The scalar that training minimises: the compiled loss and what layers add (`losses`).

        Where replicas share a batch, each gives its part of the loss; their sum is that of the batch.
        """
        compiled = self._keras_compiled
        total = compiled.loss(y, y_pred, sample_weight) if compiled is not None and compiled.loss is not None else None
        share = share_of_batch()
        for penalty in self.losses:
            penalty = ops.sum(ops.cast(penalty, "float32"))
            penalty = penalty if share is None else ops.multiply(penalty, share)
            total = penalty if total is None else ops.add(total, penalty)
        if total is None:
            raise UsageError(f"expected a loss to train model '{self.name}' by: compile(loss=...) or add_loss. Received: none")
        return total

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> dict[str, Any]:
        """Updates the compiled metrics with a batch; returns all results by name."""
        compiled = self._keras_compiled
        if compiled is not None and compiled.metrics is not None:
            compiled.metrics.update_state(y, y_pred, sample_weight)
        return self.get_metrics_result()

    def _loss_of(self, x: Any, y: Any, y_pred: Any, sample_weight: Any, training: bool) -> Any:
        """The loss, taken into its running mean."""
        more = {"training": training} if "training" in _parameters_of(self.compute_loss) else {}
        loss = self.compute_loss(x=x, y=y, y_pred=y_pred, sample_weight=sample_weight, **more)
        first = next(leaf for leaf in flatten(x) if leaf is not None)
        share = share_of_batch()
        whole = loss if share is None else loss / share
        self._compiled("a step").loss_tracker.update_state(whole, sample_weight=tf.shape(first)[0])
        return loss

    def _forward(self, x: Any, training: bool) -> Any:
        return self(x, training=training) if "training" in call_parameters(type(self)) or training else self(x)

    def train_step(self, data: Any) -> dict[str, Any]:
        """One step of training on a batch (x, y, sample_weight): returns the logs, scalars by name."""
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        optimizer = self.optimizer
        with tf.GradientTape() as tape:
            y_pred = self._forward(x, True)
            loss = self._loss_of(x, y, y_pred, sample_weight, True)
            scaled = loss if optimizer is None else optimizer.scale_loss(loss)
        weights = self.trainable_weights
        if weights and optimizer is not None:
            optimizer.apply_gradients(zip(tape.gradient(scaled, weights), weights, strict=True))
        return self.compute_metrics(x, y, y_pred, sample_weight=sample_weight)

    def test_step(self, data: Any) -> dict[str, Any]:
        """One step of evaluation on a batch: returns the logs."""
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        y_pred = self._forward(x, False)
        self._loss_of(x, y, y_pred, sample_weight, False)
        return self.compute_metrics(x, y, y_pred, sample_weight=sample_weight)

    def predict_step(self, data: Any) -> Any:
        """The outputs for a batch."""
        return self._forward(unpack_x_y_sample_weight(data)[0], False)

    # compiled functions

    def make_train_function(self, force: bool = False) -> Any:
        """The compiled `train_step`, made anew with `force`."""
        return self._function("train", self.train_step, force)

    def make_test_function(self, force: bool = False) -> Any:
        """The compiled `test_step`, made anew with `force`."""
        return self._function("test", self.test_step, force)

    def make_predict_function(self, force: bool = False) -> Any:
        """The compiled `predict_step`, made anew with `force`. Needs no `compile`."""
        return self._function("predict", self.predict_step, force)

    def _function(self, name: str, step: Any, force: bool) -> Any:
        functions = self.__dict__.setdefault("_keras_functions", {})
        key = (name, self.run_eagerly, self.jit_compile, tuple(layer.trainable for layer in self.all_layers()))
        if force or key not in functions:
            strategy = self.own_strategy
            jit = self.jit_compile
            if jit == "auto" and not (strategy is None and has_accelerator() and all(x.supports_jit for x in self.all_layers())):
                jit = False
            if strategy is not None:
                step = run_on_replicas(step, strategy, self.get_metrics_result)
            functions[key] = StepFunction(step, run_eagerly=self.run_eagerly, jit_compile=jit, model=self.name)
        return functions[key]

    @property
    def train_function(self) -> Any:
        return self.make_train_function()

    @property
    def test_function(self) -> Any:
        return self.make_test_function()

    @property
    def predict_function(self) -> Any:
        return self.make_predict_function()

    # loops

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: Any = "auto",
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: Any = True,
        class_weight: Any = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: Any = 1,
    ) -> Any:
        """Trains for `epochs` epochs; returns the History.

        x: an array (or a list, or a dict by input name), a tf.data.Dataset, a PyDataset or a generator; the last three give
        (x, y) or (x, y, sample_weight) by batch. validation_split: the last share of arrays is for validation.
        validation_data: (x, y), (x, y, sample_weight) or a dataset. shuffle: True, False or "batch". class_weight: weights by
        class number. steps_per_epoch: batches in an epoch, for data without an end.
        """
        from . import loops

        compiled = self._compiled("fit()")
        check(
            batch_size=batch_size, epochs=epochs, verbose=verbose, callbacks=callbacks, shuffle=shuffle,
            initial_epoch=initial_epoch, steps_per_epoch=steps_per_epoch, validation_steps=validation_steps,
            validation_batch_size=validation_batch_size,
        )  # fmt: skip
        if validation_split and validation_data is None:
            (x, y, sample_weight), validation_data = split_validation((x, y, sample_weight), validation_split)
        loops.check_labels(self, compiled, y)
        batches = batches_of(x, y, sample_weight, batch_size=batch_size, shuffle=shuffle, class_weight=class_weight)
        validation = None
        if validation_data is not None:
            parts = unpack_x_y_sample_weight(validation_data)
            validation = batches_of(*parts, batch_size=validation_batch_size or batch_size)
        return loops.fit(
            self, batches, validation, epochs=epochs, initial_epoch=initial_epoch, steps=steps_per_epoch, verbose=verbose,
            callbacks=callbacks, validation_steps=validation_steps, validation_freq=validation_freq,
        )  # fmt: skip

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: Any = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Any = None,
        return_dict: bool = False,
    ) -> Any:
        """The loss and metrics over the data: a list in the order of `metrics_names` (a number if there is one), or a dict."""
        from . import loops

        self._compiled("evaluate()")
        check(batch_size=batch_size, verbose=verbose, steps=steps, callbacks=callbacks)
        batches = batches_of(x, y, sample_weight, batch_size=batch_size)
        logs = loops.evaluate(self, batches, steps=steps, verbose=verbose, callbacks=callbacks)
        return logs if return_dict else self._in_order(logs)

    def predict(
        self, x: Any, batch_size: int | None = None, verbose: Any = "auto", steps: int | None = None, callbacks: Any = None
    ) -> Any:
        """The outputs for all of `x`, computed in TensorFlow batch by batch, as arrays."""
        from . import loops

        check(batch_size=batch_size, verbose=verbose, steps=steps, callbacks=callbacks)
        return loops.predict(self, batches_of(x, batch_size=batch_size), steps=steps, verbose=verbose, callbacks=callbacks)

    def train_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, class_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """One step of training on one batch; metrics begin anew. Returns as `evaluate`."""
        self._compiled("train_on_batch()")
        if class_weight is not None:
            sample_weight = weigh_classes(y, class_weight, sample_weight)
        return self._on_batch("train_step", self.make_train_function(), (x, y, sample_weight), return_dict)

    def test_on_batch(self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False) -> Any:
        """The loss and metrics of one batch. Returns as `evaluate`."""
        self._compiled("test_on_batch()")
        return self._on_batch("test_step", self.make_test_function(), (x, y, sample_weight), return_dict)

    def predict_on_batch(self, x: Any) -> Any:
        """The outputs for one batch, as arrays."""
        return map_structure(np.asarray, self.make_predict_function()(self._iterator_over((x,))))

    def _on_batch(self, step: str, function: Any, data: tuple[Any, Any, Any], return_dict: bool) -> Any:
        from ..callbacks.logs import as_floats

        if function.is_new and self.own_strategy is None:
            make_ready(self, OfIterable([pack(*data)], None), step)
        self.reset_metrics()
        logs = as_floats(function(self._iterator_over(pack(*data))))
        return logs if return_dict else self._in_order(logs)

    def _iterator_over(self, batch: Any) -> Any:
        """An iterator that gives one batch."""
        if self.own_strategy is None:
            return iter([prepared(batch)])
        from .distribution import share

        return share(self, OfIterable([batch], None), self.own_strategy).iterator()

    def _in_order(self, logs: dict[str, Any]) -> Any:
        results = [logs[name] for name in self._ordered(logs)]
        return results[0] if len(results) == 1 else results


def _held_metrics(layer: Any) -> list[Any]:
    """The metrics in a layer's attributes."""
    known = sys.modules.get("kport.metrics")
    values = [item for key, value in vars(layer).items() if not key.startswith("_keras_") for item in _items(value)]
    return [] if known is None else [item for item in values if isinstance(item, known.Metric)]


def _items(value: Any) -> Any:
    return value if isinstance(value, (list, tuple)) else value.values() if isinstance(value, dict) else (value,)


def _parameters_of(function: Any) -> Any:
    return function.__code__.co_varnames[: function.__code__.co_argcount + function.__code__.co_kwonlyargcount]
