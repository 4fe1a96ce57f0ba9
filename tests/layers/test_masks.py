"""Masks beside values: what each layer does with them and hands on, against Keras."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kport import layers, models
from kport.interpret import interpret
from kport.trace import trace
from tests.compare import assert_same

pytestmark = pytest.mark.filterwarnings("ignore")

MASKS = [
    np.array([[True, True, False], [True, False, False]]),
    np.array([[True, False, False], [False, True, False]]),
    np.array([[False, True, False], [True, True, False]]),
]
ROWS: list[tuple[str, dict[str, Any], list[tuple[int, ...]], list[bool]]] = [
    *(
        (name, {}, [(2, 3, 4)] * len(masked), masked)
        for name in ("Add", "Average", "Multiply", "Maximum", "Minimum")
        for masked in ([True, True, True], [True, False, True], [False, True], [True, False], [False, False])
    ),
    ("Subtract", {}, [(2, 3, 4), (2, 3, 4)], [True, True]),
    ("Multiply", {}, [(2, 4), (2, 3, 4)], [False, True]),
    ("Maximum", {}, [(2, 3, 4), (2, 4)], [True, False]),
    ("Concatenate", {}, [(2, 3, 4), (2, 3, 2)], [True, True]),
    ("Concatenate", {}, [(2, 3, 4), (2, 3, 2)], [True, False]),
    ("Concatenate", {"axis": 1}, [(2, 3, 4), (2, 3, 4)], [True, True]),
    ("Concatenate", {"axis": 1}, [(2, 3, 4), (2, 3, 4)], [False, True]),
    ("Concatenate", {"axis": 1}, [(2, 3, 4), (2, 3, 4)], [False, False]),
    ("Dot", {"axes": 2}, [(2, 3, 4), (2, 3, 4)], [True, True]),
    *(
        (name, config, [(2, 3, 4)], [True])
        for name, config in [
            ("Dense", {"units": 2, "kernel_initializer": "ones"}),
            ("Activation", {"activation": "relu"}),
            ("ReLU", {}),
            ("LeakyReLU", {}),
            ("ELU", {}),
            ("PReLU", {}),
            ("Dropout", {"rate": 0.5}),
            ("SpatialDropout1D", {"rate": 0.5}),
            ("GaussianNoise", {"stddev": 0.5}),
            ("GaussianDropout", {"rate": 0.5}),
            ("AlphaDropout", {"rate": 0.5}),
            ("ActivityRegularization", {}),
            ("Identity", {}),
            ("Flatten", {}),
            ("EinsumDense", {"equation": "abc,cd->abd", "output_shape": [None, 2], "kernel_initializer": "ones"}),
        ]
    ),
]


@pytest.mark.parametrize(("name", "config", "shapes", "masked"), ROWS, ids=str)
def test_values_and_mask_are_those_of_keras(
    name: str, config: dict[str, Any], shapes: list[tuple[int, ...]], masked: list[bool]
) -> None:
    import keras
    import tensorflow as tf

    rng = np.random.default_rng(1)
    arrays = [rng.normal(size=s).astype("float32") for s in shapes]
    masks = [mask if has else None for mask, has in zip(MASKS, masked, strict=False)]
    tensors = [tf.constant(a) for a in arrays]
    for tensor, mask in zip(tensors, masks, strict=True):
        if mask is not None:
            keras.src.backend.set_keras_mask(tensor, tf.constant(mask))
    theirs = getattr(keras.layers, name)(**config)(tensors if len(tensors) > 1 else tensors[0])
    layer = getattr(layers, name)(**config)
    several = len(arrays) > 1
    ours, mask = layer.call_with_masks((arrays if several else arrays[0],), {}, (masks if several else masks[0],))
    assert_same(ours, theirs)
    assert_same(mask, keras.src.backend.get_keras_mask(theirs))


@pytest.mark.parametrize(
    ("name", "config", "inputs"),
    [
        ("Embedding", {"input_dim": 5, "output_dim": 2, "mask_zero": True}, np.array([[1, 0, 2], [0, 0, 3]])),
        ("Embedding", {"input_dim": 5, "output_dim": 2}, np.array([[1, 0, 2]])),
        ("ReversibleEmbedding", {"input_dim": 5, "output_dim": 2, "mask_zero": True}, np.array([[1, 0, 2]])),
        ("Masking", {}, np.array([[[1.0, 0.0], [0.0, 0.0]]], "float32")),
        ("Masking", {"mask_value": 1.0}, np.array([[[1.0, 0.0], [1.0, 1.0]]], "float32")),
    ],
    ids=str,
)
def test_masks_begin(name: str, config: dict[str, Any], inputs: np.ndarray) -> None:
    import keras

    theirs = getattr(keras.layers, name)(**config)(inputs)
    _, mask = getattr(layers, name)(**config).call_with_masks((inputs,), {}, (None,))
    assert_same(mask, keras.src.backend.get_keras_mask(theirs))


def test_reversed_embedding_has_no_mask() -> None:
    layer = layers.ReversibleEmbedding(5, 2, mask_zero=True)
    hidden, mask = layer.call_with_masks((np.array([[1, 0, 2]]),), {}, (None,))
    _, reversed_mask = layer.call_with_masks((hidden,), {"reverse": True}, (mask,))
    assert mask is not None
    assert reversed_mask is None


def test_masks_travel_through_a_model_and_its_graph() -> None:
    import keras

    def build(layers: Any, model: Any) -> Any:
        a, b = layers.Input((3, 2)), layers.Input((3, 2))
        product = layers.Multiply()([layers.Masking()(a), layers.Dropout(0.5)(layers.Masking(1.0)(b))])
        return model([a, b], layers.Maximum()([layers.ReLU()(product), layers.Masking()(b)]))

    arrays = [np.random.default_rng(i).integers(0, 2, (4, 3, 2)).astype("float32") for i in range(2)]
    expected = np.asarray(build(keras.layers, keras.Model)(arrays))
    ours = build(layers, models.Model)
    assert_same(ours.predict(arrays), expected)
    assert_same(interpret(trace(ours), arrays)[0], expected)
