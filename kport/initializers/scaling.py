"""Random initial values whose spread depends on the number of inputs and outputs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar

from ..errors import UsageError
from ..random import normal, truncated_normal, uniform
from ..registry import initializers
from .random import RandomInitializer

TRUNCATION = 0.87962566103423978
"""Standard deviation of the standard normal distribution cut off at ±2."""

_MODES = ("fan_in", "fan_out", "fan_avg")
_DISTRIBUTIONS = ("uniform", "truncated_normal", "untruncated_normal")


def fans(
    shape: tuple[int, ...], input_axes: Sequence[int] | None = None, output_axes: Sequence[int] | None = None
) -> tuple[int, int]:
    """Number of inputs and outputs of one unit: of the given axes, or else of a kernel (*window, inputs, outputs)."""
    if input_axes is not None and output_axes is not None:
        return math.prod(shape[a] for a in input_axes), math.prod(shape[a] for a in output_axes)
    if len(shape) < 2:
        size = math.prod(shape)
        return size, size
    window = math.prod(shape[:-2])
    return shape[-2] * window, shape[-1] * window


@initializers("variance_scaling")
class VarianceScaling(RandomInitializer):
    """Variance scale / n, where n is the number of inputs, outputs, or their mean by `mode` (fan_in, fan_out, fan_avg).

    distribution: uniform in ±√(3 · scale / n); truncated_normal (or "normal"), cut off at two standard deviations; or
    untruncated_normal. input_axes and output_axes: which axes of the shape are inputs and outputs, where it isn't a kernel.
    """

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: Any = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ):
        distribution = distribution.lower()
        if scale <= 0:
            raise UsageError(f"expected a scale of VarianceScaling above 0. Received: scale={scale}")
        if mode not in _MODES:
            raise UsageError(f"expected a mode of VarianceScaling among {', '.join(_MODES)}. Received: mode={mode!r}")
        if distribution not in (*_DISTRIBUTIONS, "normal"):
            raise UsageError(
                f"expected a distribution of VarianceScaling among {', '.join(_DISTRIBUTIONS)}. "
                f"Received: distribution={distribution!r}"
            )
        self.scale = scale
        self.mode = mode
        self.distribution = "truncated_normal" if distribution == "normal" else distribution
        super().__init__(seed)
        self.input_axes = input_axes
        self.output_axes = output_axes

    def draw(self, shape: tuple[int, ...], dtype: str) -> Any:
        inputs, outputs = fans(shape, self.input_axes, self.output_axes)
        n = {"fan_in": inputs, "fan_out": outputs, "fan_avg": (inputs + outputs) / 2}[self.mode]
        deviation = math.sqrt(self.scale / max(1.0, n))
        if self.distribution == "uniform":
            limit = math.sqrt(3) * deviation
            return uniform(shape, -limit, limit, dtype, self.seed)
        if self.distribution == "untruncated_normal":
            return normal(shape, 0.0, deviation, dtype, self.seed)
        return truncated_normal(shape, 0.0, deviation / TRUNCATION, dtype, self.seed)


class FixedScaling(VarianceScaling):
    """VarianceScaling with scale, mode and distribution that belong to the class."""

    settings: ClassVar[tuple[float, str, str]]

    def __init__(self, seed: Any = None, input_axes: Sequence[int] | None = None, output_axes: Sequence[int] | None = None):
        super().__init__(*self.settings, seed, input_axes, output_axes)


@initializers("glorot_uniform")
class GlorotUniform(FixedScaling):
    """Uniform in ±√(6 / (inputs + outputs)). Source: Glorot & Bengio 2010, https://proceedings.mlr.press/v9/glorot10a.html"""

    settings = (1.0, "fan_avg", "uniform")


@initializers("glorot_normal")
class GlorotNormal(FixedScaling):
    """Truncated normal of variance 2 / (inputs + outputs). Source: as GlorotUniform."""

    settings = (1.0, "fan_avg", "truncated_normal")


@initializers("lecun_uniform")
class LecunUniform(FixedScaling):
    """Uniform in ±√(3 / inputs). Source: LeCun et al. 1998, Efficient BackProp."""

    settings = (1.0, "fan_in", "uniform")


@initializers("lecun_normal")
class LecunNormal(FixedScaling):
    """Truncated normal of variance 1 / inputs. Source: as LecunUniform; Klambauer et al. 2017, https://arxiv.org/abs/1706.02515"""

    settings = (1.0, "fan_in", "truncated_normal")


@initializers("he_uniform")
class HeUniform(FixedScaling):
    """Uniform in ±√(6 / inputs). Source: He et al. 2015, https://arxiv.org/abs/1502.01852"""

    settings = (2.0, "fan_in", "uniform")


@initializers("he_normal")
class HeNormal(FixedScaling):
    """Truncated normal of variance 2 / inputs. Source: as HeUniform."""

    settings = (2.0, "fan_in", "truncated_normal")
