"""Images turned, moved, zoomed, sheared and seen from a side at random. At inference images stay as they are.

Places of the result are taken to places of the original by eight numbers for each image, as `ops.affine_transform` has them.
"""

from __future__ import annotations

import math
from typing import Any

from ... import ops
from ...registry import layers
from . import boxes
from .random_image import RandomImageLayer, chosen
from .ranges import drawn_from, drawn_within, one_of

FILL_MODES = ("reflect", "wrap", "constant", "nearest")
INTERPOLATIONS = ("nearest", "bilinear")


class WarpingLayer(RandomImageLayer):
    """Base of those: a subclass draws {"transform": (batch, 8)}, to which the images' "size" is added.

    interpolation: "bilinear" or "nearest" (masks always take the nearest); fill_mode: what lies beyond the edges: "reflect",
    "wrap", "constant" (`fill_value`) or "nearest".
    """

    moves_pixels = True
    interpolation: str
    fill_mode: str
    fill_value: float

    def _fill(self, fill_mode: str, interpolation: str, fill_value: float) -> None:
        self.fill_mode = one_of("fill_mode", fill_mode, FILL_MODES)
        self.interpolation = one_of("interpolation", interpolation, INTERPOLATIONS)
        self.fill_value = fill_value

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        if not training:
            return None
        batch, height, width = self.sizes_of(data)
        return self.drawn(data, seed, batch, height, width) | {"size": (height, width)}

    def drawn(self, data: Any, seed: Any, batch: Any, height: Any, width: Any) -> dict[str, Any]:
        """The transformation of `batch` images of this height and width."""
        raise NotImplementedError

    def changed(self, images: Any, transformation: Any, nearest: bool = False) -> Any:
        interpolation = "nearest" if nearest else self.interpolation
        return ops.affine_transform(images, transformation["transform"], interpolation, self.fill_mode, self.fill_value)

    def transform_bounding_boxes(self, bounding_boxes: Any, transformation: Any = None, training: bool = True) -> Any:
        """Each box becomes the smallest upright one around where its corners come to lie."""
        if not training:
            return bounding_boxes
        return self.moved_boxes(
            bounding_boxes, lambda corners: boxes.moved_by(corners, transformation["transform"]), transformation["size"]
        )


def _rows(like: Any, *numbers: Any) -> Any:
    """(batch, 8): numbers, or tensors (batch,) as `like`; what is missing is 0."""
    zero = ops.zeros_like(like)
    return ops.stack([ops.add(zero, number) for number in (*numbers, *[0.0] * (8 - len(numbers)))], -1)


def _last(side: Any) -> Any:
    """The place of the last pixel of a side."""
    return ops.subtract(ops.cast(side, "float32"), 1.0)


@layers()
class RandomRotation(WarpingLayer):
    """In training: each image turned around its middle, by `factor` of a full turn, drawn from a range.

    factor: the range, or one number x for (-x, x), in [-1, 1]; positive is counter-clockwise.
    Source: `keras.layers.RandomRotation`.
    """

    def __init__(
        self, factor: Any, fill_mode: str = "reflect", interpolation: str = "bilinear", *, fill_value: float = 0.0, **kwargs: Any
    ):
        super().__init__(**kwargs)
        self.factor = drawn_from(factor or 0.0)
        self._fill(fill_mode, interpolation, fill_value)

    def drawn(self, data: Any, seed: Any, batch: Any, height: Any, width: Any) -> dict[str, Any]:
        low, high = (360.0 * factor for factor in self.factor)
        angle = ops.multiply(self.draw(data, (batch,), low, high, seed), math.pi / 180.0)
        cos, sin = ops.cos(angle), ops.sin(angle)
        x, y = ops.multiply(_last(width), 0.5), ops.multiply(_last(height), 0.5)
        shift_x = x - x * cos + y * sin
        shift_y = y - x * sin - y * cos
        return {"transform": _rows(angle, cos, -sin, shift_x, sin, cos, shift_y)}


@layers()
class RandomTranslation(WarpingLayer):
    """In training: each image moved down by `height_factor` of its height and right by `width_factor` of its width, drawn from
    ranges: pairs, or one number x for (-x, x), in [-1, 1]. Source: `keras.layers.RandomTranslation`.
    """

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
        self.height_lower, self.height_upper = self._range(height_factor, "height_factor")
        self.width_lower, self.width_upper = self._range(width_factor, "width_factor")
        self._fill(fill_mode, interpolation, fill_value)

    @staticmethod
    def _range(factor: Any, name: str) -> tuple[float, float]:
        return drawn_within(factor, name, "[-1.0, 1.0]", lambda x: -1.0 <= x <= 1.0)

    def drawn(self, data: Any, seed: Any, batch: Any, height: Any, width: Any) -> dict[str, Any]:
        down = ops.multiply(self.draw(data, (batch,), self.height_lower, self.height_upper, seed), ops.cast(height, "float32"))
        right = ops.multiply(self.draw(data, (batch,), self.width_lower, self.width_upper, seed), ops.cast(width, "float32"))
        return {"transform": _rows(down, 1.0, 0.0, -right, 0.0, 1.0, -down)}


@layers()
class RandomZoom(WarpingLayer):
    """In training: each image shrunk (positive factors) or enlarged around its middle, to 1 / (1 + factor) of its size.

    height_factor, width_factor: ranges to draw from: pairs, or one number x for (-x, x), in (-1, 1]. Without
    width_factor both sides have the same. Source: `keras.layers.RandomZoom`.
    """

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
        self.height_lower, self.height_upper = self._range(height_factor, "height_factor")
        if width_factor is not None:
            self.width_lower, self.width_upper = self._range(width_factor, "width_factor")
        self._fill(fill_mode, interpolation, fill_value)

    @staticmethod
    def _range(factor: Any, name: str) -> tuple[float, float]:
        return drawn_within(factor, name, "(-1.0, 1.0]", lambda x: -1.0 < x <= 1.0)

    def drawn(self, data: Any, seed: Any, batch: Any, height: Any, width: Any) -> dict[str, Any]:
        high = wide = self.draw(data, (batch,), 1.0 + self.height_lower, 1.0 + self.height_upper, seed)
        if self.width_factor is not None:
            wide = self.draw(data, (batch,), 1.0 + self.width_lower, 1.0 + self.width_upper, seed)
        shift_x, shift_y = (_last(side) / 2.0 * (1.0 - zoom) for side, zoom in ((width, wide), (height, high)))
        return {"transform": _rows(high, wide, 0.0, shift_x, 0.0, high, shift_y)}


@layers()
class RandomShear(WarpingLayer):
    """In training: each image sheared: rows shifted by x_factor of their height in it, columns by y_factor; to either side.

    x_factor, y_factor: ranges to draw from: pairs, or one number x for (-x, x), in [0, 1]. Source: `keras.layers.RandomShear`.
    """

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
        self.x_factor = self._range(x_factor, "x_factor")
        self.y_factor = self._range(y_factor, "y_factor")
        self._fill(fill_mode, interpolation, fill_value)

    @staticmethod
    def _range(factor: Any, name: str) -> tuple[float, float]:
        if isinstance(factor, (tuple, list)) and len(factor) == 2 and factor[0] == -factor[1]:
            factor = factor[1]  # what Keras makes of a number and writes into configurations, but doesn't take
        return drawn_within(factor, name, "[0, 1.0]", lambda x: 0.0 <= x <= 1.0)

    def get_config(self) -> dict[str, Any]:
        """As any layer's; a range around 0 as the number that Keras takes for it."""
        config = super().get_config()
        for name in ("x_factor", "y_factor"):
            low, high = config[name]
            config[name] = high if low == -high else [low, high]
        return config

    def drawn(self, data: Any, seed: Any, batch: Any, height: Any, width: Any) -> dict[str, Any]:
        dtype = self.compute_dtype
        side = ops.where(ops.greater(self.draw(data, (batch,), seed=seed, dtype=dtype), 0.5), -1.0, 1.0)
        down = ops.multiply(self.draw(data, (batch,), *self.y_factor, seed, dtype), side)
        right = ops.multiply(self.draw(data, (batch,), *self.x_factor, seed, dtype), side)
        return {"transform": _rows(ops.cast(down, "float32"), 1.0, right, 0.0, down, 1.0)}


@layers()
class RandomPerspective(WarpingLayer):
    """In training: an image seen from a random side, with the probability `factor`.

    factor: the probability, in [0, 1], or a range to draw it from for each image; scale: how far corners move, in [0, 1] of
    half of the image. Source: `keras.layers.RandomPerspective`.
    """

    def __init__(
        self, factor: Any = 1.0, scale: Any = 1.0, interpolation: str = "bilinear", *, fill_value: float = 0.0, **kwargs: Any
    ):
        super().__init__(**kwargs)
        self.factor = drawn_from(factor, low=0.0, high=1.0)
        self.scale = scale
        drawn_within(scale, "scale", "[0, 1]", lambda x: 0.0 <= x <= 1.0)
        self._fill("constant", interpolation, fill_value)

    def drawn(self, data: Any, seed: Any, batch: Any, height: Any, width: Any) -> dict[str, Any]:
        applied = self.drawn_with(data, batch, self.factor, seed)
        half = 0.5 * self.scale
        moved = ops.cast(self.draw(data, (batch, 4, 2), -half, half, seed, self.compute_dtype), "float32")
        right, bottom = _last(width), _last(height)
        zero = ops.zeros_like(right)
        corners = ops.stack([zero, zero, right, zero, zero, bottom, right, bottom])
        start = ops.multiply(ops.ones_like(moved), ops.reshape(ops.cast(corners, self.compute_dtype), (1, 4, 2)))
        end = ops.add(start, ops.multiply(start, moved))
        return {"transform": ops.homography(start, end), "apply_perspective": applied}

    def changed(self, images: Any, transformation: Any, nearest: bool = False) -> Any:
        return chosen(transformation["apply_perspective"], super().changed(images, transformation, nearest), images)

    def transform_bounding_boxes(self, bounding_boxes: Any, transformation: Any = None, training: bool = True) -> Any:
        if not training:
            return bounding_boxes

        def move(corners: Any) -> Any:
            return chosen(transformation["apply_perspective"], boxes.moved_by(corners, transformation["transform"]), corners)

        return self.moved_boxes(bounding_boxes, move, transformation["size"])
