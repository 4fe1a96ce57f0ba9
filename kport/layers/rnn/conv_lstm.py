"""LSTMs whose matrix products are convolutions."""

from __future__ import annotations

from typing import Any

from ... import activations, ops
from ...errors import LayerError
from ...ops.recurrent import lstm_gates, recurrence, swap_time
from ...ops.shapes import CHANNELS_FIRST, as_tuple, channel_axis
from ...registry import layers
from ..data_format import standardize
from .arguments import CellArguments
from .cell import WeightedCell, cell_of, unit_forget
from .rnn import RecurrentLayer


class ConvLSTMArguments(CellArguments):
    """Arguments: filters; kernel_size; strides, padding ("valid" or "same") and dilation_rate of the convolution of the
    inputs; data_format of one step; recurrent_activation of the gates; unit_forget_bias: the forget gate's bias starts at 1.
    """

    rank: int
    """How many spatial dimensions a step has."""
    seed_first = True

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        unit_forget_bias: bool = True,
        **kwargs: Any,
    ):
        super().__init__(activation=activation, **kwargs)
        self.filters = int(filters)
        self.kernel_size = as_tuple(kernel_size, self.rank, "kernel_size")
        self.strides = as_tuple(strides, self.rank, "strides")
        self.padding = padding.lower()
        self.data_format = standardize(data_format)
        self.dilation_rate = as_tuple(dilation_rate, self.rank, "dilation_rate")
        self.recurrent_activation = activations.get(recurrent_activation)
        self.unit_forget_bias = unit_forget_bias
        if self.padding not in ("valid", "same"):
            raise LayerError(f"expected 'valid' or 'same'. Received: padding={padding!r}", self.name)


class ConvLSTMCell(ConvLSTMArguments, WeightedCell):
    """The weights of a convolutional LSTM, and its loop over time.

    i, f, g, o = conv(x, kernel) + bias + conv(h, recurrent_kernel), from there as `ops.Lstm`; the second convolution
    has stride 1 and padding "same". The states h and c: (batch, *spatial', filters).
    Weights: kernel (*kernel_size, C, 4 · filters), recurrent_kernel (*kernel_size, filters, 4 · filters),
    bias (4 · filters,). Source: Shi et al. 2015, https://arxiv.org/abs/1506.04214
    """

    kernel: Any
    recurrent_kernel: Any

    def __init__(self, rank: int, *args: Any, **kwargs: Any):
        self.rank = rank
        super().__init__(*args, **kwargs)

    @property
    def mask_count(self) -> int:
        return 4

    @property
    def state_size(self) -> list[int]:
        return [self.filters, self.filters]

    def initial_bias(self) -> Any:
        return unit_forget(self.bias_initializer) if self.unit_forget_bias else self.bias_initializer

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        channels, width = input_shape[channel_axis(self.rank + 2, self.data_format)], 4 * self.filters
        self.add_weights((*self.kernel_size, channels, width), (*self.kernel_size, self.filters, width), (width,))

    def runs(self, training: bool) -> bool:
        """Always: there is no other way."""
        return True

    def run(self, x: Any, states: list[Any] | None, mask: Any, return_sequences: bool, training: bool = False, **how: Any) -> Any:
        """The outputs, or the one of the step that is run last, and the final states; `how` as for `recurrence`."""
        factors = self.get_dropout_mask(x[:, 0]) if training else None
        self.reset_dropout_mask()
        convolution = {"strides": self.strides, "padding": self.padding, "dilations": self.dilation_rate}
        if factors is None:
            projected = self._of_all_steps(x, self.kernel, self.bias, convolution)
        else:
            kernels = ops.split(self.kernel, 4, axis=-1)
            biases = [None] * 4 if self.bias is None else ops.split(self.bias, 4)
            parts = [
                self._of_all_steps(x * ops.expand_dims(m, 1), kernel, bias, convolution)
                for m, kernel, bias in zip(factors, kernels, biases, strict=True)
            ]
            projected = ops.concatenate(parts, axis=-1)
        _, batch, *spatial, _ = ops.shape(projected)
        zeros = ops.zeros((batch, *spatial, self.filters), self.compute_dtype)
        initial = [zeros, zeros] if states is None else [self._channels_last(s) for s in states]
        # drawn like a state of the layer's own format: the same numbers as Keras's
        factors = self.get_recurrent_dropout_mask(self._own_format(initial[0])) if training else None
        self.reset_recurrent_dropout_mask()
        factors = None if factors is None else [self._channels_last(m) for m in factors]

        def step(states: list[Any], x: Any, invariants: list[Any]) -> tuple[Any, list[Any]]:
            weight, *own = invariants
            if own:
                weights = ops.split(weight, 4, axis=-1)
                parts = [ops.conv(states[0] * m, w, padding="same") for m, w in zip(own, weights, strict=True)]
                gates = x + ops.concatenate(parts, axis=-1)
            else:
                gates = x + ops.conv(states[0], weight, padding="same")
            h, c = lstm_gates(gates, states[1], self.activation, self.recurrent_activation)
            return h, [h, c]

        output, finals = recurrence(
            step,
            initial,
            projected,
            [self.recurrent_kernel, *(factors or [])],
            mask=None if mask is None else swap_time(mask),
            return_sequences=return_sequences,
            name=self.name,
            **how,
        )
        output = swap_time(output) if return_sequences else output
        return self._own_format(output), [self._own_format(s) for s in finals]

    def _of_all_steps(self, x: Any, kernel: Any, bias: Any, convolution: dict[str, Any]) -> Any:
        """The convolution of the inputs (batch, T, ...) at all times: (T, batch, *spatial', channels)."""
        steps = swap_time(self._channels_last(x))
        time, batch, *rest = ops.shape(steps)
        y = ops.conv(ops.reshape(steps, (-1, *rest)), kernel, bias, **convolution)
        return ops.reshape(y, (time, batch, *ops.shape(y)[1:]))

    def _channels_last(self, x: Any) -> Any:
        return self._moved(x, -self.rank - 1, -1)

    def _own_format(self, x: Any) -> Any:
        return self._moved(x, -1, -self.rank - 1)

    def _moved(self, x: Any, source: int, destination: int) -> Any:
        return ops.moveaxis(x, source, destination) if self.data_format == CHANNELS_FIRST else x


class ConvLSTM(ConvLSTMArguments, RecurrentLayer):
    """ConvLSTMCell over time: (batch, T, *spatial, C) → (batch, T, *spatial', filters), without T unless
    `return_sequences`; with `data_format` "channels_first" the channels come before the spatial axes."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.cell = cell_of(self, ConvLSTMCell, name="conv_lstm_cell", rank=self.rank)


@layers()
class ConvLSTM1D(ConvLSTM):
    """ConvLSTM of sequences of sequences."""

    rank = 1


@layers()
class ConvLSTM2D(ConvLSTM):
    """ConvLSTM of sequences of images."""

    rank = 2


@layers()
class ConvLSTM3D(ConvLSTM):
    """ConvLSTM of sequences of volumes."""

    rank = 3
