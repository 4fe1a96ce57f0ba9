"""Several outputs, losses and metrics by name, masks, penalties, models of one's own: `fit` gives what Keras gives."""

from __future__ import annotations

from typing import Any

import numpy as np

from .fit_twins import assert_as_keras, cases_of, compiled_with, trained, weighted, x_y

X, KINDS = x_y()
SIZES = (X.sum(1, keepdims=True) * 0.3).astype(np.float32)
WEIGHTS = np.linspace(0.2, 2, len(X)).astype(np.float32)
CROSSENTROPY = "sparse_categorical_crossentropy"


def two(k: Any) -> Any:
    """Outputs "size" and "kind", in a list."""
    inputs = k.Input((4,))
    x = k.layers.Dense(5, "tanh")(inputs)
    return weighted(k.Model(inputs, [k.layers.Dense(1, name="size")(x), k.layers.Dense(3, "softmax", name="kind")(x)]))


def two_by_name(k: Any) -> Any:
    """Outputs of a dict, whose keys are not their layers' names."""
    inputs = k.Input((4,))
    x = k.layers.Dense(5, "tanh")(inputs)
    return weighted(k.Model(inputs, {"b_size": k.layers.Dense(1)(x), "a_kind": k.layers.Dense(3, "softmax")(x)}))


LIST = [SIZES, KINDS]
DICT = {"size": SIZES, "kind": KINDS}
KEYS = {"b_size": SIZES, "a_kind": KINDS}


def fit(build: Any, y: Any, sample_weight: Any = None, **compiled: Any) -> Any:
    """A case: history, evaluations as a list and as a dict, and predictions of a model with several outputs."""

    def case(k: Any) -> Any:
        model = compiled_with(build(k), **compiled)
        return (
            trained(model, X, y, batch_size=8, sample_weight=sample_weight, validation_split=0.3),
            model.evaluate(X, y, verbose=0, return_dict=True),
            model.evaluate(X, y, verbose=0),
            model.predict(X, verbose=0),
            model.train_on_batch(X, y),
        )

    return case


BOTH = {"loss": ["mse", CROSSENTROPY]}
NAMED = {"loss": {"kind": CROSSENTROPY, "size": "mse"}}
OF_KEYS = {"loss": {"a_kind": CROSSENTROPY, "b_size": "mse"}}

OUTPUTS: dict[str, Any] = {
    "losses in a list": fit(two, LIST, **BOTH),
    "losses in a dict": fit(two, LIST, **NAMED),
    "labels in a dict": fit(two, DICT, **NAMED),
    "a dict of outputs": fit(two_by_name, KEYS, **OF_KEYS),
    "a dict of outputs, metrics": fit(two_by_name, KEYS, **OF_KEYS, metrics={"a_kind": ["accuracy"], "b_size": ["mae"]}),
    "weights in a list": fit(two, LIST, **BOTH, loss_weights=[0.3, 2.0]),
    "weights in a dict": fit(two, LIST, **NAMED, loss_weights={"kind": 0.5, "size": 3.0}),
    "weights of some": fit(two, LIST, **NAMED, loss_weights={"kind": 0.5, "size": 1.0}),
    "one loss for all": fit(two, [SIZES, np.eye(3, dtype=np.float32)[KINDS]], loss="mse"),
    "one output without a loss": fit(two, [SIZES, KINDS], loss=["mse", None]),
    "one output without a loss, by name": fit(two, DICT, loss={"kind": CROSSENTROPY, "size": None}),
    "metrics in lists": fit(two, LIST, **BOTH, metrics=[["mae", "mse"], ["accuracy"]]),
    "metrics in a dict": fit(two, LIST, **NAMED, metrics={"kind": ["accuracy"], "size": ["mae"]}),
    "metrics of one": fit(two, LIST, **NAMED, metrics={"kind": "accuracy"}),
    "metrics of both kinds": fit(
        two, LIST, **NAMED, metrics={"size": ["mae"]}, weighted_metrics={"kind": ["accuracy"], "size": ["mse"]}
    ),
    "sample weights in a list": fit(two, LIST, [WEIGHTS, WEIGHTS[::-1].copy()], **BOTH, weighted_metrics=[["mae"], ["accuracy"]]),
    "sample weights in a dict": fit(two_by_name, KEYS, {"b_size": WEIGHTS, "a_kind": WEIGHTS[::-1].copy()}, **OF_KEYS),
    "sample weights for all": fit(two, LIST, WEIGHTS, **BOTH),
}


@cases_of(OUTPUTS, slow=("losses in a dict", "outputs, metrics", "weights in a list", "of some", "of one", "for all"))
def test_outputs(case: Any) -> None:
    assert_as_keras(case)


def net(k: Any, *hidden: Any) -> Any:
    return weighted(k.Sequential([k.Input((4,)), *hidden, k.layers.Dense(3, "softmax")]))


def fit_net(hidden: Any, **compiled: Any) -> Any:
    """A case: a small network with what `hidden(library)` gives inside."""

    def case(k: Any) -> Any:
        model = compiled_with(net(k, *hidden(k)), **compiled)
        losses = [float(value) for value in model.losses] if not any(x.activity_regularizer for x in model.layers) else []
        return trained(model, X, KINDS, batch_size=8, validation_split=0.3), losses, model.evaluate(X, KINDS, verbose=0)

    return case


def adding(k: Any, *, metric: bool = False) -> Any:
    """A layer that adds to the loss, or keeps a metric."""

    class Adding(k.layers.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.seen = k.metrics.Mean(name="seen") if metric else None

        def call(self, x: Any) -> Any:
            if self.seen is not None:
                self.seen.update_state(x)
            else:
                self.add_loss(0.1 * k.ops.mean(k.ops.square(x)))
            return x * 2.0

    return Adding()


def nested(k: Any) -> list[Any]:
    inner = k.Sequential([k.layers.Dense(4, "tanh", kernel_regularizer="l2"), k.layers.BatchNormalization()])
    return [k.layers.Dense(4), inner]


def penalised(k: Any, **arguments: Any) -> list[Any]:
    return [k.layers.Dense(5, "tanh", **arguments)]


NETS: dict[str, Any] = {
    "regularizers": fit_net(lambda k: penalised(k, kernel_regularizer=k.regularizers.L1L2(0.01, 0.02), bias_regularizer="l1")),
    "activity": fit_net(lambda k: penalised(k, activity_regularizer="l2")),
    "activity of a layer": fit_net(lambda k: [k.layers.ActivityRegularization(0.01, 0.02)]),
    "constraints": fit_net(lambda k: penalised(k, kernel_constraint="unit_norm", bias_constraint=k.constraints.MaxNorm(0.2))),
    "add_loss": fit_net(lambda k: [adding(k)]),
    "a layer's metric": fit_net(lambda k: [adding(k, metric=True)]),
    "nested": fit_net(nested),
    "batch normalisation": fit_net(lambda k: [k.layers.BatchNormalization(momentum=0.8), k.layers.Dense(4)]),
    "a function as loss": lambda k: fit_net(lambda k: [], loss=own_loss(k), metrics=[own_metric(k)])(k),
    "losses and metrics with arguments": lambda k: fit_net(
        lambda k: [],
        loss=k.losses.SparseCategoricalCrossentropy(reduction="sum", ignore_class=1),
        metrics=[k.metrics.SparseTopKCategoricalAccuracy(2, name="among_two"), k.metrics.SparseCategoricalAccuracy()],
    )(k),
    "a metric twice": lambda k: fit_net(lambda k: [], metrics=["accuracy", k.metrics.SparseCategoricalAccuracy("other")])(k),
    "several losses of an output": fit_net(lambda k: [], loss=[CROSSENTROPY]),
    "crossentropy by what the labels are": fit_net(lambda k: [], loss="crossentropy", metrics=["acc"]),
    "a frozen layer": fit_net(lambda k: [k.layers.Dense(4, trainable=False), k.layers.BatchNormalization(trainable=False)]),
}


def own_loss(k: Any) -> Any:
    def distance(y_true: Any, y_pred: Any) -> Any:
        return k.ops.mean(k.ops.abs(k.ops.one_hot(k.ops.cast(y_true, "int32"), 3) - y_pred), axis=-1)

    return distance


def own_metric(k: Any) -> Any:
    def highest(y_true: Any, y_pred: Any) -> Any:
        return k.ops.max(y_pred, axis=-1)

    return highest


@cases_of(NETS, slow=("activity of a layer", "several losses", "a metric twice"))
def test_nets(case: Any) -> None:
    assert_as_keras(case)


WORDS = (np.arange(16 * 6).reshape(16, 6) % 7 * (np.arange(6) < np.arange(16)[:, None] % 5 + 2)).astype(np.int32)
TAGS = (np.arange(16 * 6).reshape(16, 6) * 5) % 3
STEPS = np.linspace(0, 2, 16 * 6).reshape(16, 6).astype(np.float32)


def masked(sample_weight: Any = None, **compiled: Any) -> Any:
    """A case: the mask of words that are 0 goes into losses and metrics."""

    def case(k: Any) -> Any:
        layers = k.layers
        model = k.Sequential(
            [k.Input((6,), dtype="int32"), layers.Embedding(7, 4, mask_zero=True), layers.LSTM(5, return_sequences=True)]
        )
        model.add(layers.Dense(3, "softmax"))
        compiled_with(weighted(model), **compiled)
        return (
            trained(model, WORDS, TAGS, batch_size=6, sample_weight=sample_weight, validation_split=0.3),
            model.evaluate(WORDS, TAGS, verbose=0),
        )

    return case


MASKS: dict[str, Any] = {
    "embedding": masked(),
    "weighted_metrics": masked(STEPS, weighted_metrics=[CROSSENTROPY]),
    "eagerly": masked(run_eagerly=True),
    "a sum": lambda k: masked(loss=k.losses.SparseCategoricalCrossentropy(reduction="sum"))(k),
    "a masking layer": lambda k: masking(k),
}


def masking(k: Any) -> Any:
    layers = k.layers
    x = (STEPS[:, :, None] * np.array([1, -1, 0.5], np.float32) * (WORDS > 0)[:, :, None]).astype(np.float32)
    model = k.Sequential([k.Input((6, 3)), layers.Masking(), layers.GRU(4, return_sequences=True), layers.Dense(1)])
    compiled_with(weighted(model), loss="mse", metrics=["mae"])
    return trained(model, x, STEPS[:, :, None], batch_size=6), model.predict(x, verbose=0)


@cases_of(MASKS, slow=("weighted_metrics", "a sum"))
def test_masks(case: Any) -> None:
    assert_as_keras(case)


def own_step(k: Any) -> Any:
    """A train_step in TensorFlow, as Keras's guides write it."""
    import tensorflow as tf

    class Own(k.Model):
        def train_step(self, data: Any) -> Any:
            x, y = data
            with tf.GradientTape() as tape:
                y_pred = self(x, training=True)
                loss = self.compute_loss(y=y, y_pred=y_pred)
            gradients = tape.gradient(loss, self.trainable_variables)
            self.optimizer.apply(gradients, self.trainable_variables)
            for metric in self.metrics:
                if metric.name == "loss":
                    metric.update_state(loss)
                else:
                    metric.update_state(y, y_pred)
            return {m.name: m.result() for m in self.metrics}

    return functional(k, Own)


def own_metrics(k: Any) -> Any:
    """A train_step without `compile`'s loss, with metrics of its own."""
    import tensorflow as tf

    class Own(k.Model):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.mean = k.metrics.Mean(name="mean")

        @property
        def metrics(self) -> list[Any]:
            return [self.mean]

        def train_step(self, data: Any) -> Any:
            x, y = data
            with tf.GradientTape() as tape:
                loss = k.ops.mean(k.losses.sparse_categorical_crossentropy(y, self(x, training=True)))
            self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
            self.mean.update_state(loss)
            return {"mean": self.mean.result(), "twice": 2 * self.mean.result()}

    return functional(k, Own)


def own_losses(k: Any) -> Any:
    """A compute_loss and a compute_metrics of its own."""

    class Own(k.Model):
        def compute_loss(self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None) -> Any:
            return 2.0 * super().compute_loss(x, y, y_pred, sample_weight)

        def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> Any:
            return {**super().compute_metrics(x, y, y_pred, sample_weight), "more": k.ops.sum(y_pred)}

    return functional(k, Own)


def functional(k: Any, model: Any) -> Any:
    inputs = k.Input((4,))
    return weighted(model(inputs, k.layers.Dense(3, "softmax")(k.layers.Dense(5, "tanh")(inputs))))


def adversaries(k: Any) -> Any:
    """Two optimizers and models in one, trained by turns."""
    import tensorflow as tf

    class Both(k.Model):
        def __init__(self) -> None:
            super().__init__()
            self.maker, self.judge = net(k), weighted(k.Sequential([k.Input((3,)), k.layers.Dense(1)]))

        def compile(self, first: Any, second: Any) -> None:
            super().compile()
            self.first, self.second = first, second

        def train_step(self, data: Any) -> Any:
            x = data[0] if isinstance(data, tuple) else data
            logs = {}
            for name, own, optimizer, sign in (("maker", self.maker, self.first, -1.0), ("judge", self.judge, self.second, 1.0)):
                with tf.GradientTape() as tape:
                    loss = sign * k.ops.mean(self.judge(self.maker(x)) ** 2)
                optimizer.apply_gradients(zip(tape.gradient(loss, own.trainable_weights), own.trainable_weights, strict=True))
                logs[name] = loss
            return logs

        def call(self, x: Any) -> Any:
            return self.judge(self.maker(x))

    model = Both()
    model.compile(k.optimizers.SGD(0.1), k.optimizers.Adam(0.01))
    history = model.fit(X, batch_size=8, epochs=2, shuffle=False, verbose=0).history
    return history, model.maker.get_weights(), model.judge.get_weights()


OWN: dict[str, Any] = {
    "train_step": lambda k: trained(compiled_with(own_step(k)), X, KINDS),
    "train_step with its own metrics": lambda k: trained(compiled_with(own_metrics(k), loss=None), X, KINDS),
    "compute_loss": lambda k: trained(compiled_with(own_losses(k)), X, KINDS, batch_size=8, validation_split=0.3),
    "two optimizers": adversaries,
}


@cases_of(OWN)
def test_own(case: Any) -> None:
    assert_as_keras(case)
