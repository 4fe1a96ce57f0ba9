"""Loops over a first axis, such as time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

import numpy as np

from ..errors import ShapeError
from ..ir import Graph, Symbolic, TensorType, Value, as_array
from ..ir.types import Dimension
from .backend import is_tensorflow, tf
from .op import Op, apply, fail
from .promotion import dtype_of
from .rearrange import stack, unstack
from .variable import Variable

Step = Callable[[list[Any], list[Any], list[Any]], tuple[Sequence[Any], Sequence[Any]]]
"""(states, slices, invariants) → (new states, outputs)"""


class Scan(Op):
    """A loop over the first axis of its sequences; what is computed at each step is the graph `body`.

    Inputs: `states` initial states, then `sequences` sequences (T, ...), then invariants.
    body: (*states, *slices (...), *invariants) → (*new states, *outputs).
    Outputs: the final states, then every output of the body, stacked (T, ...). With `reverse` the loop goes from the
    last slice to the first; output t is always that of the step that read slice t. T ≥ 1.

    Source: `lax.scan` of JAX; ONNX Scan has the same meaning.
    """

    body: Graph
    states: int
    sequences: int
    reverse: bool = False

    def infer(self, *inputs: TensorType) -> tuple[TensorType, ...]:
        states, sequences, invariants = self._parts(inputs)
        if len(inputs) != len(self.body.inputs):
            raise fail(self, f"{len(self.body.inputs)} inputs", inputs=inputs)
        lengths = {s.shape[0] for s in sequences} - {None}
        if len(lengths) > 1 or lengths == {0}:
            raise fail(self, "sequences of one length of at least 1", sequences=sequences)
        length = lengths.pop() if lengths else None
        results = self._body_types([*states, *(s.with_shape(s.shape[1:]) for s in sequences), *invariants])
        for before, after in zip(states, results, strict=False):
            if not _agree(before, after):
                raise fail(self, "a step that keeps the types of the states", before=before, after=after)
        finals = [before.with_shape(_known(before, after)) for before, after in zip(states, results, strict=False)]
        return (*finals, *(t.with_shape((length, *t.shape)) for t in results[self.states :]))

    def numpy(self, *inputs: np.ndarray) -> tuple[Any, ...]:
        states, sequences, invariants = self._parts(inputs)
        finals, stacked = numpy_loop(self._step(lambda op, xs: op.numpy(*xs), invariants), states, sequences, self.reverse)
        return (*finals, *stacked)

    def tensorflow(self, *inputs: Any) -> tuple[Any, ...]:
        def call(op: Op, xs: list[Any]) -> Any:
            return op.tensorflow(*(None if x is None else tf.convert_to_tensor(x) for x in xs))

        states, sequences, invariants = self._parts(inputs)
        types = [v.type for v in self.body.outputs[self.states :]]
        finals, stacked = tensorflow_loop(self._step(call, invariants), states, sequences, types, self.reverse)
        return (*finals, *stacked)

    def decompose(self, *inputs: Any) -> Any:
        """Every step one after another, if their number is known."""
        states, sequences, invariants = self._parts(inputs)
        length = sequences[0].shape[0]
        if length is None:
            return NotImplemented
        step = self._step(apply, invariants)
        slices = list(zip(*(unstack(s, axis=0) for s in sequences), strict=True))
        outputs: list[Any] = [None] * length
        for t in _order(length, self.reverse):
            states, outputs[t] = step(states, list(slices[t]))
        return (*states, *(stack(parts, axis=0) for parts in zip(*outputs, strict=True)))

    def _parts(self, inputs: Sequence[Any]) -> tuple[list[Any], list[Any], list[Any]]:
        """States, sequences and invariants."""
        end = self.states + self.sequences
        return list(inputs[: self.states]), list(inputs[self.states : end]), list(inputs[end:])

    def _step(self, call: Callable[[Op, list[Any]], Any], invariants: list[Any]) -> Callable[..., tuple[list[Any], list[Any]]]:
        """The body as a function of states and slices, its nodes computed by `call`."""

        def step(states: list[Any], slices: list[Any]) -> tuple[list[Any], list[Any]]:
            values: dict[Value, Any] = dict(zip(self.body.inputs, [*states, *slices, *invariants], strict=True))
            for node in self.body.nodes:
                results = call(node.op, [_read(v, values) for v in node.inputs])  # type: ignore[arg-type]
                values.update(zip(node.outputs, results if isinstance(results, (tuple, list)) else (results,), strict=True))
            outputs = [_read(v, values) for v in self.body.outputs]
            return outputs[: self.states], outputs[self.states :]

        return step

    def _body_types(self, inputs: list[TensorType]) -> list[TensorType]:
        """The types of the body's outputs for inputs of these types."""
        types: dict[Value, TensorType] = {}
        for value, given in zip(self.body.inputs, inputs, strict=True):
            if not _agree(value.type, given):
                raise fail(self, f"{value.type} for '{value.name}'", received=given)
            types[value] = given
        for node in self.body.nodes:
            results = node.op.infer(*(None if v is None else types.get(v, v.type) for v in node.inputs))
            types.update(zip(node.outputs, [results] if isinstance(results, TensorType) else results, strict=True))
        return [types.get(v, v.type) for v in self.body.outputs]

    def __repr__(self) -> str:
        return f"Scan(body={self.body.name}, states={self.states}, sequences={self.sequences}, reverse={self.reverse})"


def scan(
    function: Step,
    states: Sequence[Any],
    sequences: Sequence[Any],
    invariants: Sequence[Any] = (),
    *,
    reverse: bool = False,
    name: str = "scan",
) -> tuple[list[Any], list[Any]]:
    """`function` applied along the first axis of all `sequences`: (final states, stacked outputs).

    function takes the states, the slices of the sequences and the invariants (three lists) and gives the new states
    and the outputs. On arrays and TensorFlow tensors it is called at each step; on symbolic values it is traced once.
    So what it needs of the outer graph's values must be among `invariants`; weights and arrays it may just use.
    """
    states, sequences, invariants = list(states), list(sequences), list(invariants)
    inputs = [*states, *sequences, *invariants]
    if any(isinstance(x, Symbolic) for x in inputs):
        op, captured = _trace(function, states, sequences, invariants, reverse, name)
        results = list(op(*states, *sequences, *captured))
        return results[: len(states)], results[len(states) :]

    def step(states: list[Any], slices: list[Any]) -> tuple[Sequence[Any], Sequence[Any]]:
        return function(states, slices, invariants)

    if any(is_tensorflow(x.value if isinstance(x, Variable) else x) for x in inputs):
        return tensorflow_loop(step, states, sequences, output_types(function, states, sequences, invariants), reverse)
    return numpy_loop(step, [as_array(s) for s in states], [as_array(s) for s in sequences], reverse)


def output_types(
    function: Step, states: Sequence[Any], sequences: Sequence[Any], invariants: Sequence[Any] = ()
) -> list[TensorType]:
    """The types of what one step gives beside its states. Computes nothing."""
    graph = Graph("step", types_only=True)
    given = [_type_of(s) for s in states], [_slice_type(s) for s in sequences], [_type_of(x) for x in invariants]
    _, outputs = function(*([graph.add_input("x", t) for t in types] for types in given))
    return [_type_of(x) for x in outputs]


def numpy_loop(
    step: Callable[..., Any], states: Sequence[Any], sequences: Sequence[Any], reverse: bool
) -> tuple[list[Any], list[Any]]:
    """The final states and the stacked outputs of `step(states, slices)`."""
    length = sequences[0].shape[0]
    if length == 0:
        raise ShapeError(f"expected sequences of at least one step. Received: shape={sequences[0].shape}")
    stacked: list[np.ndarray] = []
    for t in _order(length, reverse):
        states, outputs = step(list(states), [s[t] for s in sequences])
        if len(stacked) < len(outputs):
            stacked = [np.empty((length, *o.shape), o.dtype) for o in outputs]
        for whole, output in zip(stacked, outputs, strict=True):
            whole[t] = output
    return list(states), list(stacked)


def tensorflow_loop(
    step: Callable[..., Any],
    states: Sequence[Any],
    sequences: Sequence[Any],
    types: Sequence[TensorType],
    reverse: bool,
    length: Any = None,
    differentiable: bool = True,
    stacked: int | None = None,
) -> tuple[list[Any], list[Any]]:
    """As `numpy_loop`, with TensorFlow's loop; the number of steps need not be known.

    types: those of the outputs of a step; length: that of the sequences; differentiable: the loop's gradient may be asked for
    (XLA needs a bound for it); stacked: how many of the outputs are stacked (all): the others stay TensorArrays, which can be
    sequences of another loop, read without a copy.
    """
    length = length_of(sequences[0]) if length is None else length
    read = [s if isinstance(s, tf.TensorArray) else _as_steps(s, length) for s in sequences]

    def body(i: Any, states: Any, written: Any) -> Any:
        t = length - 1 - i if reverse else i
        states, outputs = step(list(states), [a.read(t) for a in read])
        return (
            i + 1,
            tuple(map(tf.convert_to_tensor, states)),
            tuple(a.write(t, o) for a, o in zip(written, outputs, strict=True)),
        )

    start = (
        tf.constant(0),
        tuple(tf.convert_to_tensor(s) for s in states),
        tuple(tf.TensorArray(t.dtype, length, element_shape=t.shape) for t in types),
    )
    bound = length if differentiable else None
    _, finals, written = tf.while_loop(lambda i, *_: i < length, body, start, maximum_iterations=bound)
    return list(finals), [a.stack() if stacked is None or i < stacked else a for i, a in enumerate(written)]


def length_of(sequence: Any) -> Any:
    """T of a tensor (T, ...)."""
    tensor = tf.convert_to_tensor(sequence)
    return tensor.shape[0] or tf.shape(tensor)[0]


def _as_steps(sequence: Any, length: Any) -> Any:
    """A tensor (T, ...) as a TensorArray of its slices."""
    tensor = tf.convert_to_tensor(sequence)
    return tf.TensorArray(tensor.dtype, length).unstack(tensor)


def _trace(
    function: Step, states: list[Any], sequences: list[Any], invariants: list[Any], reverse: bool, name: str
) -> tuple[Scan, list[Any]]:
    """The loop with `function` as its body, and the invariants that are its inputs: constants become the body's own."""
    graphs = (getattr(x, "graph", None) for x in [*states, *sequences, *invariants])
    body = Graph(name, types_only=any(g is not None and g.types_only for g in graphs))
    inner_states = [body.add_input(f"state_{i}", _type_of(s)) for i, s in enumerate(states)]
    slices = [body.add_input(f"slice_{i}", _slice_type(s)) for i, s in enumerate(sequences)]
    captured, inner = [], []
    for x in invariants:
        if isinstance(x, Value) and x.data is not None:
            inner.append(body.constant(x.data, x.name))
        elif isinstance(x, Symbolic):
            captured.append(x)
            inner.append(body.add_input(f"invariant_{len(captured) - 1}", _type_of(x)))
        else:
            inner.append(x)
    new_states, outputs = function(list(inner_states), list(slices), inner)
    if len(new_states) != len(states):
        raise ShapeError(f"expected a step that gives {len(states)} states. Received: {len(new_states)} states")
    body.set_outputs(cast(list[Value], [body.as_value(x) for x in (*new_states, *outputs)]))
    return Scan(body=body, states=len(states), sequences=len(sequences), reverse=reverse), captured


def _read(value: Value | None, values: dict[Value, Any]) -> Any:
    return None if value is None else value.data if value.data is not None else values[value]


def _order(length: int, reverse: bool) -> Iterator[int]:
    return reversed(range(length)) if reverse else iter(range(length))


def _type_of(x: Any) -> TensorType:
    if isinstance(x, (Symbolic, Variable)):
        return x.type.with_dtype(x.dtype)
    if is_tensorflow(x):
        return TensorType(dtype_of(x) or "float32", tuple(x.shape.as_list()))
    array = as_array(x)
    return TensorType(dtype_of(array) or "float32", array.shape)


def _slice_type(x: Any) -> TensorType:
    whole = _type_of(x)
    return whole.with_shape(whole.shape[1:])


def _agree(a: TensorType, b: TensorType) -> bool:
    same = a.dtype == b.dtype and a.rank == b.rank
    return same and all(x is None or y is None or x == y for x, y in zip(a.shape, b.shape, strict=True))


def _known(a: TensorType, b: TensorType) -> tuple[Dimension, ...]:
    return tuple(y if x is None else x for x, y in zip(a.shape, b.shape, strict=True))


__all__ = ["Scan", "scan"]
