"""Transposed convolutions in one to three dimensions."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..errors import ShapeError
from ..ir import TensorType
from .backend import tf
from .casting import promote
from .conv import conv
from .extend import pad
from .op import Op, fail
from .rearrange import flip
from .shape import reshape, shape, transpose
from .shapes import (
    CHANNELS_FIRST,
    CHANNELS_LAST,
    as_tuple,
    channel_axis,
    same_padding,
    spatial_axes,
    to_channels_first,
    to_channels_last,
)
from .spatial import channels_last, in_channels_last, original_format


class ConvTranspose(Op):
    """y[b, i·stride + k·dilation - before, c] = Σ x[b, i, j] · kernel[k, c, j], plus bias[c]: the gradient of Conv.

    x: (batch, *spatial, C_in) (or channels-first by `data_format`), kernel: (*window, C_out, C_in) always,
    bias: (C_out,) or None → (batch, *spatial', C_out) with
    spatial' = (spatial - 1) · stride + (window - 1) · dilation + 1 + output_padding - before - after.
    The full result is followed by `output_padding` zeros, then loses `padding`: `before` elements at its start and
    `after` at its end; the bias is added last. The attributes mean what they mean to ONNX's ConvTranspose.
    """

    strides: tuple[int, ...]
    padding: tuple[tuple[int, int], ...]
    output_padding: tuple[int, ...]
    dilations: tuple[int, ...]
    data_format: str = CHANNELS_LAST
    data_inputs = 1

    def permuted(self, permutation: tuple[int, ...]) -> tuple[Op, tuple[int, ...] | None] | None:
        if self.data_format == CHANNELS_LAST and permutation == to_channels_first(len(permutation)):
            return replace(self, data_format=CHANNELS_FIRST), permutation
        return None

    def infer(self, x: TensorType, kernel: TensorType, bias: TensorType | None = None) -> TensorType:
        if kernel.rank != x.rank or len(self.strides) != x.rank - 2:
            raise fail(self, f"kernel and x of rank {len(self.strides) + 2}", x=x, kernel=kernel)
        axis = channel_axis(x.rank, self.data_format)
        if x.shape[axis] is not None and x.shape[axis] != kernel.shape[-1]:
            raise fail(self, f"{kernel.shape[-1]} channels in axis {axis}", x=x, kernel=kernel)
        shape = list(x.shape)
        spatial = spatial_axes(x.rank, self.data_format)
        sizes = [1 if shape[a] is None else shape[a] for a in spatial]
        kept = self.kept(self.full_sizes(sizes, kernel.shape[:-2]))  # type: ignore[arg-type]
        for a, part in zip(spatial, kept, strict=True):
            shape[a] = None if shape[a] is None else part.stop - part.start
        shape[axis] = kernel.shape[-2]
        return x.with_shape(tuple(shape))

    def span(self, window: tuple[int, ...]) -> tuple[int, ...]:
        """How many elements of the output one element of x reaches, along each axis."""
        return tuple((k - 1) * d + 1 for k, d in zip(window, self.dilations, strict=True))

    def full_sizes(self, sizes: Sequence[Any], window: tuple[int, ...]) -> list[Any]:
        """The spatial sizes of the full result and its zeros, before `padding` is cut off."""
        parts = zip(sizes, self.strides, self.span(window), self.output_padding, strict=True)
        return [(n - 1) * stride + span + extra for n, stride, span, extra in parts]

    def is_same(self, window: tuple[int, ...]) -> bool:
        """Whether the output has stride elements for each of x, cut as TensorFlow's "same" does."""
        parts = zip(self.span(window), self.strides, self.padding, self.output_padding, strict=True)
        return all(
            same_padding(stride, span, stride, 1) == cut and extra == max(stride - span, 0) for span, stride, cut, extra in parts
        )

    def kept(self, full: Sequence[Any]) -> list[slice]:
        return [slice(before, n - after) for n, (before, after) in zip(full, self.padding, strict=True)]

    def numpy(self, x: np.ndarray, kernel: np.ndarray, bias: np.ndarray | None = None) -> np.ndarray:
        x = channels_last(self, x)
        window, outputs = kernel.shape[:-2], kernel.shape[-2]
        sizes = x.shape[1:-1]
        products = np.matmul(x.reshape(-1, x.shape[-1]), kernel.reshape(-1, x.shape[-1]).T)
        products = products.reshape(x.shape[0], *sizes, *window, outputs)
        full = self.full_sizes(sizes, window)
        y = np.zeros((x.shape[0], *full, outputs), x.dtype)
        for position in itertools.product(*map(range, window)):
            reached = [
                slice(p * d, p * d + (n - 1) * s + 1, s)
                for p, d, n, s in zip(position, self.dilations, sizes, self.strides, strict=True)
            ]
            y[(slice(None), *reached)] += products[(slice(None),) * (len(sizes) + 1) + position]
        y = y[(slice(None), *self.kept(full))]
        return original_format(self, y if bias is None else y + bias)

    def tensorflow(self, x: Any, kernel: Any, bias: Any = None) -> Any:
        def convolve(x: Any) -> Any:
            window, channels = tuple(kernel.shape[:-2]), kernel.shape[-2]
            weights = kernel
            if max(self.dilations) > 1:
                # TensorFlow's CPU kernels have no dilations here: zeros go between the kernel's elements instead
                weights = spread(kernel, dict(enumerate(self.dilations)))[tuple(slice(0, n) for n in self.span(window))]
            sizes = [tf.shape(x)[i + 1] if n is None else n for i, n in enumerate(x.shape.as_list()[1:-1])]
            full = self.full_sizes(sizes, window)
            kept = [n - before - after for n, (before, after) in zip(full, self.padding, strict=True)]
            if self.is_same(window):
                y = tf.nn.conv_transpose(x, weights, (tf.shape(x)[0], *kept, channels), self.strides, "SAME")
            else:
                reached = [n - extra for n, extra in zip(full, self.output_padding, strict=True)]
                y = tf.nn.conv_transpose(x, weights, (tf.shape(x)[0], *reached, channels), self.strides, "VALID")
                if max(self.output_padding) > 0:
                    y = tf.pad(y, ((0, 0), *((0, extra) for extra in self.output_padding), (0, 0)))
                if max(map(max, self.padding)) > 0:
                    y = y[(slice(None), *self.kept(full), slice(None))]
            # the batch's size got lost, and with unknown sizes the rank
            y.set_shape((x.shape[0], *(n if isinstance(n, int) else None for n in kept), channels))
            return y if bias is None else tf.nn.bias_add(y, bias)

        return in_channels_last(self, convolve, x)

    def decompose(self, x: Any, kernel: Any, bias: Any = None) -> Any:
        """Conv of x, with zeros between its elements, and the reversed kernel."""
        rank = len(self.strides)
        if self.data_format == CHANNELS_FIRST:
            y = replace(self, data_format=CHANNELS_LAST).decompose(transpose(x, to_channels_last(rank + 2)), kernel, bias)
            return transpose(y, to_channels_first(rank + 2))
        x = spread(x, dict(enumerate(self.strides, start=1)))
        pads = []
        for i, span in enumerate(self.span(tuple(kernel.shape[:-2]))):
            before, after = self.padding[i]
            # the last element of x got strides - 1 zeros after it already
            pads.append((span - 1 - before, span - self.strides[i] - after + self.output_padding[i]))
        if any(pad < 0 for pair in pads for pad in pair):
            cut = [slice(max(0, -before), min(0, after) or None) for before, after in pads]
            x = x[(slice(None), *cut)]
            pads = [(max(0, before), max(0, after)) for before, after in pads]
        reversed_kernel = flip(transpose(kernel, (*range(rank), rank + 1, rank)), tuple(range(rank)))
        return conv(x, reversed_kernel, bias, padding=tuple(pads), dilations=self.dilations)


def spread(x: Any, factors: dict[int, int]) -> Any:
    """`x` with factor - 1 zeros after every element, for each axis and its factor."""
    for axis, factor in factors.items():
        if factor == 1:
            continue
        sizes = shape(x)
        x = reshape(x, (*sizes[: axis + 1], 1, *sizes[axis + 1 :]))
        x = pad(x, [(0, factor - 1 if i == axis + 1 else 0) for i in range(len(sizes) + 1)])
        x = reshape(x, (*sizes[:axis], sizes[axis] * factor, *sizes[axis + 1 :]))
    return x


def conv_transpose(
    x: Any,
    kernel: Any,
    bias: Any = None,
    *,
    strides: Any = 1,
    padding: str = "valid",
    output_padding: Any = None,
    dilations: Any = 1,
) -> Any:
    """Transposed convolution of channels-last `x` with `kernel` (*window, C_out, C_in), sized by Keras's rules."""
    rank = len(x.shape) - 2
    steps = as_tuple(strides, rank, "strides")
    spacing = as_tuple(dilations, rank, "dilations")
    extras = (None,) * rank if output_padding is None else as_tuple(output_padding, rank, "output_padding")
    cuts, zeros = [], []
    for k, stride, dilation, extra in zip(kernel.shape[:-2], steps, spacing, extras, strict=True):
        before, after = _cut((k - 1) * dilation + 1, stride, padding, extra)
        cuts.append((before, max(0, after)))
        zeros.append(max(0, -after))
    op = ConvTranspose(strides=steps, padding=tuple(cuts), output_padding=tuple(zeros), dilations=spacing)
    if bias is None:
        x, kernel = promote(x, kernel)
        return op(x, kernel, None)
    return op(*promote(x, kernel, bias))


def _cut(span: int, stride: int, padding: str, extra: int | None) -> tuple[int, int]:
    """How much of the full result, (n - 1) · stride + span, Keras cuts off; less than nothing means zeros after it.

    The output has n · stride elements for "same", (n - 1) · stride + max(span, stride) for "valid"; with
    output_padding `extra`, (n - 1) · stride + span % 2 + extra and (n - 1) · stride + span + extra.
    """
    if padding == "valid":
        return 0, -max(stride - span, 0) if extra is None else -extra
    if padding != "same":
        raise ShapeError(f"expected padding 'valid' or 'same'. Received: padding={padding!r}")
    total = span - stride if extra is None else span - span % 2 - extra
    before = max(total, 0) // 2
    return before, total - before


__all__ = ["ConvTranspose", "conv_transpose"]
