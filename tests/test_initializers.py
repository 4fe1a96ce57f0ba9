"""Initializers against Keras: configurations both ways, exact values where chance has no part, distributions where it has."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest

from kport import initializers
from kport.errors import ShapeError, UsageError
from kport.initializers.scaling import fans
from kport.random import SeedGenerator
from kport.random.seeds import set_random_seed
from kport.registry import initializers as registry
from tests.compare import assert_same

RANDOM = ["RandomNormal", "RandomUniform", "TruncatedNormal", "VarianceScaling", "Orthogonal"]
FIXED = ["GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform", "LecunNormal", "LecunUniform"]
DETERMINISTIC: list[tuple[str, dict[str, Any], tuple[int, ...]]] = [
    ("Zeros", {}, (2, 3)),
    ("Ones", {}, (2, 3)),
    ("Constant", {"value": 2.5}, (2, 3)),
    ("Identity", {"gain": 2.0}, (2, 3)),
    ("STFT", {}, (8, 1, 5)),
    ("STFT", {"side": "imag", "window": "hamming", "scaling": "spectrum", "periodic": True}, (8, 1, 9)),
    ("STFT", {"window": None}, (6, 1, 5)),
    *(
        ("STFT", {"window": name, "scaling": None, "periodic": length == 6}, (length, 1, 5))
        for name in ["barthann", "bartlett", "blackman", "blackmanharris", "bohman", "boxcar", "cosine", "flattop"]
        for length in (6, 7)
    ),
    *(("STFT", {"window": name}, (7, 1, 5)) for name in ["nuttall", "parzen", "triang"]),
    ("STFT", {"window": "triang", "periodic": True}, (7, 1, 5)),
]


def test_every_keras_initializer_is_here() -> None:
    import keras

    names = {n for n, x in vars(keras.initializers).items() if inspect.isclass(x)} - {"Initializer"}
    assert names <= set(registry.items)
    aliases = set(keras.src.initializers.ALL_OBJECTS_DICT) - {"Initializer", "initializer"}
    assert aliases <= set(registry.items)


@pytest.mark.parametrize(("name", "config", "shape"), DETERMINISTIC, ids=str)
def test_values_are_those_of_keras(name: str, config: dict[str, Any], shape: tuple[int, ...]) -> None:
    import keras

    theirs = getattr(keras.initializers, name)(**config)
    ours = registry.find(name)(**config)
    assert_same(ours(shape), theirs(shape, "float32"), what=name)
    assert ours(shape, "float16").dtype == np.float16


@pytest.mark.parametrize("name", [*RANDOM, *FIXED, *sorted({n for n, *_ in DETERMINISTIC})])
def test_configuration_is_that_of_keras(name: str) -> None:
    import keras

    theirs = getattr(keras.initializers, name)().get_config()
    ours = registry.find(name)().get_config()
    assert ours == ({"gain": 1.0} if name == "Identity" else theirs)  # Keras 3.15 forgets the gain of Identity
    assert registry.find(name).from_config(theirs).get_config() == ours
    getattr(keras.initializers, name).from_config(ours)


def test_constant_array_from_keras_configuration() -> None:
    import keras

    matrix = np.arange(6, dtype="float32").reshape(2, 3)
    config = keras.saving.serialize_keras_object(keras.initializers.Constant(matrix))
    assert_same(initializers.get(config)((2, 3)), matrix)


@pytest.mark.parametrize("name", FIXED)
@pytest.mark.parametrize("shape", [(40, 300), (5, 5, 20, 100)])
def test_spread_is_that_of_keras(name: str, shape: tuple[int, ...]) -> None:
    """12000 or 50000 draws: the standard deviation is known to about 1 %, the largest value depends on the distribution."""
    import keras

    ours, theirs = registry.find(name)(seed=1)(shape), np.asarray(getattr(keras.initializers, name)(seed=1)(shape))
    assert ours.dtype == np.float32
    np.testing.assert_allclose(ours.std(), theirs.std(), rtol=0.03)
    np.testing.assert_allclose(np.abs(ours).max(), np.abs(theirs).max(), rtol=0.01)


@pytest.mark.parametrize(
    ("name", "config", "mean", "deviation", "largest"),
    [
        ("RandomNormal", {"mean": 1.0, "stddev": 0.5}, 1.0, 0.5, None),
        ("TruncatedNormal", {"mean": 1.0, "stddev": 0.5}, 1.0, 0.5 * 0.87963, 2.0),
        ("RandomUniform", {"minval": -1.0, "maxval": 3.0}, 1.0, 4 / 12**0.5, 3.0),
        ("VarianceScaling", {"distribution": "untruncated_normal", "mode": "fan_out", "scale": 4.0}, 0.0, 0.2, None),
        ("VarianceScaling", {"distribution": "normal"}, 0.0, 0.1, 0.2 / 0.87963),
        ("VarianceScaling", {"distribution": "uniform", "mode": "fan_avg"}, 0.0, 0.1, 3**0.5 / 10),
    ],
    ids=str,
)
def test_distribution(name: str, config: dict[str, Any], mean: float, deviation: float, largest: float | None) -> None:
    values = registry.find(name)(**config, seed=7)((100, 100))
    np.testing.assert_allclose(values.mean(), mean, atol=0.03 * deviation)
    np.testing.assert_allclose(values.std(), deviation, rtol=0.03)
    assert largest is None or 0.98 * largest < values.max() <= largest * (1 + 1e-6)


@pytest.mark.parametrize("dtype", ["float32", "float16", "float64"])
@pytest.mark.parametrize(
    ("name", "config"),
    [
        *((name, {}) for name in [*RANDOM, *FIXED]),
        ("VarianceScaling", {"distribution": "untruncated_normal", "mode": "fan_out", "scale": 4.0}),
        ("VarianceScaling", {"distribution": "uniform", "input_axes": [0], "output_axes": [1, 2]}),
        ("RandomNormal", {"mean": 2.0, "stddev": 0.5}),
    ],
    ids=str,
)
def test_seeded_values_are_those_of_keras(name: str, config: dict[str, Any], dtype: str) -> None:
    import keras

    if (name, dtype) == ("Orthogonal", "float16"):
        pytest.skip("Keras has no QR decomposition of float16")
    theirs = getattr(keras.initializers, name)(**config, seed=17)
    ours = registry.find(name)(**config, seed=17)
    tolerance = {"rtol": 4e-3, "atol": 1e-3} if dtype == "float16" else {"rtol": 1e-5, "atol": 2e-6}
    for shape in [(3, 3, 8, 20), (9, 5, 4)]:
        assert ours(shape, dtype).dtype == dtype
        assert_same(ours(shape, dtype), theirs(shape, dtype), **tolerance)


def test_unseeded_values_follow_the_random_seed_as_those_of_keras() -> None:
    import keras

    values = []
    for package, seed in ((initializers, set_random_seed), (keras.initializers, keras.utils.set_random_seed)):
        seed(5)
        values.append([np.asarray(package.get(name)((4, 3), "float32")) for name in ("he_normal", "glorot_uniform", "he_normal")])
    assert_same(values[0], values[1], atol=2e-6)
    assert (values[0][0] != values[0][2]).all()


def test_one_initializer_repeats_itself_and_its_clone_does_not() -> None:
    for initializer in (initializers.RandomNormal(seed=3), initializers.RandomNormal()):
        assert_same(initializer((4,)), initializer((4,)))
    free = initializers.RandomNormal()
    assert (free((4,)) != free.clone()((4,))).all()
    assert_same(initializers.RandomNormal(seed=3).clone()((4,)), initializers.RandomNormal(seed=3)((4,)))


def test_seed_generators_go_on() -> None:
    import keras

    config = {"class_name": "SeedGenerator", "config": {"seed": 3}}
    ours = [initializers.RandomNormal(seed=config), initializers.RandomNormal(seed=SeedGenerator(3, name="mine"))]
    theirs = keras.initializers.RandomNormal(seed=keras.random.SeedGenerator(3, name="mine"))
    for _ in range(2):
        values = np.asarray(theirs((4,), "float32"))
        for initializer in ours:
            assert_same(initializer((4,)), values, atol=1e-6)
    assert ours[0].get_config()["seed"] == config
    assert ours[1].get_config() == theirs.get_config()


def test_values_are_drawn_outside_of_a_traced_function() -> None:
    import tensorflow as tf

    made: list[Any] = []
    tf.function(lambda: made.append(initializers.RandomNormal(seed=SeedGenerator(3))((4,))))()
    assert_same(made[0], initializers.RandomNormal(seed=3)((4,)))


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (2, 2, 3, 4)])
def test_orthogonal(shape: tuple[int, ...]) -> None:
    matrix = initializers.Orthogonal(gain=2.0, seed=1)(shape).reshape(-1, shape[-1])
    matrix = matrix if matrix.shape[0] >= matrix.shape[1] else matrix.T
    np.testing.assert_allclose(matrix.T @ matrix, 4 * np.eye(matrix.shape[1]), atol=1e-5)


@pytest.mark.parametrize(
    ("shape", "axes", "expected"),
    [
        ((), (), (1, 1)),
        ((3,), (), (3, 3)),
        ((3, 4), (), (3, 4)),
        ((2, 2, 3, 4), (), (12, 16)),
        ((2, 3, 4), ([0], [1, 2]), (2, 12)),
    ],
)
def test_fans(shape: tuple[int, ...], axes: tuple[Any, ...], expected: tuple[int, int]) -> None:
    assert fans(shape, *axes) == expected


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: initializers.Identity()((2,)), r"expected a matrix for the initializer Identity. Received: shape=\(2,\)"),
        (lambda: initializers.Orthogonal()((2,)), r"expected at least two axes .* Received: shape=\(2,\)"),
        (lambda: initializers.RandomNormal(seed="x"), "expected a whole number as seed. Received: seed='x'"),
        (lambda: initializers.VarianceScaling(scale=0), "expected a scale of VarianceScaling above 0. Received: scale=0"),
        (lambda: initializers.VarianceScaling(mode="fan"), "expected a mode of VarianceScaling .* Received: mode='fan'"),
        (lambda: initializers.VarianceScaling(distribution="x"), "expected a distribution .* Received: distribution='x'"),
        (lambda: initializers.STFT(side="left"), "expected side real or imag .* Received: side='left'"),
        (lambda: initializers.STFT(scaling="x"), "expected scaling density, .* Received: scaling='x'"),
        (lambda: initializers.STFT(window="x")((4, 1, 3)), "expected a window among .* Received: window='x'"),
        (lambda: initializers.STFT()((4, 3)), r"expected a shape \(T, 1, N / 2 \+ 1\) .* Received: shape=\(4, 3\)"),
        (lambda: initializers.STFT(window=[1.0, 2.0])((4, 1, 3)), r"expected 4 values .* Received: shape=\(2,\)"),
    ],
)
def test_messages(make: Any, message: str) -> None:
    with pytest.raises((ShapeError, UsageError), match=message):
        make()
