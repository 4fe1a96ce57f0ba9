"""Separable convolution: depthwise, then a mix of the channels."""

from __future__ import annotations

from typing import Any

from ... import ops
from ...registry import layers
from .base import BaseConvolution
from .depthwise_conv import depthwise_conv


class BaseSeparableConv(BaseConvolution):
    """y = activation(conv(depthwise_conv(x, depthwise_kernel), pointwise_kernel) + bias).

    Weights: depthwise_kernel (*kernel_size, C, m), pointwise_kernel (1, ..., C · m, filters), bias (filters,),
    where m is `depth_multiplier`.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
        depth_multiplier: int = 1,
        *,
        depthwise_initializer: Any = "glorot_uniform",
        pointwise_initializer: Any = "glorot_uniform",
        depthwise_regularizer: Any = None,
        pointwise_regularizer: Any = None,
        depthwise_constraint: Any = None,
        pointwise_constraint: Any = None,
        **kwargs: Any,
    ):
        super().__init__(kernel_size, strides, padding, data_format, dilation_rate, **kwargs)
        self.filters = self.positive("filters", int(filters))
        self.depth_multiplier = self.positive("depth_multiplier", int(depth_multiplier))
        self.set_part("depthwise", depthwise_initializer, depthwise_regularizer, depthwise_constraint)
        self.set_part("pointwise", pointwise_initializer, pointwise_regularizer, pointwise_constraint)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        channels, m = self.input_channels(input_shape), self.depth_multiplier
        self.depthwise_kernel = self.add_part("depthwise", (*self.kernel_size, channels, m), name="depthwise_kernel")
        mix = (*(1,) * self.rank, channels * m, self.filters)
        self.pointwise_kernel = self.add_part("pointwise", mix, name="pointwise_kernel")
        self.add_bias(self.filters)

    def convolve(self, x: Any) -> Any:
        return ops.conv(depthwise_conv(self, x, self.depthwise_kernel), self.pointwise_kernel, self.bias)


@layers("SeparableConvolution1D")
class SeparableConv1D(BaseSeparableConv):
    """Separable convolution over steps. x: (batch, steps, C) → (batch, steps', filters)"""

    rank = 1
    paddings = ("valid", "same", "causal")


@layers("SeparableConvolution2D")
class SeparableConv2D(BaseSeparableConv):
    """Separable convolution over images. x: (batch, rows, columns, C) → (batch, rows', columns', filters)"""

    rank = 2
