"""What a constraint is."""

from __future__ import annotations

from typing import Any

from ..configurable import Configurable


class Constraint(Configurable):
    """Called with a weight, gives what it is replaced with after each step of training."""

    keras_module = "keras.constraints"

    def __call__(self, w: Any) -> Any:
        raise NotImplementedError(f"constraint {type(self).__name__} has no rule")
