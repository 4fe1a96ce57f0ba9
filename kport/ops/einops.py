"""Rearrangement of axes, described as in einops."""

from __future__ import annotations

import re
from typing import Any

from ..errors import ShapeError
from .rounding import floor_divide
from .shape import reshape, shape, size_product, transpose


def rearrange(tensor: Any, pattern: str, **axes_lengths: int) -> Any:
    """`tensor` with its axes split, moved and joined: "b (h s) c -> b h (s c)" with s=2. Parentheses join axes.

    Of the axes that one axis is split into, at most one may lack its length.
    Source: https://einops.rocks
    """
    left, right = (_groups(side) for side in pattern.split("->"))
    names = [name for group in left for name in group]
    if len(left) != len(tensor.shape) or sorted(names) != sorted(name for group in right for name in group):
        raise ShapeError(
            f"expected the same names on both sides, a group for each axis. Received: {pattern!r}, {tuple(tensor.shape)}"
        )
    lengths: dict[str, Any] = dict(axes_lengths)
    for group, size in zip(left, shape(tensor), strict=True):
        unknown = [name for name in group if name not in lengths]
        if len(unknown) > 1:
            raise ShapeError(f"expected at most one axis without a length. Received: {unknown} of {pattern!r}")
        if unknown:
            known = size_product([lengths[name] for name in group if name in lengths])
            lengths[unknown[0]] = size // known if isinstance(size, int) else size if known == 1 else floor_divide(size, known)
    split = reshape(tensor, [lengths[name] for name in names])
    moved = transpose(split, [names.index(name) for group in right for name in group])
    return reshape(moved, [size_product([lengths[name] for name in group]) for group in right])


def _groups(side: str) -> list[list[str]]:
    """ "b (h s) 1" → [["b"], ["h", "s"], []]"""
    return [[n for n in token.strip("()").split() if n != "1"] for token in re.findall(r"\([^)]*\)|\w+", side)]


__all__ = [
    "rearrange",
]
