"""A layer that adds noise in training."""

from __future__ import annotations

from typing import Any

from ... import ops, random
from ...errors import LayerError
from ...registry import layers
from .training_only import TrainingOnly


@layers()
class GaussianNoise(TrainingOnly):
    """y = x. In training, normal numbers of standard deviation `stddev` are added. A negative one is a LayerError."""

    def __init__(self, stddev: float, seed: int | None = None, **kwargs: Any):
        if stddev < 0:  # above 1, which Keras 3 refuses, layers of Keras 2 go on working
            raise LayerError(f"expected a number of at least 0. Received: stddev={stddev}", kwargs.get("name"))
        self.stddev = stddev
        super().__init__(seed, **kwargs)

    @property
    def amount(self) -> float:
        return self.stddev

    def changed(self, x: Any) -> Any:
        return ops.add(x, random.normal(ops.shape(x), 0.0, self.stddev, self.compute_dtype, self.seed_generator))
