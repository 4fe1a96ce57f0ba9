"""Random initial values of a given spread."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ShapeError
from ..registry import initializers
from .initializer import Initializer


class RandomInitializer(Initializer):
    """Draws from NumPy's generator.

    seed: a whole number for the same values every time, None for others each time, or the configuration of Keras's SeedGenerator.
    The values for a seed are not Keras's: its generators differ from backend to backend.
    """

    seed: Any

    def generator(self) -> np.random.Generator:
        seed = self.seed["config"]["seed"] if isinstance(self.seed, dict) else self.seed
        return np.random.default_rng(seed)


def truncated_normal(generator: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    """Standard normal numbers; those beyond ±2 are drawn again."""
    values = generator.standard_normal(shape, np.float32)
    while (beyond := np.abs(values) > 2).any():
        values[beyond] = generator.standard_normal(int(beyond.sum()), np.float32)
    return values


@initializers("random_normal", "normal")
class RandomNormal(RandomInitializer):
    """Normal with `mean` and standard deviation `stddev`."""

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: Any = None):
        self.mean = mean
        self.stddev = stddev
        self.seed = seed

    def values(self, shape: tuple[int, ...]) -> Any:
        return self.mean + self.stddev * self.generator().standard_normal(shape, np.float32)


@initializers("truncated_normal")
class TruncatedNormal(RandomInitializer):
    """As RandomNormal; values beyond two `stddev` from the `mean` are drawn again."""

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: Any = None):
        self.mean = mean
        self.stddev = stddev
        self.seed = seed

    def values(self, shape: tuple[int, ...]) -> Any:
        return self.mean + self.stddev * truncated_normal(self.generator(), shape)


@initializers("random_uniform", "uniform")
class RandomUniform(RandomInitializer):
    """Uniform in [minval, maxval)."""

    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: Any = None):
        self.minval = minval
        self.maxval = maxval
        self.seed = seed

    def values(self, shape: tuple[int, ...]) -> Any:
        return self.minval + (self.maxval - self.minval) * self.generator().random(shape, np.float32)


@initializers("orthogonal", "OrthogonalInitializer")
class Orthogonal(RandomInitializer):
    """A random matrix with orthogonal columns (or rows, whichever are fewer), times `gain`.

    All axes but the last together are the rows. A rank below 2 is a ShapeError.
    Source: Saxe et al. 2014, https://arxiv.org/abs/1312.6120
    """

    def __init__(self, gain: float = 1.0, seed: Any = None):
        self.gain = gain
        self.seed = seed

    def values(self, shape: tuple[int, ...]) -> Any:
        if len(shape) < 2:
            raise ShapeError(f"expected at least two axes for the initializer Orthogonal. Received: shape={shape}")
        rows, columns = int(np.prod(shape[:-1])), shape[-1]
        normal = self.generator().standard_normal((max(rows, columns), min(rows, columns)))
        q, r = np.linalg.qr(normal)
        q = q * np.sign(np.diag(r))  # makes the distribution uniform: QR alone prefers a sign
        return self.gain * (q if rows >= columns else q.T).reshape(shape)
