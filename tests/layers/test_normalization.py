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


def test_frozen_batch_normalization_keeps_its_statistics() -> None:
    layer = layers.BatchNormalization(trainable=False)
    x = make((5, 4), 0)
    assert_same(layer(x, training=True), x / np.sqrt(np.float32(1.001)))
    assert_same(layer.moving_mean.numpy(), np.zeros(4, np.float32))


@pytest.mark.parametrize(
    ("make_layer", "message"),
    [
        (lambda: layers.BatchNormalization(renorm=True, name="bn")(make((2, 3), 0), training=True), "renorm=False.*renorm=True"),
        (lambda: layers.BatchNormalization.from_config({"virtual_batch_size": 4}), "virtual_batch_size=4"),
        (lambda: layers.GroupNormalization(groups=4, name="gn")(make((2, 3, 6), 0)), r"layer 'gn'.*groups=4.*\(2, 3, 6\)"),
        (lambda: layers.LayerNormalization(axis=3)(make((2, 3), 0)), "an axis of a tensor of rank 2.*axis=3"),
    ],
)
def test_errors_say_what_was_expected(make_layer: Any, message: str) -> None:
    with pytest.raises(LayerError, match=message):
        make_layer()
