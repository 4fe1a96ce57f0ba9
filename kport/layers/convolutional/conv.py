"""Convolution in one, two and three dimensions."""

from __future__ import annotations

from typing import Any

from ... import ops
from ...errors import LayerError
from ...ops.shapes import CHANNELS_FIRST
from ...ops.spatial import Padding
from ...registry import layers
from .base import BaseConvolution


class BaseConv(BaseConvolution):
    """y = activation(conv(x, kernel) + bias). Weights: kernel (*kernel_size, C / groups, filters), bias (filters,).

    The numbers of a low-rank adaptation (lora_rank, lora_alpha) are kept for files only: Keras stores the kernel with
    the adaptation added.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
        groups: int = 1,
        *,
        kernel_initializer: Any = "glorot_uniform",
        kernel_regularizer: Any = None,
        kernel_constraint: Any = None,
        lora_rank: int | None = None,
        lora_alpha: float | None = None,
        **kwargs: Any,
    ):
        super().__init__(kernel_size, strides, padding, data_format, dilation_rate, **kwargs)
        self.filters = self.positive("filters", int(filters))
        self.groups = self.positive("groups", int(groups))
        if self.filters % self.groups:
            raise LayerError(f"expected filters to be a multiple of groups={groups}. Received: filters={filters}", self.name)
        self.set_part("kernel", kernel_initializer, kernel_regularizer, kernel_constraint)
        self.lora_rank = lora_rank
        self.lora_alpha = lora_alpha

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        channels = self.input_channels(input_shape[self.sample_axes(input_shape) - 1 :])
        if channels % self.groups:
            raise LayerError(f"expected channels in a multiple of groups={self.groups}. Received: {channels} channels", self.name)
        self.kernel = self.add_part("kernel", (*self.kernel_size, channels // self.groups, self.filters))
        self.add_bias(self.filters)

    def sample_axes(self, shape: Any) -> int:
        """How many axes count samples: as in Keras 2, all that come before the spatial ones of channels-last data."""
        return 1 if self.data_format == CHANNELS_FIRST else max(1, len(shape) - self.rank - 1)

    def call(self, inputs: Any) -> Any:
        axes = self.sample_axes(inputs.shape)
        if axes == 1:
            return super().call(inputs)
        sizes = ops.shape(inputs)
        y = super().call(ops.reshape(inputs, (-1, *sizes[axes:])))
        return ops.reshape(y, (*sizes[:axes], *ops.shape(y)[1:]))

    def convolve(self, x: Any) -> Any:
        return ops.conv(
            x,
            self.kernel,
            self.bias,
            strides=self.strides,
            padding=explicit_padding(self),
            dilations=self.dilation_rate,
            groups=self.groups,
        )


def explicit_padding(layer: BaseConvolution) -> Padding:
    """The layer's padding as `ops.conv` takes it: "causal" is all of it before the first step."""
    if layer.padding != "causal":
        return layer.padding
    return (((layer.kernel_size[0] - 1) * layer.dilation_rate[0], 0),)


@layers("Convolution1D")
class Conv1D(BaseConv):
    """Convolution over steps. x: (batch, steps, C) → (batch, steps', filters)"""

    rank = 1
    paddings = ("valid", "same", "causal")


@layers("Convolution2D")
class Conv2D(BaseConv):
    """Convolution over rows and columns. x: (batch, rows, columns, C) → (batch, rows', columns', filters)"""

    rank = 2


@layers("Convolution3D")
class Conv3D(BaseConv):
    """Convolution over volumes. x: (batch, *sizes, C) → (batch, *sizes', filters)"""

    rank = 3
