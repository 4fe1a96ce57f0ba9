"""Recurrent layers, each as one operation over a whole sequence, in the weight layouts of Keras.

Source of the formulas and layouts: https://keras.io/api/layers/recurrent_layers/
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from ..ir import TensorType
from . import recurrent_training
from .activation import elu, hard_sigmoid, relu, selu, sigmoid, silu, softplus, softsign
from .backend import tf
from .casting import cast, promote
from .creation import zeros
from .elementwise import tanh, where
from .linear import linear, matmul
from .op import Op, fail
from .promotion import dtype_of
from .rearrange import unstack
from .recurrent_training import DERIVATIVES, Time
from .scan import length_of, output_types, scan
from .shape import expand_dims, shape, split, transpose
from .shapes import broadcast

Function = Callable[[Any], Any]

ACTIVATIONS: dict[str, Function] = {
    "elu": elu,
    "hard_sigmoid": hard_sigmoid,
    "hard_sigmoid_keras2": lambda x: hard_sigmoid(x, alpha=0.2),
    "linear": lambda x: x,
    "relu": relu,
    "selu": selu,
    "sigmoid": sigmoid,
    "silu": silu,
    "softplus": softplus,
    "softsign": softsign,
    "tanh": tanh,
}
"""The functions, by the names of `kport.activations`, that a recurrent operation can have as an attribute."""


class Recurrent(Op, abstract=True):
    """A recurrent layer in one direction: projects all inputs at once, then goes through time.

    x: (batch, T, F), kernel: (F, gates · units), recurrent_kernel: (units, gates · units), bias or None, an initial
    state (batch, units) or None (zeros) for each state, mask: (batch, T) bool or None
    → y (batch, T, units), the final states (batch, units) each.

    Where the mask is False a step keeps the states, and its output is the one before it (zeros before the first), or
    zeros with `zero_output_for_mask`. With `reverse` time runs from the last step to the first; y[:, t] always belongs
    to x[:, t]. `training` changes no numbers: gradients will be asked for, and TensorFlow keeps what they need; without
    `output_gradients` those of the final states only, none of y.
    """

    activation: str = "tanh"
    reverse: bool = False
    zero_output_for_mask: bool = False
    training: bool = False
    output_gradients: bool = True

    gates: ClassVar[int] = 1
    states: ClassVar[int] = 1
    trained: ClassVar[Callable[..., Any]]
    """The loop of `recurrent_training` for TensorFlow."""

    def bias_shape(self, width: int) -> tuple[int, ...]:
        return (width,)

    def project(self, x: Any, kernel: Any, recurrent_kernel: Any, bias: Any) -> tuple[Any, list[Any]]:
        """What the inputs contribute at every time, and the weights that a step needs."""
        return linear(x, kernel, bias), [recurrent_kernel]

    def functions(self) -> tuple[Function, ...]:
        """The activation functions of a step, by the attributes."""
        return (ACTIVATIONS[self.activation],)

    def step(self, functions: tuple[Function, ...], states: list[Any], x: Any, weights: list[Any]) -> tuple[Any, list[Any]]:
        """The output and the new states, from what the input contributes."""
        raise NotImplementedError(f"{self.name} has no step")

    def infer(
        self, x: TensorType, kernel: TensorType, recurrent_kernel: TensorType, bias: TensorType | None, *rest: TensorType | None
    ) -> tuple[TensorType, ...]:
        *initial, mask = rest
        units = recurrent_kernel.shape[0]
        width = self.gates * (units or 0)
        if x.rank != 3 or x.shape[2] not in (None, kernel.shape[0]) or kernel.shape[1:] != (width,):
            raise fail(self, f"x: (batch, T, F) and kernel: (F, {width})", x=x, kernel=kernel)
        if recurrent_kernel.shape != (units, width):
            raise fail(self, f"recurrent_kernel: ({units}, {width})", recurrent_kernel=recurrent_kernel)
        if bias is not None and bias.shape != self.bias_shape(width):
            raise fail(self, f"bias: {self.bias_shape(width)}", bias=bias)
        if len(initial) != self.states or any(s is not None and (s.rank != 2 or s.shape[1] != units) for s in initial):
            raise fail(self, f"{self.states} initial states (batch, {units})", states=initial)
        if mask is not None and (mask.rank != 2 or mask.dtype != "bool"):
            raise fail(self, "mask: (batch, T) bool", mask=mask)
        batch = broadcast(x.shape[:1], *(s.shape[:1] for s in (*initial, mask) if s is not None))[0]
        return (x.with_shape((batch, x.shape[1], units)), *(x.with_shape((batch, units)),) * self.states)

    def run(self, x: Any, kernel: Any, recurrent_kernel: Any, bias: Any, *rest: Any) -> tuple[Any, ...]:
        """The outputs, from simpler operations: both kernels and the decomposition."""
        *initial, mask = rest
        initial = [zeros((shape(x)[0], recurrent_kernel.shape[0]), dtype_of(x)) if s is None else s for s in initial]
        projected, weights = self.project(swap_time(x), kernel, recurrent_kernel, bias)

        functions = self.functions()

        def step(states: list[Any], x: Any, weights: list[Any]) -> tuple[Any, list[Any]]:
            return self.step(functions, states, x, weights)

        y, finals = recurrence(
            step,
            initial,
            projected,
            weights,
            mask=None if mask is None else swap_time(mask),
            reverse=self.reverse,
            zero_output_for_mask=self.zero_output_for_mask,
        )
        return (swap_time(y), *finals)

    numpy = decompose = run

    @property
    def has_own_gradient(self) -> bool:
        """Whether `trained` knows the derivatives."""
        return {self.activation, getattr(self, "recurrent_activation", "linear")} <= set(DERIVATIVES)

    def tensorflow(self, x: Any, kernel: Any, recurrent_kernel: Any, bias: Any, *rest: Any) -> tuple[Any, ...]:
        if not (self.training and self.has_own_gradient):
            return self.run(x, kernel, recurrent_kernel, bias, *rest)
        *given, mask = rest
        initial = [zeros((shape(x)[0], recurrent_kernel.shape[0]), dtype_of(x)) if s is None else s for s in given]
        x = swap_time(x)
        counts = None if mask is None else expand_dims(swap_time(mask), -1)
        time = Time(length_of(x), self.reverse, counts, self.output_gradients)
        names = (self.activation, getattr(self, "recurrent_activation", "linear"))
        functions = [(ACTIVATIONS[name], DERIVATIVES[name]) for name in names]
        y, *finals = type(self).trained(time, x, initial, (kernel, recurrent_kernel, bias), functions)
        if mask is not None and (self.zero_output_for_mask or any(s is not None for s in given)):
            # a step that doesn't count gives the state, except before the first one that does
            begun = tf.cumsum(tf.cast(counts, "int32"), 0, reverse=self.reverse) > 0
            y = tf.where(counts if self.zero_output_for_mask else begun, y, tf.zeros_like(y))
        y = swap_time(y)
        return (y if self.output_gradients else tf.stop_gradient(y), *finals)


class SimpleRnn(Recurrent):
    """h' = activation(x @ kernel + bias + h @ recurrent_kernel); the output is h'. bias: (units,)."""

    trained = staticmethod(recurrent_training.simple_rnn)

    def step(self, functions: tuple[Function, ...], states: list[Any], x: Any, weights: list[Any]) -> tuple[Any, list[Any]]:
        h = functions[0](x + matmul(states[0], weights[0]))
        return h, [h]


class Lstm(Recurrent):
    """i, f, g, o = x @ kernel + bias + h @ recurrent_kernel, in this order; the states are h and c.

    c' = ρ(f) · c + ρ(i) · α(g), h' = ρ(o) · α(c'), with ρ = recurrent_activation and α = activation; the output is h'.
    bias: (4 · units,).
    """

    recurrent_activation: str = "sigmoid"

    gates = 4
    states = 2
    trained = staticmethod(recurrent_training.lstm)

    def functions(self) -> tuple[Function, ...]:
        return ACTIVATIONS[self.activation], ACTIVATIONS[self.recurrent_activation]

    def step(self, functions: tuple[Function, ...], states: list[Any], x: Any, weights: list[Any]) -> tuple[Any, list[Any]]:
        h, c = lstm_gates(x + matmul(states[0], weights[0]), states[1], *functions)
        return h, [h, c]


def lstm_gates(gates: Any, c: Any, activation: Function, recurrent_activation: Function) -> tuple[Any, Any]:
    """The new h and c from `gates` (..., 4 · units) as Lstm says."""
    i, f, g, o = split(gates, 4, axis=-1)
    c = recurrent_activation(f) * c + recurrent_activation(i) * activation(g)
    return recurrent_activation(o) * activation(c), c


class Gru(Recurrent):
    """z, r, g: the gates in this order; x̂ = x @ kernel + bias.

    z = ρ(x̂_z + h @ R_z), r = ρ(x̂_r + h @ R_r), h' = z · h + (1 - z) · α(x̂_g + r · (h @ R_g)), which is the output;
    without `reset_after` the last term is (r · h) @ R_g. ρ = recurrent_activation, α = activation.
    bias: (3 · units,); with `reset_after` (2, 3 · units), of which the second row is added to h @ R.
    """

    recurrent_activation: str = "sigmoid"
    reset_after: bool = True

    gates = 3
    trained = staticmethod(recurrent_training.gru)

    @property
    def has_own_gradient(self) -> bool:
        return self.reset_after and super().has_own_gradient

    def functions(self) -> tuple[Function, ...]:
        return ACTIVATIONS[self.activation], ACTIVATIONS[self.recurrent_activation]

    def bias_shape(self, width: int) -> tuple[int, ...]:
        return (2, width) if self.reset_after else (width,)

    def project(self, x: Any, kernel: Any, recurrent_kernel: Any, bias: Any) -> tuple[Any, list[Any]]:
        if not self.reset_after:
            return linear(x, kernel, bias), split(recurrent_kernel, [2 * recurrent_kernel.shape[0]], axis=1)
        input_bias, recurrent_bias = (None, None) if bias is None else unstack(bias, axis=0)
        return linear(x, kernel, input_bias), [recurrent_kernel, *([] if bias is None else [recurrent_bias])]

    def step(self, functions: tuple[Function, ...], states: list[Any], x: Any, weights: list[Any]) -> tuple[Any, list[Any]]:
        activation, recurrent_activation = functions
        (h,) = states
        x_z, x_r, x_g = split(x, 3, axis=-1)
        if self.reset_after:
            h_z, h_r, h_g = split(linear(h, *weights), 3, axis=-1)
        else:
            h_z, h_r = split(matmul(h, weights[0]), 2, axis=-1)
        z, r = recurrent_activation(x_z + h_z), recurrent_activation(x_r + h_r)
        g = activation(x_g + (r * h_g if self.reset_after else matmul(r * h, weights[1])))
        h = z * h + (1 - z) * g
        return h, [h]


def simple_rnn(
    x: Any,
    kernel: Any,
    recurrent_kernel: Any,
    bias: Any = None,
    *,
    initial_state: Sequence[Any] = (None,),
    mask: Any = None,
    **attributes: Any,
) -> tuple[Any, ...]:
    """A simple recurrent layer: (y, h). `attributes` are those of SimpleRnn."""
    return _apply(SimpleRnn(**attributes), x, kernel, recurrent_kernel, bias, initial_state, mask)


def lstm(
    x: Any,
    kernel: Any,
    recurrent_kernel: Any,
    bias: Any = None,
    *,
    initial_state: Sequence[Any] = (None, None),
    mask: Any = None,
    **attributes: Any,
) -> tuple[Any, ...]:
    """A long short-term memory layer: (y, h, c). `attributes` are those of Lstm."""
    return _apply(Lstm(**attributes), x, kernel, recurrent_kernel, bias, initial_state, mask)


def gru(
    x: Any,
    kernel: Any,
    recurrent_kernel: Any,
    bias: Any = None,
    *,
    initial_state: Sequence[Any] = (None,),
    mask: Any = None,
    **attributes: Any,
) -> tuple[Any, ...]:
    """A gated recurrent unit layer: (y, h). `attributes` are those of Gru."""
    return _apply(Gru(**attributes), x, kernel, recurrent_kernel, bias, initial_state, mask)


def _apply(
    op: Recurrent, x: Any, kernel: Any, recurrent_kernel: Any, bias: Any, initial_state: Sequence[Any], mask: Any
) -> tuple[Any, ...]:
    tensors = [x, kernel, recurrent_kernel, bias, *initial_state]
    cast_ones = iter(promote(*(t for t in tensors if t is not None)))
    inputs = [None if t is None else next(cast_ones) for t in tensors]
    return op(*inputs, None if mask is None else cast(mask, "bool"))


def recurrence(
    step: Callable[[list[Any], Any, list[Any]], tuple[Any, list[Any]]],
    states: Sequence[Any],
    sequence: Any,
    invariants: Sequence[Any] = (),
    *,
    mask: Any = None,
    reverse: bool = False,
    zero_output_for_mask: bool = False,
    return_sequences: bool = True,
    name: str = "recurrence",
) -> tuple[Any, list[Any]]:
    """Keras's loop over time, time being the first axis: (outputs, final states).

    step: (states, slice, invariants) → (output, new states). mask: (T, batch) bool; where it is False a step counts
    as `Recurrent` says. Without `return_sequences` the outputs are only the one of the step that is run last.
    """
    carries = not return_sequences or (mask is not None and not zero_output_for_mask)
    sequences = [sequence] if mask is None else [sequence, expand_dims(mask, -1)]

    def body(states: list[Any], slices: list[Any], invariants: list[Any]) -> tuple[list[Any], list[Any]]:
        previous, states = (states[0], states[1:]) if carries else (0.0, states)
        output, new_states = step(states, slices[0], invariants)
        if mask is not None:
            output = _select(slices[1], output, 0.0 if zero_output_for_mask else previous)
            new_states = [_select(slices[1], new, old) for new, old in zip(new_states, states, strict=True)]
        return [output, *new_states] if carries else new_states, [output] if return_sequences else []

    if carries:
        states = [_zero_output(step, states, sequence, invariants), *states]
    finals, stacked = scan(body, states, sequences, invariants, reverse=reverse, name=name)
    return stacked[0] if return_sequences else finals[0], finals[1:] if carries else finals


def swap_time(x: Any) -> Any:
    """(batch, T, ...) to (T, batch, ...), and back."""
    return transpose(x, (1, 0, *range(2, len(x.shape))))


def _select(mask: Any, chosen: Any, other: Any) -> Any:
    """`chosen` for the samples whose `mask` (batch, 1) is True."""
    return where(expand_dims(mask, range(2, len(chosen.shape))), chosen, other)


def _zero_output(step: Callable[..., Any], states: Sequence[Any], sequence: Any, invariants: Sequence[Any]) -> Any:
    """Zeros like what `step` gives."""

    def only_output(states: list[Any], slices: list[Any], invariants: list[Any]) -> tuple[list[Any], list[Any]]:
        return [], [step(states, slices[0], invariants)[0]]

    (output,) = output_types(only_output, states, [sequence], invariants)
    return zeros((shape(sequence)[1], *output.shape[1:]), output.dtype)


__all__ = ["Gru", "Lstm", "SimpleRnn", "gru", "lstm", "simple_rnn"]
