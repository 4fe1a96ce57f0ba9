"""A constraint on the sign of weights."""

from __future__ import annotations

from typing import Any

from .. import ops
from ..registry import constraints
from .constraint import Constraint


@constraints("non_neg", "nonneg")
class NonNeg(Constraint):
    """max(w, 0)"""

    def __call__(self, w: Any) -> Any:
        return ops.maximum(w, 0.0)
