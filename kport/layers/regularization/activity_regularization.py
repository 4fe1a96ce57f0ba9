"""A penalty on outputs."""

from __future__ import annotations

from typing import Any

from ...registry import layers
from ...regularizers import L1L2
from ..core.identity import Identity


@layers()
class ActivityRegularization(Identity):
    """y = x. In training, l1 · Σ |x| + l2 · Σ x² is added to the loss."""

    def __init__(self, l1: float = 0.0, l2: float = 0.0, **kwargs: Any):
        super().__init__(activity_regularizer=L1L2(l1, l2), **kwargs)
        self.l1 = l1
        self.l2 = l2

    def get_config(self) -> dict[str, Any]:
        return {key: value for key, value in super().get_config().items() if key != "activity_regularizer"}
