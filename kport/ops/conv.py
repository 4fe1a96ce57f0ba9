"""Convolutions in one to three dimensions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ..ir import TensorType
from .backend import tf
from .casting import promote
from .op import fail
from .shapes import as_tuple, channel_axis, spatial_axes
from .spatial import TF_FORMATS, Padding, Spatial, blocks, channels_last, in_channels_last, original_format, patches


class Conv(Spatial):
    """y[b, o, c] = Σ_{k, i} x[b, o·stride + k·dilation, i] · kernel[k, i, c] + bias[c] over `groups` groups of channels.

    x: (batch, *spatial, C_in) (or channels-first by `data_format`), kernel: (*window, C_in / groups, C_out) always,
    bias: (C_out,) or None → (batch, *spatial', C_out). As in Keras this is cross-correlation. Output channels of a
    group lie together: with C_in groups (depthwise), channel c gives the outputs c·m to c·m + m - 1, m = C_out / C_in.
    """

    groups: int = 1

    def infer(self, x: TensorType, kernel: TensorType, bias: TensorType | None = None) -> TensorType:
        if kernel.rank != x.rank or len(self.strides) != x.rank - 2:
            raise fail(self, f"kernel and x of rank {len(self.strides) + 2}", x=x, kernel=kernel)
        axis = channel_axis(x.rank, self.data_format)
        channels = x.shape[axis]
        if channels is not None and channels != kernel.shape[-2] * self.groups:  # type: ignore[operator]
            raise fail(self, f"{kernel.shape[-2]} · {self.groups} channels in axis {axis}", x=x, kernel=kernel)
        if kernel.shape[-1] is not None and kernel.shape[-1] % self.groups:
            raise fail(self, f"a number of output channels that {self.groups} groups share evenly", x=x, kernel=kernel)
        shape = list(x.shape)
        for a, size in zip(spatial_axes(x.rank, self.data_format), self.output_sizes(x, kernel.shape[:-2]), strict=True):  # type: ignore[arg-type]
            shape[a] = size
        shape[axis] = kernel.shape[-1]
        return x.with_shape(tuple(shape))

    def numpy(self, x: np.ndarray, kernel: np.ndarray, bias: np.ndarray | None = None) -> np.ndarray:
        if x.dtype.name == "bfloat16":  # NumPy has no sums of products of it
            wide = (None if a is None else a.astype(np.float32) for a in (x, kernel, bias))
            return self.numpy(*wide).astype(x.dtype)  # type: ignore[arg-type]
        window = kernel.shape[:-2]
        view = patches(self.pad(channels_last(self, x), window), window, self.strides, self.dilations)
        depthwise = self.groups > 1 and kernel.shape[-2] == 1
        y = self._depthwise(view, kernel) if depthwise else self._products(view, kernel)
        return original_format(self, y if bias is None else np.add(y, bias, out=y))

    def _products(self, view: np.ndarray, kernel: np.ndarray) -> np.ndarray:
        """The patches as rows of a matrix, a block at a time, times the kernel as a matrix, for each group."""
        rank, groups = len(self.strides), self.groups
        inputs, outputs = kernel.shape[-2], kernel.shape[-1] // groups
        weights = kernel.reshape(-1, groups, outputs).transpose(1, 0, 2)
        y = np.empty((*view.shape[: rank + 1], kernel.shape[-1]), view.dtype)
        for block in blocks(view):
            part = view[block]
            if groups == 1:
                np.matmul(part.reshape(-1, len(weights[0])), weights[0], out=y[block].reshape(-1, outputs))
                continue
            grouped = part.reshape(-1, len(weights[0]) // inputs, groups, inputs).transpose(2, 0, 1, 3)
            product = np.matmul(grouped.reshape(groups, -1, len(weights[0])), weights)
            y[block] = product.transpose(1, 0, 2).reshape(*part.shape[: rank + 1], kernel.shape[-1])
        return y

    def _depthwise(self, view: np.ndarray, kernel: np.ndarray) -> np.ndarray:
        """One input channel a group: the patches times the kernel, summed over the window without a temporary."""
        rank, channels = len(self.strides), self.groups
        positions, window, c = [*range(rank + 1)], [*range(rank + 1, 2 * rank + 1)], 2 * rank + 1
        weights = kernel.reshape(*kernel.shape[:-2], channels, -1)
        y = np.empty((*view.shape[: rank + 1], *weights.shape[-2:]), view.dtype)
        for m in range(weights.shape[-1]):
            np.einsum(view, [*positions, *window, c], weights[..., m], [*window, c], [*positions, c], out=y[..., m])
        return y.reshape(*view.shape[: rank + 1], kernel.shape[-1])

    def tensorflow(self, x: Any, kernel: Any, bias: Any = None) -> Any:
        def convolve(x: Any) -> Any:
            depthwise = self.groups > 1 and kernel.shape[-2] == 1
            y = self._tensorflow_depthwise(x, kernel) if depthwise else self._tensorflow_groups(x, kernel)
            return y if bias is None else tf.nn.bias_add(y, bias)

        return in_channels_last(self, convolve, x)

    def _tensorflow_groups(self, x: Any, kernel: Any) -> Any:
        if max(self.strides) > 1 and max(self.dilations) > 1:
            return self._subsampled(x, kernel)
        padding: Any = self.padding.upper() if isinstance(self.padding, str) else "VALID"
        if not isinstance(self.padding, str):
            x = self.pad_tensorflow(x, tuple(kernel.shape[:-2]))

        def convolve(x: Any, kernel: Any) -> Any:
            data_format = TF_FORMATS[len(self.strides)]
            return tf.nn.convolution(x, kernel, self.strides, padding, data_format, self.dilations)

        if self.groups == 1:
            return convolve(x, kernel)
        # group by group: on the CPU TensorFlow computes groups only with oneDNN, and in three dimensions not at all
        return tf.concat(list(map(convolve, tf.split(x, self.groups, -1), tf.split(kernel, self.groups, -1))), -1)

    def _tensorflow_depthwise(self, x: Any, kernel: Any) -> Any:
        rank = len(self.strides)
        if rank == 3:
            return self._tensorflow_groups(x, kernel)
        if len(set(self.strides)) > 1 or (max(self.strides) > 1 and max(self.dilations) > 1):
            return self._subsampled(x, kernel)
        window = tuple(kernel.shape[:-2])
        padding: Any = self.padding.upper() if isinstance(self.padding, str) else "VALID"
        if not isinstance(self.padding, str):
            x = self.pad_tensorflow(x, window)
        weights = tf.reshape(kernel, (*window, self.groups, kernel.shape[-1] // self.groups))
        if rank == 2:
            return tf.nn.depthwise_conv2d(x, weights, (1, *self.strides, 1), padding, dilations=self.dilations)
        strides = (1, *self.strides * 2, 1)  # over a height of 1 any stride gives a height of 1
        y = tf.nn.depthwise_conv2d(x[:, None], weights[None], strides, padding, dilations=(1, *self.dilations))
        return y[:, 0]

    def _subsampled(self, x: Any, kernel: Any) -> Any:
        """For strides that TensorFlow's kernel doesn't have: every position, of which the strides then keep some."""
        every = replace(self, strides=(1,) * len(self.strides), padding="valid")
        y = every.tensorflow(self.pad_tensorflow(x, tuple(kernel.shape[:-2])), kernel)
        return y[(slice(None), *(slice(None, None, s) for s in self.strides))]


def conv(
    x: Any,
    kernel: Any,
    bias: Any = None,
    *,
    strides: Any = 1,
    padding: Padding = "valid",
    dilations: Any = 1,
    groups: int = 1,
) -> Any:
    """Convolution of channels-last `x` with `kernel` (*window, C_in / groups, C_out)."""
    rank = len(x.shape) - 2
    op = Conv(
        strides=as_tuple(strides, rank, "strides"),
        padding=padding,
        dilations=as_tuple(dilations, rank, "dilations"),
        groups=groups,
    )
    if bias is None:
        x, kernel = promote(x, kernel)
        return op(x, kernel, None)
    return op(*promote(x, kernel, bias))


__all__ = ["Conv", "conv"]
