"""Convolution with a kernel of its own at every position. Keras 3 has no such layers; Keras 1 and 2 do."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from ... import ops
from ...errors import LayerError
from ...ops.shapes import CHANNELS_FIRST, spatial_axes
from ...registry import layers
from ..data_format import in_channels_last
from .base import BaseConvolution


class BaseLocallyConnected(BaseConvolution):
    """y[b, o, f] = Σ_{k, c} x[b, o·stride + k, c] · kernel[o, k, c, f] + bias[o, f], activated.

    The kernel is stored by `implementation`, with N_in = spatial sizes of x, N_out = those of y:
    1: (product of N_out, window · C, filters), the window's elements in the order that x has them, "valid" only;
    2: (*N_in, C, *N_out, filters), channels first as (C, *N_in, filters, *N_out): the whole matrix from x to y,
       of which only what lies under the window counts;
    3: the elements of that matrix that count, as a list, row after row of the transposed matrix.
    Weights: kernel, bias (*N_out, filters). Source: tf_keras/src/layers/locally_connected.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        kernel_initializer: Any = "glorot_uniform",
        kernel_regularizer: Any = None,
        kernel_constraint: Any = None,
        implementation: int = 1,
        **kwargs: Any,
    ):
        super().__init__(kernel_size, strides, padding, data_format, **kwargs)
        self.filters = self.positive("filters", int(filters))
        self.set_part("kernel", kernel_initializer, kernel_regularizer, kernel_constraint)
        if implementation not in (1, 2, 3):
            raise LayerError(f"expected implementation 1, 2 or 3. Received: implementation={implementation}", self.name)
        if implementation == 1 and self.padding != "valid":
            raise LayerError(f"expected padding 'valid' with implementation=1. Received: padding={padding!r}", self.name)
        self.implementation = implementation

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["dilation_rate"]  # these layers have none
        return config

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        channels = self.input_channels(input_shape)
        sizes = [input_shape[a] for a in spatial_axes(len(input_shape), self.data_format)]
        under = [self.under_window(axis, size) for axis, size in enumerate(sizes)]
        self.output_sizes = tuple(mask.shape[1] for mask in under)
        if self.implementation == 1:
            window = int(np.prod(self.kernel_size))
            shape: tuple[int, ...] = (int(np.prod(self.output_sizes)), window * channels, self.filters)
        else:
            self.connected = self.connections(under, channels)
            shape = self.connected.shape if self.implementation == 2 else (int(self.connected.sum()),)
        self.kernel = self.add_part("kernel", shape)
        self.bias = self.add_part("bias", (*self.output_sizes, self.filters)) if self.use_bias else None

    def under_window(self, axis: int, size: int | None) -> np.ndarray:
        """(N_in, N_out): whether input i lies under the window of output o, along one axis."""
        window, stride = self.kernel_size[axis], self.strides[axis]
        if size is None or (self.padding == "valid" and size < window):
            raise LayerError(f"expected known spatial sizes of at least {self.kernel_size}. Received: size={size}", self.name)
        # the window of "same" has its middle at o · stride, whatever the stride
        shift, count = (0, (size - window) // stride + 1) if self.padding == "valid" else (window // 2, -(-size // stride))
        start = np.arange(count) * stride - shift
        i = np.arange(size)[:, None]
        return (i >= start) & (i < start + window)

    def connections(self, under: list[np.ndarray], channels: int) -> np.ndarray:
        """(*N_in, C, *N_out, filters), in the layer's data format: whether x's element counts for y's."""
        rank = self.rank
        terms: list[Any] = [term for axis, mask in enumerate(under) for term in (mask, [axis, rank + axis])]
        spatial = np.einsum(*terms, [*range(2 * rank)])
        first = self.data_format == CHANNELS_FIRST
        c, f = (0, rank + 1) if first else (rank, 2 * rank + 1)
        shape = [*spatial.shape]
        shape.insert(c, channels)
        shape.insert(f, self.filters)
        return np.broadcast_to(np.expand_dims(spatial, (c, f)), shape)

    def call(self, inputs: Any) -> Any:
        y = in_channels_last(self.convolve, inputs, self.data_format) if self.implementation == 1 else self.multiply(inputs)
        if self.bias is not None:
            *sizes, filters = self.bias.shape
            # a reshape, not a transposition, as in Keras
            first = self.data_format == CHANNELS_FIRST
            y = ops.add(y, ops.reshape(self.bias, (filters, *sizes)) if first else self.bias)
        return self.activation(y)

    def multiply(self, x: Any) -> Any:
        """Implementations 2 and 3: `x` as vectors, times the whole matrix."""
        batch = ops.shape(x)[0]
        matrix = self.matrix()
        y = ops.matmul(ops.reshape(x, (batch, matrix.shape[0])), matrix)
        return ops.reshape(y, (batch, *self.connected.shape[self.rank + 1 :]))

    def matrix(self) -> Any:
        """(product of N_in · C, product of N_out · filters): what x is multiplied with."""
        columns = int(np.prod(self.connected.shape[self.rank + 1 :]))
        connected = self.connected.reshape(-1, columns)
        if self.implementation == 2:
            return ops.multiply(ops.reshape(self.kernel, connected.shape), connected.astype(self.kernel.dtype))
        # every element of the matrix picks its number from the list, to whose end a zero is added
        count = self.kernel.shape[0]
        positions = np.full(connected.shape, count, "int32")
        positions.T[connected.T] = np.arange(count)
        return ops.take(ops.pad(self.kernel, [(0, 1)]), positions, axis=0)

    def convolve(self, x: Any) -> Any:
        """Implementation 1: the elements under each window, times the kernel of its position."""
        parts = []
        for position in itertools.product(*map(range, self.kernel_size)):
            spans = zip(position, self.output_sizes, self.strides, strict=True)
            parts.append(x[(slice(None), *(slice(p, p + (n - 1) * s + 1, s) for p, n, s in spans))])
        kernel: Any = self.kernel
        count, features, filters = kernel.shape
        if self.data_format == CHANNELS_FIRST:  # its rows go channel by channel
            split = ops.reshape(kernel, (count, features // len(parts), len(parts), filters))
            kernel = ops.reshape(ops.transpose(split, (0, 2, 1, 3)), kernel.shape)
        batch = ops.shape(x)[0]
        patches = ops.reshape(ops.concatenate(parts, axis=-1), (batch, count, features))
        y = ops.transpose(ops.matmul(ops.transpose(patches, (1, 0, 2)), kernel), (1, 0, 2))
        return ops.reshape(y, (batch, *self.output_sizes, filters))


@layers()
class LocallyConnected1D(BaseLocallyConnected):
    """Unshared convolution over steps. x: (batch, steps, C) → (batch, steps', filters)"""

    rank = 1


@layers()
class LocallyConnected2D(BaseLocallyConnected):
    """Unshared convolution over images. x: (batch, rows, columns, C) → (batch, rows', columns', filters)"""

    rank = 2
