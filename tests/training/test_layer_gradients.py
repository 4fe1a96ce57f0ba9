"""Every layer of the grid in training, on TensorFlow, against Keras: outputs, gradients of inputs and weights, state."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kport.layers.arguments import call_parameters
from kport.registry import layers as registry
from kport.tree import flatten, map_structure
from tests.compare import assert_same
from tests.layers.case import LayerCase
from tests.layers.cases import CASES
from tests.layers.graphs import new_layer
from tests.layers.oracle import call_arguments, needs_xla, oracle_layer

pytestmark = pytest.mark.filterwarnings("ignore")  # the oracle's own

RANDOM = ("Random", "Dropout", "Noise", "Aug", "MixUp", "CutMix", "StochasticDepth")
"""Words in the names of layers that draw numbers in training."""

HALF = ("BatchNormalization", "Conv2D", "Dense", "Embedding", "GRU", "LSTM", "LayerNormalization", "MaxPooling2D")
"""A sample of layers, compared in mixed_float16."""


def is_random(case: LayerCase) -> bool:
    drawn = any(case.config.get(name) for name in ("dropout", "recurrent_dropout", "rate"))
    return drawn or any(word in str([case.layer, case.config]) for word in RANDOM)


def trainable_cases() -> list[LayerCase]:
    """Those that give floats that depend on something by a gradient, and that both sides compute alike."""
    return [
        case
        for case in CASES
        if case.oracle == "keras"
        and "tensorflow" not in case.skip
        and not is_random(case)
        and "preprocessing" not in registry.find(case.layer).__module__
    ]


def first_of_each(cases: list[LayerCase], each: int) -> tuple[list[LayerCase], list[LayerCase]]:
    """The first cases of every layer, and the others."""
    counts: dict[str, int] = {}
    first, others = [], []
    for case in cases:
        counts[case.layer] = counts.get(case.layer, 0) + 1
        (first if counts[case.layer] <= each else others).append(case)
    return first, others


FIRST, OTHERS = first_of_each(trainable_cases(), 2)


def gradients(layer: Any, case: LayerCase, weights: list[Any], training: bool) -> tuple[Any, list[Any]]:
    """The outputs, and the gradients of a sum in which every float of them has another share."""
    import tensorflow as tf

    tensors, named = map_structure(lambda x: tf.constant(x) if isinstance(x, np.ndarray) else x, call_arguments(case))
    named = {**named, "training": True} if training else named
    floats = [x for x in flatten([tensors, named]) if tf.is_tensor(x) and x.dtype.is_floating]

    def forward() -> Any:
        return layer(tensors, **named)

    with tf.GradientTape() as tape:
        tape.watch(floats)
        outputs = tf.function(forward, jit_compile=True)() if needs_xla(case) and "keras" in type(layer).__module__ else forward()
        parts = [tf.cast(x, "float32") for x in flatten(outputs) if x is not None and x.dtype.is_floating]
        shares = [tf.reshape(tf.linspace(0.5, 1.5, tf.size(x)), tf.shape(x)) for x in parts]
        loss = tf.add_n([tf.zeros(()), *(tf.reduce_sum(x * share) for x, share in zip(parts, shares, strict=True))])
    found = tape.gradient(loss, [*floats, *weights])
    return outputs, [None if g is None else tf.convert_to_tensor(g) for g in found]


def compare(case: LayerCase, rtol: float, atol: float) -> None:
    layer, _, _ = new_layer(case)
    training = "training" in call_parameters(type(layer))
    oracle = oracle_layer(case)
    layer.set_weights([np.asarray(w) for w in oracle.weights if "seed" not in w.name])
    expected = gradients(oracle, case, [w.value for w in oracle.trainable_weights], training)
    actual = gradients(layer, case, [w.in_tensorflow() for w in layer.trainable_weights], training)
    names = [w.path for w in layer.trainable_weights]
    assert_same(actual[0], expected[0], rtol, atol, "outputs")
    for name, a, e in zip([*["input"] * (len(actual[1]) - len(names)), *names], actual[1], expected[1], strict=True):
        assert_same(a, e, 10 * rtol, 10 * atol, f"gradient of {name}")
    kept = [np.asarray(w) for w in oracle.weights if "seed" not in w.name]
    assert_same([w.numpy() for w in layer.weights], kept, rtol, atol, "state")


@pytest.mark.parametrize("case", FIRST, ids=lambda case: case.id)
def test_a_layer_trains_as_in_keras(case: LayerCase) -> None:
    compare(case, max(case.rtol, 1e-5), max(case.atol, 1e-6))


@pytest.mark.slow
@pytest.mark.parametrize("case", OTHERS, ids=lambda case: case.id)
def test_every_case_trains_as_in_keras(case: LayerCase) -> None:
    compare(case, max(case.rtol, 1e-5), max(case.atol, 1e-6))


@pytest.mark.parametrize("name", HALF)
def test_a_layer_trains_as_in_keras_in_mixed_precision(name: str) -> None:
    case = next(case for case in FIRST if case.layer == name)
    half = LayerCase(case.layer, case.inputs, {**case.config, "dtype": "mixed_float16"}, case.call, case.mask)
    compare(half, 2e-3, 2e-3)
