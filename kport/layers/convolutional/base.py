"""What all convolutional layers share."""

from __future__ import annotations

from typing import Any, ClassVar

from ... import activations, constraints, initializers, regularizers
from ...errors import LayerError
from ...ops.shapes import as_tuple, channel_axis
from ...ops.variable import Variable
from ..data_format import in_channels_last, standardize
from ..layer import Layer


class BaseConvolution(Layer):
    """Convolves, adds a bias, activates. x: (batch, *spatial, C) → (batch, *spatial', C'), channels first by `data_format`.

    A subclass says for how many spatial dimensions it is (`rank`), makes its kernels in `build` with `add_part`, then
    its bias, and convolves channels-last data in `convolve`. Arguments that concern a kernel bear its name:
    `<kernel>_initializer`, `<kernel>_regularizer`, `<kernel>_constraint`.
    """

    rank: ClassVar[int]
    paddings: ClassVar[tuple[str, ...]] = ("valid", "same")

    def __init__(
        self,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
        activation: Any = None,
        use_bias: bool = True,
        bias_initializer: Any = "zeros",
        bias_regularizer: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.kernel_size = self.positive("kernel_size", as_tuple(kernel_size, self.rank, "kernel_size"))
        self.strides = self.positive("strides", as_tuple(strides, self.rank, "strides"))
        self.padding = padding.lower()
        if self.padding not in self.paddings:
            raise LayerError(f"expected one of {', '.join(self.paddings)}. Received: padding={padding!r}", self.name)
        self.data_format = standardize(data_format)
        self.dilation_rate = self.positive("dilation_rate", as_tuple(dilation_rate, self.rank, "dilation_rate"))
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.bias_initializer = initializers.get(bias_initializer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.bias_constraint = constraints.get(bias_constraint)
        self.bias: Variable | None = None

    def positive(self, name: str, value: Any) -> Any:
        """`value`; a LayerError unless it is, or all of it are, at least 1."""
        if any(v < 1 for v in (value if isinstance(value, tuple) else (value,))):
            raise LayerError(f"expected {name} of at least 1. Received: {name}={value}", self.name)
        return value

    def set_part(self, part: str, initializer: Any, regularizer: Any, constraint: Any) -> None:
        """Keeps how the weight `part` is made."""
        setattr(self, f"{part}_initializer", initializers.get(initializer))
        setattr(self, f"{part}_regularizer", regularizers.get(regularizer))
        setattr(self, f"{part}_constraint", constraints.get(constraint))

    def add_part(self, part: str, shape: tuple[int | None, ...], name: str | None = None) -> Variable:
        """A new weight, made as the arguments `<part>_initializer` etc. say."""
        return self.add_weight(
            shape,
            getattr(self, f"{part}_initializer"),
            name=name or part,
            regularizer=getattr(self, f"{part}_regularizer"),
            constraint=getattr(self, f"{part}_constraint"),
        )

    def add_bias(self, channels: int) -> None:
        self.bias = self.add_part("bias", (channels,)) if self.use_bias else None

    def input_channels(self, input_shape: tuple[int | None, ...]) -> int:
        """How many channels the input has; a LayerError if that isn't known or the rank is wrong."""
        if len(input_shape) != self.rank + 2:
            raise LayerError(f"expected an input of rank {self.rank + 2}. Received: shape={input_shape}", self.name)
        channels = input_shape[channel_axis(len(input_shape), self.data_format)]
        if channels is None:
            raise LayerError(f"expected a known number of channels. Received: shape={input_shape}", self.name)
        return channels

    def convolve(self, x: Any) -> Any:
        """Channels-last `x` convolved, bias added."""
        raise NotImplementedError

    def call(self, inputs: Any) -> Any:
        # the activation sees the data as they came: softmax is over the last axis, whatever that is
        return self.activation(in_channels_last(self.convolve, inputs, self.data_format))
