"""Normalisation layers in training, against Keras: steps of statistics, masks, several replicas."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kport import layers
from kport.errors import LayerError
from kport.models import Functional
from tests.compare import assert_same
from tests.data import make

pytestmark = pytest.mark.filterwarnings("ignore")  # the oracle's own

ROOT = Path(__file__).parent.parent.parent
CLIPPED = {"rmax": 1.2, "rmin": 0.9, "dmax": 0.3}


def steps(layer: Any, weights: Any, batches: list[Any], mask: Any = None) -> list[Any]:
    """Outputs and gradients of inputs and weights for each batch; the statistics move on from one to the next."""
    import tensorflow as tf

    found = []
    for x in map(tf.constant, batches):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x, training=True) if mask is None else layer(x, training=True, mask=tf.constant(mask))
            share = tf.cast(tf.reshape(tf.linspace(0.5, 1.5, tf.size(y)), tf.shape(y)), y.dtype)
            loss = tf.reduce_sum(y**2 * share)
        found.append((y, [tf.convert_to_tensor(g) for g in tape.gradient(loss, [x, *weights])]))
    return found


def compare(config: dict[str, Any], shape: tuple[int, ...], module: str = "keras", mask: Any = None, **close: float) -> None:
    import importlib

    theirs = importlib.import_module(module).layers.BatchNormalization(**config)
    ours = layers.BatchNormalization(**config)
    batches = [make(shape, seed) * (seed + 1) + seed for seed in range(3)]
    theirs.build(shape)
    ours.build(shape)
    ours.built = True
    arrays = [make(tuple(w.shape), i) + 2 for i, w in enumerate(theirs.weights)]
    theirs.set_weights(arrays)
    ours.set_weights(arrays)
    trained = [w if module == "tf_keras" else w.value for w in theirs.trainable_weights]
    expected = steps(theirs, trained, batches, mask)
    actual = steps(ours, [w.in_tensorflow() for w in ours.trainable_weights], batches, mask)
    for i, ((a, a_gradients), (e, e_gradients)) in enumerate(zip(actual, expected, strict=True)):
        assert_same(a, e, 1e-4, 1e-5, f"outputs of step {i}")
        assert_same(a_gradients, e_gradients, close.get("rtol", 1e-3), close.get("atol", 1e-4), f"gradients of step {i}")
    assert_same(ours.get_weights(), [np.asarray(w) for w in theirs.get_weights()], 1e-5, 1e-6, "weights")


@pytest.mark.parametrize(
    ("config", "shape"),
    [
        ({}, (6, 3)),
        ({"momentum": 0.5}, (2, 5, 3)),
        ({"epsilon": 1e-6}, (2, 4, 4, 3)),
        ({"scale": False}, (2, 4, 5, 3)),
        ({"center": False, "momentum": 0.9}, (2, 3, 2, 2, 3)),
        ({"scale": False, "center": False}, (4, 3)),
        ({"axis": 1}, (2, 3, 4, 5)),
        ({"axis": -2}, (4, 3, 2)),
        ({"dtype": "float64"}, (4, 3)),
        ({"synchronized": True}, (4, 2, 3)),
        ({"renorm": True}, (5, 3)),
        ({"renorm": True, "renorm_clipping": CLIPPED, "renorm_momentum": 0.7}, (3, 4, 3)),
        ({"renorm": True, "renorm_clipping": {"rmax": 1.1}, "scale": False}, (3, 4, 3)),
        ({"renorm": True, "center": False, "axis": 1, "momentum": 0.8}, (3, 4, 3)),
    ],
)
def test_batch_normalization_follows_keras_for_steps(config: dict[str, Any], shape: tuple[int, ...]) -> None:
    compare(config, shape)


@pytest.mark.parametrize(
    ("config", "shape"),
    [
        ({"axis": [1, 2]}, (5, 3, 4)),
        ({"axis": [1, 3], "scale": False}, (3, 2, 4, 3)),
        ({"renorm": True, "renorm_clipping": CLIPPED, "renorm_momentum": 0.8}, (6, 3)),
    ],
)
def test_batch_normalization_follows_keras_2_for_steps(config: dict[str, Any], shape: tuple[int, ...]) -> None:
    compare(config, shape, "tf_keras")


@pytest.mark.parametrize("config", [{}, {"renorm": True}, {"axis": 1}])
def test_masked_places_count_nothing(config: dict[str, Any]) -> None:
    mask = np.array([[True, False, True, True], [False, True, True, False]])
    compare(config, (2, 4, 3), mask=mask)


def test_masked_places_may_hold_anything() -> None:
    x = make((2, 3, 4), 0)
    mask = np.array([[True, False, True], [True, True, False]])
    spoiled = np.where(mask[..., None], x, np.nan).astype("float32")
    clean, other = layers.BatchNormalization(), layers.BatchNormalization()
    expected = clean(x, training=True, mask=mask)
    assert_same(other(spoiled, training=True, mask=mask)[mask], expected[mask])
    assert_same(other.get_weights(), clean.get_weights())


def test_a_mask_of_another_rank_is_refused() -> None:
    with pytest.raises(LayerError, match=r"mask of the input's shape without its last axis.*mask.shape=\(2,\)"):
        layers.BatchNormalization()(make((2, 3, 4), 0), training=True, mask=np.array([True, False]))


@pytest.mark.parametrize("fused", [True, False])
def test_the_kernel_computes_like_numpy(fused: bool) -> None:
    """TensorFlow's kernel, and the statistics apart, give the same as NumPy."""
    import tensorflow as tf

    x = make((4, 5, 3), 0)
    config = {"momentum": 0.5, "epsilon": 1e-3 if fused else 1e-6}
    numpy, tensorflow = layers.BatchNormalization(**config), layers.BatchNormalization(**config)
    assert_same(tensorflow(tf.constant(x), training=True), numpy(x, training=True), 1e-4, 1e-5)
    assert_same(tensorflow.get_weights(), numpy.get_weights())
    graph = tf.function(lambda x: tensorflow(x, training=True)).get_concrete_function(tf.TensorSpec((None, None, 3))).graph
    assert any(op.type == "FusedBatchNormV3" for op in graph.get_operations()) == fused
    assert all(w.aggregation == ("none" if w.trainable else "mean") for w in tensorflow.weights)


def test_frozen_layers_compute_as_outside_of_training() -> None:
    import tensorflow as tf

    layer, x = layers.BatchNormalization(), tf.constant(make((5, 4), 0))
    layer(x, training=True)
    before = layer.get_weights()
    layer.trainable = False
    assert_same(layer(x, training=True), layer(x))
    assert_same(layer.get_weights(), before)
    inputs = layers.Input((4,))
    assert Functional(inputs, layer(inputs)).trainable_weights == []


def test_a_call_in_training_can_be_part_of_a_functional_model() -> None:
    """`training=True` in a call: the batch's statistics at inference, too."""
    inputs = layers.Input((3,))
    layer = layers.BatchNormalization(momentum=0.5)
    model = Functional(inputs, layer(inputs, training=True))
    assert_same(layer.moving_mean.numpy(), np.zeros(3, np.float32))
    x = make((6, 3), 0) + 5
    assert_same(np.asarray(model(x)).mean(0), np.zeros(3), atol=1e-5)
    assert_same(layer.moving_mean.numpy(), x.mean(0) / 2)


@pytest.mark.parametrize("graph", [False, True], ids=["eager", "graph"])
def test_spectral_normalization_follows_keras_for_steps(graph: bool) -> None:
    import keras
    import tensorflow as tf

    x = make((4, 5), 0)
    theirs = keras.layers.SpectralNormalization(keras.layers.Dense(3), power_iterations=2)
    ours = layers.SpectralNormalization(layers.Dense(3), power_iterations=2)
    theirs(x)
    ours(x)
    arrays = [make(tuple(w.shape), i) for i, w in enumerate(theirs.weights)]
    theirs.set_weights(arrays)
    ours.set_weights(arrays)

    def step(layer: Any, weights: Any, x: Any) -> Any:
        with tf.GradientTape() as tape:
            y = layer(x, training=True)
            loss = tf.reduce_sum(y**2)
        return y, tape.gradient(loss, weights)

    for weight in ours.weights:
        weight.in_tensorflow()
    for _ in range(3):
        results = []
        for layer in (ours, theirs):
            weights = [w.in_tensorflow() if layer is ours else w.value for w in layer.trainable_weights]
            run = tf.function(lambda x, layer=layer, weights=weights: step(layer, weights, x), autograph=False)
            results.append(run(tf.constant(x)) if graph else step(layer, weights, tf.constant(x)))
        assert_same(*results, 1e-4, 1e-5)
        assert_same(ours.get_weights(), theirs.get_weights())


SCRIPT = """
import numpy as np, tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
from kport import layers

strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
x = np.random.default_rng(0).normal(size=(8, 5, 3)).astype("float32") * [1, 2, 3] + 4
x[:4] += 2
MASK = np.random.default_rng(1).uniform(size=(8, 5)) > 0.4

def layer(synchronized):
    made = layers.BatchNormalization(momentum=0.5, synchronized=synchronized)
    made.build((None, 5, 3))
    made.built = True
    for w in made.weights:
        w.in_tensorflow()
    return made

def step(made, x, mask):
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = made(x, training=True, mask=mask)
        loss = tf.reduce_sum(y**3)
    return y, tape.gradient(loss, x)

def on_replicas(synchronized, masked):
    with strategy.scope():
        made = layer(synchronized)
    def part(a):
        return strategy.experimental_distribute_values_from_function(
            lambda c: tf.constant(a[4 * c.replica_id_in_sync_group:][:4]))
    run = tf.function(lambda x, *mask: strategy.run(lambda x, *mask: step(made, x, mask[0] if mask else None), args=(x, *mask)))
    results = run(part(x.astype("float32")), *([part(MASK)] if masked else []))
    y, g = (np.concatenate([np.asarray(p) for p in strategy.experimental_local_results(r)]) for r in results)
    return made, y, g

for masked in (False, True):
    alone = layer(False)
    y, g = step(alone, tf.constant(x, tf.float32), tf.constant(MASK) if masked else None)
    made, y2, g2 = on_replicas(True, masked)
    np.testing.assert_allclose(y2, y, 1e-4, 1e-4)
    np.testing.assert_allclose(g2, g, 1e-3, 1e-3)
    for a, b in zip(made.weights, alone.weights):
        np.testing.assert_allclose(a.numpy(), b.numpy(), 1e-4)
apart, y3, _ = on_replicas(False, False)
assert np.abs(y3 - np.asarray(layer(False)(tf.constant(x, tf.float32), training=True))).max() > 0.1
halves = [x[:4].mean((0, 1)), x[4:].mean((0, 1))]
np.testing.assert_allclose(apart.moving_mean.numpy(), np.mean(halves, 0) / 2, 1e-4)
print("same")
"""


def test_synchronized_statistics_are_those_of_all_replicas() -> None:
    """On two virtual devices, in a process of its own, because devices are set up once. Without `synchronized` every replica
    has its own, and the moving ones follow their mean."""
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, timeout=300)
    assert done.stdout.strip() == "same", done.stderr[-3000:]
