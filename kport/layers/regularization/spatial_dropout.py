"""Dropout of whole channels."""

from __future__ import annotations

from typing import Any

from ... import random
from ...ops.shapes import channel_axis
from ...registry import layers
from ..data_format import standardize
from .training_only import Rated


class SpatialDropout(Rated):
    """y = x. In training, the fraction `rate` of the channels of x becomes 0 and the rest grows by 1 / (1 - rate).

    Source: Tompson et al. 2014, https://arxiv.org/abs/1411.4280
    """

    data_format = "channels_last"

    def changed(self, x: Any) -> Any:
        rank = len(x.shape)
        kept = (0, channel_axis(rank, self.data_format))
        return random.dropout(x, self.rate, [None if a in kept else 1 for a in range(rank)], self.seed_generator)

    def get_config(self) -> dict[str, Any]:
        """Without "trainable", which Keras 3's layers of this kind don't take."""
        return {key: value for key, value in super().get_config().items() if key != "trainable"}


class SpatialDropoutWithFormat(SpatialDropout):
    """As SpatialDropout; data_format says where the channels are."""

    def __init__(self, rate: float, data_format: str | None = None, seed: int | None = None, **kwargs: Any):
        super().__init__(rate, seed, **kwargs)
        self.data_format = standardize(data_format)


@layers()
class SpatialDropout1D(SpatialDropout):
    """SpatialDropout of x: (batch, steps, channels)."""


@layers()
class SpatialDropout2D(SpatialDropoutWithFormat):
    """SpatialDropout of x: (batch, rows, columns, channels)."""


@layers()
class SpatialDropout3D(SpatialDropoutWithFormat):
    """SpatialDropout of x: (batch, depth, rows, columns, channels)."""
