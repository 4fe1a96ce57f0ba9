"""Images: reading and writing files, and to arrays and back. Pillow does it, which must be installed."""

from __future__ import annotations

import importlib
import io
import os
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import MissingComponentError, UsageError
from ..ops.shapes import CHANNELS_FIRST
from ..settings import floatx, image_data_format

_MODES = {"grayscale": ("L", ("L", "I;16", "I")), "rgb": ("RGB", ("RGB",)), "rgba": ("RGBA", ("RGBA",))}
"""What each color mode is to Pillow, and what it leaves as it is."""
_INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "hamming", "box", "lanczos")


def _pillow() -> Any:
    try:
        return importlib.import_module("PIL.Image")
    except ImportError as error:
        raise MissingComponentError("expected Pillow, which reads and writes images: pip install pillow") from error


def _format(data_format: str | None) -> str:
    if data_format not in (None, CHANNELS_FIRST, "channels_last"):
        raise UsageError(f"expected 'channels_last' or 'channels_first'. Received: data_format={data_format!r}")
    return data_format or image_data_format()


def load_img(
    path: Any,
    color_mode: str = "rgb",
    target_size: tuple[int, int] | None = None,
    interpolation: str = "nearest",
    keep_aspect_ratio: bool = False,
) -> Any:
    """The image of a file, as Pillow has it. Needs Pillow.

    path: a path or an io.BytesIO. color_mode: "grayscale", "rgb" or "rgba". target_size: (height, width) to resize to.
    interpolation: "nearest", "bilinear", "bicubic", "hamming", "box" or "lanczos". keep_aspect_ratio: the middle of the image
    with the target's proportions is resized, and not all of it.
    """
    pillow = _pillow()
    if color_mode not in _MODES:
        raise UsageError(f"expected one of {', '.join(_MODES)}. Received: color_mode={color_mode!r}")
    if isinstance(path, io.BytesIO):
        image = pillow.open(path)
    elif isinstance(path, (str, bytes, os.PathLike)):
        image = pillow.open(io.BytesIO(Path(os.fsdecode(path)).read_bytes()))
    else:
        raise TypeError(f"expected a path or io.BytesIO. Received: path={path!r}")
    mode, kept = _MODES[color_mode]
    if image.mode not in kept:
        image = image.convert(mode)
    if target_size is None or image.size == (target_size[1], target_size[0]):
        return image
    if interpolation not in _INTERPOLATIONS:
        raise UsageError(f"expected one of {', '.join(_INTERPOLATIONS)}. Received: interpolation={interpolation!r}")
    height, width = target_size
    box = _middle(image.size, width, height) if keep_aspect_ratio else None
    return image.resize((width, height), pillow.Resampling[interpolation.upper()], box=box)


def _middle(size: tuple[int, int], width: int, height: int) -> tuple[int, int, int, int]:
    """The largest part of an image of this (width, height), in its middle, with the proportions width : height."""
    cut = min(size[0], size[1] * width // height), min(size[1], size[0] * height // width)
    left, top = (size[0] - cut[0]) // 2, (size[1] - cut[1]) // 2
    return left, top, left + cut[0], top + cut[1]


def save_img(
    path: Any, x: Any, data_format: str | None = None, file_format: str | None = None, scale: bool = True, **kwargs: Any
) -> None:
    """Writes an array as an image. Needs Pillow.

    x: (height, width, channels), or channels first. file_format: the path's suffix by default. scale: see `array_to_img`.
    kwargs: of Pillow's `save`.
    """
    if file_format is None and isinstance(path, (str, Path)):
        file_format = Path(path).suffix[1:].lower()
    if file_format and file_format.lower() == "jpg":
        file_format = "jpeg"
    image = array_to_img(x, data_format=data_format, scale=scale)
    if image.mode == "RGBA" and file_format == "jpeg":
        warnings.warn("JPEG has no transparency: the image is written as RGB", stacklevel=2)
        image = image.convert("RGB")
    image.save(path, format=file_format, **kwargs)


def img_to_array(img: Any, data_format: str | None = None, dtype: Any = None) -> np.ndarray:
    """An image as an array (height, width, channels), or channels first, of `dtype`, floatx by default."""
    first = _format(data_format) == CHANNELS_FIRST
    array = np.asarray(img, dtype=dtype or floatx())
    if array.ndim == 2:
        return array[None] if first else array[..., None]
    if array.ndim != 3:
        raise UsageError(f"expected an image of rank 2 or 3. Received: shape={array.shape}")
    return array.transpose(2, 0, 1) if first else array


def array_to_img(x: Any, data_format: str | None = None, scale: bool = True, dtype: Any = None) -> Any:
    """An array (height, width, channels), or channels first, as an image of Pillow, which it needs. Channels: 1, 3 or 4.

    scale: the smallest number becomes 0 and the largest 255; without it numbers are taken as they are.
    """
    pillow = _pillow()
    first = _format(data_format) == CHANNELS_FIRST
    array = np.asarray(x, dtype=dtype or floatx())
    if array.ndim != 3:
        raise UsageError(f"expected one image, of rank 3. Received: shape={array.shape}")
    if first:
        array = array.transpose(1, 2, 0)
    if scale:
        array = array - array.min()
        array = array / (array.max() or 1) * 255
    channels = array.shape[2]
    if channels not in (1, 3, 4):
        raise UsageError(f"expected 1, 3 or 4 channels. Received: shape={array.shape}")
    if channels > 1:
        return pillow.fromarray(array.astype("uint8"))
    return pillow.fromarray(array[:, :, 0].astype("int32" if array.max() > 255 else "uint8"))
