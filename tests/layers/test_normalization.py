"""What normalization layers do in training, and what they refuse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kport import layers
from kport.errors import LayerError
from tests.compare import assert_same
from tests.data import make

pytestmark = pytest.mark.filterwarnings("ignore")  # the oracle's own


@pytest.mark.parametrize("backend", ["numpy", "tensorflow"])
@pytest.mark.parametrize(
    ("config", "mask"),
    [
        ({"momentum": 0.6}, None),
        ({"axis": 1, "center": False}, None),
        ({"momentum": 0.6}, ((True, False, True), (True, True, False))),
    ],
)
def test_batch_normalization_in_training_agrees_with_keras(config: dict[str, Any], mask: Any, backend: str) -> None:
    """The output, the moving statistics, and the output with them."""
    import keras
    import tensorflow as tf

    x = make((2, 3, 4), 0)
    mask = None if mask is None else np.array(mask)
    theirs, ours = keras.layers.BatchNormalization(**config), layers.BatchNormalization(**config)
    to_tensor = tf.convert_to_tensor if backend == "tensorflow" else np.asarray
    expected = theirs(x, training=True, mask=mask)
    actual = ours(to_tensor(x), training=True, mask=None if mask is None else to_tensor(mask))
    assert_same(actual, expected)
    assert_same([w.numpy() for w in ours.weights], [w.numpy() for w in theirs.weights])
    assert_same(ours(x), theirs(x))


@pytest.mark.parametrize("zero", [False, True])
def test_spectral_normalization_in_training_agrees_with_keras(zero: bool) -> None:
    """Kernel and vector after a step; a kernel of zeros stays."""
    import keras

    x = make((2, 4), 0)
    theirs = keras.layers.SpectralNormalization(keras.layers.Dense(3), power_iterations=2)
    ours = layers.SpectralNormalization(layers.Dense(3), power_iterations=2)
    theirs(x)
    ours(x)
    arrays = [make(tuple(w.shape), i) for i, w in enumerate(theirs.weights)]
    theirs.set_weights([np.zeros_like(arrays[0]) if zero else arrays[0], *arrays[1:]])
    ours.set_weights(theirs.get_weights())
    assert_same(ours(x, training=True), theirs(x, training=True))
    assert_same(ours.get_weights(), theirs.get_weights())


def test_frozen_batch_normalization_keeps_its_statistics() -> None:
    layer = layers.BatchNormalization(trainable=False)
    x = make((5, 4), 0)
    assert_same(layer(x, training=True), x / np.sqrt(np.float32(1.001)))
    assert_same(layer.moving_mean.numpy(), np.zeros(4, np.float32))


@pytest.mark.parametrize(
    ("make_layer", "message"),
    [
        (lambda: layers.BatchNormalization(renorm=True, renorm_clipping={"max": 1.0}), "rmax, rmin, dmax.*max"),
        (lambda: layers.BatchNormalization(renorm=True, renorm_clipping={"rmax": 1.0, "rmin": 2.0}), "rmin ≤ rmax.*2.0"),
        (lambda: layers.BatchNormalization.from_config({"virtual_batch_size": 4}), "virtual_batch_size=4"),
        (lambda: layers.GroupNormalization(groups=4, name="gn")(make((2, 3, 6), 0)), r"layer 'gn'.*groups=4.*\(2, 3, 6\)"),
        (lambda: layers.SpectralNormalization(layers.Dense(2), power_iterations=0), "at least one.*power_iterations=0"),
        (lambda: layers.SpectralNormalization(layers.Flatten())(make((2, 3), 0)), "a kernel or embeddings.*Flatten"),
        (lambda: layers.LayerNormalization(axis=3)(make((2, 3), 0)), "an axis of a tensor of rank 2.*axis=3"),
    ],
)
def test_errors_say_what_was_expected(make_layer: Any, message: str) -> None:
    with pytest.raises(LayerError, match=message):
        make_layer()
