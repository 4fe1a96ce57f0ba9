"""Blurring of images, with the name and arguments of keras.ops.image."""

from __future__ import annotations

from typing import Any

import numpy as np

from .casting import cast
from .conv import conv
from .creation import arange
from .elementwise import divide, multiply, square, subtract
from .extend import tile
from .images import on_batch
from .math import exp
from .promotion import dtype_of
from .reduce import sum
from .shape import expand_dims, reshape


def bell(size: Any, deviation: Any) -> Any:
    """(size,) weights of a bell curve around the middle, together 1. Numbers (the result is float64) or scalar tensors."""
    if is_number(size) and is_number(deviation):
        weights = np.exp(-0.5 * ((np.arange(size) - (size - 1) / 2) / deviation) ** 2)
        return weights / weights.sum()
    dtype = dtype_of(deviation) or "float32"
    place = subtract(cast(arange(size), dtype), divide(subtract(cast(size, dtype), 1), 2))
    weights = exp(multiply(-0.5, square(divide(place, deviation))))
    return divide(weights, sum(weights))


def is_number(x: Any) -> bool:
    return isinstance(x, (int, float, np.number))


def gaussian_blur(images: Any, kernel_size: Any = (3, 3), sigma: Any = (1.0, 1.0), data_format: str | None = None) -> Any:
    """Each channel under a bell of `kernel_size` pixels and deviation `sigma`, zeros beyond the edges.

    sigma: two numbers, or a tensor of two.
    """

    def blur(x: Any) -> Any:
        channels = x.shape[-1]
        across, down = bell(kernel_size[0], sigma[0]), bell(kernel_size[1], sigma[1])
        plane = multiply(expand_dims(down, 1), expand_dims(across, 0))
        plane = reshape(plane, (*kernel_size, 1, 1))  # as Keras, which takes the axes in turn only if the sizes are the same
        kernel = cast(tile(plane, (1, 1, 1, channels)), "float32" if is_number(sigma[0]) else dtype_of(x) or "float32")
        return conv(x, cast(kernel, dtype_of(x) or "float32"), padding="same", groups=channels)

    return on_batch(images, data_format, blur)


__all__ = ["gaussian_blur"]
