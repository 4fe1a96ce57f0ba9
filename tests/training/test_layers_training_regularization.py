"""Layers that act in training only, against Keras: the same draws for the same seed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kport import layers
from kport.errors import LayerError
from kport.random.seeds import set_random_seed
from tests.compare import assert_same
from tests.data import make

CASES: list[tuple[str, dict[str, Any], tuple[int, ...]]] = [
    ("Dropout", {"rate": 0.4}, (6, 5)),
    ("Dropout", {"rate": 0.4, "noise_shape": (None, 1, 3)}, (6, 5, 3)),
    ("Dropout", {"rate": 1.0}, (6, 5)),
    ("Dropout", {"rate": 0.4, "dtype": "mixed_float16"}, (6, 5)),
    ("AlphaDropout", {"rate": 0.4}, (6, 5)),
    ("AlphaDropout", {"rate": 0.4, "noise_shape": (6, 1, None)}, (6, 5, 3)),
    ("GaussianDropout", {"rate": 0.4}, (6, 5)),
    ("GaussianNoise", {"stddev": 0.7}, (6, 5)),
    ("GaussianNoise", {"stddev": 0.7, "dtype": "mixed_bfloat16"}, (6, 5)),
    ("SpatialDropout1D", {"rate": 0.5}, (4, 5, 6)),
    ("SpatialDropout2D", {"rate": 0.5}, (4, 5, 6, 7)),
    ("SpatialDropout2D", {"rate": 0.5, "data_format": "channels_first"}, (4, 5, 6, 7)),
    ("SpatialDropout3D", {"rate": 0.5}, (4, 2, 3, 2, 7)),
    ("SpatialDropout3D", {"rate": 0.5, "data_format": "channels_first"}, (4, 7, 2, 3, 2)),
]
cases = pytest.mark.parametrize(("name", "config", "shape"), CASES, ids=str)


@cases
@pytest.mark.parametrize("how", ["numpy", "eager", "function"])
def test_training_draws_what_keras_draws(name: str, config: dict[str, Any], shape: tuple[int, ...], how: str) -> None:
    """Twice, because a layer goes on from call to call."""
    import keras
    import tensorflow as tf

    x = make(shape, 1)
    ours, theirs = getattr(layers, name)(**config, seed=9), getattr(keras.layers, name)(**config, seed=9)
    call: Any = {
        "numpy": lambda x: ours(x, training=True),
        "eager": lambda x: ours(tf.constant(x), training=True),
        "function": tf.function(lambda x: ours(x, training=True)),
    }[how]
    tolerance = {"rtol": 1e-2, "atol": 1e-2} if "mixed" in config.get("dtype", "") else {}
    before = x
    for _ in range(2):
        after = call(x)
        assert_same(after, theirs(x, training=True), **tolerance)
        assert config.get("rate") == 1.0 or (np.asarray(after) != np.asarray(before)).any()
        before = after
    assert_same(ours(x, training=False), theirs(x, training=False))
    assert_same(ours.seed_generator.state.numpy(), theirs.seed_generator.state)


@cases
def test_seeds_are_variables_but_no_weights(name: str, config: dict[str, Any], shape: tuple[int, ...]) -> None:
    layer = getattr(layers, name)(**config)
    assert layer.weights == [] and layer.variables == [layer.seed_generator.state]
    assert layer.trainable_variables == []


def test_layers_that_change_nothing_have_no_seed() -> None:
    x = make((3, 4), 1)
    for layer in (layers.Dropout(0.0), layers.GaussianNoise(0.0), layers.SpatialDropout1D(0)):
        assert layer(x, training=True) is x
        assert layer.variables == []


def test_the_random_seed_makes_layers_repeatable() -> None:
    import keras

    x, values = make((3, 4), 1), []
    for package, seed in ((layers, set_random_seed), (layers, set_random_seed), (keras.layers, keras.utils.set_random_seed)):
        seed(4)
        values.append([np.asarray(package.Dropout(0.5)(x, training=True)) for _ in range(2)])
    assert_same(values[0], values[1])
    assert_same(values[0], values[2])
    assert (values[0][0] != values[0][1]).any()


def test_activity_regularization_adds_to_the_loss_as_in_keras() -> None:
    import keras
    import tensorflow as tf

    x = tf.constant(make((3, 4), 1))
    ours, theirs = layers.ActivityRegularization(0.1, 0.2), keras.layers.ActivityRegularization(0.1, 0.2)
    assert_same(ours(x), theirs(x))
    assert_same([np.asarray(loss) for loss in ours.losses], [np.asarray(loss) for loss in theirs.losses])


@pytest.mark.parametrize(
    ("make_layer", "message"),
    [
        (lambda: layers.Dropout(1.5, name="d"), "layer 'd': expected a number from 0 to 1. Received: rate=1.5"),
        (lambda: layers.SpatialDropout2D(-1), "expected a number from 0 to 1. Received: rate=-1"),
        (lambda: layers.GaussianNoise(-1.0), "expected a number of at least 0. Received: stddev=-1.0"),
        (lambda: layers.Dropout(0.5, noise_shape="x"), "expected a positive whole number or None .* noise_shape='x'"),
        (lambda: layers.Dropout(0.5, noise_shape=(0, 1)), r"expected a positive whole number .* noise_shape=\(0, 1\)"),
        (lambda: layers.SpatialDropout2D(0.5, data_format="x"), "expected 'channels_first' or .* data_format='x'"),
    ],
)
def test_messages(make_layer: Any, message: str) -> None:
    with pytest.raises(LayerError, match=message):
        make_layer()
