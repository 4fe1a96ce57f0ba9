"""Random features that approximate a kernel."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ... import initializers, ops
from ...errors import LayerError
from ...registry import layers
from ..layer import Layer


@layers()
class RandomFourierFeatures(Layer):
    """y = cos(x @ kernel / scale + bias), tf.keras only. x: (batch, K) → (batch, output_dim).

    kernel_initializer: "gaussian", "laplacian" (whose kernel is Cauchy-distributed) or an initializer; scale: √(K / 2) by
    default for "gaussian", 1 for the others. Weights: kernel_scale (1,), unscaled_kernel (K, output_dim), bias (output_dim,).
    Source: Rahimi & Recht 2007, https://people.eecs.berkeley.edu/~brecht/papers/07.rah.rec.nips.pdf
    """

    def __init__(
        self,
        output_dim: int,
        kernel_initializer: Any = "gaussian",
        scale: float | None = None,
        trainable: bool = False,
        **kwargs: Any,
    ):
        super().__init__(trainable=trainable, **kwargs)
        self.output_dim = output_dim
        named = isinstance(kernel_initializer, str)
        self.kernel_initializer = kernel_initializer.lower() if named else initializers.get(kernel_initializer)
        self.scale = scale
        if named and self.kernel_initializer not in _DISTRIBUTIONS:
            raise LayerError(
                f"expected kernel_initializer 'gaussian', 'laplacian' or an initializer's configuration. "
                f"Received: kernel_initializer={kernel_initializer!r}",
                self.name,
            )

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        size = input_shape[-1] or 0
        scale = self.scale or (math.sqrt(size / 2) if self.kernel_initializer == "gaussian" else 1.0)
        distribution = self.kernel_initializer
        initializer = _DISTRIBUTIONS[distribution]() if isinstance(distribution, str) else distribution
        angles = initializers.RandomUniform(0.0, 2 * math.pi)
        self.unscaled_kernel = self.add_weight(
            (input_shape[-1], self.output_dim), initializer, name="unscaled_kernel", trainable=False
        )
        self.bias = self.add_weight((self.output_dim,), angles, name="bias", trainable=False)
        self.kernel_scale = self.add_weight((1,), initializers.Constant(scale), name="kernel_scale", constraint="NonNeg")

    def call(self, inputs: Any) -> Any:
        return ops.cos(ops.linear(ops.divide(inputs, self.kernel_scale), self.unscaled_kernel, self.bias))


class _Cauchy(initializers.RandomUniform):
    """Cauchy-distributed: tan(π u) for u uniform in [-1/2, 1/2)."""

    def __init__(self) -> None:
        super().__init__(-0.5, 0.5)

    def draw(self, shape: tuple[int, ...], dtype: str) -> Any:
        return np.tan(math.pi * super().draw(shape, dtype))


_DISTRIBUTIONS: dict[str, Callable[[], Any]] = {
    "gaussian": lambda: initializers.RandomNormal(stddev=1.0),
    "laplacian": _Cauchy,
}
