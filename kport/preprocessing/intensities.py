"""Images with other colors and brightness, by given amounts and by random ones (NumPy's global generator).

Newer: the layers `RandomColorJitter` and `RandomBrightness`.
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from ..errors import UsageError
from ..utils.images import array_to_img, img_to_array


def apply_channel_shift(x: np.ndarray, intensity: float, channel_axis: int = 0) -> np.ndarray:
    """`x` + intensity, within the smallest and the largest number of `x`; the same shape.

    channel_axis: any; all channels are shifted by the same.
    """
    return np.clip(x + intensity, x.min(), x.max())


def random_channel_shift(x: np.ndarray, intensity_range: float, channel_axis: int = 0) -> np.ndarray:
    """`apply_channel_shift` by -intensity_range to intensity_range."""
    return apply_channel_shift(x, np.random.uniform(-intensity_range, intensity_range), channel_axis)


def apply_brightness_shift(x: np.ndarray, brightness: float, scale: bool = True, data_format: str | None = None) -> np.ndarray:
    """One image of rank 3 with its numbers times `brightness`, as Pillow rounds and limits them to 0..255; floatx.

    scale: the smallest number becomes 0 and the largest 255 first. Numbers outside of 0..255 always do, and become what they
    were afterwards without `scale`. data_format: where channels are; Keras's setting by default. Needs Pillow.
    """
    lowest, highest = x.min(), x.max()
    outside = lowest < 0 or highest > 255
    image = array_to_img(x, data_format, scale=bool(outside or scale))
    enhance = importlib.import_module("PIL.ImageEnhance")
    brighter = img_to_array(enhance.Brightness(image).enhance(brightness), data_format)
    return brighter / 255 * (highest - lowest) + lowest if outside and not scale else brighter


def random_brightness(x: np.ndarray, brightness_range: Any, scale: bool = True) -> np.ndarray:
    """`apply_brightness_shift` by brightness_range = (lowest, highest)."""
    if len(brightness_range) != 2:
        raise UsageError(f"expected (lowest, highest). Received: brightness_range={brightness_range}")
    return apply_brightness_shift(x, np.random.uniform(*brightness_range), scale)
