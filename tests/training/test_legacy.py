"""Old names: each does what its new one does, and gives one warning that names it."""

from __future__ import annotations

import subprocess
import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import kport
from kport import layers, models, optimizers
from kport.errors import UsageError
from kport.layers import Activation, Dense, Input
from kport.legacy import KportDeprecationWarning

L2 = kport.regularizers.L2(0.1)
NON_NEG = kport.constraints.NonNeg()


def warned(make: Callable[[], Any]) -> tuple[Any, list[str]]:
    """What `make` gives, and the warnings of old names."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        made = make()
    assert all(issubclass(w.category, KportDeprecationWarning) for w in caught)
    assert all(w.filename == __file__ for w in caught)
    return made, [str(w.message) for w in caught]


def config(layer: Any) -> dict[str, Any]:
    return {**layer.get_config(), "name": None, "batch_shape": layer.batch_shape}


ARGUMENTS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("Dense", {"output_dim": 3}, {"units": 3}),
    ("Dense", {"output_dim": 3, "init": "uniform"}, {"units": 3, "kernel_initializer": "uniform"}),
    ("Dense", {"units": 3, "input_dim": 5}, {"units": 3, "input_shape": (5,)}),
    ("Dense", {"output_dim": 3, "bias": False}, {"units": 3, "use_bias": False}),
    (
        "Dense",
        {"units": 3, "W_regularizer": L2, "b_regularizer": L2},
        {"units": 3, "kernel_regularizer": L2, "bias_regularizer": L2},
    ),
    (
        "Dense",
        {"units": 3, "W_constraint": NON_NEG, "b_constraint": NON_NEG},
        {"units": 3, "kernel_constraint": NON_NEG, "bias_constraint": NON_NEG},
    ),
    ("Dense", {"units": 3, "batch_input_shape": (2, 5)}, {"units": 3, "batch_shape": (2, 5)}),
    ("Dense", {"units": 3, "input_dtype": "float64"}, {"units": 3, "dtype": "float64"}),
    ("Dropout", {"p": 0.3}, {"rate": 0.3}),
    ("SpatialDropout2D", {"p": 0.3, "dim_ordering": "th"}, {"rate": 0.3, "data_format": "channels_first"}),
    ("GaussianNoise", {"sigma": 0.3}, {"stddev": 0.3}),
    ("GaussianDropout", {"p": 0.3}, {"rate": 0.3}),
    ("LeakyReLU", {"alpha": 0.2}, {"negative_slope": 0.2}),
    ("PReLU", {"init": "one"}, {"alpha_initializer": "one"}),
    (
        "Embedding",
        {"input_dim": 9, "output_dim": 2, "init": "normal", "W_regularizer": L2, "W_constraint": NON_NEG},
        {
            "input_dim": 9,
            "output_dim": 2,
            "embeddings_initializer": "normal",
            "embeddings_regularizer": L2,
            "embeddings_constraint": NON_NEG,
        },
    ),
    (
        "BatchNormalization",
        {"mode": 0, "beta_init": "zero", "gamma_init": "one"},
        {"beta_initializer": "zero", "gamma_initializer": "one"},
    ),
    (
        "LSTM",
        {"output_dim": 4, "inner_init": "orthogonal", "inner_activation": "hard_sigmoid"},
        {"units": 4, "recurrent_initializer": "orthogonal", "recurrent_activation": "hard_sigmoid"},
    ),
    ("LSTM", {"units": 4, "input_dim": 5, "input_length": 6, "consume_less": "gpu"}, {"units": 4, "input_shape": (6, 5)}),
    (
        "GRU",
        {"output_dim": 4, "input_dim": 5, "dropout_W": 0.1, "dropout_U": 0.2},
        {"units": 4, "input_shape": (None, 5), "dropout": 0.1, "recurrent_dropout": 0.2},
    ),
    ("SimpleRNN", {"output_dim": 4, "U_regularizer": L2, "forget_bias_init": "one"}, {"units": 4, "recurrent_regularizer": L2}),
    (
        "Conv1D",
        {"nb_filter": 4, "filter_length": 3, "subsample_length": 2, "border_mode": "same"},
        {"filters": 4, "kernel_size": 3, "strides": 2, "padding": "same"},
    ),
    (
        "Conv2D",
        {"nb_filter": 4, "nb_row": 3, "nb_col": 2, "subsample": (2, 2)},
        {"filters": 4, "kernel_size": (3, 2), "strides": (2, 2)},
    ),
    (
        "Conv2D",
        {"filters": 4, "kernel_size": 3, "atrous_rate": (2, 2), "dim_ordering": "tf"},
        {"filters": 4, "kernel_size": 3, "dilation_rate": (2, 2), "data_format": "channels_last"},
    ),
    ("Conv3D", {"nb_filter": 4, "kernel_dim1": 1, "kernel_dim2": 2, "kernel_dim3": 3}, {"filters": 4, "kernel_size": (1, 2, 3)}),
    (
        "SeparableConv2D",
        {"nb_filter": 4, "nb_row": 3, "nb_col": 3, "init": "he_normal"},
        {"filters": 4, "kernel_size": (3, 3), "depthwise_initializer": "he_normal"},
    ),
    ("MaxPooling1D", {"pool_length": 3, "stride": 2, "border_mode": "same"}, {"pool_size": 3, "strides": 2, "padding": "same"}),
    (
        "MaxPooling2D",
        {"pool_size": (2, 2), "border_mode": "same", "dim_ordering": "th"},
        {"pool_size": (2, 2), "padding": "same", "data_format": "channels_first"},
    ),
    ("UpSampling1D", {"length": 3}, {"size": 3}),
    ("ConvLSTM2D", {"nb_filter": 4, "nb_row": 3, "nb_col": 3}, {"filters": 4, "kernel_size": (3, 3)}),
]


@pytest.mark.parametrize(("name", "old", "new"), ARGUMENTS, ids=lambda x: ",".join(x) if isinstance(x, dict) else x)
def test_layers_take_old_arguments(name: str, old: dict[str, Any], new: dict[str, Any]) -> None:
    cls = getattr(layers, name)
    made, messages = warned(lambda: cls(**old))
    wanted, silent = warned(lambda: cls(**new))
    assert config(made) == config(wanted) and not silent
    assert len(messages) == 1
    changed = old.keys() - new.keys()
    assert all(f"{key}=" in messages[0].split(" is an old form of ")[0] for key in changed)
    assert all(f"{key}=" in messages[0].split(" is an old form of ")[1] for key in new.keys() - old.keys())


CLASSES: list[tuple[str, tuple[Any, ...], dict[str, Any], str, dict[str, Any]]] = [
    ("Convolution2D", (8, 3, 2), {"border_mode": "same"}, "Conv2D", {"filters": 8, "kernel_size": (3, 2), "padding": "same"}),
    ("Convolution3D", (8, 1, 2, 3), {}, "Conv3D", {"filters": 8, "kernel_size": (1, 2, 3)}),
    (
        "Convolution2D",
        (8, 3, 3, "he_normal", "relu"),
        {},
        "Conv2D",
        {"filters": 8, "kernel_size": (3, 3), "kernel_initializer": "he_normal", "activation": "relu"},
    ),
    (
        "AtrousConvolution2D",
        (8, 3, 3),
        {"atrous_rate": (2, 2)},
        "Conv2D",
        {"filters": 8, "kernel_size": (3, 3), "dilation_rate": (2, 2)},
    ),
    ("AtrousConvolution1D", (8, 3), {"atrous_rate": 2}, "Conv1D", {"filters": 8, "kernel_size": 3, "dilation_rate": 2}),
    (
        "Deconvolution2D",
        (8, 3, 3),
        {"output_shape": (None, 8, 9, 9), "subsample": (2, 2)},
        "Conv2DTranspose",
        {"filters": 8, "kernel_size": (3, 3), "strides": (2, 2)},
    ),
    ("SeparableConvolution2D", (8, 3, 3), {}, "SeparableConv2D", {"filters": 8, "kernel_size": (3, 3)}),
    (
        "TimeDistributedDense",
        (),
        {"output_dim": 4, "input_dim": 3, "input_length": 5},
        "Dense",
        {"units": 4, "input_shape": (5, 3)},
    ),
    ("CuDNNLSTM", (4,), {}, "LSTM", {"units": 4, "activation": "tanh", "recurrent_activation": "sigmoid"}),
    ("CuDNNGRU", (4,), {}, "GRU", {"units": 4}),
]


@pytest.mark.parametrize(("name", "args", "kwargs", "new_name", "new"), CLASSES, ids=lambda x: x if isinstance(x, str) else "")
def test_layers_by_their_old_class_names(
    name: str, args: tuple[Any, ...], kwargs: dict[str, Any], new_name: str, new: dict[str, Any]
) -> None:
    old_name, cls = getattr(layers, name), getattr(layers, new_name)
    made, messages = warned(lambda: old_name(*args, **kwargs))
    assert type(made) is cls and isinstance(made, old_name)
    assert config(made) == config(cls(**new))
    assert len(messages) == 1 and f"is an old form of {new_name}(" in messages[0]


def test_names_that_keras_still_has_are_silent() -> None:
    made, messages = warned(lambda: layers.Convolution2D(4, (3, 3), padding="same"))
    assert type(made) is layers.Conv2D and not messages
    made, messages = warned(lambda: layers.Conv2D(4, 3, 3))
    assert made.strides == (3, 3) and not messages

    class Own(layers.Convolution2D):  # type: ignore[misc, name-defined]
        pass

    assert issubclass(Own, layers.Conv2D) and issubclass(Own, layers.Convolution2D) and Own(2, 2).filters == 2


def test_own_layers_have_their_own_arguments() -> None:
    class Old(layers.Layer):
        def __init__(self, output_dim: int, **kwargs: Any):
            super().__init__(**kwargs)
            self.output_dim = output_dim

    made, messages = warned(lambda: Old(output_dim=3, input_dim=4))
    assert made.output_dim == 3 and made.batch_shape == (None, 4)
    assert len(messages) == 1 and "input_shape=(4,)" in messages[0]

    class Derived(Dense):
        def __init__(self, output_dim: int, **kwargs: Any):
            super().__init__(output_dim=output_dim, **kwargs)

    made, messages = warned(lambda: Derived(3))
    assert made.units == 3 and len(messages) == 1


def test_layers_whose_old_arguments_were_kept() -> None:
    assert layers.Embedding(9, 2, input_length=7).batch_shape == (None, 7)
    assert layers.Highway(input_dim=4).batch_shape == (None, 4)
    assert layers.MaxoutDense(3, nb_feature=2, input_dim=4).batch_shape == (None, 4)


def test_initial_weights() -> None:
    kernel, bias = np.ones((2, 3), "float32"), np.arange(3, dtype="float32")
    layer = Dense(3, weights=[kernel, bias])
    np.testing.assert_array_equal(layer(np.ones((1, 2), "float32")), [[2, 3, 4]])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Dense(units=2, output_dim=3), "one of each"),
        (lambda: layers.BatchNormalization(mode=1), "mode=0"),
        (lambda: layers.LSTM(2, time_major=True), "time_major=False"),
    ],
)
def test_old_arguments_that_contradict(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        make()


@pytest.mark.parametrize("cls", [Dense, layers.LSTM, optimizers.SGD])
def test_arguments_that_never_were(cls: Any) -> None:
    with pytest.raises((TypeError, UsageError), match="colour"):
        cls(*([2] if cls is not optimizers.SGD else []), colour=3)


def test_optimizers() -> None:
    made, messages = warned(lambda: optimizers.SGD(lr=0.5, momentum=0.9, nesterov=True))
    assert float(made.learning_rate) == 0.5 and made.momentum == 0.9
    assert messages == ["SGD(lr=0.5) is an old form of SGD(learning_rate=0.5)"]
    made, messages = warned(lambda: optimizers.Adam(lr=0.25, beta_1=0.9, beta_2=0.99, epsilon=None, decay=0.0, amsgrad=False))
    assert float(made.learning_rate) == 0.25 and made.epsilon == optimizers.Adam().epsilon and len(messages) == 1
    made, messages = warned(lambda: optimizers.RMSprop(decay=0.5))
    assert len(messages) == 1 and "InverseTimeDecay" in messages[0]
    rates = []
    for step in range(3):
        made.iterations.assign(step)
        rates.append(float(made.learning_rate))
    np.testing.assert_allclose(rates, [0.001, 0.001 / 1.5, 0.001 / 2], rtol=1e-6)


def test_models_of_inputs_and_outputs() -> None:
    x = Input((3,))
    y = Dense(2)(x)
    made, messages = warned(lambda: models.Model(input=x, output=y))
    assert made.predict(np.ones((4, 3), "float32"), verbose=0).shape == (4, 2)
    assert len(messages) == 1 and "inputs=" in messages[0] and "outputs=" in messages[0]


MERGES = [
    ("sum", lambda a, b: a + b),
    ("mul", lambda a, b: a * b),
    ("ave", lambda a, b: (a + b) / 2),
    ("max", np.maximum),
    ("concat", lambda a, b: np.concatenate([a, b], -1)),
    ("dot", lambda a, b: (a * b).sum(-1, keepdims=True)),
    ("cos", lambda a, b: ((a * b).sum(-1) / np.sqrt((a * a).sum(-1) * (b * b).sum(-1)))[:, None, None]),
    (lambda x: x[0] - x[1], lambda a, b: a - b),
]


@pytest.mark.parametrize(("mode", "expected"), MERGES, ids=lambda x: x if isinstance(x, str) else "function")
def test_merging(mode: Any, expected: Any) -> None:
    a, b = np.random.default_rng(0).normal(size=(2, 4, 3)).astype("float32")
    x, y = Input((3,)), Input((3,))
    merged, messages = warned(lambda: layers.merge([x, y], mode=mode))
    assert len(messages) == 1 and "is an old form of the layer" in messages[0]
    model = models.Model([x, y], merged)
    np.testing.assert_allclose(model.predict([a, b], verbose=0), expected(a, b), rtol=1e-5)


def test_merge_begins_a_sequential() -> None:
    left = models.Sequential([Dense(3, input_shape=(4,))])
    right = models.Sequential([Dense(3, input_shape=(5,))])
    joined, messages = warned(lambda: layers.Merge([left, right], mode="concat"))
    assert len(messages) == 1
    model = models.Sequential([joined, Dense(1), Activation("sigmoid")])
    model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    rng = np.random.default_rng(0)
    x = [rng.normal(size=(20, 4)).astype("float32"), rng.normal(size=(20, 5)).astype("float32")]
    y = (x[0][:, :1] > 0).astype("float32")
    losses = model.fit(x, y, epochs=3, verbose=0).history["loss"]
    assert losses[-1] < losses[0] and len(model.weights) == 6


@pytest.fixture(scope="module")
def trained() -> Any:
    pytest.importorskip("tensorflow")
    model = models.Sequential([Dense(3, activation="softmax", input_shape=(4,))])
    model.compile("sgd", "categorical_crossentropy")
    return model


X, Y = np.random.default_rng(0).normal(size=(12, 4)).astype("float32"), np.eye(3)[np.arange(12) % 3]


def endless(size: int) -> Any:
    while True:
        for start in range(0, len(X), size):
            yield X[start : start + size], Y[start : start + size]


def test_predicting_classes(trained: Any) -> None:
    classes, messages = warned(lambda: trained.predict_classes(X))
    np.testing.assert_array_equal(classes, trained.predict(X, verbose=0).argmax(-1))
    assert messages == ["predict_classes(x) is an old form of predict(x).argmax(axis=-1)"]
    probabilities, messages = warned(lambda: trained.predict_proba(X, batch_size=5))
    np.testing.assert_allclose(probabilities, trained.predict(X, verbose=0), rtol=1e-6)
    assert messages == ["predict_proba(x) is an old form of predict(x)"]
    one = models.Sequential([Dense(1, activation="sigmoid", input_shape=(4,))])
    classes, messages = warned(lambda: one.predict_classes(X))
    np.testing.assert_array_equal(classes, one.predict(X, verbose=0) > 0.5)
    assert classes.dtype == "int32" and len(messages) == 1


FITS: list[tuple[Callable[[Any], Any], int, int]] = [
    (lambda m: m.fit(X, Y, nb_epoch=2, verbose=0), 1, 2),
    (lambda m: m.fit_generator(endless(4), steps_per_epoch=3, epochs=2, verbose=0), 1, 2),
    (lambda m: m.fit_generator(endless(4), samples_per_epoch=12, nb_epoch=2, verbose=0), 2, 2),
    (
        lambda m: m.fit_generator(
            endless(4), samples_per_epoch=12, nb_epoch=2, verbose=0, validation_data=endless(3), nb_val_samples=6, max_q_size=2
        ),
        2,
        2,
    ),
]


@pytest.mark.parametrize(("fit", "number", "epochs"), FITS)
def test_fitting(trained: Any, fit: Callable[[Any], Any], number: int, epochs: int) -> None:
    trained.optimizer.iterations.assign(0)
    history, messages = warned(lambda: fit(trained))
    assert len(history.history["loss"]) == epochs and len(messages) == number
    steps = int(np.asarray(trained.optimizer.iterations.numpy()))
    assert steps == (epochs if "nb_epoch=2" in messages[0] and number == 1 else 3 * epochs)


def test_generators(trained: Any) -> None:
    loss, messages = warned(lambda: trained.evaluate_generator(endless(4), val_samples=12))
    np.testing.assert_allclose(loss, trained.evaluate(X, Y, verbose=0), rtol=1e-5)
    assert len(messages) == 2
    outputs, messages = warned(lambda: trained.predict_generator(endless(4), steps=3))
    np.testing.assert_allclose(outputs, trained.predict(X, verbose=0), rtol=1e-5)
    assert len(messages) == 1
    with pytest.raises(UsageError, match="steps"), pytest.warns(KportDeprecationWarning):
        trained.predict_generator(endless(4), steps=3, val_samples=12)


def test_compiling(trained: Any) -> None:
    model = models.Sequential([Dense(3, input_shape=(4,))])
    _, messages = warned(lambda: model.compile("sgd", "mse", sample_weight_mode="temporal"))
    assert len(messages) == 1
    with pytest.raises(UsageError, match="one of each"):
        model.fit(X, Y, epochs=1, nb_epoch=2)


def test_np_utils() -> None:
    from kport.utils import np_utils

    found, messages = warned(lambda: np_utils.to_categorical([1, 0], nb_classes=3))
    np.testing.assert_array_equal(found, [[0, 1, 0], [1, 0, 0]])
    assert messages == ["np_utils.to_categorical is an old name of utils.to_categorical"]


def test_the_learning_rate_by_its_old_name() -> None:
    optimizer = optimizers.SGD(0.5)
    rate, messages = warned(lambda: kport.backend.get_value(optimizer.lr))
    assert rate == 0.5 and messages == ["SGD.lr is an old name of SGD.learning_rate"]
    _, messages = warned(lambda: kport.backend.set_value(optimizer.lr, 0.25))
    assert float(optimizer.learning_rate) == 0.25 and len(messages) == 1
    _, messages = warned(lambda: setattr(optimizer, "lr", 0.125))
    assert float(optimizer.learning_rate) == 0.125 and len(messages) == 1


PLACES = """
from kport.layers.core import Dense, Dropout, Activation, Flatten
from kport.layers.convolutional import Conv2D, Convolution2D, MaxPooling2D, ZeroPadding2D
from kport.layers.recurrent import LSTM
from kport.layers.embeddings import Embedding
from kport.layers.normalization import BatchNormalization
from kport.layers.advanced_activations import LeakyReLU
from kport.layers.noise import GaussianNoise
from kport.layers.wrappers import TimeDistributed
from kport.layers.pooling import GlobalMaxPooling2D
from kport.layers.merge import add, Concatenate
from kport.layers.local import LocallyConnected1D
import kport
assert Dropout is kport.layers.Dropout and add is kport.layers.add and callable(kport.layers.merge)
for module, name in (("core", "Banana"), ("recurrent", "__path__"), ("merge", "subtracted"), ("pooling", "window")):
    assert not hasattr(getattr(kport.layers, module, None), name)
"""


def test_old_places_of_layers() -> None:
    done = subprocess.run([sys.executable, "-c", PLACES], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    messages = [line for line in done.stderr.splitlines() if "KportDeprecationWarning" in line]
    names = "Dropout Activation Flatten Convolution2D MaxPooling2D ZeroPadding2D LSTM Embedding LeakyReLU GaussianNoise"
    names += " TimeDistributed add Concatenate LocallyConnected1D"
    assert [line.split(".")[-1] for line in messages] == names.split()
    assert all(line.startswith("<string>:") for line in messages)
