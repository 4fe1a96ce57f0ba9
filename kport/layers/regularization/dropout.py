"""Layers that leave out inputs in training."""

from __future__ import annotations

from typing import Any

from ...registry import layers
from ..core.identity import Identity


class TrainingOnly(Identity):
    """y = x: what the layer does is done in training only. `training` is taken for the sake of files, which may set it."""

    def call(self, inputs: Any, training: bool = False) -> Any:
        return inputs


@layers()
class Dropout(TrainingOnly):
    """y = x. In training, the fraction `rate` of the inputs becomes 0 and the rest grows by 1 / (1 - rate).

    noise_shape: the shape of what is drawn, 1 for axes that are left out together. Source: Srivastava et al. 2014,
    https://jmlr.org/papers/v15/srivastava14a.html
    """

    def __init__(self, rate: float, noise_shape: Any = None, seed: Any = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.rate = rate
        self.noise_shape = noise_shape
        self.seed = seed


@layers()
class AlphaDropout(Dropout):
    """y = x. In training, as Dropout with values that keep mean and variance of what selu gives.

    Source: Klambauer et al. 2017, https://arxiv.org/abs/1706.02515
    """


@layers()
class GaussianDropout(TrainingOnly):
    """y = x. In training, x is multiplied with normal numbers of mean 1 and variance rate / (1 - rate)."""

    def __init__(self, rate: float, seed: Any = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.rate = rate
        self.seed = seed


@layers()
class GaussianNoise(TrainingOnly):
    """y = x. In training, normal numbers of standard deviation `stddev` are added."""

    def __init__(self, stddev: float, seed: Any = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.stddev = stddev
        self.seed = seed
