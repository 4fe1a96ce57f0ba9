"""Multiply-accumulates, against what is known and what is counted by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import kport
from kport import layers as L
from kport.converters.cost import multiply_accumulates


def u_net(x: Any) -> Any:
    """One level down and up again, on 8 x 8."""
    left = L.Conv2D(4, 3, padding="same")(x)
    below = L.Conv2D(8, 3, padding="same")(L.MaxPooling2D()(left))
    right = L.Concatenate()([left, L.Conv2DTranspose(4, 2, strides=2)(below)])
    return L.Conv2D(1, 1)(L.Conv2D(4, 3, padding="same")(right))


def nested(x: Any) -> Any:
    """A model that is called twice."""
    inner = kport.Model(y := kport.Input((8, 8, 3)), L.Conv2D(3, 3, padding="same")(y))
    return inner(inner(x))


U_NET = 64 * 9 * 3 * 4 + 16 * 9 * 4 * 8 + 16 * 4 * 8 * 4 + 64 * 9 * 8 * 4 + 64 * 4
BY_HAND: dict[str, tuple[tuple[int | None, ...], Callable[[Any], Any], int]] = {
    "Dense": ((10, 8), lambda x: L.Dense(5)(x), 10 * 8 * 5),
    "EinsumDense": ((10, 8), lambda x: L.EinsumDense("abc,cd->abd", output_shape=(None, 16))(x), 10 * 8 * 16),
    "attention": ((10, 8), lambda x: L.MultiHeadAttention(2, 4)(x, x), 3 * 10 * 8 * 8 + 2 * 2 * 10 * 10 * 4 + 10 * 8 * 8),
    "LSTM": ((10, 8), lambda x: L.LSTM(16)(x), 10 * (8 + 16) * 4 * 16),
    "both directions": ((10, 8), lambda x: L.Bidirectional(L.GRU(16))(x), 2 * 10 * (8 + 16) * 3 * 16),
    "a loop over a cell": ((10, 8), lambda x: L.RNN(L.LSTMCell(16))(x), 10 * (8 + 16) * 4 * 16),
    "unknown steps count once": ((None, 8), lambda x: L.LSTM(16)(x), (8 + 16) * 4 * 16),
    "ConvLSTM": ((6, 8, 8, 3), lambda x: L.ConvLSTM2D(4, 3, padding="same")(x), 6 * 64 * 9 * (3 + 4) * 16),
    "every step": ((6, 8, 8, 3), lambda x: L.TimeDistributed(L.Conv2D(4, 3))(x), 6 * 36 * 27 * 4),
    "depthwise": ((8, 8, 3), lambda x: L.SeparableConv2D(5, 3)(x), 36 * 9 * 3 + 36 * 3 * 5),
    "U-Net": ((8, 8, 3), u_net, U_NET),
    "nested": ((8, 8, 3), nested, 2 * 64 * 9 * 3 * 3),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_counted_by_hand(name: str) -> None:
    shape, function, expected = BY_HAND[name]
    inputs = kport.Input(shape)
    assert multiply_accumulates(kport.Model(inputs, function(inputs))) == expected


def test_one_sample_of_a_fixed_batch() -> None:
    inputs = kport.Input(batch_shape=(5, 4))
    assert multiply_accumulates(kport.Model(inputs, L.Dense(3)(inputs))) == 12


@pytest.mark.slow
@pytest.mark.parametrize(("name", "billions"), [("ResNet50", 3.858), ("MobileNetV2", 0.3008)])
def test_published_figures(name: str, billions: float, tmp_path: Path) -> None:
    import keras

    path = tmp_path / "model.json"
    path.write_text(getattr(keras.applications, name)(weights=None).to_json())
    assert multiply_accumulates(kport.load(path, weights=False)) == pytest.approx(billions * 1e9, rel=1e-3)
