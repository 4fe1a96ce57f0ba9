"""Several cells as one."""

from __future__ import annotations

from typing import Any

from ... import ops
from ...registry import layers
from ...tree import flatten
from ..layer import Layer


@layers()
class StackedRNNCells(Layer):
    """At each step the output of a cell is the input of the next. The states are a list of every cell's."""

    def __init__(self, cells: list[Any], **kwargs: Any):
        super().__init__(**kwargs)
        self.cells = [layers.get(cell) for cell in cells]

    @property
    def state_size(self) -> list[Any]:
        return [cell.state_size for cell in self.cells]

    @property
    def output_size(self) -> int:
        return output_size(self.cells[-1])

    def get_initial_state(self, batch_size: Any = None) -> list[Any]:
        """Zeros, or what the cells say."""
        states = []
        for cell in self.cells:
            own = getattr(cell, "get_initial_state", None)
            zeros = [ops.zeros((batch_size, size), self.compute_dtype) for size in flatten(cell.state_size)]
            states.append(zeros if own is None else own(batch_size=batch_size))
        return states

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        for cell in self.cells:
            build_cell(cell, input_shape)
            input_shape = (input_shape[0], output_size(cell))

    def call(self, inputs: Any, states: Any, training: bool = False) -> tuple[Any, list[Any]]:
        new_states = []
        for cell, own in zip(self.cells, states, strict=True):
            inputs, new = cell(inputs, own)
            new_states.append(new)
        return inputs, new_states

    def runs(self, training: bool) -> bool:
        """Whether `run` can compute the steps: all cells can, one after another."""
        return all(runs_whole(cell, training) for cell in self.cells)

    def run(self, x: Any, states: list[Any] | None, mask: Any, return_sequences: bool, **how: Any) -> Any:
        """One operation after another: a cell needs nothing of the next cell's past."""
        finals = []
        for index, cell in enumerate(self.cells):
            own = None if states is None else states[index]
            whole = return_sequences or index < len(self.cells) - 1
            x, new = cell.run(x, own, mask, whole, **how)
            finals.append(new)
        return x, finals


def runs_whole(cell: Any, training: bool) -> bool:
    """Whether the cell can compute all steps of a sequence by itself, by its method `run`."""
    return bool(hasattr(cell, "runs") and cell.runs(training))


def state_structure(cell: Any) -> list[Any]:
    """The states of a cell as a list, nested for stacked cells; the leaves are sizes."""
    if isinstance(cell, StackedRNNCells):
        return [state_structure(c) for c in cell.cells]
    size = cell.state_size
    return list(size) if isinstance(size, (list, tuple)) else [size]


def output_size(cell: Any) -> int:
    """The size of a cell's output: by default that of its first state."""
    size = getattr(cell, "output_size", None)
    return int(flatten(cell.state_size)[0] if size is None else size)


def build_cell(cell: Any, input_shape: tuple[int | None, ...]) -> None:
    """Creates the weights of a cell once."""
    if isinstance(cell, Layer) and not cell.built:
        cell.build(input_shape)
