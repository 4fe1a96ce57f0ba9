"""Transposed convolution (deconvolution) in one, two and three dimensions."""

from __future__ import annotations

from typing import Any

from ... import ops
from ...errors import LayerError
from ...ops.shapes import as_tuple
from ...registry import layers
from .base import BaseConvolution


class BaseConvTranspose(BaseConvolution):
    """y = activation(conv_transpose(x, kernel) + bias). Weights: kernel (*kernel_size, filters, C), bias (filters,).

    `output_padding` (less than the strides) chooses among the sizes that a convolution would bring back to x's.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        *,
        output_padding: Any = None,
        data_format: str | None = None,
        dilation_rate: Any = 1,
        kernel_initializer: Any = "glorot_uniform",
        kernel_regularizer: Any = None,
        kernel_constraint: Any = None,
        **kwargs: Any,
    ):
        super().__init__(kernel_size, strides, padding, data_format, dilation_rate, **kwargs)
        self.filters = self.positive("filters", int(filters))
        self.output_padding = None if output_padding is None else as_tuple(output_padding, self.rank, "output_padding")
        if self.output_padding and any(p >= s for p, s in zip(self.output_padding, self.strides, strict=True)):
            raise LayerError(
                f"expected output_padding less than strides={self.strides}. Received: output_padding={self.output_padding}",
                self.name,
            )
        self.set_part("kernel", kernel_initializer, kernel_regularizer, kernel_constraint)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.kernel = self.add_part("kernel", (*self.kernel_size, self.filters, self.input_channels(input_shape)))
        self.add_bias(self.filters)

    def convolve(self, x: Any) -> Any:
        return ops.conv_transpose(
            x,
            self.kernel,
            self.bias,
            strides=self.strides,
            padding=self.padding,
            output_padding=self.output_padding,
            dilations=self.dilation_rate,
        )


@layers("Convolution1DTranspose")
class Conv1DTranspose(BaseConvTranspose):
    """Transposed convolution over steps. x: (batch, steps, C) → (batch, steps', filters)"""

    rank = 1


@layers("Convolution2DTranspose")
class Conv2DTranspose(BaseConvTranspose):
    """Transposed convolution over images. x: (batch, rows, columns, C) → (batch, rows', columns', filters)"""

    rank = 2


@layers("Convolution3DTranspose")
class Conv3DTranspose(BaseConvTranspose):
    """Transposed convolution over volumes. x: (batch, *sizes, C) → (batch, *sizes', filters)"""

    rank = 3
