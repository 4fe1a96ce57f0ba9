"""Random choices of other layers' random changes. At inference images stay as they are.

Sources: RandAugment, Cubuk et al. 2019, https://arxiv.org/abs/1909.13719; AugMix, Hendrycks et al. 2020,
https://arxiv.org/abs/1912.02781; `keras.layers.RandAugment`, `keras.layers.AugMix`.
"""

from __future__ import annotations

import random as python_random
from typing import Any

from ... import ops, random
from ...ops.promotion import dtype_of, is_float
from ...registry import layers
from .contrast import AutoContrast
from .equalization import Equalization
from .random_blur import RandomSharpness
from .random_color import (
    RandomBrightness,
    RandomColorDegeneration,
    RandomContrast,
    RandomPosterization,
    Solarization,
)
from .random_geometry import RandomRotation, RandomShear, RandomTranslation
from .random_image import RandomImageLayer
from .ranges import drawn_from

_BITS = 8


class ChoosingLayer(RandomImageLayer):
    """Base of those: the layers that are chosen from are attributes, under Keras's names for them."""

    value_range: Any
    factor: Any
    interpolation: str

    def _make_layers(self, names: tuple[str, ...]) -> None:
        """Makes the layers that are chosen from."""
        factor, value_range = self.factor, self.value_range
        moving = {"interpolation": self.interpolation, "bounding_box_format": self.bounding_box_format}
        coloring = {"value_range": value_range}
        known: dict[str, tuple[type, dict[str, Any]]] = {
            "random_shear": (RandomShear, {"x_factor": factor, "y_factor": factor, **moving}),
            "random_translation": (RandomTranslation, {"height_factor": factor, "width_factor": factor, **moving}),
            "random_rotation": (RandomRotation, {"factor": factor, **moving}),
            "random_brightness": (RandomBrightness, {"factor": factor, **coloring}),
            "random_color_degeneration": (RandomColorDegeneration, {"factor": factor, **coloring}),
            "random_contrast": (RandomContrast, {"factor": factor, **coloring}),
            "random_sharpness": (RandomSharpness, {"factor": factor, **coloring}),
            "random_posterization": (RandomPosterization, {"factor": max(1, int(_BITS * factor[1])), **coloring}),
            "solarization": (Solarization, {"addition_factor": factor, "threshold_factor": factor, **coloring}),
            "auto_contrast": (AutoContrast, coloring),
            "equalization": (Equalization, coloring),
        }
        for name in names:
            kind, options = known[name]
            seed = {"seed": self.seed} if issubclass(kind, RandomImageLayer) else {}
            setattr(self, name, kind(**options, **seed, data_format=self.data_format, dtype=self.dtype_policy))


@layers()
class RandAugment(ChoosingLayer):
    """In training: `num_ops` random changes, one after another, each chosen from eleven layers, the same of all images.

    factor: the range that the changes' own factors are drawn from: a pair, or one number x for (0, x), in [0, 1].
    """

    CHOICES = (
        "random_shear",
        "random_translation",
        "random_rotation",
        "random_brightness",
        "random_color_degeneration",
        "random_contrast",
        "random_sharpness",
        "random_posterization",
        "solarization",
        "auto_contrast",
        "equalization",
    )

    def __init__(
        self, value_range: Any = (0, 255), num_ops: int = 2, factor: Any = 0.5, interpolation: str = "bilinear", **kwargs: Any
    ):
        super().__init__(**kwargs)
        self.value_range = value_range
        self.num_ops = num_ops
        self.factor = drawn_from(factor, low=0.0, high=1.0)
        self.interpolation = interpolation
        self._make_layers(self.CHOICES)

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        if not training:
            return None
        seed = self.seed_from(seed)
        numbers = random.randint((self.num_ops,), self.like(data, 0, "int32"), len(self.CHOICES), seed=seed)
        drawn = {name: getattr(self, name).get_random_transformation(data, True, seed) for name in self.CHOICES}
        return {"layer_idxes": numbers, "transforms": drawn}

    def _chosen(self, transformation: Any, method: str, entry: Any) -> Any:
        """An entry of the data after the layers that were chosen; only those compute."""
        for number in ops.unstack(transformation["layer_idxes"], self.num_ops):

            def branch(name: str, entry: Any = entry) -> Any:
                return lambda: getattr(getattr(self, name), method)(entry, transformation["transforms"][name], True)

            entry = ops.switch(number, [branch(name) for name in self.CHOICES])
        return entry

    def transform_images(self, images: Any, transformation: Any = None, training: bool = True) -> Any:
        images = ops.cast(images, self.compute_dtype)
        return self._chosen(transformation, "transform_images", images) if training else images

    def transform_segmentation_masks(self, segmentation_masks: Any, transformation: Any = None, training: bool = True) -> Any:
        return (
            self._chosen(transformation, "transform_segmentation_masks", segmentation_masks) if training else segmentation_masks
        )

    def transform_bounding_boxes(self, bounding_boxes: Any, transformation: Any = None, training: bool = True) -> Any:
        return self._chosen(transformation, "transform_bounding_boxes", bounding_boxes) if training else bounding_boxes


@layers()
class AugMix(ChoosingLayer):
    """In training: w x + (1 - w) Σ wᵢ chainᵢ(x), chains of random changes of the same images, cut to the value range.

    num_chains chains of up to chain_depth changes, chosen by Python's `random` (in a function of TensorFlow once, when it is
    traced, as in Keras); w drawn from Beta(alpha, alpha), the wᵢ from a Dirichlet distribution of alpha. factor: as of
    RandAugment; all_ops: with changes of brightness, contrast, colour and sharpness, too.
    """

    CHOICES = (
        "random_shear",
        "random_translation",
        "random_rotation",
        "random_posterization",
        "solarization",
        "auto_contrast",
        "equalization",
    )
    FURTHER = ("random_brightness", "random_color_degeneration", "random_contrast", "random_sharpness")

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
        self.factor = drawn_from(factor, low=0.0, high=1.0)
        self.alpha = alpha
        self.all_ops = all_ops
        self.interpolation = interpolation
        self._make_layers(self._choices)

    @property
    def _choices(self) -> tuple[str, ...]:
        return (*self.CHOICES, *(self.FURTHER if self.all_ops else ()))

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        if not training:
            return None
        seed = self.seed_from(seed)
        alpha = self.like(data, self.alpha)
        weights = random.gamma((self.num_chains,), alpha, seed=seed)
        weights = ops.divide(weights, ops.sum(weights, -1, keepdims=True))
        weight = random.beta((), alpha, alpha, seed=seed)
        chains: list[list[tuple[str, Any]]] = []
        for _ in range(self.num_chains):
            chain = []
            for _ in range(self.chain_depth):
                name = python_random.choice((*self._choices, None))
                if name is not None:
                    chain.append((name, getattr(self, name).get_random_transformation(data, True, seed)))
            chains.append(chain)
        return {"chain_mixing_weights": weights, "weight_sample": weight, "chain_transforms": chains}

    def _mixed(self, transformation: Any, method: str, entry: Any) -> Any:
        dtype = dtype_of(entry) or "float32"
        dtype = dtype if is_float(dtype) else self.compute_dtype
        weights = ops.unstack(ops.cast(transformation["chain_mixing_weights"], dtype), self.num_chains)
        weight = ops.cast(transformation["weight_sample"], dtype)
        total = ops.zeros_like(entry, dtype)
        for share, chain in zip(weights, transformation["chain_transforms"], strict=True):
            changed = entry
            for name, drawn in chain:
                changed = getattr(getattr(self, name), method)(changed, drawn, True)
            total = ops.add(total, ops.multiply(ops.cast(changed, dtype), share))
        return ops.add(ops.multiply(weight, ops.cast(entry, dtype)), ops.multiply(ops.subtract(1, weight), total))

    def transform_images(self, images: Any, transformation: Any = None, training: bool = True) -> Any:
        images = ops.cast(images, self.compute_dtype)
        return ops.clip(self._mixed(transformation, "transform_images", images), *self.value_range) if training else images

    def transform_segmentation_masks(self, segmentation_masks: Any, transformation: Any = None, training: bool = True) -> Any:
        if not training:
            return segmentation_masks
        return self._mixed(transformation, "transform_segmentation_masks", segmentation_masks)
