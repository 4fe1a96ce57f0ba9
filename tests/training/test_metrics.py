"""Every metric against Keras's: several batches and a reset, in NumPy, in TensorFlow, and in a graph of TensorFlow."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest

import kport
from kport import metrics
from kport.errors import UsageError
from kport.ops import Variable
from kport.ops.attached import attach_mask
from tests.compare import assert_same
from tests.training.judged import problem, rng_of, weights_of

# class, arguments, problem
GRID: list[tuple[str, dict[str, Any], str]] = [
    *((name, {}, "vectors") for name in ("MeanAbsoluteError", "MeanAbsolutePercentageError", "RootMeanSquaredError")),
    ("MeanSquaredError", {}, "sequences"),
    ("MeanSquaredError", {}, "numbers and columns"),
    ("RootMeanSquaredError", {}, "columns and numbers"),
    ("MeanSquaredLogarithmicError", {}, "positive"),
    ("LogCoshError", {}, "sequences"),
    ("CosineSimilarity", {}, "sequences"),
    ("CosineSimilarity", {"axis": 0}, "vectors"),
    ("R2Score", {}, "vectors"),
    ("R2Score", {"class_aggregation": None}, "vectors"),
    ("R2Score", {"class_aggregation": "variance_weighted_average"}, "vectors"),
    ("R2Score", {"num_regressors": 3}, "vectors"),
    ("Hinge", {}, "signs"),
    ("SquaredHinge", {}, "binary"),
    ("CategoricalHinge", {}, "one-hot sequences"),
    ("KLDivergence", {}, "positive"),
    ("Poisson", {}, "positive sequences"),
    ("BinaryCrossentropy", {}, "binary sequences"),
    ("BinaryCrossentropy", {"from_logits": True, "label_smoothing": 0.1}, "binary logits"),
    ("CategoricalCrossentropy", {}, "one-hot sequences"),
    ("CategoricalCrossentropy", {"axis": 1}, "positive sequences"),
    ("CategoricalCrossentropy", {"from_logits": True, "label_smoothing": 0.1}, "one-hot logits"),
    ("SparseCategoricalCrossentropy", {}, "classes in columns"),
    ("SparseCategoricalCrossentropy", {"ignore_class": 2}, "classes of sequences"),
    ("SparseCategoricalCrossentropy", {"from_logits": True}, "logits of classes"),
    ("Accuracy", {}, "integers"),
    ("BinaryAccuracy", {}, "binary"),
    ("BinaryAccuracy", {"threshold": 0.7}, "binary column"),
    ("BinaryAccuracy", {}, "binary sequences"),
    *(("CategoricalAccuracy", {}, on) for on in ("one-hot", "one-hot sequences")),
    *(
        ("SparseCategoricalAccuracy", {}, on)
        for on in ("classes", "classes in columns", "classes of sequences", "classes in columns of sequences")
    ),
    ("TopKCategoricalAccuracy", {"k": 2}, "one-hot"),
    ("TopKCategoricalAccuracy", {"k": 3}, "one-hot sequences"),
    ("TopKCategoricalAccuracy", {"k": 2}, "ties"),
    ("SparseTopKCategoricalAccuracy", {"k": 2}, "classes"),
    ("SparseTopKCategoricalAccuracy", {"k": 1}, "classes of sequences"),
    ("SparseTopKCategoricalAccuracy", {"k": 2, "from_sorted_ids": True}, "sorted ids"),
    ("PearsonCorrelation", {}, "vectors"),
    ("PearsonCorrelation", {"axis": 1}, "sequences"),
    ("ConcordanceCorrelation", {}, "vectors"),
    ("ConcordanceCorrelation", {"axis": 0}, "vectors"),
    *(("FBetaScore", {"average": average, "beta": 0.5}, "one-hot") for average in (None, "micro", "macro", "weighted")),
    ("F1Score", {}, "one-hot"),
    ("F1Score", {"threshold": 0.4, "average": "weighted"}, "binary"),
    ("IoU", {"num_classes": 4, "target_class_ids": [0, 2]}, "segments"),
    ("IoU", {"num_classes": 3, "target_class_ids": (1,), "ignore_class": 0}, "segments"),  # class 3 is out of bounds
    ("IoU", {"num_classes": 4, "target_class_ids": [3], "dtype": "float32"}, "segments"),
    ("IoU", {"num_classes": 4, "target_class_ids": [0], "sparse_y_pred": False}, "classes of sequences"),
    ("MeanIoU", {"num_classes": 4}, "segments"),
    ("BinaryIoU", {"threshold": 0.3}, "binary sequences"),
    ("BinaryIoU", {"target_class_ids": [1]}, "binary"),
    ("OneHotIoU", {"num_classes": 4, "target_class_ids": [0, 1]}, "one-hot sequences"),
    ("OneHotMeanIoU", {"num_classes": 4}, "one-hot"),
    ("OneHotMeanIoU", {"num_classes": 4, "sparse_y_pred": True}, "one-hot and classes"),
    *((name, {}, "binary") for name in ("TruePositives", "FalsePositives", "TrueNegatives", "FalseNegatives")),
    ("FalseNegatives", {"thresholds": [0.2, 0.5, 0.7]}, "binary numbers"),
    ("TruePositives", {"thresholds": [0, 0.25, 0.5, 0.75, 1]}, "binary sequences"),
    ("TrueNegatives", {"thresholds": [0, 0.25, 0.5, 0.75, 1]}, "round numbers"),
    ("Precision", {}, "binary"),
    ("Precision", {"thresholds": 0.3}, "binary column"),
    ("Precision", {"thresholds": [0.0, 0.5, 1.0]}, "round numbers"),
    ("Precision", {"top_k": 2}, "one-hot"),
    ("Precision", {"top_k": 2, "class_id": 1}, "one-hot"),
    ("Recall", {"thresholds": [0.1, 0.9]}, "binary"),
    ("Recall", {"top_k": 3}, "one-hot sequences"),
    ("Recall", {"class_id": 2}, "one-hot"),
    ("Recall", {"class_id": 2}, "one-hot sequences"),
    ("SensitivityAtSpecificity", {"specificity": 0.4}, "binary numbers"),
    ("SensitivityAtSpecificity", {"specificity": 0.5, "num_thresholds": 1}, "binary"),
    ("SpecificityAtSensitivity", {"sensitivity": 0.6, "num_thresholds": 10}, "binary"),
    ("PrecisionAtRecall", {"recall": 0.5}, "binary"),
    ("PrecisionAtRecall", {"recall": 0.5, "class_id": 1}, "one-hot"),
    ("RecallAtPrecision", {"precision": 0.6}, "binary"),
    ("RecallAtPrecision", {"precision": 1.0}, "round numbers"),
    *(
        ("AUC", {"curve": curve, "summation_method": method}, "binary")
        for curve in ("ROC", "PR", "PRGAIN")
        for method in ("interpolation", "minoring", "majoring")
    ),
    ("AUC", {"num_thresholds": 5}, "round numbers"),
    ("AUC", {"from_logits": True, "curve": "PR"}, "binary logits"),
    ("AUC", {"thresholds": [0.7, 0.1, 0.15]}, "binary"),
    ("AUC", {"thresholds": [0.25, 0.5, 0.75]}, "binary"),
    ("AUC", {"multi_label": True}, "binary"),
    ("AUC", {"multi_label": True, "num_labels": 4, "label_weights": [1.0, 0.5, 0, 2], "curve": "PR"}, "binary"),
    ("AUC", {"multi_label": True, "thresholds": [0.3, 0.6]}, "binary"),
    ("AUC", {"label_weights": [1.0, 0.5, 0.25, 2]}, "binary"),
    ("AUC", {"label_weights": [1.0, 0.5, 0.25, 2], "thresholds": [0.3, 0.6]}, "binary"),
]
grid = pytest.mark.parametrize(("name", "arguments", "on"), GRID, ids=lambda x: str(x))
AS_PREDICTIONS = {"TruePositives", "FalsePositives", "TrueNegatives", "FalseNegatives", "Precision", "Recall", "AUC"}


def batch(on: str, draw: int) -> tuple[np.ndarray, np.ndarray]:
    """The problems of the losses, and some of their own."""
    r = rng_of(f"{on}{draw}")
    own: dict[str, Any] = {
        "integers": lambda: (r.integers(0, 3, (6, 4)), r.integers(0, 3, (6, 4))),
        "segments": lambda: (r.integers(0, 4, (6, 4)), r.integers(0, 4, (6, 4))),
        "one-hot and classes": lambda: (problem("one-hot", draw)[0], r.integers(0, 4, 6)),
        "sorted ids": lambda: (r.integers(0, 4, 6), np.argsort(r.random((6, 4)), -1)),
        "ties": lambda: (problem("one-hot", draw)[0], r.integers(0, 2, (6, 4)).astype("float32")),
        # on thresholds, and at the ends
        "round numbers": lambda: (r.integers(0, 2, (6, 4)), r.choice([0.0, 0.25, 0.5, 0.75, 1.0], (6, 4)).astype("float32")),
    }
    return own[on]() if on in own else problem(on, draw)


@pytest.fixture(scope="module")
def keras() -> Any:
    import keras

    return keras


def tensor(x: Any) -> Any:
    import tensorflow as tf

    return None if x is None else tf.constant(x)


def weights_for(name: str, arguments: dict[str, Any], on: str, draw: int) -> dict[str, Any]:
    """Sample weights that Keras takes for this metric."""
    y_true, y_pred = batch(on, draw)
    if arguments.get("axis", -1) != -1:
        return {"none": None}
    samples = len(y_true)
    r = rng_of(f"{name}{on}{draw}")
    each = r.integers(0, 3, samples).astype("int32" if "IoU" in name else "float32")
    found: dict[str, Any] = {"none": None, "each sample": each}
    if "IoU" in name:  # one for each prediction
        rest = y_pred.shape[1:-1] if on.startswith(("one-hot", "classes")) and y_pred.ndim > 1 else y_pred.shape[1:]
        found["each sample"] = r.integers(0, 3, (samples, *rest)).astype("int32")
    elif name in AS_PREDICTIONS and y_pred.ndim == 3:
        del found["each sample"]
        found["each step"] = r.uniform(0, 2, y_pred.shape[:2]).astype("float32")
    elif y_pred.ndim == 3:
        found["each step"] = r.uniform(0, 2, y_pred.shape[:2]).astype("float32")
    if "ignore_class" in arguments and "each step" in found:
        del found["each sample"]
    return found


def numbers(metric: Any) -> Any:
    return np.asarray(metric.result())


@grid
def test_batches_and_a_reset(keras: Any, name: str, arguments: dict[str, Any], on: str) -> None:
    for what in weights_for(name, arguments, on, 0):
        theirs = getattr(keras.metrics, name)(**arguments)
        in_numpy, in_tensorflow = (getattr(metrics, name)(**arguments) for _ in range(2))
        for draw in range(3):
            y_true, y_pred = batch(on, draw)
            weight = weights_for(name, arguments, on, draw)[what]
            theirs.update_state(tensor(y_true), tensor(y_pred), sample_weight=tensor(weight))
            in_numpy.update_state(y_true, y_pred, sample_weight=weight)
            in_tensorflow.update_state(tensor(y_true), tensor(y_pred), sample_weight=tensor(weight))
            expected = numbers(theirs)
            assert_same(numbers(in_numpy), expected, 2e-5, 2e-6, f"NumPy, weights: {what}, batch {draw}")
            assert_same(numbers(in_tensorflow), expected, 2e-5, 2e-6, f"TensorFlow, weights: {what}, batch {draw}")
            assert numbers(in_numpy).dtype == expected.dtype
            if draw == 1:
                for metric in (theirs, in_numpy, in_tensorflow):
                    metric.reset_state()
        assert not any(v.is_in_tensorflow for v in in_numpy.variables)
        assert any(v.is_in_tensorflow for v in in_tensorflow.variables)


@grid
def test_in_a_graph(keras: Any, name: str, arguments: dict[str, Any], on: str) -> None:
    """Compiled once for batches of any size: two batches of different sizes, and the result within the graph."""
    import tensorflow as tf

    y_true, y_pred = batch(on, 0)
    signature = [tf.TensorSpec((None, *a.shape[1:]), tf.as_dtype(a.dtype)) for a in (y_true, y_pred)]
    ours = getattr(metrics, name)(**arguments)
    step = tf.function(lambda t, p: ours(t, p), input_signature=signature, autograph=False)
    theirs = getattr(keras.metrics, name)(**arguments)
    for size in (6, 3):
        found = step(tensor(y_true[:size]), tensor(y_pred[:size]))
        theirs.update_state(y_true[:size], y_pred[:size])
        assert_same(found, numbers(theirs), 2e-5, 2e-6, f"batch of {size}")
    assert all(v.is_in_tensorflow for v in ours.variables)


@pytest.mark.parametrize(("name", "on"), [("MeanSquaredError", "vectors"), ("R2Score", "vectors"), ("F1Score", "one-hot")])
def test_batches_of_known_size_are_counted_at_each_step(keras: Any, name: str, on: str) -> None:
    """Not once, when TensorFlow records the step; from the first batch on, and after a reset."""
    import tensorflow as tf

    ours, theirs = getattr(metrics, name)(), getattr(keras.metrics, name)()
    step = tf.function(ours.update_state, autograph=False)
    for draw in range(3):
        arrays = batch(on, draw)
        step(*map(tf.constant, arrays))
        theirs.update_state(*arrays)
        assert_same(ours.result(), theirs.result())
        if draw == 1:
            ours.reset_state()
            theirs.reset_state()


MASKED = [
    ("MeanSquaredError", {}, "sequences"),
    ("SparseCategoricalAccuracy", {}, "classes of sequences"),
    ("SparseCategoricalCrossentropy", {"ignore_class": 1}, "classes of sequences"),
    ("CategoricalAccuracy", {}, "one-hot sequences"),
    ("BinaryAccuracy", {}, "binary sequences"),
]


@pytest.mark.parametrize(("name", "arguments", "on"), MASKED, ids=str)
def test_masks(keras: Any, name: str, arguments: dict[str, Any], on: str) -> None:
    y_true, y_pred = problem(on)
    shape = y_pred.shape[:2]
    for which, mask in {"some": rng_of(on).random(shape) > 0.4, "none": np.zeros(shape, bool)}.items():
        for what, weight in weights_of(shape, on).items():
            predictions = [tensor(y_pred), tensor(y_pred)]
            keras.src.backend.set_keras_mask(predictions[0], tensor(mask))
            attach_mask(predictions[1], tensor(mask))
            expected = getattr(keras.metrics, name)(**arguments)(y_true, predictions[0], tensor(weight))
            found = getattr(metrics, name)(**arguments)(tensor(y_true), predictions[1], tensor(weight))
            assert_same(found, expected, what=f"mask {which}, weights {what}")


VALUES = [np.float32(3.0), np.arange(5, dtype="float32"), np.arange(12, dtype="float32").reshape(2, 3, 2)]


@pytest.mark.parametrize("name", ["Mean", "Sum"])
def test_values(keras: Any, name: str) -> None:
    for values in VALUES:
        weights = [None, 0.5, *([] if not values.ndim else [np.linspace(0, 1, len(values)).astype("float32")])]
        weights += [np.linspace(0, 1, 6).reshape(2, 3).astype("float32"), np.ones((2, 3, 2))] if values.ndim == 3 else []
        for weight in weights:
            ours, theirs = getattr(metrics, name)(), getattr(keras.metrics, name)()
            assert_same(ours.result(), theirs.result())
            for _ in range(2):
                assert_same(ours(values, weight), theirs(values, weight), what=f"{values.shape}, weights {weight}")
                in_tensorflow = getattr(metrics, name)()
                in_tensorflow(values, weight)
            assert_same(in_tensorflow(tensor(values), tensor(weight)), theirs.result())


def plain(config: dict[str, Any]) -> dict[str, Any]:
    """A configuration with lists for tuples and tensors."""
    return {k: np.asarray(v).tolist() if isinstance(v, tuple) or hasattr(v, "numpy") else v for k, v in config.items()}


@grid
def test_configurations(keras: Any, name: str, arguments: dict[str, Any], on: str) -> None:
    ours, theirs = (getattr(m, name)(**arguments, name="named") for m in (metrics, keras.metrics))
    config, theirs_config = ours.get_config(), plain(theirs.get_config())
    assert config == config | theirs_config  # Keras leaves out some
    assert metrics.serialize(ours) | {"config": 0} == keras.metrics.serialize(theirs) | {"config": 0}
    for again in (
        type(ours).from_config(config),
        metrics.deserialize(metrics.serialize(ours)),
        metrics.deserialize(keras.metrics.serialize(theirs)),
    ):
        assert type(again) is type(ours)
        assert again.get_config() == again.get_config() | theirs_config
    assert type(ours).from_config(config).get_config() == config
    assert plain(keras.metrics.deserialize(metrics.serialize(ours)).get_config()) == theirs_config


def test_a_function_as_a_metric(keras: Any) -> None:
    y_true, y_pred = problem("binary")
    ours = metrics.MeanMetricWrapper(metrics.binary_accuracy, threshold=0.7)
    theirs = keras.metrics.MeanMetricWrapper(keras.metrics.binary_accuracy, threshold=0.7)
    for metric in (
        ours,
        metrics.MeanMetricWrapper.from_config(ours.get_config()),
        metrics.deserialize(keras.metrics.serialize(theirs)),
        keras.metrics.deserialize(metrics.serialize(ours)),
    ):
        assert_same(np.asarray(metric(y_true, y_pred)), theirs(y_true, y_pred))
        theirs.reset_state()
    own = metrics.MeanMetricWrapper(lambda t, p: abs(t - p))
    assert_same(own(y_true, y_pred), np.float32(np.abs(y_true - y_pred).mean()))


@pytest.mark.parametrize("dtype", ["float16", "float64"])
def test_dtypes(keras: Any, dtype: str) -> None:
    for name, on in (("MeanSquaredError", "vectors"), ("CategoricalAccuracy", "one-hot"), ("F1Score", "one-hot")):
        y_true, y_pred = problem(on)
        ours, theirs = (getattr(m, name)(dtype=dtype) for m in (metrics, keras.metrics))
        assert ours.dtype == theirs.dtype == dtype
        found, expected = ours(tensor(y_true), tensor(y_pred)), theirs(tensor(y_true), tensor(y_pred))
        assert found.dtype == expected.dtype
        assert_same(found, expected, 2e-3)
    half = metrics.MeanSquaredError()(y_true, y_pred.astype("float16"))
    assert half.dtype == "float32"


class Largest(kport.Metric):
    """A metric as users write them: own arguments, a variable, and a metric within."""

    def __init__(self, factor: float, name: str | None = None, dtype: Any = None):
        super().__init__(name=name, dtype=dtype)
        self.factor = factor
        self.largest = self.add_variable((), "zeros", name="largest")
        self.inner = [metrics.Mean()]

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        self.largest.assign(kport.ops.maximum(self.largest, kport.ops.max(kport.ops.absolute(y_true - y_pred))))
        self.inner[0].update_state(y_pred)

    def result(self) -> Any:
        return self.largest * self.factor


def test_a_metric_of_the_users_own() -> None:
    y_true, y_pred = problem("vectors")
    expected = np.abs(y_true - y_pred).max() * 2.0
    for metric, x, y in ((Largest(2.0), y_true, y_pred), (Largest(2.0), tensor(y_true), tensor(y_pred))):
        assert_same(metric(x, y), np.float32(expected))
        assert [v.path.split("/")[-1] for v in metric.variables] == ["largest", "total", "count"]
        metric.reset_state()
        assert float(np.asarray(metric.result())) == 0.0
        assert all(float(v.numpy()) == 0 for v in metric.variables)
    assert metric.get_config() == {"factor": 2.0, "name": metric.name, "dtype": "float32"}
    assert metric.name.startswith("largest_")
    again = metrics.deserialize(metrics.serialize(metric), custom_objects={"Largest": Largest})
    assert isinstance(again, Largest)
    with pytest.raises(NotImplementedError, match="update_state"):
        kport.Metric()(1, 2)


def test_variables_are_summed_over_replicas() -> None:
    metric = metrics.Mean()
    variable: Variable = metric.variables[0]
    assert (variable.aggregation, variable.synchronization, variable.trainable) == ("sum", "on_read", False)
    metric.update_state(tensor(1.0))
    assert "SUM" in str(variable.stored.aggregation)


def test_a_result_stays_what_it_was() -> None:
    for values in (np.ones(3, "float32"), tensor(np.ones(3, "float32"))):
        metric = metrics.Sum()
        first = metric(values)
        metric(values)
        assert float(first) == 3.0


LEAN = [
    ("Mean", {}, None),
    ("MeanSquaredError", {}, "vectors"),
    ("BinaryAccuracy", {}, "binary"),
    ("CategoricalAccuracy", {}, "one-hot"),
    ("SparseCategoricalAccuracy", {}, "classes in columns"),
    ("Precision", {}, "binary"),
    ("AUC", {}, "binary"),
]


@pytest.mark.parametrize(("name", "arguments", "on"), LEAN, ids=str)
def test_a_step_computes_no_more_operations_than_keras(keras: Any, name: str, arguments: dict[str, Any], on: str | None) -> None:
    import tensorflow as tf

    arrays = [np.float32(1.0)] if on is None else problem(on)
    signature = [tf.TensorSpec((None, *a.shape[1:]) if a.ndim else (), tf.as_dtype(a.dtype)) for a in arrays]

    def operations(module: Any) -> list[str]:
        metric = getattr(module.metrics, name)(**arguments)
        metric.update_state(*(tensor(a) for a in arrays))  # the variables are made
        graph = tf.function(lambda *y: metric(*y), input_signature=signature, autograph=False).get_concrete_function().graph
        return sorted(op.type for op in graph.get_operations() if op.type not in ("Const", "Identity", "Placeholder", "NoOp"))

    ours, theirs = operations(kport), operations(keras)
    assert len(ours) <= len(theirs), (ours, theirs)


def test_names_mean_what_they_mean_to_keras(keras: Any) -> None:
    import keras.src.metrics as theirs

    needs_arguments = ("IoU", "MeanMetricWrapper", "AtSpecificity", "AtSensitivity", "AtRecall", "AtPrecision")
    for name, cls in theirs.ALL_OBJECTS_DICT.items():
        if cls.__name__ == "Metric":
            continue  # no metric by itself
        if cls.__name__.endswith(needs_arguments):
            assert kport.registry.metrics.find(name).__name__ == cls.__name__
            continue
        found, expected = metrics.get(name), keras.metrics.get(name)
        assert (type(found).__name__, found.name.rstrip("_0123456789")) == (cls.__name__, expected.name.rstrip("_0123456789"))
    assert metrics.get(None) is None
    assert metrics.get(metrics.binary_accuracy) is metrics.binary_accuracy
    assert isinstance(metrics.get(metrics.AUC), metrics.AUC)


def test_everything_of_keras_is_there(keras: Any) -> None:
    for name in dir(keras.metrics):
        if name.startswith("_"):
            continue
        ours, theirs = getattr(metrics, name), getattr(keras.metrics, name)
        signatures = [[(p.name, p.default) for p in inspect.signature(x).parameters.values()] for x in (ours, theirs)]
        assert signatures[0] == signatures[1], name


@pytest.mark.parametrize("name", ["accuracy", "acc", "Accuracy"])
@pytest.mark.parametrize(
    ("true", "pred"), [((8,), (8, 1)), ((8, 1), (8, 1)), ((8,), (8, 5)), ((8, 1), (8, 5)), ((8, 5), (8, 5)), ((8, 7), (8, 7, 5))]
)
def test_accuracy_for_an_output(keras: Any, name: str, true: tuple[int, ...], pred: tuple[int, ...]) -> None:
    from keras.src.trainers.compile_utils import get_metric

    found, expected = metrics.metric_for(name, np.zeros(true), np.zeros(pred)), get_metric(name, np.zeros(true), np.zeros(pred))
    assert (type(found).__name__, found.name) == (type(expected).__name__, expected.name)


def test_metrics_for_an_output(keras: Any) -> None:
    from keras.src.trainers.compile_utils import get_metric

    y = np.zeros((8,)), np.zeros((8, 5))
    for ours, theirs in (
        ("mse", "mse"),
        ("AUC", "AUC"),
        (metrics.MeanAbsoluteError(name="a"), keras.metrics.MeanAbsoluteError(name="a")),
        (metrics.huber, keras.metrics.huber),
        (kport.losses.Huber(name="b"), keras.losses.Huber(name="b")),
    ):
        found, expected = metrics.metric_for(ours, *y), get_metric(theirs, *y)
        assert (type(found).__name__, found.name) == (type(expected).__name__, expected.name)
    assert type(metrics.metric_for("ce", *y)) is metrics.SparseCategoricalCrossentropy
    assert metrics.metric_for("crossentropy", *y).name == "crossentropy"


ONES = np.ones((4, 3), "float32")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: metrics.get("binary_acuracy"), r"\(nearest: 'binary_accuracy'\)"),
        (lambda: metrics.get(3), "Received: 3"),
        (lambda: metrics.metric_for(None, ONES, ONES), "None"),
        (lambda: metrics.metric_for("accuracy", np.ones(()), np.ones(())), "y_pred.shape"),
        (lambda: metrics.BinaryAccuracy()(ONES, np.ones((4, 2))), r"y_true.shape=\(4, 3\), y_pred.shape=\(4, 2\)"),
        (lambda: metrics.Precision()(ONES, np.ones((4, 2))), r"y_pred.shape=\(4, 2\)"),
        (lambda: metrics.Precision(thresholds=[0.5, 1.5]), r"\[1.5\]"),
        (lambda: metrics.Recall(class_id=1)(np.ones(3), np.ones(3)), "class_id"),
        (lambda: metrics.Mean()(ONES, np.ones(3)), "sample_weight"),
        (lambda: metrics.AUC(curve="roc curve"), "ROC, PR, PRGAIN. Received: curve='roc curve'"),
        (lambda: metrics.AUC(summation_method="x"), "interpolation"),
        (lambda: metrics.AUC(num_thresholds=1), "num_thresholds=1"),
        (lambda: metrics.AUC(num_labels=2), "multi_label"),
        (lambda: metrics.AUC(multi_label=True)(np.ones(3), np.ones(3)), "multi_label"),
        (lambda: metrics.AUC(multi_label=True).result(), "update_state"),
        (lambda: metrics.PrecisionAtRecall(1.2), "recall=1.2"),
        (lambda: metrics.PrecisionAtRecall(0.2, num_thresholds=0), "num_thresholds=0"),
        (lambda: metrics.IoU(3, [3]), "num_classes=3"),
        (lambda: metrics.FBetaScore(average="mean"), "average='mean'"),
        (lambda: metrics.FBetaScore(beta=1), "beta=1"),
        (lambda: metrics.F1Score(threshold=2.0), "threshold=2.0"),
        (lambda: metrics.F1Score()(np.ones(3), np.ones(3)), r"\(batch, outputs\)"),
        (lambda: metrics.F1Score().result(), "update_state"),
        (lambda: metrics.R2Score(class_aggregation="mean"), "class_aggregation='mean'"),
        (lambda: metrics.R2Score(num_regressors=-1), "num_regressors=-1"),
        (lambda: metrics.R2Score()(np.ones(3), np.ones(3)), r"\(batch, outputs\)"),
        (lambda: metrics.R2Score().result(), "update_state"),
    ],
)
def test_wrong_input(call: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        call()
    assert isinstance(caught.value, ValueError)  # what Keras raises


def test_warnings() -> None:
    with pytest.warns(UserWarning, match="dtype='float32'"):
        metrics.MeanIoU(2)(np.array([0, 1]), np.array([1, 1]), np.array([0.5, 1.0]))
    with pytest.warns(UserWarning, match="num_regressors=9, targets=4"):
        metrics.R2Score(num_regressors=9)(np.arange(4.0).reshape(4, 1), np.ones((4, 1)))


def test_a_constructor_that_forgets_the_base_class() -> None:
    class Forgetful(kport.Metric):
        def __init__(self) -> None:
            self.total = self.add_variable((), "zeros")

    with pytest.raises(UsageError, match=r"super\(\).__init__\(\)"):
        Forgetful()


def test_losses_and_metrics_need_no_framework() -> None:
    from tests.test_imports import HEAVY, imported_by

    code = (
        "import kport, numpy as np\n"
        "kport.losses.get('mse')(np.ones((2, 3)), np.ones((2, 3)))\n"
        "kport.metrics.AUC()(np.ones((2, 3)), np.ones((2, 3)))"
    )
    assert not imported_by(code) & set(HEAVY)
