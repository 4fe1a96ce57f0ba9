"""The same weights, data and order: after twenty steps loss and weights are Keras's, for every optimizer and kind of model."""

from __future__ import annotations

import inspect
from typing import Any

import keras
import numpy as np
import pytest

import kport

from .twenty_steps import BATCH, STEPS, TASKS

WITHIN = 1e-4
"""What the assignment of a reference allows: rounding differs, and twenty steps carry it on."""

NOT_ALONE = {
    "Optimizer": "abstract",
    "LossScaleOptimizer": "needs an inner optimizer: below",
    "OptimizerMap": "needs inner optimizers: tests/training/test_optimizers_around_others.py",
    "MultiOptimizer": "needs inner optimizers: tests/training/test_optimizers_around_others.py",
}
OPTIMIZERS = sorted(name for name, thing in vars(keras.optimizers).items() if inspect.isclass(thing) and name not in NOT_ALONE)
ARGUMENTS: dict[str, dict[str, Any]] = {"SGD": {"learning_rate": 0.05, "momentum": 0.9, "nesterov": True}}
"""Beyond the defaults, where those say too little."""

ALWAYS = {"SGD", "Adam", "RMSprop", "AdamW"}
"""Those that are always run with every model; the others with the MLP, the rest when slow tests are."""


def trained(library: Any, task: str, optimizer: Any, weights: list[Any] | None) -> tuple[list[Any], list[float], list[Any]]:
    """The first weights, the loss of each step and the last weights."""
    library.utils.set_random_seed(1)
    build, data, loss = TASKS[task]
    model = build(library)
    if weights is not None:
        model.set_weights(weights)
    first = model.get_weights()
    model.compile(optimizer, loss)
    # made while Keras 3.15 records a step, ScheduleFreeAdamW would begin anew in each step
    model.optimizer.build(model.trainable_variables)
    x, y = data(np.random.default_rng(0))
    losses = [float(model.train_on_batch(x[i : i + BATCH], y[i : i + BATCH])) for i in range(0, STEPS * BATCH, BATCH)]
    return first, losses, model.get_weights()


def cases() -> list[Any]:
    return [
        pytest.param(task, name, marks=[] if name in ALWAYS or task == "mlp" else [pytest.mark.slow], id=f"{task}-{name}")
        for task in TASKS
        for name in OPTIMIZERS
    ]


@pytest.mark.parametrize(("task", "name"), cases())
def test_as_keras(task: str, name: str) -> None:
    given = ARGUMENTS.get(name, {})
    weights, expected, last = trained(keras, task, getattr(keras.optimizers, name)(**given), None)
    _, losses, ours = trained(kport, task, getattr(kport.optimizers, name)(**given), weights)
    np.testing.assert_allclose(losses, expected, atol=WITHIN, rtol=WITHIN)
    assert max(np.abs(a - b).max() for a, b in zip(weights, last, strict=True)) > 0, "nothing was trained"
    for a, b in zip(ours, last, strict=True):
        np.testing.assert_allclose(a, b, atol=WITHIN, rtol=WITHIN)


def test_loss_scaling() -> None:
    weights, expected, last = trained(keras, "mlp", keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam()), None)
    _, losses, ours = trained(kport, "mlp", kport.optimizers.LossScaleOptimizer(kport.optimizers.Adam()), weights)
    np.testing.assert_allclose(losses, expected, atol=WITHIN)
    for a, b in zip(ours, last, strict=True):
        np.testing.assert_allclose(a, b, atol=WITHIN)
