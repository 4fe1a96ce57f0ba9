"""Amounts at the two ends of every spatial axis, as cropping and zero padding take them."""

from __future__ import annotations

from typing import Any

from ...errors import LayerError

Pair = tuple[int, int]


def pair(value: Any, name: str) -> Pair:
    """(before, after) from one number or two. Negative ones are a LayerError."""
    pair = (value, value) if isinstance(value, int) else tuple(int(v) for v in value)
    if len(pair) != 2 or min(pair) < 0:
        raise LayerError(f"expected a number or two, none negative. Received: {name}={value}")
    return pair


def pairs(value: Any, rank: int, name: str) -> tuple[Pair, ...]:
    """(before, after) for each of `rank` axes, from one number or from a number or a pair for each axis."""
    values = (value,) * rank if isinstance(value, int) else tuple(value)
    if len(values) != rank:
        raise LayerError(f"expected a number, or a number or a pair for each of {rank} axes. Received: {name}={value}")
    return tuple(pair(v, name) for v in values)
