"""Random mixtures of images, or of transformations. At inference images stay as they are."""

from __future__ import annotations

from typing import Any

from ...registry import layers
from .random_image import RandomImageLayer


@layers()
class MixUp(RandomImageLayer):
    """In training: blended with another image of the batch."""

    keeps_integers = True

    def __init__(self, alpha: float = 0.2, **kwargs: Any):
        super().__init__(**kwargs)
        self.alpha = alpha


@layers()
class CutMix(RandomImageLayer):
    """In training: a rectangle replaced by that of another image of the batch."""

    def __init__(self, factor: Any = 1.0, **kwargs: Any):
        super().__init__(**kwargs)
        self.factor = factor


@layers()
class RandomErasing(RandomImageLayer):
    """In training: a random rectangle replaced."""

    def __init__(
        self, factor: Any = 1.0, scale: Any = (0.02, 0.33), fill_value: Any = None, value_range: Any = (0, 255), **kwargs: Any
    ):
        super().__init__(**kwargs)
        self.factor = factor
        self.scale = scale
        self.fill_value = fill_value
        self.value_range = value_range


@layers()
class AugMix(RandomImageLayer):
    """In training: chains of random transformations, blended."""

    def __init__(
        self,
        value_range: Any = (0, 255),
        num_chains: int = 3,
        chain_depth: int = 3,
        factor: Any = 0.3,
        alpha: float = 1.0,
        all_ops: bool = True,
        interpolation: str = "bilinear",
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.value_range = value_range
        self.num_chains = num_chains
        self.chain_depth = chain_depth
        self.factor = factor
        self.alpha = alpha
        self.all_ops = all_ops
        self.interpolation = interpolation


@layers()
class RandAugment(RandomImageLayer):
    """In training: `num_ops` random transformations, one after another."""

    def __init__(
        self, value_range: Any = (0, 255), num_ops: int = 2, factor: Any = 0.5, interpolation: str = "bilinear", **kwargs: Any
    ):
        super().__init__(**kwargs)
        self.value_range = value_range
        self.num_ops = num_ops
        self.factor = factor
        self.interpolation = interpolation
