"""Depthwise convolution: every channel by itself."""

from __future__ import annotations

from typing import Any

from ... import ops
from ...registry import layers
from .base import BaseConvolution
from .conv import explicit_padding


class BaseDepthwiseConv(BaseConvolution):
    """Each of C channels is convolved with `depth_multiplier` (m) kernels of its own, giving the outputs c·m to c·m + m - 1.

    Weights: kernel (*kernel_size, C, m), bias (C · m,).
    """

    def __init__(
        self,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        depth_multiplier: int = 1,
        data_format: str | None = None,
        dilation_rate: Any = 1,
        *,
        depthwise_initializer: Any = "glorot_uniform",
        depthwise_regularizer: Any = None,
        depthwise_constraint: Any = None,
        **kwargs: Any,
    ):
        super().__init__(kernel_size, strides, padding, data_format, dilation_rate, **kwargs)
        self.depth_multiplier = self.positive("depth_multiplier", int(depth_multiplier))
        self.set_part("depthwise", depthwise_initializer, depthwise_regularizer, depthwise_constraint)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        channels = self.input_channels(input_shape)
        self.kernel = self.add_part("depthwise", (*self.kernel_size, channels, self.depth_multiplier), name="kernel")
        self.add_bias(channels * self.depth_multiplier)

    def convolve(self, x: Any) -> Any:
        return depthwise_conv(self, x, self.kernel, self.bias)


def depthwise_conv(layer: BaseConvolution, x: Any, kernel: Any, bias: Any = None) -> Any:
    """Channels-last `x` convolved with `kernel` (*window, C, m), by the layer's strides, padding and dilation."""
    channels, multiplier = kernel.shape[-2:]
    return ops.conv(
        x,
        ops.reshape(kernel, (*layer.kernel_size, 1, channels * multiplier)),
        bias,
        strides=layer.strides,
        padding=explicit_padding(layer),
        dilations=layer.dilation_rate,
        groups=channels,
    )


@layers()
class DepthwiseConv1D(BaseDepthwiseConv):
    """Depthwise convolution over steps. x: (batch, steps, C) → (batch, steps', C · depth_multiplier)"""

    rank = 1


@layers()
class DepthwiseConv2D(BaseDepthwiseConv):
    """Depthwise convolution over images. x: (batch, rows, columns, C) → (batch, rows', columns', C · depth_multiplier)"""

    rank = 2
