"""Image layers in training: the same seed gives the images that Keras gives on TensorFlow."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from kport import layers
from tests.compare import assert_same
from tests.training.augmentations import CASES, ONE_OF_EACH, PIXELS, SHARES, Case, both, calls, made, named

keras = pytest.importorskip("keras", reason="not run: Keras is the judge")
pytestmark = pytest.mark.filterwarnings("ignore:.*:UserWarning")

GREY_LEVEL = 1e-3
"""Values lie in 0 ... 255: a few roundings of float32 in where a pixel comes from."""
FIRST = {"data_format": "channels_first"}
CHANNELS_FIRST_FAILS = {
    "AutoContrast": "Keras takes the darkest and brightest of rows, whatever the format; so do those that may choose it",
    "AugMix": "as AutoContrast",
    "RandAugment": "as AutoContrast",
    "RandomColorJitter": "Keras forgets the format and fails on anything but images of 3 columns",
}
BYTES_FAIL = {
    "RandomBrightness": "Keras adds in uint8, which wraps around; kport stops at 0 and 255",
    "RandomContrast": "Keras fails to subtract a float mean from integers",
    "RandomSaturation": "Keras refuses integers",
}
FIXED_BY_TRACE = "AugMix"
"""Chooses when it is traced, and TensorFlow may trace twice."""


@pytest.mark.parametrize("case", CASES, ids=named)
def test_images_are_those_of_keras(case: Case) -> None:
    ours, theirs = both(case, PIXELS)
    assert_same(ours, theirs, atol=GREY_LEVEL)
    assert any(x.shape != PIXELS.shape or not np.allclose(x, PIXELS) for x in ours), "no image changed"


@pytest.mark.parametrize("case", ONE_OF_EACH, ids=named)
def test_single_images_are_those_of_keras(case: Case) -> None:
    ours, theirs = both(case, PIXELS[0])
    assert_same(ours, theirs, atol=GREY_LEVEL)


@pytest.mark.parametrize("case", [c for c in ONE_OF_EACH if c[0] not in CHANNELS_FIRST_FAILS], ids=named)
def test_channels_first_are_those_of_keras(case: Case) -> None:
    ours, theirs = both(case, PIXELS.transpose(0, 3, 1, 2).copy(), **FIRST)
    assert_same(ours, theirs, atol=GREY_LEVEL)


@pytest.mark.parametrize("name", CHANNELS_FIRST_FAILS)
def test_channels_first_is_channels_last_transposed(name: str) -> None:
    case = next(c for c in ONE_OF_EACH if c[0] == name)
    last = calls(made(layers, case), PIXELS)
    first = calls(made(layers, case, **FIRST), PIXELS.transpose(0, 3, 1, 2).copy())
    assert_same([np.transpose(x, (0, 2, 3, 1)) for x in first], last, atol=GREY_LEVEL)


def takes_range(name: str) -> bool:
    return "value_range" in inspect.signature(getattr(keras.layers, name).__init__).parameters


@pytest.mark.parametrize("case", [c for c in ONE_OF_EACH if takes_range(c[0])], ids=named)
def test_another_range_of_values(case: Case) -> None:
    ours, theirs = both(case, SHARES, value_range=(0, 1))
    assert_same(ours, theirs, atol=1e-5)


@pytest.mark.parametrize("case", [c for c in ONE_OF_EACH if c[0] not in BYTES_FAIL], ids=named)
def test_integers_become_what_they_become_in_keras(case: Case) -> None:
    ours, theirs = both(case, PIXELS.astype("uint8"))
    assert_same(ours, theirs, atol=GREY_LEVEL)
    assert [x.dtype for x in ours] == [x.dtype for x in theirs]


@pytest.mark.parametrize("name", BYTES_FAIL)
def test_integers_that_keras_fails_on(name: str) -> None:
    """The images of floats, in the dtype that the layer documents: brightness keeps integers."""
    case = next(c for c in ONE_OF_EACH if c[0] == name)
    whole = PIXELS.astype("uint8")
    ours = calls(made(layers, case), whole)
    expected = calls(made(keras.layers, case), whole.astype("float32"))
    assert {x.dtype for x in ours} == {tf.uint8 if name == "RandomBrightness" else tf.float32}
    np.testing.assert_allclose(np.asarray(ours, "float32"), expected, atol=1.0 if name == "RandomBrightness" else GREY_LEVEL)


IN_A_GRAPH = [c for c in ONE_OF_EACH if c[0] != FIXED_BY_TRACE]


@pytest.mark.parametrize("case", IN_A_GRAPH, ids=named)
def test_a_function_of_tensorflow_draws_what_calls_draw(case: Case) -> None:
    """Sizes are unknown to it, all but the channels."""
    layer = made(layers, case)
    traced = tf.function(lambda x: layer(x, training=True), input_signature=[tf.TensorSpec((None, None, None, 3))])
    assert_same([traced(tf.constant(PIXELS)) for _ in range(2)], calls(made(layers, case), PIXELS), atol=GREY_LEVEL)


def test_mixtures_in_a_function_of_tensorflow() -> None:
    layer = layers.AugMix(seed=3)
    traced = tf.function(lambda x: layer(x, training=True), input_signature=[tf.TensorSpec((None, None, None, 3))])
    images = [traced(tf.constant(PIXELS)).numpy() for _ in range(2)]
    assert all(x.min() >= 0 and x.max() <= 255 and not np.allclose(x, PIXELS) for x in images)
    assert not np.allclose(*images)


@pytest.mark.parametrize("case", ONE_OF_EACH, ids=named)
def test_half_precision(case: Case) -> None:
    image = made(layers, case, dtype="mixed_float16")(tf.constant(PIXELS), training=True)
    assert image.dtype == tf.float16
    assert np.isfinite(image).all()


@pytest.mark.parametrize("name", ["RandomHeight", "RandomWidth"])
def test_sides_of_keras_2_change_within_their_range(name: str) -> None:
    """tf.keras draws other numbers."""
    layer = getattr(layers, name)((0.2, 0.6), seed=1)
    sides = {tuple(layer(tf.constant(PIXELS), training=True).shape[1:3]) for _ in range(10)}
    changed = {side[0 if name == "RandomHeight" else 1] for side in sides}
    assert changed <= set(range(12, 20))
    assert len(changed) > 1


def gradient(module: Any) -> Any:
    layer = module.RandomRotation(0.2, seed=1)
    x = tf.constant(PIXELS)
    with tf.GradientTape() as tape:
        tape.watch(x)
        total = tf.reduce_sum(layer(x, training=True) ** 2)
    return tape.gradient(total, x)


def test_gradients_pass() -> None:
    assert_same(gradient(layers), gradient(keras.layers), rtol=1e-4, atol=0.1)
