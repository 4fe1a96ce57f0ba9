"""How image layers that augment are called: alone, in models, in datasets, on arrays; seeds, and wrong arguments."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from kport import layers, models
from kport.errors import LayerError, UsageError
from kport.trace import trace
from tests.compare import assert_same
from tests.training.augmentations import ONE_OF_EACH, PIXELS, SEED, Case, calls, made, named

keras = pytest.importorskip("keras", reason="not run: Keras is the judge")
pytestmark = pytest.mark.filterwarnings("ignore:.*:UserWarning")

BYTES = PIXELS.astype("uint8")
NOT_UNIFORM = {"MixUp", "CutMix", "AugMix"}
"""Beta and gamma numbers are NumPy's own where NumPy draws."""


@pytest.mark.parametrize("case", ONE_OF_EACH, ids=named)
def test_arrays_give_arrays(case: Case) -> None:
    """Computed in NumPy, the same numbers as with TensorFlow."""
    image = made(layers, case)(PIXELS, training=True)
    assert isinstance(image, np.ndarray) and image.dtype == "float32"
    assert np.isfinite(image).all()
    if case[0] not in NOT_UNIFORM:
        assert_same(image, calls(made(layers, case), PIXELS, 1)[0], atol=5e-3)


def test_arrays_need_no_tensorflow() -> None:
    code = """
import sys, numpy as np, kport
x = {"images": np.random.default_rng(0).uniform(0, 255, (2, 8, 9, 3)).astype("float32")}
for name in ("RandomFlip", "RandAugment", "CutMix", "RandomElasticTransform"):
    y = getattr(kport.layers, name)(seed=1)(x, training=True)["images"]
    assert isinstance(y, np.ndarray)
assert "tensorflow" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("case", ONE_OF_EACH, ids=named)
def test_seeds_make_runs_repeatable(case: Case) -> None:
    first, second = calls(made(layers, case), PIXELS), calls(made(layers, case), PIXELS)
    assert_same(first, second)
    if case[0] not in ("AutoContrast", "Equalization"):
        assert not np.allclose(first[0], first[1]), "two calls drew the same"


def test_images_of_a_batch_differ() -> None:
    same = np.repeat(PIXELS[:1], 4, 0)
    turned = layers.RandomRotation(0.3, seed=1)(same, training=True)
    assert not any(np.allclose(turned[0], turned[i]) for i in (1, 2, 3))


# who trains


def changes(result: Any, images: np.ndarray = PIXELS) -> bool:
    return not np.allclose(result, images)


def test_a_layer_by_itself_trains_unless_told() -> None:
    flip = layers.RandomRotation(0.3, seed=1)
    assert changes(flip(PIXELS)) and changes(flip(tf.constant(PIXELS)))
    assert not changes(flip(PIXELS, training=False)) and not changes(flip(tf.constant(PIXELS), training=False))
    pipeline = layers.Pipeline([layers.RandomRotation(0.3, seed=1), layers.Rescaling(1.0)])
    assert changes(pipeline(PIXELS)) and not changes(pipeline(PIXELS, training=False))


def test_a_model_trains_when_it_is_told() -> None:
    model = models.Sequential([layers.Input((12, 10, 3)), layers.RandomRotation(0.3, seed=1)])
    assert not changes(model.predict(PIXELS))
    assert not changes(model(PIXELS)) and not changes(model(PIXELS, training=False))
    assert not changes(model(tf.constant(PIXELS), training=False))
    assert changes(model(PIXELS, training=True)) and changes(model(tf.constant(PIXELS), training=True))
    assert changes(model(tf.constant(PIXELS))) == changes(keras.Sequential([keras.layers.RandomRotation(0.3)])(PIXELS))


def test_a_graph_to_convert_holds_nothing_random() -> None:
    model = models.Sequential([layers.Input((12, 10, 3)), layers.RandomFlip(), layers.RandAugment(), layers.Rescaling(2.0)])
    assert {node.op.name for node in trace(model).nodes} <= {"Mul", "Multiply", "Add", "Cast"}


def test_fitting_augments() -> None:
    """Two epochs see other images: only then do the losses of a model that can't learn differ."""
    augment = layers.RandomBrightness(0.5, seed=1)
    model = models.Sequential([layers.Input((12, 10, 3)), augment, layers.GlobalAveragePooling2D(), layers.Dense(1)])
    model.compile(optimizer="sgd", loss="mse")
    model.optimizer.learning_rate = 0.0
    losses = model.fit(PIXELS, np.zeros((4, 1), "float32"), epochs=3, verbose=0).history["loss"]
    assert len({round(float(loss), 3) for loss in losses}) == 3
    scores = [model.evaluate(PIXELS, np.zeros((4, 1), "float32"), verbose=0) for _ in range(2)]
    assert scores[0] == scores[1]


# tf.data


def mapped(function: Any, data: Any, batch: int | None = None) -> list[Any]:
    dataset = tf.data.Dataset.from_tensor_slices(data)
    return list((dataset.batch(batch) if batch else dataset).map(function))


@pytest.mark.parametrize("batch", [None, 2])
def test_a_layer_in_a_dataset(batch: int | None) -> None:
    ours, theirs = (mapped(m.RandomRotation(0.2, seed=SEED), BYTES, batch) for m in (layers, keras.layers))
    assert_same(ours, theirs, atol=1e-3)
    assert ours[0].dtype == tf.float32


def test_models_and_pipelines_in_a_dataset() -> None:
    def steps(module: Any) -> list[Any]:
        return [module.RandomFlip("horizontal", seed=1), module.RandomZoom(0.2, seed=2), module.RandomBrightness(0.2, seed=3)]

    theirs = keras.Sequential(steps(keras.layers))
    expected = mapped(lambda x: theirs(x, training=True), BYTES, 2)
    model = models.Sequential(steps(layers))
    assert_same(mapped(lambda x: model(x, training=True), BYTES, 2), expected, atol=1e-3)
    assert_same(mapped(layers.Pipeline(steps(layers)), BYTES, 2), expected, atol=1e-3)


def test_everything_in_a_dataset() -> None:
    """All entries take the layer's float dtype, as in Keras."""
    boxes = {"boxes": np.array([[[1, 2, 5, 9]]] * 4, "float32"), "labels": np.ones((4, 1), "int32")}
    data = {"images": BYTES, "labels": np.eye(4, dtype="int32"), "segmentation_masks": BYTES[..., :1], "bounding_boxes": boxes}
    options: dict[str, Any] = {"height_factor": 0.2, "width_factor": 0.2, "seed": SEED, "bounding_box_format": "xyxy"}
    ours, theirs = (mapped(m.RandomTranslation(**options), data, 2) for m in (layers, keras.layers))
    assert_same(ours, theirs, rtol=1e-4, atol=1e-3)
    for one, other in zip(ours, theirs, strict=True):
        assert {key: x.dtype for key, x in one.items() if key != "bounding_boxes"} == {
            key: x.dtype for key, x in other.items() if key != "bounding_boxes"
        }


def test_mixing_in_a_dataset() -> None:
    data = {"images": PIXELS, "labels": np.eye(4, dtype="float32")}
    for name in ("MixUp", "CutMix"):
        ours, theirs = (mapped(getattr(m, name)(seed=SEED), data, 4) for m in (layers, keras.layers))
        assert_same(ours, theirs, atol=1e-3)


# subclasses


class Dimmed(layers.RandomBrightness):
    """What a user writes: the transformation that Keras's method would give, changed."""

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        drawn = super().get_random_transformation(data, training, seed)
        return {key: -abs(value) for key, value in drawn.items()} if training else drawn


def test_a_subclass_says_what_is_drawn() -> None:
    dimmed = Dimmed(0.5, seed=1)
    assert all((dimmed(x, training=True) <= PIXELS).all() for x in (PIXELS, tf.constant(PIXELS).numpy()))


def test_a_transformation_can_be_used_again() -> None:
    layer = layers.RandomRotation(0.3, seed=1)
    drawn = layer.get_random_transformation(PIXELS)
    assert_same(layer.transform_images(PIXELS, drawn), layer.transform_images(PIXELS, drawn))
    assert changes(layer.transform_images(PIXELS, drawn))
    assert not changes(layer.transform_images(PIXELS, None, training=False))
    same = layer.get_random_transformation(PIXELS, seed=5), layer.get_random_transformation(PIXELS, seed=5)
    assert_same(same[0]["transform"], same[1]["transform"])


# wrong arguments

WRONG: list[tuple[str, dict[str, Any]]] = [
    ("RandomRotation", {"factor": 1.5}),
    ("RandomRotation", {"factor": (0.1, 0.2, 0.3)}),
    ("RandomRotation", {"factor": "much"}),
    ("RandomRotation", {"factor": (2.0, 3.0)}),
    ("RandomRotation", {"factor": 0.1, "fill_mode": "mirror"}),
    ("RandomRotation", {"factor": 0.1, "interpolation": "bicubic"}),
    ("RandomTranslation", {"height_factor": -1.5, "width_factor": 0.1}),
    ("RandomTranslation", {"height_factor": 0.5, "width_factor": (0.1, 1.1)}),
    ("RandomZoom", {"height_factor": -1.0}),
    ("RandomZoom", {"height_factor": 0.1, "width_factor": [0.1]}),
    ("RandomShear", {"x_factor": -0.1}),
    ("RandomShear", {"y_factor": (0.1, 1.2)}),
    ("RandomPerspective", {"scale": 1.5}),
    ("RandomPerspective", {"factor": -0.5}),
    ("RandomElasticTransform", {"fill_mode": "far"}),
    ("RandomElasticTransform", {"scale": 2.0}),
    ("RandomBrightness", {"factor": 1.1}),
    ("RandomBrightness", {"factor": 0.1, "value_range": 255}),
    ("RandomContrast", {"factor": -0.1}),
    ("RandomColorDegeneration", {"factor": 2}),
    ("RandomPosterization", {"factor": 9}),
    ("RandomPosterization", {"factor": 0}),
    ("RandomSharpness", {"factor": 1.5}),
    ("RandomGrayscale", {"factor": 1.5}),
    ("RandomInvert", {"factor": -0.1}),
    ("Solarization", {"addition_factor": -0.1}),
    ("Solarization", {"threshold_factor": (0.1, 2.0)}),
    ("RandomGaussianBlur", {"kernel_size": 4}),
    ("RandomGaussianBlur", {"kernel_size": (3, 2)}),
    ("RandomGaussianBlur", {"sigma": -1.0}),
    ("RandomHue", {"factor": 1.5}),
    ("RandomSaturation", {"factor": -1.5}),
    ("CutMix", {"factor": 1.5}),
    ("RandomErasing", {"scale": 1.5}),
    ("RandAugment", {"factor": 1.5}),
    ("AugMix", {"factor": (1.5, 2.0)}),
    ("AutoContrast", {"value_range": (0, 1, 2)}),
    ("Equalization", {"value_range": 1}),
]


@pytest.mark.parametrize("case", WRONG, ids=named)
def test_wrong_arguments_are_wrong_in_keras(case: Case) -> None:
    name, config = case
    with pytest.raises((ValueError, NotImplementedError, AttributeError)):  # the last where its message lacks a part
        getattr(keras.layers, name)(**config)
    with pytest.raises(UsageError, match="Received: ") as caught:
        getattr(layers, name)(**config)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("case", ONE_OF_EACH, ids=named)
def test_other_ranks_are_refused(case: Case) -> None:
    with pytest.raises(LayerError, match="rank 3 or 4"):
        made(layers, case)(PIXELS[0, 0], training=True)


@pytest.mark.parametrize("case", ONE_OF_EACH, ids=named)
def test_keras_takes_the_configuration(case: Case) -> None:
    """And draws the same from it."""
    ours = made(layers, case)
    theirs = getattr(keras.layers, case[0]).from_config(ours.get_config())
    assert_same(calls(ours, PIXELS, 1), calls(theirs, PIXELS, 1), atol=1e-3)
    if case[0] not in ("RandomShear", "RandomGrayscale"):  # whose own configurations Keras refuses, or leaves the seed out of
        again = getattr(layers, case[0]).from_config(theirs.get_config())
        assert_same(calls(again, PIXELS, 1), calls(made(layers, case), PIXELS, 1))


def test_a_configuration_that_only_keras_writes() -> None:
    config = keras.layers.RandomShear(0.2, seed=1).get_config()
    assert config["x_factor"] == (-0.2, 0.2)
    assert layers.RandomShear.from_config(config).get_config()["x_factor"] == 0.2
