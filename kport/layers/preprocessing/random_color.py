"""Random changes of colours and brightness. At inference images stay as they are."""

from __future__ import annotations

from typing import Any

from ...registry import layers
from .random_image import RandomImageLayer, TrainingImageLayer


class RandomColor(RandomImageLayer):
    """Changes colours of `value_range` by a random share, up to `factor`."""

    keeps_integers = True

    def __init__(self, factor: Any, value_range: Any = (0, 255), **kwargs: Any):
        super().__init__(**kwargs)
        self.factor = factor
        self.value_range = value_range


@layers()
class RandomBrightness(RandomColor):
    """In training: value_range shifted by a random share of it, up to `factor`."""


@layers()
class RandomContrast(RandomColor):
    """In training: contrast multiplied by a random factor within 1 ± `factor`."""


@layers()
class RandomColorDegeneration(RandomColor):
    """In training: blended with its grey version, by up to `factor`."""


@layers()
class RandomColorJitter(RandomImageLayer):
    """In training: random brightness, contrast, saturation and hue, one after another."""

    keeps_integers = True

    def __init__(
        self,
        value_range: Any = (0, 255),
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


@layers()
class RandomGrayscale(RandomImageLayer):
    """In training: turned grey with probability `factor`."""

    keeps_integers = True

    def __init__(self, factor: Any = 0.5, **kwargs: Any):
        super().__init__(**kwargs)
        self.factor = factor


@layers()
class RandomHue(RandomColor):
    """In training: hue turned by up to `factor`."""


@layers()
class RandomInvert(RandomImageLayer):
    """In training: inverted with probability `factor`."""

    keeps_integers = True

    def __init__(self, factor: Any = 1.0, value_range: Any = (0, 255), **kwargs: Any):
        super().__init__(**kwargs)
        self.factor = factor
        self.value_range = value_range


@layers()
class RandomPosterization(RandomColor):
    """In training: reduced to `factor` bits a channel."""


@layers()
class RandomSaturation(RandomColor):
    """In training: saturation changed by up to `factor`."""


@layers()
class RandomSharpness(RandomImageLayer):
    """In training: sharpened or smoothed by up to `factor`."""

    def __init__(self, factor: Any, value_range: Any = (0, 255), **kwargs: Any):
        super().__init__(**kwargs)
        self.factor = factor
        self.value_range = value_range


@layers()
class RandomGaussianBlur(RandomImageLayer):
    """In training: blurred with probability `factor`."""

    def __init__(self, factor: Any = 1.0, kernel_size: Any = 3, sigma: Any = 1.0, value_range: Any = (0, 255), **kwargs: Any):
        super().__init__(**kwargs)
        self.factor = factor
        self.kernel_size = kernel_size
        self.sigma = sigma
        self.value_range = value_range


@layers()
class Solarization(RandomImageLayer):
    """In training: raised by a random amount, then inverted above a random threshold."""

    def __init__(self, addition_factor: Any = 0.0, threshold_factor: Any = 0.0, value_range: Any = (0, 255), **kwargs: Any):
        super().__init__(**kwargs)
        self.addition_factor = addition_factor
        self.threshold_factor = threshold_factor
        self.value_range = value_range


@layers()
class Equalization(TrainingImageLayer):
    """In training: the histogram of each channel made even."""

    keeps_integers = True

    def __init__(self, value_range: Any = (0, 255), bins: int = 256, **kwargs: Any):
        super().__init__(**kwargs)
        self.value_range = value_range
        self.bins = bins
