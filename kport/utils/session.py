"""A fresh start."""

from __future__ import annotations

import gc

from ..dtype_policies import set_dtype_policy
from ..naming import UniqueNames


def clear_session(free_memory: bool = True) -> None:
    """Automatic names start over (dense, dense_1, ...), and the policy of layers is that of floatx again.

    free_memory: what nothing refers to any more is freed at once.
    """
    UniqueNames.start_over()
    set_dtype_policy(None)
    if free_memory:
        gc.collect()
