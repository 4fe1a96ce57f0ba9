"""What functions of images share: single images and channels first, as batches of channels-last images."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..errors import ShapeError
from .shape import expand_dims, squeeze, transpose
from .shapes import CHANNELS_FIRST, to_channels_first, to_channels_last


def on_batch(images: Any, data_format: str | None, function: Callable[[Any], Any]) -> Any:
    """`function`, which takes a batch (batch, height, width, channels), of one image or a batch in `data_format`."""
    rank = len(images.shape)
    if rank not in (3, 4):
        raise ShapeError(f"expected images of rank 3 or 4. Received: shape={tuple(images.shape)}")
    batch = images if rank == 4 else expand_dims(images, 0)
    if data_format == CHANNELS_FIRST:
        batch = transpose(function(transpose(batch, to_channels_last(4))), to_channels_first(4))
    else:
        batch = function(batch)
    return batch if rank == 4 else squeeze(batch, 0)
