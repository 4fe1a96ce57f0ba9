"""What the built-in recurrent cells share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ... import ops
from ...configurable import constructor_parameters
from ...ir import Symbolic
from ...ops.recurrent import ACTIVATIONS, Recurrent
from ...registry import activations as registry
from ...tree import flatten
from ..layer import Layer
from .arguments import CellArguments, GatedArguments, UnitsArguments
from .dropout import DropoutCell


class WeightedCell(DropoutCell):
    """A cell with the weights kernel, recurrent_kernel and bias."""

    bias: Any

    def add_weights(self, kernel: tuple[Any, ...], recurrent_kernel: tuple[Any, ...], bias: tuple[Any, ...]) -> None:
        """Creates the three weights of these shapes, in Keras's order."""
        for name, shape, kind in (("kernel", kernel, "kernel"), ("recurrent_kernel", recurrent_kernel, "recurrent")):
            weight = self.add_weight(
                shape,
                getattr(self, f"{kind}_initializer"),
                name=name,
                regularizer=getattr(self, f"{kind}_regularizer"),
                constraint=getattr(self, f"{kind}_constraint"),
            )
            setattr(self, name, weight)
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                bias,
                self.initial_bias(),
                name="bias",
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )

    def initial_bias(self) -> Any:
        """The initializer of the bias."""
        return self.bias_initializer


class RecurrentCell(WeightedCell, UnitsArguments):
    """A cell that is one step of a recurrent operation: call(inputs, states) → (output, new states).

    inputs: (batch, F), states and output: (batch, units).
    """

    kernel: Any
    recurrent_kernel: Any

    def operation(self, **attributes: Any) -> Recurrent:
        """The operation; an activation that has no name for it is "" there."""
        raise NotImplementedError(f"{type(self).__name__} has no operation")

    @property
    def functions(self) -> tuple[Callable[[Any], Any], ...]:
        """The activation functions that a step needs."""
        return (self.activation,)

    @property
    def state_size(self) -> int | list[int]:
        return self.units

    @property
    def output_size(self) -> int:
        return self.units

    def get_initial_state(self, batch_size: Any = None) -> list[Any]:
        """Zeros."""
        return [ops.zeros((batch_size, size), self.compute_dtype) for size in flatten(self.state_size)]

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        op = self.operation()
        width = op.gates * self.units
        self.add_weights((input_shape[-1], width), (self.units, width), op.bias_shape(width))

    def call(self, inputs: Any, states: Any, training: bool = False) -> tuple[Any, Any]:
        nested = isinstance(states, (list, tuple))
        flat = list(states) if nested else [states]
        if training and not isinstance(inputs, Symbolic):
            output, new_states = self.step_with_dropout(inputs, flat)
        else:
            output, new_states = self.step(inputs, flat)
        return output, new_states if nested else new_states[0]

    def step(self, inputs: Any, states: list[Any]) -> tuple[Any, list[Any]]:
        """The output and the new states."""
        op = self.operation()
        x, weights = op.project(inputs, self.kernel, self.recurrent_kernel, self.bias)
        return op.step(self.functions, states, x, weights)

    def step_with_dropout(self, inputs: Any, states: list[Any]) -> tuple[Any, list[Any]]:
        """As `step`, with what training leaves out."""
        factors = self.get_dropout_mask(inputs)
        return self.step(inputs if factors is None else inputs * factors[0], states)

    def runs(self, training: bool) -> bool:
        """Whether `run` can compute the steps: not if an activation is none of those that the operation knows by name, or if
        training leaves out something else at each gate or of the state."""
        alike = not training or (self.recurrent_dropout == 0 and (self.dropout == 0 or self.mask_count == 1))
        return alike and "" not in map(function_name, self.functions)

    def run(
        self, x: Any, states: list[Any] | None, mask: Any, return_sequences: bool, training: bool = False, **attributes: Any
    ) -> Any:
        """All steps as one operation: outputs (batch, T, units) or the one of the step that is run last, the final states.

        `attributes` are the operation's.
        """
        factors = self.get_dropout_mask(x[:, 0]) if training else None
        if factors is not None:
            x = x * ops.expand_dims(factors[0], 1)
            self.reset_dropout_mask()
        # the last output is the first state, which a target has even if it doesn't keep all outputs, unless a mask zeroes
        # outputs, or nothing but masked steps leave a given initial state as it was
        is_state = not return_sequences and (mask is None or (states is None and not attributes.get("zero_output_for_mask")))
        op = self.operation(training=training, output_gradients=not (training and is_state), **attributes)
        initial = [None] * op.states if states is None else states
        y, *finals = op(x, self.kernel, self.recurrent_kernel, self.bias, *initial, mask)
        if return_sequences:
            return y, finals
        return finals[0] if is_state else y[:, 0 if op.reverse else -1], finals


class GatedCell(RecurrentCell, GatedArguments):
    """With a second activation function, of the gates.

    With `implementation` 1, or where training leaves out something of the state, each gate has factors of its own.
    """

    @property
    def functions(self) -> tuple[Callable[[Any], Any], ...]:
        return self.activation, self.recurrent_activation

    @property
    def mask_count(self) -> int:
        return self.operation().gates if self.implementation == 1 or self.recurrent_dropout > 0 else 1

    @property
    def input_bias(self) -> Any:
        """The part of the bias that is added to the inputs' product."""
        return self.bias

    def step_with_dropout(self, inputs: Any, states: list[Any]) -> tuple[Any, list[Any]]:
        count = self.mask_count
        if count == 1:
            return super().step_with_dropout(inputs, states)
        own = [None] * count
        kernels = zip(self.get_dropout_mask(inputs) or own, ops.split(self.kernel, count, axis=1), strict=True)
        x = [ops.matmul(inputs if m is None else inputs * m, kernel) for m, kernel in kernels]
        if self.input_bias is not None:
            x = [part + bias for part, bias in zip(x, ops.split(self.input_bias, count), strict=True)]
        h = [states[0] if m is None else states[0] * m for m in self.get_recurrent_dropout_mask(states[0]) or own]
        return self.gated_step(x, h, states)

    def gated_step(self, x: list[Any], h: list[Any], states: list[Any]) -> tuple[Any, list[Any]]:
        """The output and the new states, from the inputs' products x and the states h that each gate sees."""
        raise NotImplementedError(f"{type(self).__name__} has no gates")


def function_name(function: Callable[[Any], Any]) -> str:
    """The name by which recurrent operations know an activation function, "" if they don't."""
    name = getattr(function, "__name__", "")
    return name if name in ACTIVATIONS and registry.items.get(name) is function else ""


def unit_forget(initializer: Callable[..., Any]) -> Callable[..., Any]:
    """The initializer of an LSTM's bias: ones for the forget gate, the others by `initializer`."""

    def initialize(shape: tuple[int, ...], dtype: Any = None) -> Any:
        units = shape[0] // 4
        parts = (initializer((units,), dtype=dtype), np.ones(units, dtype), initializer((2 * units,), dtype=dtype))
        return np.concatenate(parts)

    return initialize


def cell_of(layer: CellArguments, cell_class: Any, **more: Any) -> Any:
    """The cell of a layer that has the cell's arguments as its own."""
    more = {"seed": layer.drawn_seed, **more}
    names = [p for p in constructor_parameters(cell_class) if p not in (*constructor_parameters(Layer), *more)]
    return cell_class(**{p: getattr(layer, p) for p in names}, **more, dtype=layer.dtype_policy, trainable=layer.trainable)
