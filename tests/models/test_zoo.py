"""Models as people build them: saved by Keras, opened, computed, converted and checked."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import kport
import tests.models.zoo  # noqa: F401  (fills the table)
from tests.compare import assert_same
from tests.data import make, seed_of
from tests.models.zoo.custom import CUSTOM
from tests.models.zoo.zoo import ZOO, Animal

pytestmark = pytest.mark.filterwarnings("ignore")  # the oracles' own

CASES = [
    pytest.param(name, oracle, id=f"{oracle}-{name}", marks=[pytest.mark.slow] if animal.slow else [])
    for name, animal in ZOO.items()
    for oracle in animal.oracles
]
CALM = 0.5
"""What scales and variances, which Keras starts with 1, are multiplied by."""


@pytest.mark.parametrize(("name", "oracle"), CASES)
def test_opens_computes_and_converts(name: str, oracle: str, tmp_path: Path) -> None:
    animal, keras = ZOO[name], importlib.import_module(oracle)
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed_of(name))
    model = animal.build(keras)
    randomize(model, name, 0.1 if animal.slow else 0.3)
    samples = make(animal.inputs, seed_of(name))
    expected = predict(model, samples, animal)
    custom = tmp_path / "custom.py"
    custom.write_text(CUSTOM)
    for suffix in [".h5", ".keras", *[""] * (animal.folder and oracle == "tf_keras")]:
        path = tmp_path / f"model{suffix}"
        model.save(path)
        loaded = kport.load(path, custom=custom if animal.custom else None)
        assert loaded.input_names == names_of(model.inputs)
        assert_same(loaded.predict(samples), expected, animal.rtol, animal.atol, suffix)
        del loaded
    result = kport.convert(path, "onnx", tmp_path / "model.onnx", custom=custom if animal.custom else None).targets[0]
    assert (animal.no_onnx in result.reason) if animal.no_onnx else result.status == "passed", result.reason


def names_of(inputs: Any) -> list[str]:
    """The names of the layers that give the inputs, which is what files keep."""
    histories = [x._keras_history for x in inputs]
    return [(h.operation if hasattr(h, "operation") else h.layer).name for h in histories]


def randomize(model: Any, seed: str, spread: float) -> None:
    """Random numbers wherever Keras starts with constants: in biases, scales and statistics.

    Hundreds of layers amplify what each of them rounds: very deep models keep near to what Keras starts with. Scales and
    variances are halved, so that a block of a residual network gives less than it takes: EfficientNetV2L's would grow
    until two runs in float32 had nothing in common.
    """
    rng = np.random.default_rng(seed_of(seed))

    def other(variable: Any) -> np.ndarray:
        array = np.asarray(variable)
        if array.dtype.kind != "f" or array.size == 0 or np.ptp(array) > 0:
            return array
        return (array * CALM + rng.uniform(-spread, spread, array.shape)).astype(array.dtype)

    model.set_weights([other(v) for v in model.get_weights()])


def predict(model: Any, samples: Any, animal: Animal) -> Any:
    """What the oracle computes."""
    import tensorflow as tf

    tensors = tf.nest.map_structure(lambda x: tf.constant(x.tolist() if x.dtype == object else x), samples)
    call = tf.function(model, jit_compile=True) if animal.xla else model
    outputs = call(tensors, training=False)
    return tf.nest.map_structure(lambda x: x.numpy(), outputs)
