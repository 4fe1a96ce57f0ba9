"""Arguments of `compile`, `fit` and their kin that can be judged before anything runs."""

from __future__ import annotations

import operator
from typing import Any

from ..errors import UsageError
from ..tree import flatten

LEAST = {
    "epochs": 0,
    "initial_epoch": 0,
    "batch_size": 1,
    "validation_batch_size": 1,
    "steps": 0,
    "steps_per_epoch": 0,
    "validation_steps": 0,
    "steps_per_execution": 1,
}
"""The whole numbers and the least that each can be. Steps of 0 are those of all the data, as in Keras."""

CHOICES: dict[str, tuple[Any, ...]] = {"verbose": ("auto", 0, 1, 2), "shuffle": (True, False, "batch")}


def check(**arguments: Any) -> None:
    """Numbers, choices and callbacks, by the names of their arguments; None is no argument. A wrong one is a UsageError."""
    for name, value in arguments.items():
        if value is None:
            continue
        if name in LEAST and not _is_whole(value, LEAST[name]):
            raise UsageError(f"expected {name} to be a whole number, {LEAST[name]} or more. Received: {name}={value!r}")
        if name in CHOICES and not any(value == choice for choice in CHOICES[name]):
            choices = ", ".join(map(repr, CHOICES[name]))
            raise UsageError(f"expected {name} to be one of {choices}. Received: {name}={value!r}")
        if name == "callbacks":
            _check_callbacks(value)


def _is_whole(value: Any, least: int) -> bool:
    try:
        return operator.index(value) >= least
    except TypeError:
        return False


def _check_callbacks(callbacks: Any) -> None:
    for callback in flatten(callbacks):
        if not hasattr(callback, "set_model"):
            raise UsageError(
                f"expected callbacks to be instances of kport.callbacks.Callback. Received: {callback!r} "
                f"(of type {type(callback).__name__})"
            )
