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

    def run(self, x: Any, states: list[Any] | None, mask: Any, return_sequences: bool, **how: Any) -> Any:
        """One operation after another, where all cells have one: a cell needs nothing of the next cell's past.

        None if a cell has none.
        """
        finals = []
        for index, cell in enumerate(self.cells):
            own = None if states is None else states[index]
            whole = return_sequences or index < len(self.cells) - 1
            result = cell.run(x, own, mask, whole, **how) if hasattr(cell, "run") else None
            if result is None:
                return None
            x, new = result
            finals.append(new)
        return x, finals


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
        cell.built = True
