"""`keras.mixed_precision`: computing in 16 bits, with weights in 32."""

from __future__ import annotations

from typing import Any

from .dtype_policies import DTypePolicy as DTypePolicy
from .dtype_policies import dtype_policy as dtype_policy
from .dtype_policies import set_dtype_policy as set_dtype_policy
from .optimizers import LossScaleOptimizer as LossScaleOptimizer

Policy = DTypePolicy


def global_policy() -> DTypePolicy:
    """The policy of layers that are made from now on without a dtype."""
    return dtype_policy()


def set_global_policy(policy: Any) -> None:
    """Sets that policy: "mixed_float16", "mixed_bfloat16", a dtype or a DTypePolicy."""
    set_dtype_policy(policy)
