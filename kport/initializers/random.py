"""Random initial values of a given spread."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..configurable import serialize
from ..errors import ShapeError
from ..ops.promotion import is_float, numpy_dtype
from ..random import SeedGenerator, normal, truncated_normal, uniform
from ..random.seed_generator import make_default_seed, outside_graphs, whole_seed
from ..registry import initializers
from .initializer import Initializer


class RandomInitializer(Initializer):
    """Draws what Keras on TensorFlow draws for the same seed, in NumPy. A subclass says in `draw` how.

    seed: a whole number for the same values at each call; a SeedGenerator, or its configuration, for others at each call;
    None for a seed from Python's `random`, so that one initializer without a seed repeats itself but no two are alike.
    """

    def __init__(self, seed: Any):
        self.given_seed = seed
        if isinstance(seed, dict):
            seed = SeedGenerator.from_config(seed["config"])
        elif not isinstance(seed, SeedGenerator):
            seed = make_default_seed() if seed is None else whole_seed(seed)
        self.seed = seed

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "seed": serialize(self.given_seed)}

    def __call__(self, shape: tuple[int, ...], dtype: str | None = None) -> np.ndarray[Any, Any]:
        dtype = dtype or "float32"
        with outside_graphs():
            drawn = self.draw(tuple(shape), dtype if is_float(dtype) else "float32")
        return np.asarray(drawn).astype(numpy_dtype(dtype), copy=False)

    def draw(self, shape: tuple[int, ...], dtype: str) -> Any:
        """The numbers, in this dtype of floats."""
        raise NotImplementedError(f"initializer {type(self).__name__} draws no numbers")


@initializers("random_normal", "normal")
class RandomNormal(RandomInitializer):
    """Normal with `mean` and standard deviation `stddev`."""

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: Any = None):
        self.mean = mean
        self.stddev = stddev
        super().__init__(seed)

    def draw(self, shape: tuple[int, ...], dtype: str) -> Any:
        return normal(shape, self.mean, self.stddev, dtype, self.seed)


@initializers("truncated_normal")
class TruncatedNormal(RandomInitializer):
    """As RandomNormal; values beyond two `stddev` from the `mean` are drawn again."""

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: Any = None):
        self.mean = mean
        self.stddev = stddev
        super().__init__(seed)

    def draw(self, shape: tuple[int, ...], dtype: str) -> Any:
        return truncated_normal(shape, self.mean, self.stddev, dtype, self.seed)


@initializers("random_uniform", "uniform")
class RandomUniform(RandomInitializer):
    """Uniform in [minval, maxval)."""

    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: Any = None):
        self.minval = minval
        self.maxval = maxval
        super().__init__(seed)

    def draw(self, shape: tuple[int, ...], dtype: str) -> Any:
        return uniform(shape, self.minval, self.maxval, dtype, self.seed)


@initializers("orthogonal", "OrthogonalInitializer")
class Orthogonal(RandomInitializer):
    """A random matrix with orthogonal columns (or rows, whichever are fewer), times `gain`.

    All axes but the last together are the rows. A rank below 2 is a ShapeError.
    Source: Saxe et al. 2014, https://arxiv.org/abs/1312.6120
    """

    def __init__(self, gain: float = 1.0, seed: Any = None):
        self.gain = gain
        super().__init__(seed)

    def draw(self, shape: tuple[int, ...], dtype: str) -> Any:
        if len(shape) < 2:
            raise ShapeError(f"expected at least two axes for the initializer Orthogonal. Received: shape={shape}")
        rows, columns = int(np.prod(shape[:-1])), shape[-1]
        matrix = normal((max(rows, columns), min(rows, columns)), dtype=dtype, seed=self.seed)
        q, r = np.linalg.qr(matrix.astype(np.float64))
        q = q * np.sign(np.diag(r))  # makes the distribution uniform: QR alone prefers a sign
        return self.gain * (q if rows >= columns else q.T).reshape(shape)
