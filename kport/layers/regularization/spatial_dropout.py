"""Dropout of whole channels."""

from __future__ import annotations

from typing import Any

from ...registry import layers
from .dropout import TrainingOnly


class SpatialDropout(TrainingOnly):
    """y = x. In training, whole channels of x are left out. Source: Tompson et al. 2014, https://arxiv.org/abs/1411.4280"""

    def __init__(self, rate: float, seed: Any = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.rate = rate
        self.seed = seed

    def get_config(self) -> dict[str, Any]:
        """Without "trainable", which Keras 3's layers of this kind don't take."""
        return {key: value for key, value in super().get_config().items() if key != "trainable"}


class SpatialDropoutWithFormat(SpatialDropout):
    """As SpatialDropout; data_format says where the channels are."""

    def __init__(self, rate: float, data_format: str | None = None, seed: Any = None, **kwargs: Any):
        super().__init__(rate, seed, **kwargs)
        self.data_format = data_format or "channels_last"


@layers()
class SpatialDropout1D(SpatialDropout):
    """SpatialDropout of x: (batch, steps, channels)."""


@layers()
class SpatialDropout2D(SpatialDropoutWithFormat):
    """SpatialDropout of x: (batch, rows, columns, channels)."""


@layers()
class SpatialDropout3D(SpatialDropoutWithFormat):
    """SpatialDropout of x: (batch, depth, rows, columns, channels)."""
