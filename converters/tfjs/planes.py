"""Convolutions of images, as TF.js has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from .activation import with_bias
from .builder import Builder
from .graphdef import Tensor

Pads = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Geometry:
    """How a window moves along the spatial axes."""

    strides: tuple[int, ...]
    dilations: tuple[int, ...]
    padding: str | Pads

    def with_height(self) -> Geometry:
        """In two dimensions, with a height of 1."""
        padding = self.padding if isinstance(self.padding, str) else ((0, 0), *self.padding)
        return Geometry((1, *self.strides), (1, *self.dilations), padding)

    def attributes(self) -> dict[str, Any]:
        padding = {"padding": self.padding.upper()} if isinstance(self.padding, str) else explicit_attributes(self.padding)
        return {"strides": [1, *self.strides, 1], "dilations": [1, *self.dilations, 1], **padding}


def explicit_attributes(padding: Pads) -> dict[str, Any]:
    return {"padding": "EXPLICIT", "explicit_paddings": [p for pair in ((0, 0), *padding, (0, 0)) for p in pair]}


def convolved(b: Builder, x: Tensor, kernel: Tensor, geometry: Geometry, bias: Tensor | None, depthwise: bool = False) -> Tensor:
    """x: (batch, height, width, C), kernel: (height, width, C, outputs), or, of each channel alone, outputs for each.

    TF.js has no strides together with dilations: they take from what all give.
    """
    thinned = max(geometry.strides) > 1 and max(geometry.dilations) > 1
    moved = replace(geometry, strides=(1, 1)) if thinned else geometry
    y = product = b("DepthwiseConv2dNative" if depthwise else "Conv2D", x, kernel, **moved.attributes())
    if bias is not None and bias.data is not None:
        with_bias(b, product.node, bias)
    if kernel.data is not None and (bias is None or bias.data is not None):
        b.fusable[y] = product.node
    if bias is not None and bias.data is None:  # the WebAssembly back end takes a reshaped bias for what it was before
        y = b("AddV2", y, bias)
    return every(b, y, geometry.strides) if thinned else y


def every(b: Builder, y: Tensor, strides: Sequence[int]) -> Tensor:
    """Every so manieth row and column."""
    rank = len(strides) + 2
    nothing, all_axes = b.ints([0] * rank, "zeros"), (1 << rank) - 1
    steps = b.ints([1, *strides, 1], "steps")
    return b.following("StridedSlice", y, nothing, nothing, steps, begin_mask=all_axes, end_mask=all_axes)
