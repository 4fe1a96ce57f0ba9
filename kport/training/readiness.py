"""A step's variables, made before the step is recorded: TensorFlow records anew what made a variable."""

from __future__ import annotations

from typing import Any

from .data import Batches
from .unpacking import unpack_x_y_sample_weight


def make_ready(model: Any, batches: Batches, step: str) -> None:
    """Makes what the model's `step` ("train_step" or "test_step") needs, where the model is built.

    Metrics are chosen by the labels of a batch: of arrays, where a look costs nothing. What a step of the user's own needs
    beside weights, it makes itself.
    """
    if not model.built:
        return
    compiled = model._keras_compiled
    own_step = not getattr(type(model), step).__module__.startswith("kport.")
    if not own_step and not compiled.is_built and model.outputs is not None and batches.at_hand:
        y = unpack_x_y_sample_weight(batches.first())[1]
        if y is not None:
            compiled.build(y, model.outputs)
    hold_in_tensorflow(model, with_optimizer=step == "train_step" and not own_step)


def hold_in_tensorflow(model: Any, with_optimizer: bool = True) -> None:
    """Moves a model's weights and the variables of its optimizer and metrics to TensorFlow."""
    compiled = model._keras_compiled
    variables = list(model.variables)
    if compiled is not None:
        variables += [v for metric in model.metrics for v in metric.variables]
    for variable in variables:
        variable.in_tensorflow()
    if compiled is not None and compiled.optimizer is not None and with_optimizer:
        if not compiled.optimizer.built:
            compiled.optimizer.build(model.trainable_weights)
        for variable in compiled.optimizer.variables:
            variable.in_tensorflow()
