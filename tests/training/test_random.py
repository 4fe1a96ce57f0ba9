"""Random numbers against Keras's on TensorFlow: the same for the same seed, whoever draws them."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import kport
from kport.errors import UnsupportedError, UsageError
from kport.ir import Graph, TensorType
from kport.random.seed_generator import draw_seed
from kport.random.seeds import get_random_seed, set_random_seed
from tests.compare import as_numpy, assert_same

SHAPE = (7, 33)
LOGITS = np.log(np.array([[0.1, 0.2, 0.7], [0.5, 0.5, 1e-9]], "float32"))
IMAGE = np.linspace(-1, 1, 5 * 4 * 3, dtype="float32").reshape(5, 4, 3)

EQUAL: list[tuple[str, dict[str, Any]]] = [
    *(
        (name, {"shape": SHAPE, "dtype": dtype, **more})
        for name, more in (
            ("normal", {"mean": 3.0, "stddev": 0.5}),
            ("truncated_normal", {"mean": -1.0, "stddev": 2.0}),
            ("uniform", {"minval": -2.0, "maxval": 5.0}),
        )
        for dtype in ("float32", "float16", "bfloat16", "float64")
    ),
    ("normal", {"shape": (1000, 1001)}),
    ("truncated_normal", {"shape": (1000, 101)}),
    ("uniform", {"shape": (0, 3)}),
    ("normal", {"shape": ()}),
    *(("randint", {"shape": SHAPE, "minval": -3, "maxval": 1000, "dtype": dtype}) for dtype in ("int32", "int64", "int16")),
    ("randint", {"shape": SHAPE, "minval": 0, "maxval": 200, "dtype": "uint8"}),
    ("dropout", {"inputs": IMAGE, "rate": 0.3}),
    ("dropout", {"inputs": IMAGE, "rate": 0.5, "noise_shape": (None, 1, 3)}),
    ("dropout", {"inputs": IMAGE.astype("float16"), "rate": 0.25}),
    ("dropout", {"inputs": IMAGE, "rate": 1.0}),
    ("dropout", {"inputs": IMAGE, "rate": 0.0}),
    ("shuffle", {"x": IMAGE}),
    ("shuffle", {"x": IMAGE, "axis": 1}),
]
"""What NumPy draws like TensorFlow."""
LIKEWISE: list[tuple[str, dict[str, Any]]] = [
    ("categorical", {"logits": LOGITS, "num_samples": 50}),
    ("gamma", {"shape": SHAPE, "alpha": 2.5}),
    ("gamma", {"shape": SHAPE, "alpha": 0.5, "dtype": "bfloat16"}),
    ("beta", {"shape": SHAPE, "alpha": 2.0, "beta": np.full((7, 1), 3.0, "float32")}),
    ("binomial", {"shape": SHAPE, "counts": 10.0, "probabilities": 0.3}),
]
"""What only TensorFlow draws like Keras: NumPy draws from the same distribution."""
SEEDS = (42, 2**31 + 5, 0)


def both(name: str) -> tuple[Callable[..., Any], Callable[..., Any]]:
    import keras

    return getattr(kport.random, name), getattr(keras.random, name)


def tolerance(config: dict[str, Any]) -> dict[str, float]:
    width = {"float16": 2e-3, "bfloat16": 2e-2}.get(str(config.get("dtype") or getattr(config.get("inputs"), "dtype", "")), 1e-5)
    return {"rtol": width, "atol": width}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("name", "config"), EQUAL, ids=str)
def test_numpy_draws_what_keras_draws(name: str, config: dict[str, Any], seed: int) -> None:
    ours, theirs = both(name)
    drawn = ours(**config, seed=seed)
    assert isinstance(drawn, np.ndarray)
    assert_same(drawn, theirs(**config, seed=seed), **tolerance(config))


@pytest.mark.parametrize(("name", "config"), EQUAL + LIKEWISE, ids=str)
def test_a_function_of_tensorflow_draws_what_keras_draws(name: str, config: dict[str, Any]) -> None:
    """Twice the same function: the generator goes on."""
    import keras
    import tensorflow as tf

    ours, theirs = both(name)
    mine, other = kport.random.SeedGenerator(7), keras.random.SeedGenerator(7)
    draw = tf.function(lambda: ours(**config, seed=mine))
    for _ in range(2):
        assert_same(draw(), theirs(**config, seed=other), rtol=1e-6)
    assert_same(mine.state.numpy(), other.state)


def test_tensors_are_drawn_by_tensorflow() -> None:
    import tensorflow as tf

    for drawn in (
        kport.random.normal((tf.constant(2), 3), seed=1),
        kport.random.normal(tf.constant([2, 3]), seed=1),
        kport.random.uniform((2, 3), maxval=tf.constant(2.0), seed=1),
        kport.random.dropout(tf.ones((2, 3)), 0.5, seed=1),
    ):
        assert tf.is_tensor(drawn) and drawn.shape == (2, 3)


@pytest.mark.parametrize(
    ("name", "config", "mean", "deviation"),
    [
        ("gamma", {"alpha": 2.5}, 2.5, 2.5**0.5),
        ("gamma", {"alpha": np.full(1000, 0.5)}, 0.5, 0.5**0.5),
        ("beta", {"alpha": 2.0, "beta": 3.0}, 0.4, 0.2),
        ("binomial", {"counts": 10.0, "probabilities": 0.3}, 3.0, 2.1**0.5),
    ],
    ids=str,
)
def test_numpy_draws_from_the_distribution(name: str, config: dict[str, Any], mean: float, deviation: float) -> None:
    """200000 draws: the mean is known to about 0.2 % of the deviation."""
    drawn = getattr(kport.random, name)((200, 1000), **config, seed=3)
    assert drawn.dtype == np.float32
    np.testing.assert_allclose(drawn.mean(), mean, atol=0.01 * deviation)
    np.testing.assert_allclose(drawn.std(), deviation, rtol=0.01)
    assert_same(getattr(kport.random, name)((200, 1000), **config, seed=3), drawn)


def test_numpy_draws_classes_by_their_probability() -> None:
    drawn = kport.random.categorical(LOGITS, 20000, seed=1)
    assert drawn.shape == (2, 20000) and drawn.dtype == np.int32
    shares = np.stack([(drawn == c).mean(axis=1) for c in range(3)], axis=1)
    np.testing.assert_allclose(shares, [[0.1, 0.2, 0.7], [0.5, 0.5, 0]], atol=0.01)


def test_generators_go_on_as_those_of_keras() -> None:
    import keras

    ours, theirs = kport.random.SeedGenerator(5), keras.random.SeedGenerator(5)
    for ordered in (True, True, False, False, True):
        assert_same(ours.next(ordered=ordered), theirs.next(ordered=ordered))
    assert_same(ours.state.numpy(), theirs.state)
    assert not ours.state.trainable and ours.state.shape == (2,)


def test_generators_are_configured_as_those_of_keras() -> None:
    import keras

    from kport.configurable import serialize

    ours = kport.random.SeedGenerator(5, name="mine")
    config = serialize(ours)
    assert config == keras.saving.serialize_keras_object(keras.random.SeedGenerator(5, name="mine"))
    assert_same(kport.random.SeedGenerator.from_config(config["config"]).next(), [5, 0])
    assert kport.random.SeedGenerator().get_config()["seed"] is None


def test_the_shared_generator_follows_the_random_seed() -> None:
    """Unseeded draws are those of Keras too, and so are generators' default seeds."""
    import keras

    draws = []
    for package in (kport, keras):
        (set_random_seed if package is kport else keras.utils.set_random_seed)(11)
        made = package.random.SeedGenerator()
        draws.append([as_numpy(package.random.normal((3,), seed=s)) for s in (None, made, None)])
    assert_same(draws[0], draws[1])
    assert (draws[0][0] != draws[0][2]).any()
    assert get_random_seed() == 11


def test_the_random_seed_is_that_of_all_libraries() -> None:
    import tensorflow as tf

    def draw() -> list[Any]:
        set_random_seed(3)
        shuffled = list(tf.data.Dataset.range(20).shuffle(20).as_numpy_iterator())
        return [random.random(), np.random.rand(), tf.random.uniform(()).numpy(), shuffled, kport.random.uniform((2,))]

    first, second = draw(), draw()
    for a, b in zip(first, second, strict=True):
        assert_same(a, b)


def test_a_traced_function_draws_anew_without_a_seed() -> None:
    import tensorflow as tf

    draw = tf.function(lambda: kport.random.uniform((4,)))
    assert (as_numpy(draw()) != as_numpy(draw())).any()


def test_types_follow_without_drawing() -> None:
    graph = Graph(types_only=True)
    x = graph.add_input("x", TensorType("float32", (None, 3)))
    generator = kport.random.SeedGenerator(1)
    for drawn in (kport.random.normal(kport.ops.shape(x), seed=generator), kport.random.dropout(x, 0.5, seed=generator)):
        assert drawn.shape == (None, 3) and drawn.dtype == "float32"
    assert_same(generator.next(), [1, 0])


def test_graphs_to_convert_hold_no_random_numbers() -> None:
    x = Graph().add_input("x", TensorType("float32", (None, 3)))
    with pytest.raises(UnsupportedError, match="draw them in `call` only if `training`"):
        kport.random.normal(kport.ops.shape(x))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: kport.random.normal((2,), dtype="int32"), "expected a float dtype of random.normal. Received: dtype='int32'"),
        (lambda: kport.random.uniform((2,), dtype="int32"), "expected a float dtype of random.uniform"),
        (lambda: kport.random.randint((2,), 0, 2, dtype="float32"), "expected an integer dtype .* Received: dtype='float32'"),
        (lambda: kport.random.randint((2,), 2, 2), "expected minval below maxval .* Received: minval=2, maxval=2"),
        (lambda: kport.random.categorical(np.zeros(3), 1), r"expected logits \(batch, classes\) .* Received: shape=\(3,\)"),
        (lambda: kport.random.dropout(np.ones(3), 1.5), "expected a rate from 0 to 1 .* Received: rate=1.5"),
        (lambda: kport.random.normal((2,), seed="x"), "expected a whole number, a SeedGenerator or None .* Received: seed='x'"),
        (lambda: kport.random.SeedGenerator(1.5), "expected a whole number as seed. Received: seed=1.5"),
        (lambda: kport.random.SeedGenerator(1, other=2), "expected the arguments seed and name .* Received: other"),
        (lambda: set_random_seed("x"), "expected a whole number as seed. Received: seed='x'"),
        (lambda: draw_seed(object()), "expected a whole number, a SeedGenerator or None"),
    ],
)
def test_messages(make: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        make()
