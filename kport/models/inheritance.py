"""Subclasses of Model that are made of inputs and outputs: `class Mine(Model)` and `Mine(inputs, outputs)`.

They are functional models with methods of their own (a `train_step`, say). As in Keras, the class gets Functional for its base
where it had Model, when this is first seen.
"""

from __future__ import annotations

import inspect
from typing import Any


def are_inputs_and_outputs(args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """Whether a Model's constructor was given what a functional model is made of."""
    return len(args) == 2 or (bool(args) and "outputs" in kwargs) or {"inputs", "outputs"} <= kwargs.keys()


def derive_from(functional: type, model: type, cls: type) -> None:
    """Makes `functional` the base of `cls` and its base classes where `model` was."""
    for base in cls.__bases__:
        if base is not model and issubclass(base, model):
            derive_from(functional, model, base)
    cls.__bases__ = tuple(functional if base is model else base for base in cls.__bases__)


def takes_inputs_and_outputs(cls: type) -> bool:
    """Whether objects of the class can be made of inputs and outputs, so that their configuration is a functional model's.

    The constructor of another puts the graph together itself: its arguments are the configuration.
    """
    parameters = inspect.signature(cls.__init__).parameters.values()  # type: ignore[misc]
    kinds = {p.kind for p in parameters}
    names = [p.name for p in parameters][1:3]
    return names == ["inputs", "outputs"] or {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD} <= kinds
