"""The fully connected recurrent layer."""

from __future__ import annotations

from typing import Any

from ...ops.recurrent import Recurrent, SimpleRnn
from ...registry import layers
from .arguments import UnitsArguments
from .cell import RecurrentCell, cell_of, function_name
from .rnn import RecurrentLayer


@layers()
class SimpleRNNCell(RecurrentCell):
    """h' = activation(x @ kernel + bias + h @ recurrent_kernel).

    Weights: kernel (F, units), recurrent_kernel (units, units), bias (units,).
    """

    seed_first = True

    def operation(self, **attributes: Any) -> Recurrent:
        return SimpleRnn(activation=function_name(self.activation), **attributes)

    def step_with_dropout(self, inputs: Any, states: list[Any]) -> tuple[Any, list[Any]]:
        self.get_dropout_mask(inputs)  # drawn first, as in Keras
        factors = self.get_recurrent_dropout_mask(states[0])
        return super().step_with_dropout(inputs, states if factors is None else [states[0] * factors[0]])


@layers()
class SimpleRNN(UnitsArguments, RecurrentLayer):
    """SimpleRNNCell over time."""

    seed_first = True

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.cell = cell_of(self, SimpleRNNCell, name="simple_rnn_cell")
