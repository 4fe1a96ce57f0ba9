"""Normalisation by the root mean square."""

from __future__ import annotations

from typing import Any

from ... import ops
from ...ops.shapes import normalize_axes
from ...registry import layers
from ..layer import Layer
from .scaled import in_float32


@layers()
class RMSNormalization(Layer):
    """y = x / √(mean(x²) + epsilon) · scale, with the mean over `axis` (one or several).

    x: any shape → the same. Weights: scale with the sizes of `axis`.
    Source: Zhang & Sennrich 2019, https://arxiv.org/abs/1910.07467
    """

    def __init__(self, axis: int | list[int] | tuple[int, ...] = -1, epsilon: float = 1e-6, **kwargs: Any):
        super().__init__(**kwargs)
        self.axis = axis if isinstance(axis, int) else list(axis)
        self.epsilon = epsilon

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        shape = tuple(input_shape[a] for a in normalize_axes(self.axis, len(input_shape)))
        self.scale = self.add_weight(shape, "ones", name="scale")

    def call(self, inputs: Any) -> Any:
        return in_float32(self, self.normalize, inputs)

    def normalize(self, x: Any) -> Any:
        rank, axes = len(x.shape), normalize_axes(self.axis, len(x.shape))
        if axes == tuple(range(rank - len(axes), rank)):
            return ops.rms_norm(x, self.scale, axis=axes, epsilon=self.epsilon)
        # Keras broadcasts the scale against the last axes, whatever `axis` is
        return ops.multiply(ops.rms_norm(x, axis=axes, epsilon=self.epsilon), self.scale)
