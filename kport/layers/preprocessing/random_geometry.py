"""Random changes of where pixels are. At inference images stay as they are."""

from __future__ import annotations

from typing import Any

from ...registry import layers
from .random_image import RandomImageLayer


@layers()
class RandomFlip(RandomImageLayer):
    """In training: mirrored at random: "horizontal", "vertical" or "horizontal_and_vertical"."""

    def __init__(self, mode: str = "horizontal_and_vertical", **kwargs: Any):
        super().__init__(**kwargs)
        self.mode = mode


@layers()
class RandomCrop(RandomImageLayer):
    """In training: a random part of (height, width). At inference Keras 3.15 leaves images as they are, whatever their size.

    Keras 2 resizes them; its files are opened with the layer Resizing instead.
    """

    keeps_integers = True

    def __init__(self, height: int, width: int, **kwargs: Any):
        super().__init__(**kwargs)
        self.height = height
        self.width = width


@layers()
class RandomRotation(RandomImageLayer):
    """In training: turned by up to `factor` of a full turn."""

    def __init__(
        self, factor: Any, fill_mode: str = "reflect", interpolation: str = "bilinear", *, fill_value: float = 0.0, **kwargs: Any
    ):
        super().__init__(**kwargs)
        self.factor = factor
        self.fill_mode = fill_mode
        self.interpolation = interpolation
        self.fill_value = fill_value


@layers()
class RandomTranslation(RandomImageLayer):
    """In training: moved by up to the factors of height and width."""

    def __init__(
        self,
        height_factor: Any,
        width_factor: Any,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        *,
        fill_value: float = 0.0,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.height_factor = height_factor
        self.width_factor = width_factor
        self.fill_mode = fill_mode
        self.interpolation = interpolation
        self.fill_value = fill_value


@layers()
class RandomZoom(RandomImageLayer):
    """In training: zoomed by up to the factors of height and width."""

    def __init__(
        self,
        height_factor: Any,
        width_factor: Any = None,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        *,
        fill_value: float = 0.0,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.height_factor = height_factor
        self.width_factor = width_factor
        self.fill_mode = fill_mode
        self.interpolation = interpolation
        self.fill_value = fill_value


@layers()
class RandomShear(RandomImageLayer):
    """In training: sheared by up to the factors."""

    def __init__(
        self,
        x_factor: Any = 0.0,
        y_factor: Any = 0.0,
        interpolation: str = "bilinear",
        fill_mode: str = "reflect",
        fill_value: float = 0.0,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.x_factor = x_factor
        self.y_factor = y_factor
        self.interpolation = interpolation
        self.fill_mode = fill_mode
        self.fill_value = fill_value


@layers()
class RandomPerspective(RandomImageLayer):
    """In training: seen from a random side."""

    def __init__(
        self, factor: Any = 1.0, scale: Any = 1.0, interpolation: str = "bilinear", *, fill_value: float = 0.0, **kwargs: Any
    ):
        super().__init__(**kwargs)
        self.factor = factor
        self.scale = scale
        self.interpolation = interpolation
        self.fill_value = fill_value


@layers()
class RandomElasticTransform(RandomImageLayer):
    """In training: distorted elastically."""

    def __init__(
        self,
        factor: Any = 1.0,
        scale: Any = 1.0,
        interpolation: str = "bilinear",
        fill_mode: str = "reflect",
        fill_value: float = 0.0,
        value_range: Any = (0, 255),
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.factor = factor
        self.scale = scale
        self.interpolation = interpolation
        self.fill_mode = fill_mode
        self.fill_value = fill_value
        self.value_range = value_range


@layers()
class RandomHeight(RandomImageLayer):
    """In training: another height, by up to `factor`. Keras 2 only."""

    def __init__(self, factor: Any, interpolation: str = "bilinear", **kwargs: Any):
        super().__init__(**kwargs)
        self.factor = factor
        self.interpolation = interpolation


@layers()
class RandomWidth(RandomImageLayer):
    """In training: another width, by up to `factor`. Keras 2 only."""

    def __init__(self, factor: Any, interpolation: str = "bilinear", **kwargs: Any):
        super().__init__(**kwargs)
        self.factor = factor
        self.interpolation = interpolation
