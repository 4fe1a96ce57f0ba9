"""The CoreML interpreter's recurrent layers against Keras, and against the formulas of Apple's tests where Keras has none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import scipy.special

from kport.converters.coreml.interpreter import run
from kport.errors import UsageError
from tests.converters.mil_case import Case, check, floats, written

STEPS, BATCH, FEATURES, UNITS = 5, 3, 4, 2
X = floats(STEPS, BATCH, FEATURES)
H, C = floats(BATCH, UNITS, seed=1), floats(BATCH, UNITS, seed=2)


def _weights(gates: int, seed: int = 0) -> dict[str, np.ndarray]:
    sizes = {"weight_ih": (gates * UNITS, FEATURES), "weight_hh": (gates * UNITS, UNITS), "bias": (gates * UNITS,)}
    return {name: floats(*shape, seed=seed + i) for i, (name, shape) in enumerate(sizes.items())}


def _keras(
    layer: Any, order: list[int], weights: dict[str, np.ndarray], x: np.ndarray, states: list[np.ndarray]
) -> list[np.ndarray]:
    """Outputs (steps, batch, units) and states of a Keras layer whose gates are MIL's in another order."""
    layer.build((None, None, FEATURES))
    columns = [w.reshape(len(order), UNITS, *w.shape[1:])[order].reshape(w.shape) for w in weights.values()]
    layer.set_weights([c.T for c in columns])
    outputs, *last = layer(x.transpose(1, 0, 2), initial_state=states)
    y = np.asarray(outputs).transpose(1, 0, 2)
    return [y[::-1] if layer.go_backwards else y, *map(np.asarray, last)]


def _last(results: list[np.ndarray], reverse: bool = False) -> list[np.ndarray]:
    """What there is without output_sequence: the step that was computed last."""
    return [results[0][:1] if reverse else results[0][-1:], *results[1:]]


def _lstm(
    x: np.ndarray, h: np.ndarray, c: np.ndarray, weights: dict[str, np.ndarray], reverse: bool = False, **how: Any
) -> list[np.ndarray]:
    """Gates i, f, o, z in MIL; i, f, z, o in Keras."""
    layer = keras.layers.LSTM(UNITS, return_sequences=True, return_state=True, go_backwards=reverse, **how)
    return _keras(layer, [0, 1, 3, 2], weights, x, [h, c])


FOUR, BACK = _weights(4), _weights(4, seed=7)
STATES = {"initial_h": H, "initial_c": C}


def _both(x: np.ndarray, h: np.ndarray, c: np.ndarray, sequence: bool = True) -> list[np.ndarray]:
    one = _lstm(x, h[:, :UNITS], c[:, :UNITS], FOUR)
    other = _lstm(x, h[:, UNITS:], c[:, UNITS:], BACK, reverse=True)
    one, other = (one, other) if sequence else (_last(one), _last(other, reverse=True))
    return [np.concatenate([a, b], -1) for a, b in zip(one, other, strict=True)]


def _peephole(x: np.ndarray, h: np.ndarray, c: np.ndarray, peephole: np.ndarray, clip: float) -> list[np.ndarray]:
    """The loop of Apple's test."""
    outputs = []
    for step in x:
        i, f, o, z = np.split(step @ FOUR["weight_ih"].T + h @ FOUR["weight_hh"].T + FOUR["bias"], 4, axis=1)
        p_i, p_f, p_o = np.split(peephole, 3)
        gate = scipy.special.expit
        c = np.clip(c * gate(f + c * p_f) + gate(i + c * p_i) * np.tanh(z), -clip, clip)
        h = gate(o + c * p_o) * np.maximum(c, 0)
        outputs.append(h)
    return [np.stack(outputs), h, c]


BACKWARD = {f"{name}_back": value for name, value in BACK.items()}
TWO_STATES = {"initial_h": floats(BATCH, 2 * UNITS, seed=1), "initial_c": floats(BATCH, 2 * UNITS, seed=2)}
LSTMS = [
    Case("lstm", {"x": X, **STATES}, lambda x, h, c: _lstm(x, h, c, FOUR), {**FOUR, "output_sequence": True}, ios=17),
    Case("lstm", {"x": X, **STATES}, lambda x, h, c: _last(_lstm(x, h, c, FOUR)), FOUR),
    Case(
        "lstm",
        {"x": X, **STATES},
        lambda x, h, c: _lstm(x, h, c, FOUR, reverse=True),
        {**FOUR, "output_sequence": True, "direction": "reverse"},
        unknown=True,
    ),
    Case(
        "lstm",
        {"x": X, **STATES},
        lambda x, h, c: _last(_lstm(x, h, c, FOUR, reverse=True), reverse=True),
        {**FOUR, "direction": "reverse"},
    ),
    Case(
        "lstm",
        {"x": X, **STATES},
        lambda x, h, c: _lstm(x, h, c, FOUR, activation="relu"),
        {**FOUR, "output_sequence": True, "cell_activation": "relu", "activation": "relu"},
    ),
    Case("lstm", {"x": X, **TWO_STATES}, _both, {**FOUR, **BACKWARD, "direction": "bidirectional", "output_sequence": True}),
    Case(
        "lstm", {"x": X, **TWO_STATES}, lambda x, h, c: _both(x, h, c, False), {**FOUR, **BACKWARD, "direction": "bidirectional"}
    ),
    Case(
        "lstm",
        {"x": X, **STATES},
        lambda x, h, c: _peephole(x, h, c, floats(6), 0.4),
        {**FOUR, "peephole": floats(6), "clip": 0.4, "activation": "relu", "output_sequence": True},
    ),
]
THREE = _weights(3)


def _gru(x: np.ndarray, h: np.ndarray, reverse: bool = False) -> list[np.ndarray]:
    """Gates r, o, z in MIL; z, r, o in Keras."""
    layer = keras.layers.GRU(UNITS, return_sequences=True, return_state=True, reset_after=False, go_backwards=reverse)
    return _keras(layer, [2, 0, 1], THREE, x, [h])


def _rnn(x: np.ndarray, h: np.ndarray, reverse: bool = False, activation: str = "tanh") -> list[np.ndarray]:
    layer = keras.layers.SimpleRNN(UNITS, return_sequences=True, return_state=True, go_backwards=reverse, activation=activation)
    return _keras(layer, [0], ONE, x, [h])


ONE = _weights(1)
ALONE = {"x": X[:, :1], "initial_h": H[:1]}
GRUS = [
    Case("gru", ALONE, _gru, {**THREE, "output_sequence": True}, ios=17),
    Case("gru", ALONE, lambda x, h: _last(_gru(x, h)), THREE),
    Case("gru", ALONE, lambda x, h: _gru(x, h, reverse=True), {**THREE, "output_sequence": True, "direction": "reverse"}),
]
RNNS = [
    Case("rnn", {"x": X, "initial_h": H}, _rnn, {**ONE, "output_sequence": True}, ios=17),
    Case("rnn", {"x": X, "initial_h": H}, lambda x, h: _last(_rnn(x, h, activation="relu")), {**ONE, "activation": "relu"}),
    Case(
        "rnn", {"x": X, "initial_h": H}, lambda x, h: _rnn(x, h, True), {**ONE, "output_sequence": True, "direction": "reverse"}
    ),
]
CASES = LSTMS + GRUS + RNNS


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_single_precision(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path / "m.mlpackage")


@pytest.mark.parametrize("case", [case for case in CASES if case.ios >= 17], ids=lambda case: case.id)
def test_half_precision(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path / "m.mlpackage", half=True)


def test_a_gru_of_more_than_one_sample_is_refused(tmp_path: Path) -> None:
    """CoreML gives zeros from the second sample on."""
    path, inputs = written(Case("gru", {"x": X, "initial_h": H}, None, THREE), tmp_path / "m.mlpackage")
    with pytest.raises(UsageError, match="expected a batch of 1"):
        run(path, inputs)
