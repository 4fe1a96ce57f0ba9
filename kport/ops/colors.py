"""Colours of images, with the names and arguments of keras.ops.image. Values of hue, saturation and so on lie in [0, 1]."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ShapeError
from .bounds import clip
from .casting import cast
from .elementwise import absolute, add, divide, maximum, minimum, multiply, subtract, where
from .images import on_batch
from .linear import matmul
from .logic import equal, greater, less
from .promotion import dtype_of, is_float
from .shape import concatenate, split

_GREY = np.array([[0.2989], [0.587], [0.114]], np.float32)


def rgb_to_grayscale(images: Any, data_format: str | None = None) -> Any:
    """y = 0.2989 red + 0.587 green + 0.114 blue. (..., height, width, 3) → (..., height, width, 1), or 1 → 1 unchanged."""

    def gray(x: Any) -> Any:
        if x.shape[-1] == 1:
            return x
        dtype = dtype_of(x) or "float32"
        return cast(
            matmul(x if is_float(dtype) else cast(x, "float32"), cast(_GREY, dtype if is_float(dtype) else "float32")), dtype
        )

    return on_batch(images, data_format, gray)


def rgb_to_hsv(images: Any, data_format: str | None = None) -> Any:
    """Red, green and blue to hue, saturation and value. (..., height, width, 3) → the same shape."""

    def convert(x: Any) -> Any:
        red, green, blue = _channels(x)
        value = maximum(maximum(red, green), blue)
        spread = subtract(value, minimum(minimum(red, green), blue))
        colored, bright = greater(spread, 0), greater(value, 0)
        step = divide(1 / 6, where(colored, spread, 1))
        hue = where(
            equal(red, value),
            multiply(step, subtract(green, blue)),
            where(
                equal(green, value),
                add(multiply(step, subtract(blue, red)), 2 / 6),
                add(multiply(step, subtract(red, green)), 4 / 6),
            ),
        )
        hue = where(colored, hue, 0)
        saturation = where(bright, divide(spread, where(bright, value, 1)), 0)
        return concatenate([where(less(hue, 0), add(hue, 1), hue), saturation, value], -1)

    return on_batch(images, data_format, convert)


def hsv_to_rgb(images: Any, data_format: str | None = None) -> Any:
    """Hue, saturation and value to red, green and blue. (..., height, width, 3) → the same shape."""

    def convert(x: Any) -> Any:
        hue, saturation, value = _channels(x)
        turn = multiply(hue, 6)
        red = subtract(absolute(subtract(turn, 3)), 1)
        green = subtract(2, absolute(subtract(turn, 2)))
        blue = subtract(2, absolute(subtract(turn, 4)))
        shares = clip(concatenate([red, green, blue], -1), 0, 1)
        return multiply(add(subtract(1, saturation), multiply(saturation, shares)), value)

    return on_batch(images, data_format, convert)


def _channels(x: Any) -> Any:
    """The three channels of a channels-last float image, each (..., 1)."""
    if x.shape[-1] != 3 or not is_float(dtype_of(x) or ""):
        raise ShapeError(f"expected float images of 3 channels. Received: shape={tuple(x.shape)}, dtype={dtype_of(x)}")
    return split(x, 3, -1)


__all__ = ["hsv_to_rgb", "rgb_to_grayscale", "rgb_to_hsv"]
