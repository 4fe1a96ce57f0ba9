"""Random changes of brightness and colours, pixel by pixel. At inference images stay as they are."""

from __future__ import annotations

from typing import Any

from ... import ops, random
from ...ops.bounds import saturate_cast
from ...ops.promotion import dtype_of, is_float
from ...registry import layers
from .image_layer import change_range
from .random_image import RandomImageLayer, chosen
from .ranges import drawn_from, drawn_within, value_range_of

FULL = (0, 255)


class RandomColor(RandomImageLayer):
    """Base of layers with a `factor` that is drawn for each image, and a `value_range` that values are cut to."""

    keeps_integers = True
    factor: Any
    value_range: Any

    def __init__(self, factor: Any, value_range: Any = FULL, **kwargs: Any):
        super().__init__(**kwargs)
        self.factor = self._range(factor)
        self.value_range = self._values(value_range)

    @staticmethod
    def _range(factor: Any) -> Any:
        return drawn_from(factor, low=0.0, high=1.0)

    @staticmethod
    def _values(value_range: Any) -> Any:
        return value_range_of(value_range)

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        return {"factor": self.drawn(data, (self.sizes_of(data)[0], 1, 1, 1), seed)} if training else None

    def drawn(self, data: Any, shape: Any, seed: Any) -> Any:
        """The factor of each image."""
        low, high = self.factor
        return self.draw(data, shape, low, high, seed)

    def changed(self, images: Any, transformation: Any, nearest: bool = False) -> Any:
        factor = ops.cast(transformation["factor"], dtype_of(images) or "float32")
        return ops.clip(self.recolored(images, factor), *self.value_range)

    def recolored(self, images: Any, factor: Any) -> Any:
        """Images with factors (batch, 1, 1, 1) of their dtype; values may lie outside of the range."""
        raise NotImplementedError


@layers()
class RandomBrightness(RandomColor):
    """In training: a share of the value range added, drawn from `factor`: a pair, or one number x for (-x, x), in [-1, 1].

    Integers keep their dtype. Source: `keras.layers.RandomBrightness`.
    """

    @staticmethod
    def _range(factor: Any) -> Any:
        return drawn_from(factor or 0.0)

    def drawn(self, data: Any, shape: Any, seed: Any) -> Any:
        low, high = self.value_range
        return ops.multiply(super().drawn(data, shape, seed), high - low)

    def transform_images(self, images: Any, transformation: Any = None, training: bool = True) -> Any:
        dtype = dtype_of(images) or "float32"
        changed = super().transform_images(images, transformation, training)
        return changed if is_float(dtype) else saturate_cast(changed, dtype)

    def recolored(self, images: Any, factor: Any) -> Any:
        return ops.add(images, factor)


@layers()
class RandomContrast(RandomColor):
    """In training: (x - m) f + m, m the mean of the channel in the image, f drawn from 1 - factor[0] to 1 + factor[1].

    factor: a pair, or one number x for (0, x), in [0, 1]. Source: `keras.layers.RandomContrast`.
    """

    @staticmethod
    def _values(value_range: Any) -> Any:
        return value_range

    def drawn(self, data: Any, shape: Any, seed: Any) -> Any:
        return self.draw(data, shape, 1.0 - self.factor[0], 1.0 + self.factor[1], seed, self.compute_dtype)

    def recolored(self, images: Any, factor: Any) -> Any:
        mean = ops.mean(ops.mean(images, 1, keepdims=True), 2, keepdims=True)
        return ops.add(ops.multiply(ops.subtract(images, mean), factor), mean)


@layers()
class RandomColorDegeneration(RandomColor):
    """In training: x + f (grey(x) - x), f drawn from `factor`: a pair, or one number x for (-x, x), in [-1, 1].

    Source: `keras.layers.RandomColorDegeneration`.
    """

    @staticmethod
    def _range(factor: Any) -> Any:
        return drawn_from(factor)

    def recolored(self, images: Any, factor: Any) -> Any:
        return ops.add(images, ops.multiply(factor, ops.subtract(ops.rgb_to_grayscale(images), images)))


@layers()
class RandomPosterization(RandomColor):
    """In training: values of the range, as whole numbers to 255, keep their highest bits only.

    factor: how many bits, 1 to 8, or a range to draw it from (without its end). Source: `keras.layers.RandomPosterization`.
    """

    @staticmethod
    def _range(factor: Any) -> Any:
        return drawn_from(factor, low=1, high=8)

    def drawn(self, data: Any, shape: Any, seed: Any) -> Any:
        low, high = self.factor
        if low == high:
            return ops.full(shape, low, "float32")
        return ops.cast(random.randint(shape, self.like(data, low, "int64"), high, "uint8", self.seed_from(seed)), "float32")

    def changed(self, images: Any, transformation: Any, nearest: bool = False) -> Any:
        dtype = dtype_of(images) or "float32"
        step = ops.cast(ops.exp2(ops.subtract(8.0, transformation["factor"])), dtype)
        whole = ops.floor(change_range(images, self.value_range, FULL))
        return change_range(ops.multiply(ops.floor(ops.divide(whole, step)), step), FULL, self.value_range)


@layers()
class RandomGrayscale(RandomImageLayer):
    """In training: an image turned grey with probability `factor`, in [0, 1]. Integers keep their dtype.

    Source: `keras.layers.RandomGrayscale`.
    """

    keeps_integers = True

    def __init__(self, factor: Any = 0.5, **kwargs: Any):
        super().__init__(**kwargs)
        self.factor = factor
        drawn_within(factor, "factor", "[0, 1]", lambda x: 0 <= x <= 1)

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        return ops.less(self.draw(data, (self.sizes_of(data)[0],), seed=seed), self.factor) if training else None

    def transform_images(self, images: Any, transformation: Any = None, training: bool = True) -> Any:
        if not training:
            return images
        return self.in_channels_last(lambda x: chosen(transformation, ops.rgb_to_grayscale(x), x), images)


@layers()
class RandomInvert(RandomImageLayer):
    """In training: an image x becomes value_range[1] - x with the probability `factor`, in [0, 1], or one drawn from a range.

    Source: `keras.layers.RandomInvert`.
    """

    keeps_integers = True

    def __init__(self, factor: Any = 1.0, value_range: Any = FULL, **kwargs: Any):
        super().__init__(**kwargs)
        self.factor = drawn_from(factor, low=0.0, high=1.0)
        self.value_range = value_range

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        if not training:
            return None
        return {"apply_inversion": self.drawn_with(data, self.sizes_of(data)[0], self.factor, seed)}

    def changed(self, images: Any, transformation: Any, nearest: bool = False) -> Any:
        return chosen(transformation["apply_inversion"], ops.subtract(self.value_range[1], images), images)


@layers()
class Solarization(RandomImageLayer):
    """In training: values of the range, taken to 0 ... 255, grow by a random amount; what then reaches a random threshold is
    inverted.

    addition_factor, threshold_factor: ranges, in [0, 1]: amounts are drawn from factor[0] to 255 factor[1]; one number x
    means (0, x). Source: `keras.layers.Solarization`.
    """

    def __init__(self, addition_factor: Any = 0.0, threshold_factor: Any = 0.0, value_range: Any = FULL, **kwargs: Any):
        super().__init__(**kwargs)
        self.addition_factor = self._range(addition_factor, "addition_factor")
        self.threshold_factor = self._range(threshold_factor, "threshold_factor")
        self.value_range = value_range_of(value_range)

    @staticmethod
    def _range(factor: Any, name: str) -> Any:
        return drawn_within(factor, name, "[0, 1.0]", lambda x: 0 <= x <= 1, lambda x: 0)

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        if not training:
            return None
        shape = (self.sizes_of(data)[0], 1, 1, 1)
        drawn = (
            self.draw(data, shape, low, high * 255, seed, self.compute_dtype)
            for low, high in (self.addition_factor, self.threshold_factor)
        )
        return dict(zip(("additions", "thresholds"), drawn, strict=True))

    def changed(self, images: Any, transformation: Any, nearest: bool = False) -> Any:
        values = ops.add(change_range(images, self.value_range, FULL), transformation["additions"])
        values = ops.clip(values, *FULL)
        values = ops.where(ops.less(values, transformation["thresholds"]), values, ops.subtract(255, values))
        return change_range(values, FULL, self.value_range)
