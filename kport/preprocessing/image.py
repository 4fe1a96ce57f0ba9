"""`keras.preprocessing.image`: images as files and arrays, and transformed at random while a model trains."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import ops
from ..errors import UsageError
from ..ops.shapes import CHANNELS_FIRST
from ..utils.images import array_to_img as array_to_img
from ..utils.images import img_to_array as img_to_array
from ..utils.images import load_img as load_img
from ..utils.images import save_img as save_img
from .affine import apply_affine_transform as apply_affine_transform
from .affine import random_rotation as random_rotation
from .affine import random_shear as random_shear
from .affine import random_shift as random_shift
from .affine import random_zoom as random_zoom
from .dataframe_iterator import DataFrameIterator as DataFrameIterator
from .image_files import DirectoryIterator as DirectoryIterator
from .image_generator import ImageDataGenerator as ImageDataGenerator
from .image_iterators import Iterator as Iterator
from .image_iterators import NumpyArrayIterator as NumpyArrayIterator
from .intensities import apply_brightness_shift as apply_brightness_shift
from .intensities import apply_channel_shift as apply_channel_shift
from .intensities import random_brightness as random_brightness
from .intensities import random_channel_shift as random_channel_shift


def smart_resize(x: Any, size: Any, interpolation: str = "bilinear", data_format: str = "channels_last") -> Any:
    """Images resized to (height, width) without distortion: the largest part in the middle with these proportions is taken.

    x: (height, width, channels) or (batch, height, width, channels), or channels first; the same rank out. interpolation:
    "bilinear", "nearest", "bicubic", "lanczos3" or "lanczos5".
    """
    if len(size) != 2:
        raise UsageError(f"expected (height, width). Received: size={size}")
    if len(x.shape) not in (3, 4):
        raise UsageError(f"expected one image of rank 3 or a batch of rank 4. Received: shape={tuple(x.shape)}")
    first = data_format == CHANNELS_FIRST
    rows, columns = x.shape[-2:] if first else x.shape[-3:-1]
    height, width = size
    cut_rows = max(min(rows, columns * height // width), 1)
    cut_columns = max(min(columns, rows * width // height), 1)
    top, left = (rows - cut_rows) // 2, (columns - cut_columns) // 2
    part = (slice(top, top + cut_rows), slice(left, left + cut_columns), *(() if first else (slice(None),)))
    found = ops.resize(x[(..., *part)], tuple(size), interpolation=interpolation, data_format=data_format)
    return np.asarray(found) if isinstance(x, np.ndarray) else found
