"""What layers that act in training only have in common."""

from __future__ import annotations

from typing import Any

from ...errors import LayerError
from ...ir import Symbolic
from ...random import SeedGenerator
from ..core.identity import Identity


class TrainingOnly(Identity):
    """y = x, and in training what `changed` makes of x. A graph to convert holds the layer as it is outside of training.

    seed: that of `seed_generator`, which a layer has that changes anything: it is in `variables`, not in `weights`.
    """

    def __init__(self, seed: int | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.seed = seed
        if self.amount:
            self.seed_generator = SeedGenerator(seed)

    @property
    def amount(self) -> float:
        """How much the layer changes; 0 for nothing."""
        raise NotImplementedError(f"layer {type(self).__name__} changes nothing")

    def changed(self, x: Any) -> Any:
        """What x becomes in training."""
        raise NotImplementedError(f"layer {type(self).__name__} changes nothing")

    def call(self, inputs: Any, training: bool = False) -> Any:
        return self.changed(inputs) if training and self.amount and not isinstance(inputs, Symbolic) else inputs


class Rated(TrainingOnly):
    """rate: the share that is changed, from 0 to 1; another number is a LayerError."""

    def __init__(self, rate: float, seed: int | None = None, **kwargs: Any):
        if not 0 <= rate <= 1:
            raise LayerError(f"expected a number from 0 to 1. Received: rate={rate}", kwargs.get("name"))
        self.rate = rate
        super().__init__(seed, **kwargs)

    @property
    def amount(self) -> float:
        return self.rate
