"""Recurrent layers over (sequence, batch, features).

Of the gru the documentation's formula and Apple's tests differ: by the tests, which are right, the reset gate is applied to
the state before its product. The tests have a batch of 1 only, because CoreML gives zeros from the second sample on.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .activation import sigmoid
from .shapes import expect

_DIRECTION = "direction?: const string, output_sequence?: const bool"
_GRU = f"bias?[1]: const T, {_DIRECTION}, recurrent_activation?: const string, activation?: const string"
_RNN = f"bias?[1]: const T, {_DIRECTION}, activation?: const string"
_LSTM = (
    "bias?[1]: const T, peephole?[1]: const T, weight_ih_back?[2]: const T, weight_hh_back?[2]: const T, "
    f"bias_back?[1]: const T, peephole_back?[1]: const T, {_DIRECTION}, recurrent_activation?: const string, "
    "cell_activation?: const string, activation?: const string, clip?: const T"
)
_STATE = "initial_h[2]: T"
_WEIGHTS = "weight_ih[2]: const T, weight_hh[2]: const T"
FORMS = f"""
15 gru(x[3]: T=SINGLE, {_STATE}, {_WEIGHTS}, {_GRU}) -> T, T
17 gru(x[3]: T=F, {_STATE}, {_WEIGHTS}, {_GRU}) -> T, T
18 gru(x[3]: T=F, {_STATE}, {_WEIGHTS}, {_GRU}, reset_after?: const bool, input_bias?[1]: const T) -> T, T
15 lstm(x[3]: T=SINGLE, {_STATE}, initial_c[2]: T, {_WEIGHTS}, {_LSTM}) -> T, T, T
17 lstm(x[3]: T=F, {_STATE}, initial_c[2]: T, {_WEIGHTS}, {_LSTM}) -> T, T, T
15 rnn(x[3]: T=SINGLE, {_STATE}, {_WEIGHTS}, {_RNN}) -> T, T
17 rnn(x[3]: T=F, {_STATE}, {_WEIGHTS}, {_RNN}) -> T, T
"""
Activation = Callable[[np.ndarray], np.ndarray]
_ACTIVATIONS: dict[str, Activation] = {
    "linear": lambda x: x,
    "relu": lambda x: np.maximum(x, 0),
    "sigmoid": sigmoid,
    "hard_sigmoid": lambda x: np.clip(0.2 * x + 0.5, 0, 1),
    "tanh": np.tanh,
    "scaled_tanh": np.tanh,
}


def _activation(name: str) -> Activation:
    """By name; those with parameters have the defaults α = 0.2, β = 0.5 (hard_sigmoid) and α = β = 1 (scaled_tanh)."""
    name = "hard_sigmoid" if name == "sigmoid_hard" else name
    if name not in _ACTIVATIONS:
        raise ValueError(f"expected an activation: {', '.join(_ACTIVATIONS)}. Received: {name}")
    return _ACTIVATIONS[name]


def _is_reverse(direction: str) -> bool:
    if direction not in ("forward", "reverse"):
        raise ValueError(f"expected direction forward or reverse. Received: {direction}")
    return direction == "reverse"


def _projected(x: np.ndarray, weight: np.ndarray, bias: np.ndarray | None) -> np.ndarray:
    """What the input adds to the gates at every step: (sequence, batch, gates)."""
    y = x @ weight.T
    return y if bias is None else y + bias


def _expect(
    gates: int,
    x: np.ndarray,
    states: tuple[np.ndarray, ...],
    weight_ih: np.ndarray,
    weight_hh: np.ndarray,
    bias: np.ndarray | None,
    peephole: np.ndarray | None = None,
) -> None:
    """The shapes that one direction's states and weights must have."""
    size = weight_hh.shape[1]
    for state in states:
        expect("an initial state", state, x.shape[1], size)
    expect("weight_ih", weight_ih, gates * size, x.shape[2])
    expect("weight_hh", weight_hh, gates * size, size)
    expect("bias", bias, gates * size)
    expect("peephole", peephole, 3 * size)


def _scan(steps: np.ndarray, step: Callable[[np.ndarray], np.ndarray], reverse: bool, output_sequence: bool) -> np.ndarray:
    """The outputs of every step, in the order of the sequence, or only that of the step that comes last."""
    order = range(len(steps) - 1, -1, -1) if reverse else range(len(steps))
    outputs = [step(steps[t]) for t in order]
    if not output_sequence:
        return outputs[-1][None]
    return np.stack(outputs[::-1] if reverse else outputs)


def _rnn(
    x: np.ndarray,
    initial_h: np.ndarray,
    weight_ih: np.ndarray,
    weight_hh: np.ndarray,
    bias: np.ndarray | None = None,
    direction: str = "forward",
    output_sequence: bool = False,
    activation: str = "tanh",
) -> tuple[np.ndarray, ...]:
    """h = activation(W x + R h + b)"""
    _expect(1, x, (initial_h,), weight_ih, weight_hh, bias)
    function, h = _activation(activation), initial_h

    def step(projected: np.ndarray) -> np.ndarray:
        nonlocal h
        h = function(projected + h @ weight_hh.T)
        return h

    y = _scan(_projected(x, weight_ih, bias), step, _is_reverse(direction), output_sequence)
    return y, h


def _gru(
    x: np.ndarray,
    initial_h: np.ndarray,
    weight_ih: np.ndarray,
    weight_hh: np.ndarray,
    bias: np.ndarray | None = None,
    direction: str = "forward",
    output_sequence: bool = False,
    recurrent_activation: str = "sigmoid",
    activation: str = "tanh",
    reset_after: bool = False,
    input_bias: np.ndarray | None = None,
) -> tuple[np.ndarray, ...]:
    """Gates r, o, z: o = activation(W_o x + R_o (r h) + b_o), h = (1 - z) o + z h"""
    if x.shape[1] != 1:
        raise ValueError(f"expected a batch of 1, for CoreML gives zeros for all other samples. Received: {x.shape[1]}")
    if reset_after or input_bias is not None:
        raise ValueError("CoreML's gru with reset_after or input_bias doesn't compute what its documentation says")
    _expect(3, x, (initial_h,), weight_ih, weight_hh, bias)
    gate, function, h = _activation(recurrent_activation), _activation(activation), initial_h
    size = h.shape[1]
    gates = np.r_[0:size, 2 * size : 3 * size]
    weight_rz, weight_o = weight_hh[gates].T, weight_hh[size : 2 * size].T

    def step(projected: np.ndarray) -> np.ndarray:
        nonlocal h
        r, z = np.split(gate(projected[:, gates] + h @ weight_rz), 2, axis=1)
        o = function(projected[:, size : 2 * size] + (r * h) @ weight_o)
        h = (1 - z) * o + z * h
        return h

    y = _scan(_projected(x, weight_ih, bias), step, _is_reverse(direction), output_sequence)
    return y, h


def _lstm(
    x: np.ndarray,
    initial_h: np.ndarray,
    initial_c: np.ndarray,
    weight_ih: np.ndarray,
    weight_hh: np.ndarray,
    bias: np.ndarray | None = None,
    peephole: np.ndarray | None = None,
    weight_ih_back: np.ndarray | None = None,
    weight_hh_back: np.ndarray | None = None,
    bias_back: np.ndarray | None = None,
    peephole_back: np.ndarray | None = None,
    direction: str = "forward",
    output_sequence: bool = False,
    recurrent_activation: str = "sigmoid",
    cell_activation: str = "tanh",
    activation: str = "tanh",
    clip: float | None = None,
) -> tuple[np.ndarray, ...]:
    """One direction, or both: then their outputs and states lie side by side, forward first."""
    functions = (_activation(recurrent_activation), _activation(cell_activation), _activation(activation))
    back = (weight_ih_back, weight_hh_back, bias_back, peephole_back)
    if direction != "bidirectional":
        if any(weight is not None for weight in back):
            raise ValueError(f"expected backward weights only with direction bidirectional. Received: {direction}")
        weights = (weight_ih, weight_hh, bias, peephole)
        return _lstm_one(x, initial_h, initial_c, weights, functions, clip, _is_reverse(direction), output_sequence)
    if weight_ih_back is None or weight_hh_back is None:
        raise ValueError("expected weight_ih_back and weight_hh_back with direction bidirectional")
    (h_forward, h_back), (c_forward, c_back) = np.split(initial_h, 2, 1), np.split(initial_c, 2, 1)
    forward = (weight_ih, weight_hh, bias, peephole)
    one = _lstm_one(x, h_forward, c_forward, forward, functions, clip, False, output_sequence)
    other = _lstm_one(x, h_back, c_back, back, functions, clip, True, output_sequence)
    return tuple(np.concatenate([a, b], axis=-1) for a, b in zip(one, other, strict=True))


def _lstm_one(
    x: np.ndarray,
    h: np.ndarray,
    c: np.ndarray,
    weights: tuple[np.ndarray | None, ...],
    functions: tuple[Activation, ...],
    clip: float | None,
    reverse: bool,
    output_sequence: bool,
) -> tuple[np.ndarray, ...]:
    """Gates i, f, o, z: c = f c + i z, clipped; h = o activation(c). Peepholes: of the old c for i and f, the new for o."""
    weight_ih, weight_hh, bias, peephole = weights
    assert weight_ih is not None and weight_hh is not None
    _expect(4, x, (h, c), weight_ih, weight_hh, bias, peephole)
    gate, cell, function = functions
    peep_i, peep_f, peep_o = (0, 0, 0) if peephole is None else np.split(peephole, 3)
    recurrent = weight_hh.T

    def step(projected: np.ndarray) -> np.ndarray:
        nonlocal h, c
        i, f, o, z = np.split(projected + h @ recurrent, 4, axis=1)
        c = gate(f + peep_f * c) * c + gate(i + peep_i * c) * cell(z)
        c = c if clip is None else np.clip(c, -clip, clip)
        h = gate(o + peep_o * c) * function(c)
        return h

    y = _scan(_projected(x, weight_ih, bias), step, reverse, output_sequence)
    return y, h, c


KERNELS = {"gru": _gru, "lstm": _lstm, "rnn": _rnn}
