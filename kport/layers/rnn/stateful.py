"""The states that a recurrent layer keeps from call to call."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...errors import LayerError
from ...ir import TensorType
from ...ops.promotion import is_float
from ...ops.variable import Variable
from ...tree import flatten
from ..layer import Layer


class KeepsStates(Layer):
    """`stateful`: a call starts from where the one before stopped, until `reset_state`, in training as at inference.

    `states` are variables, of zeros at first, made when the layer is first called (None before); they belong to one size of
    batches. As in Keras they are no weights.
    """

    stateful: bool
    states: list[Variable] | None = None
    built_batch: int | None = None
    """The size of batches that the layer was built for, where it was known."""

    def state_types(self, sequences: Any, constants: list[Any]) -> list[TensorType]:
        """The types of the states that the layer has after such sequences."""
        raise NotImplementedError(f"layer {type(self).__name__} keeps no states")

    def kept_states(self, sequences: Any, constants: list[Any]) -> list[Variable]:
        """The states to go on from. Batches of another size, or at first of an unknown one, are a LayerError."""
        batch = sequences.shape[0]
        if self.states is None:
            size = self.built_batch if batch is None else batch
            if size is None:
                raise LayerError(
                    "expected batches of a known size for a stateful layer. Received: batch=None; "
                    "give the model's input a batch_shape",
                    self.name,
                )
            types = self.state_types(sequences, constants)
            self.states = [
                self._state((size, *t.shape[1:]), self.variable_dtype if is_float(t.dtype) else t.dtype) for t in types
            ]
        kept = self.states[0].shape[0]
        if batch not in (None, kept):
            raise LayerError(
                f"expected the batch of the states that this stateful layer keeps: {kept}. Received: batch={batch}; "
                "a stateful layer takes batches of one size",
                self.name,
            )
        return self.states

    def keep(self, states: Any) -> None:
        """Remembers the final states of a call."""
        for kept, state in zip(self.states or [], flatten(states), strict=True):
            kept.assign(state)

    def _state(self, shape: tuple[Any, ...], dtype: str) -> Variable:
        variable = Variable(shape=shape, dtype=dtype, name="rnn_state", trainable=False)
        variable.path = f"{self.name}/rnn_state"
        return variable

    def reset_state(self) -> None:
        """The next call starts from zeros."""
        for state in self.states or []:
            state.assign(np.zeros(state.shape, state.dtype))

    def reset_states(self, states: Any = None) -> None:
        """The next call starts from `states`, or from zeros: the name and argument of Keras 2."""
        if states is None:
            self.reset_state()
            return
        arrays = [np.asarray(state) for state in flatten(states)]
        if self.states is None:
            self.states = [self._state(array.shape, self.variable_dtype) for array in arrays]
        for kept, array in zip(self.states, arrays, strict=True):
            kept.assign(array)
