"""A Keras layer, and what it becomes: layers of TF.js, one after another."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ....ir.types import Shape
from ....layers.layer import Layer

Config = dict[str, Any]


class Refused(Exception):
    """Why a layer can't be said."""


@dataclass(frozen=True)
class Said:
    """A layer as Keras 2 says it: class, configuration; and the shapes of its inputs."""

    layer: Layer
    class_name: str
    config: Config
    shapes: tuple[Shape, ...]

    @property
    def shape(self) -> Shape:
        """That of the first input."""
        return self.shapes[0]

    @property
    def weights(self) -> dict[str, np.ndarray]:
        """Its weights by the last part of their names, which are TF.js's too."""
        return {variable.name: np.asarray(variable.numpy()) for variable in self.layer.weights}

    @property
    def common(self) -> Config:
        """What the configuration of any layer has, but for the name."""
        return {key: self.config[key] for key in ("trainable", "dtype") if key in self.config}

    def size(self, axis: int) -> int:
        """A size of the input that has to be known."""
        size = self.shape[axis]
        if size is None:
            raise Refused(f"expected an input whose axis {axis} has a known size. Received: shape={self.shape}")
        return size


@dataclass
class Step:
    """A layer of TF.js: class, configuration, weights by name.

    sources: what it is called on: the inputs of the Keras layer's call (0 and more) or earlier steps (-1: the one before);
    None: all inputs for the first step, the step before for others.
    """

    class_name: str
    config: Config
    weights: dict[str, np.ndarray] = field(default_factory=dict)
    sources: tuple[int, ...] | None = None
