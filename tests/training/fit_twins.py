"""What tests of `fit` share: each case is a function of the library, which gives the same in Keras and in kport."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

import kport
from tests.compare import assert_same

RTOL, ATOL = 1e-5, 2e-6

Case = Callable[[Any], Any]
"""(library) → what it gives: histories, values, arrays."""


def cases_of(table: dict[str, Case], slow: tuple[str, ...] = ()) -> Any:
    """The parameters of a test for all the cases in a table. slow: parts of names of those that vary another, or take long."""
    return pytest.mark.parametrize(
        "case",
        [
            pytest.param(case, id=name, marks=[pytest.mark.slow] if any(part in name for part in slow) else [])
            for name, case in table.items()
        ],
    )


def assert_as_keras(case: Case) -> None:
    """The case gives the same results, with the same keys in the same order."""
    given = [_quietly(case, library) for library in (kport, keras)]
    assert_same(*given, rtol=RTOL, atol=ATOL)


def _quietly(case: Case, library: Any) -> Any:
    library.utils.set_random_seed(3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras warns where data end, and of its own structures
        return case(library)


def x_y(samples: int = 22, classes: int = 3) -> tuple[Any, Any]:
    """Inputs (samples, 4) and class numbers (samples,)."""
    rng = np.random.default_rng(5)
    return rng.normal(size=(samples, 4)).astype(np.float32), rng.integers(0, classes, samples)


def weighted(model: Any) -> Any:
    """The model with weights that are the same whatever library made it."""
    rng = np.random.default_rng(7)
    model.set_weights([rng.uniform(0.1, 0.6, w.shape).astype(w.dtype) for w in model.get_weights()])
    return model


def classifier(library: Any, **compiled: Any) -> Any:
    """A small model, compiled: by default plain SGD, crossentropy of class numbers and accuracy."""
    layers = library.layers
    model = weighted(library.Sequential([library.Input((4,)), layers.Dense(5, "tanh"), layers.Dense(3, "softmax")]))
    return compiled_with(model, **compiled)


def compiled_with(model: Any, **compiled: Any) -> Any:
    """Compiled for few steps: XLA would take longer to compile than they take."""
    loss = {"loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"]}
    model.compile(**{"optimizer": "sgd", "jit_compile": False, **({} if "loss" in compiled else loss), **compiled})
    return model


def trained(model: Any, *data: Any, predict_on: Any = None, **options: Any) -> Any:
    """The history of a fit without shuffling, and the weights after it."""
    given = {"epochs": 2, "verbose": 0, "shuffle": False, **options}
    history = model.fit(*data, **given)
    return history.history, history.epoch, [np.asarray(w) for w in model.get_weights()]
