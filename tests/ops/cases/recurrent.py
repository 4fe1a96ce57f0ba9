"""Recurrent operations and the loop, judged by Keras's layers and by loops in plain TensorFlow."""

from collections.abc import Callable
from typing import Any

import numpy as np

from kport import ops
from kport.ops.recurrent import Gru, Lstm, Recurrent, SimpleRnn
from tests.data import Exactly
from tests.ops.case import OpCase

MASK = Exactly([[1, 0, 1, 0], [0, 0, 1, 1]], "bool")
WEIGHTS_KNOWN = {"unknown sizes": "those of weights are known"}
STATES = {"LSTM": 2, "GRU": 1, "SimpleRNN": 1}
FUNCTIONS = {"LSTM": ops.lstm, "GRU": ops.gru, "SimpleRNN": ops.simple_rnn}
OPS: dict[str, type[Recurrent]] = {"LSTM": Lstm, "GRU": Gru, "SimpleRNN": SimpleRnn}


def inputs(name: str, bias: tuple[int, ...] | None, states: bool = False, mask: Any = None) -> list[Any]:
    """x, kernel, recurrent_kernel, bias, initial states, mask."""
    width = 3 * OPS[name].gates
    return [(2, 4, 2), (2, width), (3, width), bias, *[(2, 3) if states else None] * STATES[name], mask]


def call(name: str, **attributes: Any) -> Callable[..., Any]:
    def function(x: Any, kernel: Any, recurrent_kernel: Any, bias: Any, *rest: Any) -> Any:
        *states, mask = rest
        return FUNCTIONS[name](x, kernel, recurrent_kernel, bias, initial_state=states, mask=mask, **attributes)

    return function


def judge(name: str, reverse: bool = False, **config: Any) -> Callable[..., Any]:
    """Keras's layer with these weights, its outputs in the order of the inputs."""

    def function(x: Any, kernel: Any, recurrent_kernel: Any, bias: Any, *rest: Any) -> Any:
        import keras

        *states, mask = rest
        layer = getattr(keras.layers, name)(
            3, use_bias=bias is not None, return_sequences=True, return_state=True, go_backwards=reverse, **config
        )
        layer.build(x.shape)
        weights = [w for w in (kernel, recurrent_kernel, bias) if w is not None]
        given = None if states[0] is None else states
        (y, *finals), _ = layer.stateless_call(
            weights, [v.value for v in layer.non_trainable_variables], x, initial_state=given, mask=mask
        )
        return (keras.ops.flip(y, 1) if reverse else y, *finals)

    return function


def case(name: str, bias: tuple[int, ...] | None, states: bool = False, mask: Any = None, **attributes: Any) -> OpCase:
    op = OPS[name].__name__
    return OpCase(
        op,
        call(name, **attributes),
        inputs(name, bias, states, mask),
        expected_tf=judge(name, **attributes),
        source="Keras",
        skip=WEIGHTS_KNOWN,
    )


def decomposed(x: Any, kernel: Any, recurrent_kernel: Any, mask: Any) -> Any:
    return Lstm(reverse=True).decompose(x, kernel, recurrent_kernel, None, None, None, mask)


KERNEL, RECURRENT_KERNEL = (
    np.random.default_rng(i).uniform(-1, 1, s).astype("float32") for i, s in enumerate([(2, 12), (3, 12)])
)


def leaky_sum(x: Any, start: Any, factor: Any, reverse: bool = False) -> Any:
    """s' = tanh(factor · s + x_t), and 2 s' at every step."""

    def step(states: list[Any], slices: list[Any], invariants: list[Any]) -> tuple[list[Any], list[Any]]:
        state = ops.tanh(invariants[0] * states[0] + slices[0])
        return [state], [2 * state]

    finals, stacked = ops.scan(step, [start], [x], [factor], reverse=reverse)
    return (*finals, *stacked)


def leaky_sum_in_tensorflow(x: Any, start: Any, factor: Any, reverse: bool = False) -> Any:
    import tensorflow as tf

    outputs, state = [], start
    for t in reversed(range(x.shape[0])) if reverse else range(x.shape[0]):
        state = tf.tanh(factor * state + x[t])
        outputs.append(2 * state)
    return state, tf.stack(outputs[::-1] if reverse else outputs)


CASES = [
    case("LSTM", (12,)),
    case("LSTM", None, reverse=True),
    case("LSTM", (12,), states=True, mask=MASK),
    case(
        "LSTM", (12,), mask=MASK, zero_output_for_mask=True, reverse=True, activation="elu", recurrent_activation="hard_sigmoid"
    ),
    case("GRU", (2, 9)),
    case("GRU", None, states=True),
    case("GRU", (9,), reset_after=False, mask=MASK),
    case("GRU", None, reset_after=False, states=True, reverse=True),
    case("SimpleRNN", (3,), mask=MASK, reverse=True),
    case("SimpleRNN", (3,), states=True, activation="softsign"),
    OpCase(
        "Lstm",
        lambda x: ops.lstm(x, KERNEL, RECURRENT_KERNEL),
        [(2, 4, 2)],
        expected_tf=lambda x: judge("LSTM")(x, KERNEL, RECURRENT_KERNEL, None, None, None, None),
    ),
    OpCase(
        "Scan",
        lambda x, mask: decomposed(x, KERNEL, RECURRENT_KERNEL, mask),
        [(2, 4, 2), MASK],
        expected_tf=lambda x, mask: judge("LSTM", reverse=True)(x, KERNEL, RECURRENT_KERNEL, None, None, None, mask),
    ),
    OpCase(
        "Scan",
        leaky_sum,
        [(4, 2), (2,), ()],
        expected_tf=leaky_sum_in_tensorflow,
        skip={"unknown sizes": "the state's would change"},
    ),
    OpCase(
        "Scan",
        lambda x, s: leaky_sum(x, s, np.float32(0.5), reverse=True),
        [(3, 2, 2), (2, 2)],
        expected_tf=lambda x, s: leaky_sum_in_tensorflow(x, s, 0.5, reverse=True),
    ),
]
