"""The optimizers that Keras 2 kept for old code. Keras 3 has their names only, and so has this."""

from __future__ import annotations

from typing import Any

from ..errors import UsageError


class _Gone:
    def __init__(self, *args: Any, **kwargs: Any):
        name = type(self).__name__
        raise LegacyOptimizerError(
            f"expected keras.optimizers.{name}: `keras.optimizers.legacy` is not supported since Keras 3. "
            f"Received: keras.optimizers.legacy.{name}"
        )


class LegacyOptimizerError(UsageError, ImportError):
    """An optimizer of Keras 2. (An ImportError, as Keras raises.)"""


Adagrad, Adam, Ftrl, Optimizer, RMSprop, SGD = (
    type(name, (_Gone,), {}) for name in ("Adagrad", "Adam", "Ftrl", "Optimizer", "RMSprop", "SGD")
)
