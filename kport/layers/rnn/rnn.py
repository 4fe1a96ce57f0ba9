"""The loop over time around a cell."""

from __future__ import annotations

from typing import Any

from ... import ops
from ...errors import LayerError
from ...ir import Graph, Symbolic, TensorType
from ...ops.backend import tf
from ...ops.promotion import dtype_of, is_float
from ...ops.recurrent import recurrence, swap_time
from ...registry import layers
from ...tree import flatten, pack_like
from ..arguments import call_parameters
from .dropout import draw_masks, reset_masks
from .stacked_rnn_cells import StackedRNNCells, build_cell, runs_whole, state_structure
from .stateful import KeepsStates


class RecurrentLayer(KeepsStates):
    """Runs `self.cell` over time: call(sequences, initial_state, mask).

    sequences: (batch, T, ...), or a list of them and the initial states; mask: (batch, T), False where a step doesn't
    count: it keeps the states, and its output is the one before it (zeros before the first), or zeros with
    `zero_output_for_mask`.
    → outputs (batch, T, ...) with `return_sequences`, else the one of the step that is run last (batch, ...); with
    `return_state` also the final states. With `go_backwards` time runs backwards, and outputs come in that order.

    `stateful` layers start from where they stopped, until `reset_state`; a graph to convert starts from zeros. `unroll` is
    Keras's way to compute the same.
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

    @property
    def state_size(self) -> Any:
        return self.cell.state_size

    def build(self, input_shape: Any) -> None:
        first = input_shape[0] if isinstance(input_shape, list) else input_shape
        if len(first) < 3:
            raise LayerError(
                f"expected sequences of rank 3 or more: (batch, steps, ...). Received: shape={tuple(first)}", self.name
            )
        self.built_batch = first[0]
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
        constants = flatten(constants) if constants is not None else []
        stateful = self.stateful and not isinstance(sequences, Symbolic)
        kept = self.kept_states(sequences, constants) if stateful else None
        states = self._initial_state(kept if initial_state is None else initial_state)
        mask = None if mask is None else ops.cast(mask, "bool")
        output, states = self._run(sequences, states, mask, constants, training)
        if stateful:
            self.keep(states)
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
        training = training and not isinstance(sequences, Symbolic)  # a graph holds the layer as it is outside of training
        if runs_whole(self.cell, training):
            result: tuple[Any, list[Any]] = self.cell.run(sequences, states, mask, training=training, **how)
            return result
        if not isinstance(sequences, Symbolic) and any(weight.is_in_tensorflow for weight in self.weights):
            sequences = tf.convert_to_tensor(sequences)  # steps that compute in TensorFlow need its loop
        states = self.get_initial_state(ops.shape(sequences)[0]) if states is None else states
        if training:
            draw_masks(self.cell, sequences[:, 0], states if isinstance(states, (list, tuple)) else [states])
        structure = state_structure(self.cell)
        kwargs = {"training": training} if "training" in call_parameters(type(self.cell)) else {}

        def step(states: list[Any], x: Any, constants: list[Any]) -> tuple[Any, list[Any]]:
            own = {"constants": constants} if constants else {}
            output, new_states = self.cell(x, pack_like(structure, states), **own, **kwargs)
            return output, flatten(new_states)

        output, flat = recurrence(
            step,
            flatten(states),
            swap_time(sequences),
            constants,
            mask=None if mask is None else swap_time(mask),
            name=self.name,
            **how,
        )
        reset_masks(self.cell)
        return swap_time(output) if self.return_sequences else output, pack_like(structure, flat)

    # states

    def get_initial_state(self, batch_size: Any) -> Any:
        """Zeros, as the cell wants them."""
        own = getattr(self.cell, "get_initial_state", None)
        if own is not None:
            return own(batch_size=batch_size)
        return [ops.zeros((batch_size, size), self.compute_dtype) for size in flatten(self.cell.state_size)]

    def _initial_state(self, given: Any) -> Any:
        """The states to start from, in the structure that the cell wants; None means zeros."""
        if given is None:
            return None
        structure = state_structure(self.cell)
        states = flatten(given)
        if len(states) != len(flatten(structure)):
            raise LayerError(f"expected {len(flatten(structure))} initial states. Received: {len(states)} states", self.name)
        floats = [is_float(dtype_of(s) or "float32") for s in states]
        return pack_like(structure, [ops.cast(s, self.compute_dtype) if f else s for s, f in zip(states, floats, strict=True)])

    def state_types(self, sequences: Any, constants: list[Any]) -> list[TensorType]:
        graph = Graph(types_only=True)
        x, *rest = (graph.add_input("x", TensorType(dtype_of(t) or "float32", tuple(t.shape))) for t in (sequences, *constants))
        return [state.type for state in flatten(self._run(x, None, None, rest, False)[1])]

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
