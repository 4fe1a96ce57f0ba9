"""Layers that leave out inputs in training."""

from __future__ import annotations

from typing import Any

from ... import ops, random
from ...errors import LayerError
from ...registry import layers
from .training_only import Rated

SELU_ALPHA, SELU_SCALE = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946
DROPPED = -SELU_ALPHA * SELU_SCALE
"""What selu gives for a very negative number."""


class ShapedDropout(Rated):
    """noise_shape: the shape in which is drawn what is left out: 1 for axes that are left out together, None for the input's
    size."""

    def __init__(self, rate: float, noise_shape: Any = None, seed: int | None = None, **kwargs: Any):
        super().__init__(rate, seed, **kwargs)
        self.noise_shape = noise_shape if noise_shape is None else self._checked(noise_shape)

    def _checked(self, noise_shape: Any) -> tuple[int | None, ...]:
        if isinstance(noise_shape, (list, tuple)) and all(d is None or (isinstance(d, int) and d > 0) for d in noise_shape):
            return tuple(noise_shape)
        raise LayerError(
            f"expected a positive whole number or None for each axis. Received: noise_shape={noise_shape!r}", self.name
        )


@layers()
class Dropout(ShapedDropout):
    """y = x. In training, the fraction `rate` of the inputs becomes 0 and the rest grows by 1 / (1 - rate).

    Source: Srivastava et al. 2014, https://jmlr.org/papers/v15/srivastava14a.html
    """

    def changed(self, x: Any) -> Any:
        return random.dropout(x, self.rate, self.noise_shape, self.seed_generator)


@layers()
class AlphaDropout(ShapedDropout):
    """y = x. In training, the fraction p = `rate` becomes -αλ, with selu's α and λ, and y = a x + b keeps mean and variance:

    a = ((1 - p) (1 + p (αλ)²))^(-1/2), b = a αλ p. Source: Klambauer et al. 2017, https://arxiv.org/abs/1706.02515
    """

    def changed(self, x: Any) -> Any:
        sizes = ops.shape(x)
        drawn = (
            sizes if self.noise_shape is None else [s if d is None else d for d, s in zip(self.noise_shape, sizes, strict=True)]
        )
        kept = ops.cast(ops.greater_equal(random.uniform(drawn, seed=self.seed_generator), self.rate), self.compute_dtype)
        a = ((1 - self.rate) * (1 + self.rate * DROPPED**2)) ** -0.5
        b = -a * DROPPED * self.rate
        return ops.add(ops.multiply(ops.add(ops.multiply(x, kept), ops.multiply(ops.subtract(1, kept), DROPPED)), a), b)


@layers()
class GaussianDropout(Rated):
    """y = x. In training, x is multiplied with normal numbers of mean 1 and variance rate / (1 - rate).

    Source: as Dropout.
    """

    def changed(self, x: Any) -> Any:
        deviation = (self.rate / (1 - self.rate)) ** 0.5
        return ops.multiply(x, random.normal(ops.shape(x), 1.0, deviation, self.compute_dtype, self.seed_generator))
