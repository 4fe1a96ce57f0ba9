"""Where the channels are: a layer's `data_format`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import ops
from ..errors import LayerError
from ..ops.shapes import CHANNELS_FIRST, CHANNELS_LAST, to_channels_first, to_channels_last
from ..settings import image_data_format


def standardize(data_format: str | None) -> str:
    """`data_format`, that of the settings for None; anything but the two formats is a LayerError."""
    if data_format not in (None, CHANNELS_FIRST, CHANNELS_LAST):
        raise LayerError(f"expected '{CHANNELS_FIRST}' or '{CHANNELS_LAST}'. Received: data_format={data_format!r}")
    return data_format or image_data_format()


def in_channels_last(function: Callable[[Any], Any], x: Any, data_format: str) -> Any:
    """`function`, which works on channels-last data, applied to data in `data_format`."""
    if data_format != CHANNELS_FIRST:
        return function(x)
    rank = len(x.shape)
    return ops.transpose(function(ops.transpose(x, to_channels_last(rank))), to_channels_first(rank))
