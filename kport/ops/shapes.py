"""Arithmetic on shapes that type rules share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ..errors import ShapeError
from ..ir.types import Dimension, Shape

CHANNELS_FIRST = "channels_first"
CHANNELS_LAST = "channels_last"


def broadcast(*shapes: Shape) -> Shape:
    """The shape that NumPy's broadcasting gives; an unknown size beside 1 stays unknown."""
    rank = max((len(s) for s in shapes), default=0)
    result: list[Dimension] = []
    for position in range(rank):
        sizes = [s[position - rank + len(s)] for s in shapes if position - rank + len(s) >= 0]
        known = {d for d in sizes if d is not None and d != 1}
        if len(known) > 1:
            raise ShapeError(f"expected shapes that broadcast. Received: {', '.join(map(str, shapes))}")
        result.append(known.pop() if known else None if None in sizes else 1)
    return tuple(result)


def normalize_axis(axis: int, rank: int) -> int:
    if not -rank <= axis < rank:
        raise ShapeError(f"expected an axis of a tensor of rank {rank}. Received: axis={axis}")
    return axis % rank


def normalize_axes(axis: int | Iterable[int] | None, rank: int) -> tuple[int, ...]:
    """Sorted non-negative axes; None means all of them."""
    if axis is None:
        return tuple(range(rank))
    axes = [axis] if isinstance(axis, int) else list(axis)
    return tuple(sorted(normalize_axis(int(a), rank) for a in axes))


def as_tuple(value: Any, rank: int, name: str) -> tuple[int, ...]:
    """A number for each of `rank` spatial dimensions, from one number or a sequence."""
    sizes = (int(value),) * rank if isinstance(value, int) else tuple(int(v) for v in value)
    if len(sizes) != rank:
        raise ShapeError(f"expected {rank} numbers for {name}. Received: {name}={value}")
    return sizes


def spatial_axes(rank: int, data_format: str) -> range:
    """The axes of height, width, ... of a batched tensor of `rank`."""
    return range(2, rank) if data_format == CHANNELS_FIRST else range(1, rank - 1)


def channel_axis(rank: int, data_format: str) -> int:
    return 1 if data_format == CHANNELS_FIRST else rank - 1


def window_output(size: Dimension, window: int, stride: int, dilation: int, padding: tuple[int, int]) -> Dimension:
    """floor((size + padding - ((window - 1) * dilation + 1)) / stride) + 1"""
    if size is None:
        return None
    return (size + sum(padding) - ((window - 1) * dilation + 1)) // stride + 1


def same_padding(size: int, window: int, stride: int, dilation: int) -> tuple[int, int]:
    """TensorFlow's "same": the output has ceil(size / stride) elements, the odd pad goes after."""
    total = max((-(-size // stride) - 1) * stride + (window - 1) * dilation + 1 - size, 0)
    return total // 2, total - total // 2


def permute(items: Sequence[Any], permutation: Sequence[int]) -> tuple[Any, ...]:
    return tuple(items[p] for p in permutation)


def without_axes(permutation: Sequence[int], axes: Sequence[int]) -> tuple[int, ...] | None:
    """What is left of a permutation when `axes` (of the original order) go; None if that is the original order."""
    left = [p for p in permutation if p not in axes]
    order = tuple(sorted(left).index(p) for p in left)
    return None if order == tuple(range(len(order))) else order


def to_channels_first(rank: int) -> tuple[int, ...]:
    """(0, rank-1, 1, ..., rank-2): NHWC to NCHW."""
    return (0, rank - 1, *range(1, rank - 1))


def to_channels_last(rank: int) -> tuple[int, ...]:
    """(0, 2, ..., rank-1, 1): NCHW to NHWC."""
    return (0, *range(2, rank), 1)
