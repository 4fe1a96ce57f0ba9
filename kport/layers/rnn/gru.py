"""The gated recurrent unit."""

from __future__ import annotations

from typing import Any

from ...ops.recurrent import Gru, Recurrent
from ...registry import layers
from .arguments import GatedArguments
from .cell import GatedCell, cell_of, function_name
from .rnn import RecurrentLayer


class GRUArguments(GatedArguments):
    """And `reset_after`: the reset gate acts after the matrix product instead of before, as in cuDNN."""

    def __init__(self, *args: Any, reset_after: bool = True, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.reset_after = reset_after


@layers()
class GRUCell(GatedCell, GRUArguments):
    """One step of `ops.Gru`, which has the formula.

    Weights: kernel (F, 3 · units), recurrent_kernel (units, 3 · units), bias (2, 3 · units), or (3 · units,) without
    `reset_after`. Source: Cho et al. 2014, https://arxiv.org/abs/1406.1078
    """

    def operation(self, **attributes: Any) -> Recurrent:
        return Gru(
            activation=function_name(self.activation),
            recurrent_activation=function_name(self.recurrent_activation),
            reset_after=self.reset_after,
            **attributes,
        )


@layers("CuDNNGRU")
class GRU(GRUArguments, RecurrentLayer):
    """GRUCell over time. CuDNNGRU of Keras 2 is the same function with `reset_after`."""

    def __init__(self, *args: Any, use_cudnn: Any = "auto", **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.use_cudnn = use_cudnn
        self.cell = cell_of(self, GRUCell, name="gru_cell")
