"""Long short-term memory."""

from __future__ import annotations

from typing import Any

from ... import ops
from ...ops.recurrent import Lstm, Recurrent, lstm_gates
from ...registry import layers
from .arguments import GatedArguments
from .cell import GatedCell, cell_of, function_name, unit_forget
from .rnn import RecurrentLayer


class LSTMArguments(GatedArguments):
    """And `unit_forget_bias`: the bias of the forget gate starts at 1."""

    def __init__(self, *args: Any, unit_forget_bias: bool = True, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.unit_forget_bias = unit_forget_bias


@layers()
class LSTMCell(GatedCell, LSTMArguments):
    """One step of `ops.Lstm`, which has the formula; the states are h and c.

    Weights: kernel (F, 4 · units), recurrent_kernel (units, 4 · units), bias (4 · units,).
    Source: Hochreiter and Schmidhuber 1997, https://www.bioinf.jku.at/publications/older/2604.pdf
    """

    @property
    def state_size(self) -> list[int]:
        return [self.units, self.units]

    def initial_bias(self) -> Any:
        return unit_forget(self.bias_initializer) if self.unit_forget_bias else self.bias_initializer

    def operation(self, **attributes: Any) -> Recurrent:
        return Lstm(
            activation=function_name(self.activation),
            recurrent_activation=function_name(self.recurrent_activation),
            **attributes,
        )

    def gated_step(self, x: list[Any], h: list[Any], states: list[Any]) -> tuple[Any, list[Any]]:
        weights = ops.split(self.recurrent_kernel, 4, axis=1)
        gates = [part + ops.matmul(own, weight) for part, own, weight in zip(x, h, weights, strict=True)]
        h, c = lstm_gates(ops.concatenate(gates, axis=-1), states[1], *self.functions)
        return h, [h, c]


@layers("CuDNNLSTM")
class LSTM(LSTMArguments, RecurrentLayer):
    """LSTMCell over time. CuDNNLSTM of Keras 2 is the same function."""

    def __init__(self, *args: Any, use_cudnn: Any = "auto", **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.use_cudnn = use_cudnn
        self.cell = cell_of(self, LSTMCell, name="lstm_cell")
