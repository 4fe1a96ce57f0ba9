"""Pixels to channels and back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from ..ir import TensorType
from ..ir.types import Dimension
from .backend import tf
from .elementwise import tf_function
from .op import Op, fail
from .shape import reshape, shape, size_product, transpose
from .shapes import CHANNELS_FIRST, CHANNELS_LAST, permute, to_channels_first, to_channels_last


class Blocks(Op, abstract=True):
    """Works on blocks of `size` · `size` pixels of (batch, height, width, channels), or channels-first by `data_format`."""

    size: int
    data_format: str = CHANNELS_LAST
    tf_kernel: ClassVar[str]

    def sizes(self, x: TensorType, height: Dimension, width: Dimension, channels: Dimension) -> tuple[Dimension, ...]:
        """The output's height, width and channels."""
        raise NotImplementedError

    def rearranged(self, x: Any) -> Any:
        """The output for channels-last data."""
        raise NotImplementedError

    def infer(self, x: TensorType) -> TensorType:
        if x.rank != 4:
            raise fail(self, "images of rank 4", x=x)
        if self.data_format == CHANNELS_LAST:
            return x.with_shape((x.shape[0], *self.sizes(x, *x.shape[1:])))
        batch, *rest = permute(x.shape, to_channels_last(4))
        return x.with_shape(permute((batch, *self.sizes(x, *rest)), to_channels_first(4)))

    def numpy(self, x: np.ndarray) -> np.ndarray:
        return self.decompose(x)

    def tensorflow(self, x: Any) -> Any:
        if self.data_format == CHANNELS_LAST:
            return tf_function(self.tf_kernel)(x, self.size)
        y = tf_function(self.tf_kernel)(tf.transpose(x, to_channels_last(4)), self.size)  # the CPU has no other kernel
        return tf.transpose(y, to_channels_first(4))

    def decompose(self, x: Any) -> Any:
        if self.data_format == CHANNELS_LAST:
            return self.rearranged(x)
        return transpose(self.rearranged(transpose(x, to_channels_last(4))), to_channels_first(4))

    def permuted(self, permutation: tuple[int, ...]) -> tuple[Op, tuple[int, ...]] | None:
        if self.data_format == CHANNELS_LAST and permutation == to_channels_first(4):
            return replace(self, data_format=CHANNELS_FIRST), permutation
        return None


class DepthToSpace(Blocks):
    """y[b, h·s + i, w·s + j, c] = x[b, h, w, (i·s + j)·C + c] with s = `size`. (B, H, W, s²·C) → (B, s·H, s·W, C)"""

    tf_kernel = "nn.depth_to_space"

    def sizes(self, x: TensorType, height: Dimension, width: Dimension, channels: Dimension) -> tuple[Dimension, ...]:
        if channels is not None and channels % self.size**2:
            raise fail(self, f"a multiple of {self.size**2} channels", x=x)
        grown = (None if d is None else d * self.size for d in (height, width))
        return (*grown, None if channels is None else channels // self.size**2)

    def rearranged(self, x: Any) -> Any:
        batch, height, width, channels = shape(x)
        s = self.size
        pixels = transpose(reshape(x, (batch, height, width, s, s, channels // s**2)), (0, 1, 3, 2, 4, 5))
        return reshape(pixels, (batch, size_product([height, s]), size_product([width, s]), channels // s**2))


class SpaceToDepth(Blocks):
    """y[b, h, w, (i·s + j)·C + c] = x[b, h·s + i, w·s + j, c] with s = `size`. (B, s·H, s·W, C) → (B, H, W, s²·C)"""

    tf_kernel = "nn.space_to_depth"

    def sizes(self, x: TensorType, height: Dimension, width: Dimension, channels: Dimension) -> tuple[Dimension, ...]:
        if any(d is not None and d % self.size for d in (height, width)):
            raise fail(self, f"multiples of {self.size} rows and columns", x=x)
        shrunk = (None if d is None else d // self.size for d in (height, width))
        return (*shrunk, None if channels is None else channels * self.size**2)

    def rearranged(self, x: Any) -> Any:
        batch, height, width, channels = shape(x)
        s = self.size
        rows, columns = (d // s for d in (height, width))
        pixels = transpose(reshape(x, (batch, rows, s, columns, s, channels)), (0, 1, 3, 2, 4, 5))
        return reshape(pixels, (batch, rows, columns, s**2 * channels))


def _blocks(op: type[Blocks], x: Any, size: int, data_format: str) -> Any:
    if data_format == CHANNELS_LAST:
        return op(size=size)(x)
    return transpose(op(size=size)(transpose(x, to_channels_last(4))), to_channels_first(4))


def depth_to_space(x: Any, block_size: int, data_format: str = CHANNELS_LAST) -> Any:
    """Each pixel's channels become a block of `block_size` · `block_size` pixels."""
    return _blocks(DepthToSpace, x, block_size, data_format)


def space_to_depth(x: Any, block_size: int, data_format: str = CHANNELS_LAST) -> Any:
    """Each block of `block_size` · `block_size` pixels becomes one pixel's channels."""
    return _blocks(SpaceToDepth, x, block_size, data_format)


__all__ = [
    "Blocks",
    "DepthToSpace",
    "SpaceToDepth",
    "depth_to_space",
    "space_to_depth",
]
