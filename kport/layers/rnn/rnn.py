"""The loop over time around a cell."""

from __future__ import annotations

from typing import Any

import numpy as np

from ... import ops
from ...errors import LayerError
from ...ir import Symbolic
from ...ops.promotion import dtype_of, is_float
from ...ops.recurrent import recurrence, swap_time
from ...registry import layers
from ...tree import flatten, pack_like
from ..arguments import call_parameters
from ..layer import Layer
from .stacked_rnn_cells import StackedRNNCells, build_cell, state_structure


class RecurrentLayer(Layer):
    """Runs `self.cell` over time: call(sequences, initial_state, mask).

    sequences: (batch, T, ...), or a list of them and the initial states; mask: (batch, T), False where a step doesn't
    count: it keeps the states, and its output is the one before it (zeros before the first), or zeros with
    `zero_output_for_mask`.
    → outputs (batch, T, ...) with `return_sequences`, else the one of the step that is run last (batch, ...); with
    `return_state` also the final states. With `go_backwards` time runs backwards, and outputs come in that order.

    `stateful` layers start from where they stopped, until `reset_state`: at inference only; a traced model starts from
    zeros. `unroll` is Keras's way to compute the same.
    """

    supports_masking = True
    supports_jit = False  # a loop is faster without XLA on a CPU
    cell: Any

    def __init__(
        self,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        zero_output_for_mask: bool = False,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.return_sequences = return_sequences
        self.return_state = return_state
        self.go_backwards = go_backwards
        self.stateful = stateful
        self.unroll = unroll
        self.zero_output_for_mask = zero_output_for_mask
        self.states: list[Any] | None = None

    @property
    def state_size(self) -> Any:
        return self.cell.state_size

    def build(self, input_shape: Any) -> None:
        first = input_shape[0] if isinstance(input_shape, list) else input_shape
        build_cell(self.cell, (first[0], *first[2:]))

    def call(
        self,
        sequences: Any,
        initial_state: Any = None,
        mask: Any = None,
        training: bool = False,
        constants: Any = None,
        in_time_order: bool = False,
    ) -> Any:
        """constants: what the cell's `call` takes under this name at every step (Keras 2); in_time_order: outputs belong to
        the inputs at the same position, even with `go_backwards`."""
        if isinstance(sequences, (list, tuple)):
            sequences, *given = sequences
            initial_state = given if given and initial_state is None else initial_state
        mask = mask[0] if isinstance(mask, (list, tuple)) else mask
        states = self._initial_state(sequences, initial_state)
        mask = None if mask is None else ops.cast(mask, "bool")
        output, states = self._run(sequences, states, mask, flatten(constants) if constants is not None else [], training)
        self._keep(states)
        if self.return_sequences and self.go_backwards and not in_time_order:
            output = ops.flip(output, axis=1)
        return (output, *states) if self.return_state else output

    def _run(self, sequences: Any, states: Any, mask: Any, constants: list[Any], training: bool) -> tuple[Any, list[Any]]:
        """The output and the final states; as one operation if the cell can."""
        how: dict[str, Any] = {
            "return_sequences": self.return_sequences,
            "reverse": self.go_backwards,
            "zero_output_for_mask": self.zero_output_for_mask,
        }
        run = getattr(self.cell, "run", None)
        result: Any = run(sequences, states, mask, **how) if run else None
        if result is not None:
            return result
        structure = state_structure(self.cell)
        kwargs = {"training": training} if "training" in call_parameters(type(self.cell)) else {}

        def step(states: list[Any], x: Any, constants: list[Any]) -> tuple[Any, list[Any]]:
            own = {"constants": constants} if constants else {}
            output, new_states = self.cell(x, pack_like(structure, states), **own, **kwargs)
            return output, flatten(new_states)

        output, flat = recurrence(
            step,
            flatten(self.get_initial_state(ops.shape(sequences)[0]) if states is None else states),
            swap_time(sequences),
            constants,
            mask=None if mask is None else swap_time(mask),
            name=self.name,
            **how,
        )
        return swap_time(output) if self.return_sequences else output, pack_like(structure, flat)

    # states

    def get_initial_state(self, batch_size: Any) -> Any:
        """Zeros, as the cell wants them."""
        own = getattr(self.cell, "get_initial_state", None)
        if own is not None:
            return own(batch_size=batch_size)
        return [ops.zeros((batch_size, size), self.compute_dtype) for size in flatten(self.cell.state_size)]

    def _initial_state(self, sequences: Any, given: Any) -> Any:
        """The states to start from, in the structure that the cell wants; None means zeros."""
        if given is None and not isinstance(sequences, Symbolic):
            given = self.states
        if given is None:
            return None
        structure = state_structure(self.cell)
        states = flatten(given)
        if len(states) != len(flatten(structure)):
            raise LayerError(f"expected {len(flatten(structure))} initial states. Received: {len(states)} states", self.name)
        batch = sequences.shape[0]
        if self.stateful and batch is not None and states[0].shape[0] not in (None, batch):
            raise LayerError(
                f"expected the batch of the states that this stateful layer keeps: {states[0].shape[0]}. "
                f"Received: batch={batch}; call reset_state() before another batch size",
                self.name,
            )
        floats = [is_float(dtype_of(s) or "float32") for s in states]
        return pack_like(structure, [ops.cast(s, self.compute_dtype) if f else s for s, f in zip(states, floats, strict=True)])

    def _keep(self, states: Any) -> None:
        """What a stateful layer remembers; symbols have nothing to remember."""
        flat = flatten(states)
        if self.stateful and all(isinstance(s, np.ndarray) or hasattr(s, "numpy") for s in flat):
            self.states = [np.asarray(s) for s in flat]

    def reset_state(self) -> None:
        """The next call starts from zeros."""
        self.states = None

    def reset_states(self, states: Any = None) -> None:
        """The next call starts from `states`, or from zeros: the name and argument of Keras 2."""
        self.states = None if states is None else flatten(states)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        mask = mask[0] if isinstance(mask, (list, tuple)) else mask
        output = mask if self.return_sequences else None
        return [output, *(None for _ in flatten(state_structure(self.cell)))] if self.return_state else output


@layers()
class RNN(RecurrentLayer):
    """Any cell, or a list of cells, over time.

    A cell is a layer with `call(inputs, states) → (output, new states)`, written in `kport.ops`, and `state_size` (a
    number or a list of numbers); it may have `output_size` and `get_initial_state(batch_size)`.
    """

    def __init__(
        self,
        cell: Any,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        zero_output_for_mask: bool = False,
        **kwargs: Any,
    ):
        super().__init__(return_sequences, return_state, go_backwards, stateful, unroll, zero_output_for_mask, **kwargs)
        cell = StackedRNNCells(list(cell)) if isinstance(cell, (list, tuple)) else layers.get(cell)
        for needed in ("call", "state_size"):
            if not hasattr(cell, needed):
                raise LayerError(f"expected a cell with `{needed}`. Received: cell={cell!r}", self.name)
        self.cell = cell
