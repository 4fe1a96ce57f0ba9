"""What a regularizer is."""

from __future__ import annotations

import math
from typing import Any

from ..configurable import Configurable
from ..errors import UsageError


class Regularizer(Configurable):
    """Called with a weight (or an output), gives the penalty () that training adds to the loss."""

    keras_module = "keras.regularizers"

    def __call__(self, x: Any) -> Any:
        raise NotImplementedError(f"regularizer {type(self).__name__} has no penalty")


def penalty_factor(value: float, name: str) -> float:
    """A factor of a penalty. Negative and infinite ones are a UsageError."""
    if not math.isfinite(value) or value < 0:
        raise UsageError(f"expected a factor {name} ≥ 0 of a regularizer. Received: {name}={value}")
    return float(value)
