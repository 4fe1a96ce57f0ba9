"""Normalisation of groups of channels."""

from __future__ import annotations

from typing import Any

from ... import ops
from ...errors import LayerError
from ...registry import layers
from .scaled import Scaled


@layers()
class GroupNormalization(Scaled):
    """y = (x - μ) / √(σ² + epsilon) · gamma + beta, with the statistics of each sample and group of channels.

    x: (batch, ...) with C channels along `axis` → the same. `groups` divides C; -1 means C groups (instance
    normalisation). Weights: gamma, beta (C,).
    Source: Wu & He 2018, https://arxiv.org/abs/1803.08494
    """

    def __init__(
        self,
        groups: int = 32,
        axis: int = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        **kwargs: Any,
    ):
        super().__init__(center=center, scale=scale, **kwargs)
        self.groups = groups
        self.axis = axis
        self.epsilon = epsilon

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        channels = input_shape[self.axis]
        if channels is not None and self.groups == -1:
            self.groups = channels
        if channels is None or channels % self.groups:
            raise LayerError(
                f"expected a number of channels that is a multiple of groups={self.groups} in axis {self.axis}. "
                f"Received: input_shape={input_shape}",
                self.name,
            )
        self.add_gamma_and_beta((channels,), self.scale, self.center)

    def normalize(self, inputs: Any) -> Any:
        return ops.group_norm(inputs, self.gamma, self.beta, groups=self.groups, axis=self.axis, epsilon=self.epsilon)
