"""Every loss against Keras's: in NumPy, in TensorFlow, and in a graph of TensorFlow with gradients."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest

import kport
from kport import losses
from kport.errors import UsageError
from kport.losses.loss import LossFunctionWrapper
from kport.losses.reduction import REDUCTIONS
from kport.ops.attached import attach_mask
from tests.compare import assert_same
from tests.training.judged import problem, rng_of, weights_of

# class, arguments, problem
GRID: list[tuple[str, dict[str, Any], str]] = [
    *(
        (name, {}, on)
        for name in (
            "MeanSquaredError",
            "MeanAbsoluteError",
            "MeanAbsolutePercentageError",
            "LogCosh",
            "Huber",
            "CosineSimilarity",
        )
        for on in ("vectors", "sequences", "numbers and columns", "columns and numbers")
    ),
    ("MeanSquaredLogarithmicError", {}, "positive"),
    ("MeanSquaredLogarithmicError", {}, "sequences"),
    ("Huber", {"delta": 0.3}, "vectors"),
    ("CosineSimilarity", {"axis": 0}, "vectors"),
    ("CosineSimilarity", {"axis": 1}, "sequences"),
    *((name, {}, on) for name in ("Hinge", "SquaredHinge") for on in ("signs", "binary", "vectors", "binary column")),
    *(("CategoricalHinge", {}, on) for on in ("one-hot", "one-hot sequences")),
    *((name, {}, on) for name in ("KLDivergence", "Poisson") for on in ("positive", "positive sequences", "one-hot")),
    *(("BinaryCrossentropy", {}, on) for on in ("binary", "binary column", "binary numbers", "binary sequences")),
    ("BinaryCrossentropy", {"from_logits": True}, "binary logits"),
    ("BinaryCrossentropy", {"label_smoothing": 0.2}, "binary"),
    ("BinaryCrossentropy", {"label_smoothing": 0.2, "from_logits": True, "axis": 0}, "binary logits"),
    ("BinaryCrossentropy", {"axis": 1}, "binary sequences"),
    ("BinaryFocalCrossentropy", {}, "binary"),
    ("BinaryFocalCrossentropy", {"apply_class_balancing": True, "alpha": 0.4, "gamma": 1.5}, "binary sequences"),
    ("BinaryFocalCrossentropy", {"from_logits": True, "label_smoothing": 0.1}, "binary logits"),
    *(("CategoricalCrossentropy", {}, on) for on in ("one-hot", "one-hot sequences", "positive")),
    *(("CategoricalCrossentropy", {"from_logits": True}, on) for on in ("one-hot logits", "one-hot logits of sequences")),
    ("CategoricalCrossentropy", {"label_smoothing": 0.1}, "one-hot"),
    ("CategoricalCrossentropy", {"label_smoothing": 0.1, "from_logits": True}, "one-hot logits"),
    ("CategoricalCrossentropy", {"axis": 1}, "positive sequences"),
    ("CategoricalCrossentropy", {"axis": 1, "from_logits": True}, "one-hot logits of sequences"),
    ("CategoricalFocalCrossentropy", {}, "one-hot"),
    ("CategoricalFocalCrossentropy", {"alpha": 0.5, "gamma": 1.0, "label_smoothing": 0.1}, "one-hot sequences"),
    ("CategoricalFocalCrossentropy", {"from_logits": True}, "one-hot logits"),
    *(
        ("SparseCategoricalCrossentropy", {}, on)
        for on in ("classes", "classes in columns", "classes of sequences", "classes in columns of sequences")
    ),
    *(
        ("SparseCategoricalCrossentropy", {"from_logits": True}, on)
        for on in ("logits of classes", "logits of classes of sequences")
    ),
    ("SparseCategoricalCrossentropy", {"ignore_class": 2}, "classes"),
    ("SparseCategoricalCrossentropy", {"ignore_class": 2}, "classes of sequences"),
    ("SparseCategoricalCrossentropy", {"ignore_class": 0, "from_logits": True}, "logits of classes of sequences"),
    ("CategoricalGeneralizedCrossEntropy", {}, "classes"),
    ("CategoricalGeneralizedCrossEntropy", {"q": 0.9}, "classes of sequences"),
    ("Dice", {}, "binary"),
    ("Dice", {"axis": (1, 2)}, "binary sequences"),
    ("Tversky", {}, "binary"),
    ("Tversky", {"alpha": 0.3, "beta": 0.8, "axis": (1, 2)}, "binary sequences"),
    ("Circle", {}, "embeddings"),
    ("Circle", {"gamma": 8.0, "margin": 0.2, "remove_diagonal": False}, "embeddings"),
    ("CTC", {}, "frames"),
]
grid = pytest.mark.parametrize(("name", "arguments", "on"), GRID, ids=lambda x: str(x))


@pytest.fixture(scope="module")
def keras() -> Any:
    import keras

    return keras


def tensor(x: Any) -> Any:
    import tensorflow as tf

    return None if x is None else tf.constant(x)


def shape_of_losses(name: str, arguments: dict[str, Any], on: str) -> tuple[int, ...]:
    return tuple(getattr(losses, name)(**arguments, reduction=None)(*problem(on)).shape)


@grid
def test_reductions_and_weights(keras: Any, name: str, arguments: dict[str, Any], on: str) -> None:
    y_true, y_pred = problem(on)
    for what, weight in weights_of(shape_of_losses(name, arguments, on), on).items():
        for reduction in REDUCTIONS:
            ours = getattr(losses, name)(**arguments, reduction=reduction)
            theirs = getattr(keras.losses, name)(**arguments, reduction=reduction)
            expected = theirs(tensor(y_true), tensor(y_pred), sample_weight=tensor(weight))
            text = f"{reduction}, weights: {what}"
            assert_same(ours(y_true, y_pred, sample_weight=weight), expected, 2e-5, 2e-6, f"NumPy, {text}")
            found = ours(tensor(y_true), tensor(y_pred), sample_weight=tensor(weight))
            assert_same(found, expected, what=f"TensorFlow, {text}", rtol=2e-5, atol=2e-6)
            assert found.dtype == expected.dtype == "float32"


def in_graph(loss: Any, y_true: Any, y_pred: Any, weight: Any) -> Any:
    """The loss and its gradient, computed in a graph that doesn't know the size of the batch."""
    import tensorflow as tf

    arrays = [y_true, y_pred] + ([] if weight is None else [weight])
    signature = [tf.TensorSpec((None, *a.shape[1:]), tf.as_dtype(a.dtype)) for a in arrays]

    @tf.function(input_signature=signature, autograph=False)
    def compute(y_true: Any, y_pred: Any, weight: Any = None) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(y_pred)
            value = loss(y_true, y_pred, sample_weight=weight)
        return value, tape.gradient(value, y_pred)

    return compute(*map(tf.constant, arrays))


@grid
def test_in_a_graph_with_gradients(keras: Any, name: str, arguments: dict[str, Any], on: str) -> None:
    y_true, y_pred = problem(on)
    weights = weights_of(shape_of_losses(name, arguments, on), on)
    weight = weights.get("each step", weights.get("each sample"))
    ours, theirs = (getattr(module, name)(**arguments) for module in (losses, keras.losses))
    assert_same(in_graph(ours, y_true, y_pred, weight), in_graph(theirs, y_true, y_pred, weight), 2e-5, 2e-6)


MASKED = [
    ("MeanSquaredError", {}, "sequences"),
    ("BinaryCrossentropy", {}, "binary sequences"),
    ("CategoricalCrossentropy", {"from_logits": True}, "one-hot logits of sequences"),
    ("SparseCategoricalCrossentropy", {}, "classes of sequences"),
    ("SparseCategoricalCrossentropy", {"ignore_class": 1}, "classes of sequences"),
    ("SparseCategoricalCrossentropy", {}, "classes"),
]


@pytest.mark.parametrize(("name", "arguments", "on"), MASKED, ids=str)
@pytest.mark.parametrize("reduction", REDUCTIONS, ids=str)
def test_masks(keras: Any, name: str, arguments: dict[str, Any], on: str, reduction: str | None) -> None:
    y_true, y_pred = problem(on)
    shape = shape_of_losses(name, arguments, on)
    masks = {"some": rng_of(on).random(shape) > 0.4, "none": np.zeros(shape, bool)}
    for which, mask in masks.items():
        for what, weight in weights_of(shape, on).items():
            predictions = [tensor(y_pred), tensor(y_pred)]
            keras.src.backend.set_keras_mask(predictions[0], tensor(mask))
            attach_mask(predictions[1], tensor(mask))
            expected = getattr(keras.losses, name)(**arguments, reduction=reduction)(y_true, predictions[0], tensor(weight))
            found = getattr(losses, name)(**arguments, reduction=reduction)(tensor(y_true), predictions[1], tensor(weight))
            assert_same(found, expected, what=f"mask {which}, weights {what}")


@grid
def test_half_precision(keras: Any, name: str, arguments: dict[str, Any], on: str) -> None:
    """By dtype="float16", and of float16 predictions, which are computed in float32 all the same."""
    y_true, y_pred = problem(on)
    half = y_pred.astype("float16")
    for dtype in ("float16", None):
        expected = getattr(keras.losses, name)(**arguments, dtype=dtype)(tensor(y_true), tensor(half))
        for x, y in ((tensor(y_true), tensor(half)), (y_true, half)):
            found = getattr(losses, name)(**arguments, dtype=dtype)(x, y)
            assert np.asarray(found).dtype == expected.numpy().dtype
            # 1 - 1e-7 is 1 in float16: Keras has NaN and infinities there, too
            assert_same(found, expected, *((1e-2, 2e-2) if dtype else (2e-5, 2e-6)))


FUNCTIONS = [
    ("mean_squared_error", {}, "numbers and columns"),
    ("mean_absolute_percentage_error", {}, "vectors"),
    ("huber", {"delta": 0.5}, "sequences"),
    ("categorical_crossentropy", {"label_smoothing": 0.1}, "one-hot sequences"),
    ("sparse_categorical_crossentropy", {"ignore_class": -1}, "classes"),
    ("binary_crossentropy", {}, "binary"),
    ("binary_focal_crossentropy", {}, "binary"),
    ("categorical_generalized_cross_entropy", {"q": 0.4}, "classes"),
    ("kl_divergence", {}, "positive"),
    ("ctc", {}, "frames"),
]


@pytest.mark.parametrize(("name", "arguments", "on"), FUNCTIONS, ids=str)
def test_functions(keras: Any, name: str, arguments: dict[str, Any], on: str) -> None:
    y_true, y_pred = problem(on)
    expected = getattr(keras.losses, name)(tensor(y_true), tensor(y_pred), **arguments)
    assert_same(getattr(losses, name)(y_true, y_pred, **arguments), expected, 2e-5)
    assert_same(getattr(losses, name)(tensor(y_true), tensor(y_pred), **arguments), expected, 2e-5)


def test_circle_with_references(keras: Any) -> None:
    y_true, y_pred = problem("embeddings")
    labels, references = problem("embeddings", 1)
    arguments = {"ref_labels": labels, "ref_embeddings": references, "remove_diagonal": False}
    assert_same(losses.circle(y_true, y_pred, **arguments), keras.losses.circle(y_true, y_pred, **arguments), 2e-5)


PAIRED = [
    ("softmax", "CategoricalCrossentropy", "one-hot logits"),
    ("softmax", "SparseCategoricalCrossentropy", "logits of classes"),
    ("sigmoid", "BinaryCrossentropy", "binary logits"),
    ("softmax", "BinaryCrossentropy", "binary logits"),  # a usual mistake, which trains by the logits, too
    ("sigmoid", "CategoricalCrossentropy", "one-hot logits"),
]


@pytest.mark.parametrize(("activation", "name", "on"), PAIRED, ids=str)
@pytest.mark.parametrize("graph", [False, True], ids=["eager", "graph"])
def test_probabilities_remember_their_logits(keras: Any, activation: str, name: str, on: str, graph: bool) -> None:
    """Of logits so large that the probabilities are 0 and 1 the loss and its gradient are what Keras has, not clipped ones."""
    import tensorflow as tf

    y_true, logits = problem(on)
    logits = logits * 40

    def judged(module: Any) -> Any:
        def compute(x: Any) -> Any:
            with tf.GradientTape() as tape:
                tape.watch(x)
                loss = getattr(module.losses, name)()(y_true, getattr(module.activations, activation)(x))
            return loss, tape.gradient(loss, x)

        return (tf.function(compute) if graph else compute)(tf.constant(logits))

    found, expected = judged(kport), judged(keras)
    assert_same(found, expected)
    assert float(expected[0]) > 17  # clipped probabilities would give at most -ln 1e-7 = 16.1


def test_logits_that_are_none_warn() -> None:
    y_true, logits = problem("one-hot logits")
    with pytest.warns(UserWarning, match="from_logits=True"):
        losses.CategoricalCrossentropy(from_logits=True)(y_true, kport.activations.softmax(tensor(logits)))


def test_distribution_divides_means(monkeypatch: pytest.MonkeyPatch) -> None:
    import tensorflow as tf

    y_true, y_pred = map(tensor, problem("vectors"))
    alone = {r: losses.MeanSquaredError(r)(y_true, y_pred) for r in ("sum", "mean")}
    strategy = type("Strategy", (), {"num_replicas_in_sync": 4})
    monkeypatch.setattr(tf.distribute, "get_strategy", lambda: strategy)
    assert_same(losses.MeanSquaredError("sum")(y_true, y_pred), alone["sum"])
    assert_same(losses.MeanSquaredError("mean")(y_true, y_pred), alone["mean"] / 4)


LEAN = [
    ("MeanSquaredError", {}, "vectors"),
    ("BinaryCrossentropy", {}, "binary"),
    ("BinaryCrossentropy", {"from_logits": True}, "binary logits"),
    ("CategoricalCrossentropy", {"from_logits": True}, "one-hot logits"),
    ("SparseCategoricalCrossentropy", {}, "classes in columns"),
    ("SparseCategoricalCrossentropy", {"from_logits": True}, "logits of classes"),
]


@pytest.mark.parametrize(("name", "arguments", "on"), LEAN, ids=str)
def test_a_step_computes_no_more_operations_than_keras(keras: Any, name: str, arguments: dict[str, Any], on: str) -> None:
    import tensorflow as tf

    arrays = problem(on)
    signature = [tf.TensorSpec((None, *a.shape[1:]), tf.as_dtype(a.dtype)) for a in arrays]

    def operations(module: Any) -> list[str]:
        loss = getattr(module.losses, name)(**arguments)
        graph = tf.function(lambda t, p: loss(t, p), input_signature=signature, autograph=False).get_concrete_function().graph
        return sorted(op.type for op in graph.get_operations() if op.type not in ("Const", "Identity", "Placeholder"))

    ours, theirs = operations(kport), operations(keras)
    assert len(ours) <= len(theirs), (ours, theirs)


CONFIGURED = [(name, arguments) for name, arguments, _ in GRID if arguments] + [(name, {}) for name, _, _ in GRID]


@pytest.mark.parametrize(("name", "arguments"), CONFIGURED, ids=str)
def test_configurations(keras: Any, name: str, arguments: dict[str, Any]) -> None:
    ours = getattr(losses, name)(**arguments, reduction="sum", name="named")
    theirs = getattr(keras.losses, name)(**arguments, reduction="sum", name="named")
    config = ours.get_config()
    theirs_config = losses.serialize(theirs.get_config())
    assert config.items() >= theirs_config.items()  # Keras forgets some arguments
    assert losses.serialize(ours) | {"config": 0} == keras.losses.serialize(theirs) | {"config": 0}
    for again in (type(ours).from_config(config), losses.deserialize(keras.losses.serialize(theirs))):
        assert type(again) is type(ours)
        assert again.get_config().items() >= theirs_config.items()
    assert losses.deserialize(losses.serialize(ours)).get_config() == config
    back = keras.saving.deserialize_keras_object(losses.serialize(ours))  # its losses.deserialize does not know all of them
    assert losses.serialize(back.get_config()) == theirs_config


def test_a_dtype_is_kept() -> None:
    assert "dtype" not in losses.MeanSquaredError(dtype="float32").get_config()
    assert losses.MeanSquaredError.from_config(losses.MeanSquaredError(dtype="float64").get_config()).dtype == "float64"
    assert losses.MeanSquaredError(dtype=kport.dtype_policies.DTypePolicy("mixed_float16")).dtype == "float16"


def test_a_function_as_a_loss(keras: Any) -> None:
    y_true, y_pred = problem("vectors")
    ours, theirs = (
        LossFunctionWrapper(losses.huber, delta=0.3),
        keras.src.losses.LossFunctionWrapper(keras.losses.huber, delta=0.3),
    )
    assert_same(ours(y_true, y_pred), theirs(y_true, y_pred))
    assert_same(LossFunctionWrapper.from_config(ours.get_config())(y_true, y_pred), theirs(y_true, y_pred))
    assert_same(losses.deserialize(keras.losses.serialize(theirs))(y_true, y_pred), theirs(y_true, y_pred))
    assert_same(keras.losses.deserialize(losses.serialize(ours))(y_true, y_pred), theirs(y_true, y_pred))


def test_a_loss_of_the_users_own() -> None:
    class Scaled(kport.Loss):
        def __init__(self, factor: float, name: str = "scaled"):
            super().__init__(name=name)
            self.factor = factor

        def call(self, y_true: Any, y_pred: Any) -> Any:
            return self.factor * (y_pred["a"] - y_true["a"]) + y_pred["b"]

    y = {"a": np.ones((2, 3)), "b": np.full((2, 3), 4.0)}
    loss = Scaled(3.0)
    assert_same(loss({"a": np.zeros((2, 3)), "b": None} | {"b": y["b"]}, y), np.float32(7.0))
    assert loss.get_config() == {"factor": 3.0, "name": "scaled"}
    again = losses.deserialize({"class_name": "Scaled", "config": loss.get_config()}, custom_objects={"Scaled": Scaled})
    assert again.factor == 3.0
    with pytest.raises(UsageError, match="Scaled"):
        losses.get("Scaled")
    assert kport.Loss().name == "loss"
    with pytest.raises(NotImplementedError, match="call"):
        kport.Loss()(1.0, 2.0)


def test_names_mean_what_they_mean_to_keras(keras: Any) -> None:
    import keras.src.losses as theirs

    for name, item in theirs.ALL_OBJECTS_DICT.items():
        if name in ("Loss", "LossFunctionWrapper"):
            continue  # no loss by themselves
        found = losses.get(name)
        expected = keras.losses.get(name)
        assert (found.__name__ if inspect.isfunction(item) else type(found).__name__) == item.__name__
        assert callable(expected)
    for name in ("logcosh", "kullback_leibler_divergence", "cosine_proximity"):  # of Keras 1 and 2
        assert callable(losses.get(name))
    assert losses.get(None) is None
    assert losses.get(losses.mse) is losses.mean_squared_error
    assert isinstance(losses.get(losses.Dice), losses.Dice)
    assert losses.bce is losses.BCE is losses.binary_crossentropy


def test_everything_of_keras_is_there(keras: Any) -> None:
    for name in dir(keras.losses):
        if name.startswith("_"):
            continue
        ours, theirs = getattr(losses, name), getattr(keras.losses, name)
        signatures = [[(p.name, p.default) for p in inspect.signature(x).parameters.values()] for x in (ours, theirs)]
        assert signatures[0] == signatures[1], name


@pytest.mark.parametrize(
    ("kind", "true", "pred", "expected"),
    [
        ("crossentropy", (8,), (8, 1), "binary_crossentropy"),
        ("CE", (8, 1), (8, 1), "binary_crossentropy"),
        ("ce", (8,), (8, 5), "sparse_categorical_crossentropy"),
        ("crossentropy", (8, 1), (8, 5), "sparse_categorical_crossentropy"),
        ("crossentropy", (8, 7, 5), (8, 7, 5), "categorical_crossentropy"),
        ("mse", (8,), (8, 1), "mean_squared_error"),
    ],
)
def test_losses_for_an_output(keras: Any, kind: str, true: tuple[int, ...], pred: tuple[int, ...], expected: str) -> None:
    from keras.src.trainers.compile_utils import get_loss

    found, theirs = losses.loss_for(kind, np.zeros(true), np.zeros(pred)), get_loss(kind, np.zeros(true), np.zeros(pred))
    assert found.fn.__name__ == theirs.fn.__name__ == expected
    assert found.name == theirs.name
    loss = losses.Huber()
    assert losses.loss_for(loss, None, None) is loss
    assert losses.loss_for(None, None, None) is None


ONES = np.ones((4, 3), "float32")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: losses.get("mean_square_error"), r"'mean_square_error' \(nearest: 'mean_squared_error'\)"),
        (lambda: losses.get(3), "Received: 3"),
        (lambda: losses.get({"config": {}}), "class_name"),
        (lambda: losses.MeanSquaredError(reduction="average"), "sum_over_batch_size.*reduction='average'"),
        (lambda: losses.MeanSquaredError()(ONES, np.ones((4, 2))), r"y_true.shape=\(4, 3\), y_pred.shape=\(4, 2\)"),
        (lambda: losses.MeanSquaredError()(ONES, tensor(np.ones((4, 2)))), r"y_true.shape=\(4, 3\), y_pred.shape=\(4, 2\)"),
        (lambda: losses.MeanSquaredError()(ONES, ONES, np.ones(3)), "sample_weight"),
        (lambda: losses.CategoricalCrossentropy()(np.ones(4), ONES), "target.shape"),
        (lambda: losses.BinaryCrossentropy()(np.ones((4, 2)), ONES), "target.shape"),
        (lambda: losses.SparseCategoricalCrossentropy()(ONES, ONES), "One-hot targets need categorical_crossentropy"),
        (lambda: losses.SparseCategoricalCrossentropy(axis=0)(np.ones(4), ONES), "axis=0"),
        (lambda: losses.SparseCategoricalCrossentropy()(np.array([0, 1, 3, 2]), ONES), "3 classes, 0 to 2. Received: 0 to 3"),
        (lambda: losses.categorical_crossentropy(ONES, ONES, axis=True), "axis=True"),
        (lambda: losses.CategoricalGeneralizedCrossEntropy(q=1.5), "q=1.5"),
        (lambda: losses.CTC()(np.ones((4,)), np.ones((4, 5, 6))), "y_true.shape"),
    ],
)
def test_wrong_input(call: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        call()
    assert isinstance(caught.value, ValueError)  # what Keras raises


def test_one_class_warns() -> None:
    with pytest.warns(SyntaxWarning, match="binary_crossentropy"):
        losses.CategoricalCrossentropy()(np.ones((3, 1)), np.ones((3, 1)))


def test_an_empty_batch_loses_nothing() -> None:
    assert float(losses.MeanSquaredError()(np.zeros((0, 2, 3)), np.zeros((0, 2, 3)))) == 0.0
    assert losses.MeanSquaredError()(np.zeros((0, 3)), np.zeros((0, 3))).shape == (0,)
