"""Wrong arguments and data: a short error that says what was expected, what came and where; never TensorFlow's stack."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import kport
from kport import layers
from kport.errors import KportError, UsageError

RNG = np.random.default_rng(0)
X = RNG.normal(size=(12, 4)).astype(np.float32)
Y = np.arange(12) % 3
HOT = np.eye(3, dtype=np.float32)[Y]
HALF = X[:, :2]
BOTH = [X[:, :1], Y]


def net(loss: Any = "sparse_categorical_crossentropy", optimizer: Any = "sgd", **compiled: Any) -> Any:
    model = kport.Sequential(
        [kport.Input((4,), name="data"), layers.Dense(5, "tanh", name="hidden"), layers.Dense(3, "softmax", name="last")],
        name="net",
    )
    model.compile(optimizer, loss, **compiled)
    return model


def uncompiled() -> Any:
    return kport.Sequential([kport.Input((4,)), layers.Dense(3)], name="net")


def two(loss: Any = ("mse", "sparse_categorical_crossentropy"), **compiled: Any) -> Any:
    first, second = kport.Input((4,), name="in"), kport.Input((2,), name="on")
    x = layers.Concatenate()([first, second])
    outputs = [layers.Dense(1, name="a")(x), layers.Dense(3, "softmax", name="b")(x)]
    model = kport.Model([first, second], outputs, name="two")
    model.compile("sgd", list(loss) if isinstance(loss, tuple) else loss, **compiled)
    return model


def dataset(*arrays: Any, batch: int | None = 4) -> Any:
    import tensorflow as tf

    made = tf.data.Dataset.from_tensor_slices(arrays if len(arrays) > 1 else arrays[0])
    return made.batch(batch) if batch else made


def once(*batches: Any) -> Any:
    yield from batches


def fit(*data: Any, model: Any = net, **options: Any) -> Any:
    """A case: a model is fitted."""
    return lambda: model().fit(*(data or (X, Y)), verbose=options.pop("verbose", 0), **options)


def fit_two(x: Any, y: Any, **compiled: Any) -> Any:
    return lambda: two(**compiled).fit(x, y, verbose=0)


def used_up() -> Any:
    batches = once((X, Y))
    net().fit(batches, verbose=0)
    net().fit(batches, verbose=0)


def embedding() -> Any:
    model = kport.Sequential([layers.Embedding(5, 3, name="words")], name="net")
    model.compile("sgd", "mse")
    model.fit(np.array([[1, 9]]), np.ones((1, 2, 3)), verbose=0)


ONE_INPUT = ("input 'data'", "model 'net'", "(None, 4)")
ONE_SIZE = ("same number of samples", "(12, 4)")

# what the message has to hold, beside "expected" and "Received"
CASES: dict[str, tuple[Any, tuple[str, ...]]] = {
    # inputs
    "x too narrow": (fit(X[:, :3], Y), (*ONE_INPUT, "(None, 3)")),
    "x of a wrong rank": (fit(np.ones((12, 4, 2)), Y), (*ONE_INPUT, "(None, 4, 2)")),
    "x too narrow, predict": (lambda: net().predict(X[:, :3], verbose=0), (*ONE_INPUT, "(None, 3)")),
    "x too narrow, evaluate": (lambda: net().evaluate(X[:, :3], Y, verbose=0), (*ONE_INPUT, "(None, 3)")),
    "x too narrow, train_on_batch": (lambda: net().train_on_batch(HALF, Y), (*ONE_INPUT, "(12, 2)")),
    "x too narrow, predict_on_batch": (lambda: net().predict_on_batch(HALF), (*ONE_INPUT, "(12, 2)")),
    "x too narrow, a dataset": (fit(dataset(HALF, Y)), (*ONE_INPUT, "(None, 2)")),
    "x too narrow, validation": (fit(X, Y, validation_data=(HALF, Y)), (*ONE_INPUT, "(None, 2)")),
    "a dataset that isn't batched": (fit(dataset(X, Y, batch=None)), (*ONE_INPUT, "(4,)")),
    "x of text": (fit(np.array([["a"] * 4] * 12), Y), ("model 'net'", "Cast string to float")),
    "x of objects": (fit(np.array([[object()] * 4] * 12), Y), ("numbers or of text", "(12, 4)", "object")),
    "no x": (fit(None, Y), ("input 'data'", "None")),
    "no x, predict": (lambda: net().predict(None), ("x=None",)),
    "x by a wrong name": (fit({"dat": X}, Y), ("['data']", "['dat']")),
    "x a path": (fit("data.csv", Y), ("tf.data.Dataset", "'data.csv'", "str")),
    "x a number": (fit(3, Y), ("tf.data.Dataset", "x=3", "int")),
    "no samples": (fit(X[:0], Y[:0]), ("at least one sample",)),
    "numbers of words out of range": (embedding, ("model 'net'", "9 is not in [0, 5)", "embedding.py")),
    # labels and weights
    "no labels": (fit(X), ("labels", "loss 'sparse_categorical_crossentropy'", "y=None")),
    "no labels, a dataset": (fit(dataset(X)), ("labels", "y=None")),
    "labels of text": (fit(X, np.array(["cat"] * 12)), ("model 'net'", "Cast string to float", "loss.py")),
    "labels NaN": (fit(X, np.where(HOT > 0, np.nan, 0), model=lambda: net("mse")), ("model 'net'", "12 NaN", "sample_weight")),
    "labels above the classes": (fit(X, Y + 1), ("model 'net'", "label value of 3", "[0, 3)", "sparse_categorical_crossentropy")),
    "labels below the classes": (fit(X, Y - 1), ("label value of -1", "[0, 3)")),
    "labels above, eagerly": (fit(X, Y + 1, model=lambda: net(run_eagerly=True)), ("label value of 3", "[0, 3)")),
    "one-hot for sparse": (fit(X, HOT), ("(None, 3)", "One-hot targets need categorical_crossentropy")),
    "numbers for one-hot": (fit(model=lambda: net("categorical_crossentropy")), ("(None,)", "(None, 3)")),
    "y too narrow": (fit(X, HOT[:, :2], model=lambda: net("mse")), ("y_true.shape=(None, 2)", "y_pred.shape=(None, 3)")),
    "y of a wrong rank": (fit(model=lambda: net("mse")), ("model 'net'", "[12] vs. [12,3]")),
    "y of another length": (fit(X, Y[:7]), (*ONE_SIZE, "(7,)")),
    "y of another length, evaluate": (lambda: net().evaluate(X, Y[:3]), (*ONE_SIZE, "(3,)")),
    "weights of another length": (fit(X, Y, sample_weight=np.ones(3)), (*ONE_SIZE, "(3,)")),
    "weights of a wrong shape": (fit(X, Y, sample_weight=np.ones((12, 5))), ("model 'net'", "[12,5]")),
    "weights of classes by name": (fit(class_weight={"a": 1}), ("class number", "{'a': 1}")),
    "weights of classes in a list": (fit(class_weight=[1, 2]), ("dict", "[1, 2]")),
    "weights of classes and samples": (fit(class_weight={0: 1}, sample_weight=np.ones(12)), ("not both",)),
    # several inputs and outputs
    "too few inputs": (fit_two([X], BOTH), ("2 inputs of model 'two'", "['in', 'on']", "1")),
    "one input": (fit_two(X, BOTH), ("2 inputs of model 'two'",)),
    "an input's name": (fit_two({"in": X, "off": HALF}, BOTH), ("['in', 'on']", "'off'")),
    "too few labels": (fit_two([X, HALF], [Y]), ("`y` for 2 outputs (a, b)", "1 entries")),
    "a label's name": (fit_two([X, HALF], {"a": HALF, "c": Y}), ("`y`", "['a', 'b']", "['c']")),
    "too many losses": (fit_two([X, HALF], BOTH, loss=["mse"] * 3), ("`loss` for 2 outputs (a, b)", "3 entries")),
    "a loss's name": (fit_two([X, HALF], BOTH, loss={"a": "mse", "c": "mse"}), ("`loss`", "['c']")),
    "too few metrics": (fit_two([X, HALF], BOTH, metrics=["mse"]), ("`metrics` for 2 outputs", "1 entries")),
    "too many weights": (fit_two([X, HALF], BOTH, loss_weights=[1, 2, 3]), ("`loss_weights` for 2 outputs", "3 entries")),
    "a weight's name": (fit_two([X, HALF], BOTH, loss_weights={"c": 1}), ("`loss_weights`", "['c']")),
    # generators
    "a generator that was read": (used_up, ("at least one batch", "only once")),
    "a generator of nothing": (fit(once()), ("at least one batch",)),
    "a generator of fours": (fit(once((X, Y, Y, Y))), ("(x, y, sample_weight)",)),
    "a generator and y": (fit(once((X, Y)), Y), ("no y", "generator")),
    "a generator to split": (fit(once((X, Y)), validation_split=0.5), ("validation_split", "generator", "validation_data")),
    # compile
    "fit before compile": (lambda: uncompiled().fit(X, Y), ("compile()", "'net'", "fit()")),
    "evaluate before compile": (lambda: uncompiled().evaluate(X, Y), ("compile()", "evaluate()")),
    "train_on_batch before compile": (lambda: uncompiled().train_on_batch(X, Y), ("compile()", "train_on_batch()")),
    "an optimizer's name": (lambda: net(optimizer="adamm"), ("optimizer", "'adamm'", "nearest: 'adam'")),
    "an optimizer's class": (lambda: net(optimizer=kport.optimizers.Adam), ("instance", "class")),
    "an optimizer's argument": (lambda: kport.optimizers.Adam(learningrate=1), ("Adam", "learningrate")),
    "a learning rate": (lambda: kport.optimizers.Adam("fast"), ("learning_rate", "'fast'")),
    "a loss's name ": (lambda: net("msee"), ("loss", "'msee'", "nearest: 'mse'")),
    "a loss that is a number": (lambda: net(3), ("loss=3",)),
    "a metric's name": (lambda: net(metrics=["acuracy"]), ("metric", "'acuracy'", "nearest: 'accuracy'")),
    "metrics that are a name": (lambda: net(metrics="accuracy"), ("list", "'accuracy'")),
    "no loss": (fit(model=lambda: net(None)), ("loss", "'net'", "compile(loss=...)")),
    "a loss that gives nothing": (fit(model=lambda: net(lambda y_true, y_pred: None)), ("None from loss",)),
    "XLA without a function": (lambda: net(run_eagerly=True, jit_compile=True), ("not both",)),
    "steps_per_execution": (lambda: net(steps_per_execution=0), ("steps_per_execution=0",)),
    # fit
    "epochs below 0": (fit(epochs=-1), ("whole number, 0 or more", "epochs=-1")),
    "epochs of text": (fit(epochs="3"), ("epochs='3'",)),
    "epochs and a half": (fit(epochs=1.5), ("epochs=1.5",)),
    "batches of nothing": (fit(batch_size=0), ("1 or more", "batch_size=0")),
    "batch_size of text": (fit(batch_size="4"), ("batch_size='4'",)),
    "steps below 0": (fit(steps_per_epoch=-1), ("steps_per_epoch=-1",)),
    "steps of text": (fit(steps_per_epoch="2"), ("steps_per_epoch='2'",)),
    "steps, predict": (lambda: net().predict(X, steps=-2), ("steps=-2",)),
    "more than all to validate": (fit(validation_split=1.5), ("between 0 and 1", "1.5")),
    "validation_data of four": (fit(validation_data=(X, Y, Y, Y)), ("(x, y, sample_weight)",)),
    "validation_freq": (fit(validation_data=(X, Y), validation_freq="a"), ("validation_freq='a'",)),
    "shuffle": (fit(shuffle="bach"), ("'batch'", "'bach'")),
    "verbose": (fit(verbose="loud"), ("verbose='loud'",)),
    "callbacks": (fit(callbacks=[3]), ("kport.callbacks.Callback", "3 (of type int)")),
    # layers
    "an activation's name": (lambda: layers.Dense(3, "reluu"), ("activation", "'reluu'", "nearest: 'relu'")),
    "an initializer's name": (lambda: layers.Dense(3, kernel_initializer="glorot"), ("initializer", "'glorot_normal'")),
    "a regularizer's name": (lambda: layers.Dense(3, kernel_regularizer="l3"), ("regularizer", "'l3'")),
    "an unknown argument": (lambda: layers.Dense(3, colour=2), ("Dense", "kernel_initializer", "colour=2")),
    "an argument's name": (lambda: layers.Conv2D(3, 3, pading="same"), ("Conv2D", "'padding'", "pading='same'")),
    "a loss's argument": (lambda: kport.losses.Huber(alpha=2), ("Huber", "delta", "alpha=2")),
    "a missing argument": (lambda: layers.LSTM(), ("LSTM()", "'units'")),
    "a weight before it is built": (lambda: layers.Dense(3, name="d").kernel, ("'d'", "'kernel'", "call the layer on data")),
    "a weight of a cell": (lambda: layers.GRU(3).cell.recurrent_kernel, ("'gru_cell", "'recurrent_kernel'")),
    "units of text": (lambda: layers.Dense("3"), ("units='3'",)),
    "units below 1": (lambda: layers.Dense(-3), ("units=-3",)),
    "units and a half": (lambda: layers.LSTM(3.5), ("units=3.5",)),
    "a rate above 1": (lambda: layers.Dropout(2), ("from 0 to 1", "rate=2")),
    "an image too small": (lambda: layers.Conv2D(3, 7)(kport.Input((4, 4, 1))), ("'conv2d", "at least 7", "4, 4, 1")),
    "no sequences": (lambda: layers.LSTM(3)(kport.Input((4,))), ("rank 3", "(None, 4)")),
    "a layer's name": (lambda: net().get_layer("hiden"), ("['hidden', 'last']", "'hiden'")),
    "too few weights": (lambda: net().set_weights([X]), ("'net'", "4 arrays", "1 arrays")),
    "a weight's shape": (lambda: net().set_weights([np.ones((3, 3))] * 4), ("hidden/kernel", "(4, 5)", "(3, 3)")),
    "to save before it is built": (
        lambda: kport.Sequential([layers.Dense(3)]).save_weights("none.weights.h5"), ("built", "call it on data"),
    ),
}  # fmt: skip

SHORT = 420
"""Characters of the longest message."""


@pytest.mark.parametrize(("case", "held"), [pytest.param(*case, id=name) for name, case in CASES.items()])
def test_error(case: Any, held: tuple[str, ...]) -> None:
    with pytest.raises(ValueError) as caught:
        case()
    error = caught.value
    assert isinstance(error, KportError)
    message = str(error)
    for words in held:
        assert words in message, message
    assert len(message) < SHORT, message
    assert "File " not in message and "Traceback" not in message and "{{node" not in message, message


def test_the_stack_is_kport_s() -> None:
    """An error of a compiled function doesn't carry TensorFlow's, which has hundreds of lines."""
    with pytest.raises(UsageError) as caught:
        net().fit(X, Y + 1, verbose=0)
    assert caught.value.__suppress_context__


def test_attributes_that_no_layer_has() -> None:
    """What isn't a weight to come is Python's own error, and what may be missing is asked for without one."""
    layer = layers.Dense(3)
    with pytest.raises(AttributeError, match="'Dense' object has no attribute 'colour'"):
        _ = layer.colour
    assert not hasattr(layer, "kernel") and getattr(layer, "kernel", 7) == 7
    layer.build((None, 2))
    assert hasattr(layer, "kernel") and not hasattr(layer, "colour")


def test_models_go_on_after_an_error() -> None:
    model = net()
    with pytest.raises(ValueError):
        model.fit(X, Y + 1, verbose=0)
    assert np.isfinite(model.fit(X, Y, verbose=0).history["loss"]).all()
