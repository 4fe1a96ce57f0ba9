"""The gated recurrent unit."""

from __future__ import annotations

from typing import Any

from ... import ops
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

    @property
    def input_bias(self) -> Any:
        return self.bias if self.bias is None or not self.reset_after else self.bias[0]

    def gated_step(self, x: list[Any], h: list[Any], states: list[Any]) -> tuple[Any, list[Any]]:
        weights = ops.split(self.recurrent_kernel, 3, axis=1)
        biases = [0.0] * 3 if self.bias is None or not self.reset_after else ops.split(self.bias[1], 3)
        z, r = (self.recurrent_activation(x[i] + ops.matmul(h[i], weights[i]) + biases[i]) for i in range(2))
        last = r * (ops.matmul(h[2], weights[2]) + biases[2]) if self.reset_after else ops.matmul(r * h[2], weights[2])
        output = z * states[0] + (1 - z) * self.activation(x[2] + last)
        return output, [output]


@layers("CuDNNGRU")
class GRU(GRUArguments, RecurrentLayer):
    """GRUCell over time. CuDNNGRU of Keras 2 is the same function with `reset_after`."""

    def __init__(self, *args: Any, use_cudnn: Any = "auto", **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.use_cudnn = use_cudnn
        self.cell = cell_of(self, GRUCell, name="gru_cell")
