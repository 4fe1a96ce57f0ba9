"""How each pixel of a resized line is made of pixels of the original: a matrix for each method.

Positions are pixels' centres: output pixel i lies at (i + 0.5) · inputs / outputs of the input, whose pixel j covers
[j, j + 1). Every method but "nearest" is a weighted mean, so a resized image is W_rows · image · W_columnsᵀ.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

_SMALLEST = 1000 * np.finfo(np.float32).tiny
_CUBIC_STEPS = 1024


def _triangle(x: np.ndarray) -> np.ndarray:
    return np.maximum(0, 1 - x)


def _lanczos(radius: float) -> Callable[[np.ndarray], np.ndarray]:
    """sinc(x) · sinc(x / radius)"""
    return lambda x: np.where(x > radius, 0, np.sinc(x) * np.sinc(x / radius))


def _gaussian(x: np.ndarray) -> np.ndarray:
    return np.where(x >= 1.5, 0, np.exp(-2 * x * x))


def _cubic(b: float, c: float) -> Callable[[np.ndarray], np.ndarray]:
    """The cubic filters of Mitchell & Netravali 1988, https://doi.org/10.1145/54852.378514"""

    def kernel(x: np.ndarray) -> np.ndarray:
        near = ((12 - 9 * b - 6 * c) * x + (-18 + 12 * b + 6 * c)) * x * x + (6 - 2 * b)
        far = (((-b - 6 * c) * x + (6 * b + 30 * c)) * x + (-12 * b - 48 * c)) * x + (8 * b + 24 * c)
        return np.where(x >= 2, 0, np.where(x >= 1, far, near)) / 6

    return kernel


KERNELS: dict[str, tuple[float, Callable[[np.ndarray], np.ndarray]]] = {
    "bilinear": (1.0, _triangle),
    "bicubic": (2.0, _cubic(0, 0.5)),
    "mitchellcubic": (2.0, _cubic(1 / 3, 1 / 3)),
    "gaussian": (1.5, _gaussian),
    "lanczos3": (3.0, _lanczos(3)),
    "lanczos5": (5.0, _lanczos(5)),
}
"""Radius and weight by distance, in input pixels."""

METHODS = ("nearest", "area", *KERNELS)


def nearest_index(inputs: int, outputs: int) -> np.ndarray:
    """The input pixel that each output pixel copies."""
    scale = np.float32(inputs) / np.float32(outputs)
    centres = (np.arange(outputs, dtype=np.float32) + np.float32(0.5)) * scale
    return np.minimum(np.floor(centres).astype(np.int64), inputs - 1)


@lru_cache(maxsize=64)
def weights(method: str, antialias: bool, inputs: int, outputs: int) -> np.ndarray:
    """(outputs, inputs) float32: the rows are the weights of the output pixels.

    Source: TensorFlow's kernels resize_bilinear_op, resize_bicubic_op, resize_area_op and scale_and_translate_op.
    """
    if method == "nearest":
        return np.eye(inputs, dtype=np.float32)[nearest_index(inputs, outputs)]
    if method == "area":
        return _area(inputs, outputs)
    if method == "bilinear" and not antialias:
        return _bilinear(inputs, outputs)
    if method == "bicubic" and not antialias:
        return _bicubic(inputs, outputs)
    return _filtered(method, antialias, inputs, outputs)


def _centres(inputs: int, outputs: int) -> np.ndarray:
    """The output pixels' positions, where the input pixel j lies at j."""
    scale = np.float32(inputs) / np.float32(outputs)
    return (np.arange(outputs, dtype=np.float32) + np.float32(0.5)) * scale - np.float32(0.5)


def _bilinear(inputs: int, outputs: int) -> np.ndarray:
    position = _centres(inputs, outputs)
    below = np.floor(position)
    share = position - below
    result = np.zeros((outputs, inputs), np.float32)
    row = np.arange(outputs)
    np.add.at(result, (row, np.maximum(below, 0).astype(int)), 1 - share)
    np.add.at(result, (row, np.minimum(np.ceil(position), inputs - 1).astype(int)), share)
    return result


def _bicubic(inputs: int, outputs: int) -> np.ndarray:
    """Keys' cubic (a = -0.5) at positions rounded to 1/1024 of a pixel, as TensorFlow tabulates it; pixels beyond the
    edge count nothing."""
    position = _centres(inputs, outputs)
    below = np.floor(position)
    share = np.rint((position - below) * _CUBIC_STEPS) / _CUBIC_STEPS
    source = below[:, None].astype(int) + np.arange(-1, 3)
    distance = np.abs(np.arange(-1, 3) - share[:, None])
    weight = np.where((source >= 0) & (source < inputs), KERNELS["bicubic"][1](distance), 0)
    total = weight.sum(axis=1, keepdims=True)
    weight = np.divide(weight, total, out=weight, where=np.abs(total) >= _SMALLEST)
    result = np.zeros((outputs, inputs), np.float32)
    np.add.at(result, (np.arange(outputs)[:, None], np.clip(source, 0, inputs - 1)), weight)
    return result


def _area(inputs: int, outputs: int) -> np.ndarray:
    """The share of each input pixel in the output pixel's area."""
    scale = inputs / outputs
    start = np.arange(outputs)[:, None] * scale
    pixel = np.arange(inputs)
    overlap = np.minimum(start + scale, pixel + 1) - np.maximum(start, pixel)
    return (np.maximum(overlap, 0) / scale).astype(np.float32)


def _filtered(method: str, antialias: bool, inputs: int, outputs: int) -> np.ndarray:
    """A kernel over the input pixels; with `antialias` it widens as the image shrinks."""
    radius, kernel = KERNELS[method]
    step = inputs / outputs
    width = max(step, 1.0) if antialias else 1.0
    centre = ((np.arange(outputs) + 0.5) * step)[:, None]
    distance = (np.arange(inputs) + 0.5 - centre) / width
    inside = (np.arange(inputs) >= np.ceil(centre - radius * width - 0.5)) & (
        np.arange(inputs) <= np.floor(centre + radius * width - 0.5)
    )
    weight = np.where(inside, kernel(np.abs(distance)), 0)
    total = weight.sum(axis=1, keepdims=True)
    weight = np.divide(weight, total, out=weight, where=np.abs(total) >= _SMALLEST)
    return weight.astype(np.float32)
