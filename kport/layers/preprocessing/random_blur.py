"""Images sharpened and blurred at random. At inference images stay as they are."""

from __future__ import annotations

from typing import Any

from ... import ops
from ...registry import layers
from .random_color import FULL, RandomColor
from .random_image import RandomImageLayer, chosen
from .ranges import drawn_from, drawn_within


@layers()
class RandomSharpness(RandomColor):
    """In training: x + (1 - 2 f) (s - x), s the image smoothed with its neighbours, f drawn from `factor`: a pair, or one
    number x for (0, x), in [0, 1]; above 0.5 the image gets sharper. Source: `keras.layers.RandomSharpness`.
    """

    keeps_integers = False

    def recolored(self, images: Any, factor: Any) -> Any:
        channels = images.shape[-1]
        smoothing = ops.full((3, 3, 1, channels), 1 / 13, "float32")
        smoothing[1, 1] = 5 / 13
        smoothed = ops.conv(images, ops.cast(smoothing, self.compute_dtype), padding="same", groups=channels)
        return ops.add(images, ops.multiply(ops.subtract(1.0, ops.multiply(factor, 2.0)), ops.subtract(smoothed, images)))


@layers()
class RandomGaussianBlur(RandomImageLayer):
    """In training: an image blurred by a bell with the probability `factor`, in [0, 1], or one drawn from a range.

    kernel_size: odd number of pixels, or one for each axis; sigma: the range, in [0, 1], that the bell's deviation is drawn
    from, for all images and each axis; one number x means (0, x). Source: `keras.layers.RandomGaussianBlur`.
    """

    def __init__(self, factor: Any = 1.0, kernel_size: Any = 3, sigma: Any = 1.0, value_range: Any = FULL, **kwargs: Any):
        super().__init__(**kwargs)
        self.factor = drawn_from(factor, low=0.0, high=1.0)
        self.kernel_size = (kernel_size, kernel_size) if isinstance(kernel_size, (int, float)) else kernel_size
        drawn_within(self.kernel_size, "kernel_size", "of odd numbers", lambda x: x % 2 == 1)
        self.sigma = drawn_from(sigma, "sigma", 0.0, 1.0)
        self.value_range = value_range

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        if not training:
            return None
        applied = self.drawn_with(data, self.sizes_of(data)[0], self.factor, seed)
        drawn = self.draw(data, (2,), *self.sigma, seed, self.compute_dtype)
        return {"should_apply_blur": applied, "blur_factor": ops.add(drawn, 1e-6)}

    def changed(self, images: Any, transformation: Any, nearest: bool = False) -> Any:
        sigma = ops.unstack(transformation["blur_factor"], 2)
        blurred = ops.gaussian_blur(images, tuple(self.kernel_size), sigma)
        return ops.clip(chosen(transformation["should_apply_blur"], blurred, images), *self.value_range)
