"""The table of the zoo: what a model is built from, by which Keras, and what it is fed with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

BOTH, KERAS3, KERAS2 = ("keras", "tf_keras"), ("keras",), ("tf_keras",)

Build = Callable[[Any], Any]
"""A function of a framework that gives a model."""


@dataclass(frozen=True)
class Animal:
    """A model of the zoo.

    inputs: as `tests.data.make` takes them; oracles: the frameworks that can build it; xla: Keras computes it on a CPU
    only so; rtol, atol: wider than elsewhere where float32 sums are longer; custom: it needs the layers of `custom.py`;
    no_onnx: what of it ONNX hasn't; folder: tf.keras also saves it as a SavedModel, which takes seconds; slow: not always
    run.
    """

    build: Build
    inputs: Any
    oracles: tuple[str, ...] = BOTH
    xla: bool = False
    rtol: float = 1e-5
    atol: float = 1e-6
    custom: bool = False
    no_onnx: str | None = None
    folder: bool = False
    slow: bool = False


ZOO: dict[str, Animal] = {}
"""By name."""


def animal(inputs: Any, *oracles: str, **more: Any) -> Callable[[Build], Build]:
    """Puts the function below into the zoo, by its name."""

    def add(build: Build) -> Build:
        assert build.__name__ not in ZOO, build.__name__
        ZOO[build.__name__] = Animal(build, inputs, oracles or BOTH, **more)
        return build

    return add
