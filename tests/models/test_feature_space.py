"""FeatureSpace against Keras's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kport import layers, models
from kport.check import check
from kport.errors import LayerError
from kport.interpret import interpret
from kport.models.feature_space import Cross, Feature
from kport.trace import trace
from tests.compare import assert_same

pytestmark = pytest.mark.filterwarnings("ignore")

RNG = np.random.default_rng(3)
DATA = {
    "income": RNG.normal(3, 2, 6).astype("float32"),
    "age": RNG.uniform(size=6).astype("float32"),
    "city": np.array(["a", "b", "a", "c", "b", "a"], object),
    "kind": np.array([1, 2, 3, 1, 2, 1], "int32"),
    "name": np.array(["x", "y", "z", "x", "y", "w"], object),
}
WORDS = {
    "income": "float_normalized",
    "age": "float_discretized",
    "city": "string_categorical",
    "kind": "integer_categorical",
    "name": "string_hashed",
}
OPTIONS: dict[str, Any] = {"crosses": [("city", "kind")], "crossing_dim": 8, "hashing_dim": 5, "num_discretization_bins": 3}


def keras_space(**options: Any) -> Any:
    import keras
    import tensorflow as tf

    space = keras.utils.FeatureSpace(WORDS, **OPTIONS, **options)
    space.adapt(tf.data.Dataset.from_tensor_slices(tensors()))
    return space


def tensors() -> dict[str, Any]:
    import tensorflow as tf

    return {key: tf.constant(column.tolist() if column.dtype == object else column) for key, column in DATA.items()}


def columns() -> dict[str, np.ndarray]:
    return {key: column[:, None] for key, column in DATA.items()}


@pytest.mark.parametrize("mode", ["concat", "dict"])
def test_agrees_with_keras(mode: str) -> None:
    expected = keras_space(output_mode=mode)(tensors())
    space = models.FeatureSpace(WORDS, output_mode=mode, **OPTIONS)
    space.adapt(DATA)
    assert_same(space(DATA), expected, 1e-5, 1e-5)
    graph = trace(space)
    check(graph)
    outputs = interpret(graph, columns())
    assert_same(outputs, [expected[name] for name in sorted(expected)] if mode == "dict" else [expected], 1e-5, 1e-5)
    assert_same(space.predict(columns()), expected, 1e-5, 1e-5)


def test_reads_and_writes_keras_config() -> None:
    import keras

    ours = models.FeatureSpace.from_config(keras_space().get_config())
    ours.adapt(DATA)
    assert_same(ours(DATA), keras_space()(tensors()), 1e-5, 1e-5)
    again = keras.utils.FeatureSpace.from_config(ours.get_config())
    assert {key: type(layer).__name__ for key, layer in again.preprocessors.items()} == {
        key: type(layer).__name__ for key, layer in ours.preprocessors.items()
    }
    assert [cross.name for cross in again.crosses] == ["city_X_kind"]


def test_takes_features_and_crosses() -> None:
    features = {"a": Feature("float32", layers.Rescaling(2.0), "float"), "b": "integer_hashed", "c": "float"}
    space = models.FeatureSpace(features, crosses=[Cross(["b", "b"], 4, "int")], output_mode="dict")
    y = space({"a": np.ones((2, 1), "float32"), "b": np.array([[1], [2]]), "c": np.zeros((2, 1), "float32")})
    assert {key: (x.shape, x.dtype.name) for key, x in y.items()} == {
        "a": ((2, 1), "float32"),
        "b": ((2, 32), "float32"),
        "c": ((2, 1), "float32"),
        "b_X_b": ((2, 1), "int64"),
    }


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: models.FeatureSpace({"a": "floats"}), "'floats'"),
        (lambda: models.FeatureSpace({"a": "float"}, crosses=[["a", "b"]]), r"\['b'\]"),
        (lambda: models.FeatureSpace({"a": "float"}, output_mode="list"), "'list'"),
        (lambda: models.FeatureSpace({"a": "float"})(np.ones(3)), "a dict of the columns"),
        (lambda: models.FeatureSpace({"a": Feature("float32", layers.Rescaling(1.0), "one_hot")})({"a": np.ones(3)}), "'a'"),
        (lambda: models.FeatureSpace({"a": Feature("int32", layers.Hashing(3), "int")})({"a": np.ones(3, "int32")}), "'dict'"),
    ],
)
def test_errors_say_what_is_wrong(make: Any, message: str) -> None:
    with pytest.raises(LayerError, match=message):
        make()
