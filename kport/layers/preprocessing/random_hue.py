"""Random changes of hue and saturation. At inference images stay as they are."""

from __future__ import annotations

from typing import Any

from ... import ops
from ...ops.promotion import dtype_of
from ...registry import layers
from .image_layer import change_range
from .random_color import FULL, RandomBrightness, RandomColor, RandomContrast
from .random_image import RandomImageLayer
from .ranges import drawn_from

EPSILON = 1e-7
_UNIT = (0, 1)


@layers()
class RandomHue(RandomColor):
    """In training: hue turned to either side by half of what is drawn from `factor`: a pair, or one number x for (0, x), in
    [0, 1]; 1 is half a turn of the colour circle. Source: `keras.layers.RandomHue`.
    """

    @staticmethod
    def _values(value_range: Any) -> Any:
        return value_range

    def drawn(self, data: Any, shape: Any, seed: Any) -> Any:
        side = ops.where(ops.greater(self.draw(data, shape, seed=seed), 0.5), -1.0, 1.0)
        return ops.multiply(ops.multiply(side, super().drawn(data, shape, seed)), 0.5)

    def recolored(self, images: Any, factor: Any) -> Any:
        dtype = dtype_of(images) or "float32"
        images = change_range(ops.cast(images, "float32"), self.value_range, _UNIT)
        hue, saturation, value = ops.split(ops.rgb_to_hsv(images), 3, -1)
        hue = ops.add(hue, ops.cast(factor, "float32"))
        hue = ops.where(ops.greater(hue, 1.0), ops.subtract(hue, 1.0), hue)
        hue = ops.where(ops.less(hue, 0.0), ops.add(hue, 1.0), hue)
        images = ops.clip(ops.hsv_to_rgb(ops.concatenate([hue, saturation, value], -1)), 0, 1)
        return ops.cast(change_range(images, _UNIT, self.value_range), dtype)


@layers()
class RandomSaturation(RandomColor):
    """In training: saturation times f / (1 - f), f drawn from `factor`: a pair, or one number x for (-x, x), in [-1, 1];
    0.5 changes nothing, up to 0 it is grey. As in Keras saturation is cut to `value_range`, so values of (0, 255) may leave it.

    Source: `keras.layers.RandomSaturation`.
    """

    @staticmethod
    def _range(factor: Any) -> Any:
        return drawn_from(factor)

    def drawn(self, data: Any, shape: Any, seed: Any) -> Any:
        factor = super().drawn(data, shape, seed)
        return ops.divide(factor, ops.add(ops.subtract(1, factor), EPSILON))

    def changed(self, images: Any, transformation: Any, nearest: bool = False) -> Any:
        factor = ops.cast(transformation["factor"], dtype_of(images) or "float32")
        hue, saturation, value = ops.split(ops.rgb_to_hsv(images), 3, -1)
        saturation = ops.clip(ops.multiply(saturation, factor), *self.value_range)
        return ops.hsv_to_rgb(ops.concatenate([hue, saturation, value], -1))


@layers()
class RandomColorJitter(RandomImageLayer):
    """In training: RandomBrightness, RandomContrast, RandomSaturation and RandomHue in this order, those that have a factor.

    Source: `keras.layers.RandomColorJitter`.
    """

    keeps_integers = True

    def __init__(
        self,
        value_range: Any = FULL,
        brightness_factor: Any = None,
        contrast_factor: Any = None,
        saturation_factor: Any = None,
        hue_factor: Any = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.value_range = value_range
        self.brightness_factor = brightness_factor
        self.contrast_factor = contrast_factor
        self.saturation_factor = saturation_factor
        self.hue_factor = hue_factor

        def layer(kind: type[RandomColor], factor: Any) -> RandomColor | None:
            if factor is None:
                return None
            return kind(factor, value_range, seed=self.seed, data_format=self.data_format, dtype=self.dtype_policy)

        self.random_brightness = layer(RandomBrightness, brightness_factor)
        self.random_contrast = layer(RandomContrast, contrast_factor)
        self.random_saturation = layer(RandomSaturation, saturation_factor)
        self.random_hue = layer(RandomHue, hue_factor)

    @property
    def _steps(self) -> list[RandomColor]:
        steps = (self.random_brightness, self.random_contrast, self.random_saturation, self.random_hue)
        return [step for step in steps if step is not None]

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        seed = self.seed_from(seed)
        return [step.get_random_transformation(data, training, seed) for step in self._steps] if training else None

    def transform_images(self, images: Any, transformation: Any = None, training: bool = True) -> Any:
        if not training:
            return images
        images = ops.cast(images, self.compute_dtype)
        for step, drawn in zip(self._steps, transformation, strict=True):
            images = step.transform_images(images, drawn)
        return images
