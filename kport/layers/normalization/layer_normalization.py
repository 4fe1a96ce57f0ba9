"""Normalisation of each sample by itself."""

from __future__ import annotations

from typing import Any

from ... import ops
from ...ops.norm import along
from ...ops.shapes import normalize_axes
from ...registry import layers
from .scaled import Scaled


@layers()
class LayerNormalization(Scaled):
    """y = (x - μ) / √(σ² + epsilon) · gamma + beta, with mean μ and variance σ² over `axis` (one or several).

    x: any shape → the same. Weights: gamma, beta with the sizes of `axis`.

    rms_scaling is an old form of Keras 3: y = x / √(σ² + epsilon) · gamma, without a mean and without beta.
    Source: Ba, Kiros & Hinton 2016, https://arxiv.org/abs/1607.06450
    """

    def __init__(
        self,
        axis: int | list[int] | tuple[int, ...] = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        *,
        rms_scaling: bool = False,
        **kwargs: Any,
    ):
        super().__init__(center=center, scale=scale, **kwargs)
        self.axis = axis if isinstance(axis, int) else list(axis)
        self.epsilon = epsilon
        self.rms_scaling = rms_scaling

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        axes = normalize_axes(self.axis, len(input_shape))
        shape = tuple(input_shape[a] for a in axes)
        self.add_gamma_and_beta(shape, self.scale or self.rms_scaling, self.center and not self.rms_scaling)

    def normalize(self, inputs: Any) -> Any:
        if not self.rms_scaling:
            return ops.layer_norm(inputs, self.gamma, self.beta, axis=self.axis, epsilon=self.epsilon)
        mean = ops.mean(inputs, self.axis, keepdims=True)
        variance = ops.mean(ops.square(ops.subtract(inputs, mean)), self.axis, keepdims=True)
        gamma = ops.reshape(self.gamma, along(normalize_axes(self.axis, len(inputs.shape)), inputs, self.gamma))
        return ops.multiply(ops.divide(inputs, ops.sqrt(ops.add(variance, self.epsilon))), gamma)
