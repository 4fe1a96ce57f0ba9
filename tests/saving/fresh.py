"""Small models with everything that a file format has to keep, made by whichever Keras is given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Built = tuple[Any, Any]
"""A model and inputs for it."""


def floats(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-1, 1, shape).astype("float32")


def ints(*shape: int, high: int = 9) -> np.ndarray:
    return np.random.default_rng(0).integers(0, high, shape).astype("int32")


def sequential(keras: Any) -> Built:
    L = keras.layers
    layers = [
        L.Conv2D(4, 3, padding="same", activation="relu"),
        L.BatchNormalization(),
        L.LeakyReLU(0.1),
        L.MaxPooling2D(),
        L.DepthwiseConv2D(3),
        L.SeparableConv2D(5, 2),
        L.Flatten(),
        L.Dropout(0.3),
        L.Dense(3, activation="softmax"),
    ]
    return keras.Sequential([keras.Input((9, 8, 3)), *layers]), floats(2, 9, 8, 3)


def branches(keras: Any) -> Built:
    """Several inputs and outputs, merging, a shared layer, a nested model that is called twice."""
    L = keras.layers
    a, b = keras.Input((6,), name="a"), keras.Input((6,), name="b")
    shared = L.Dense(4, name="shared")
    x = keras.Input((4,))
    inner = keras.Model(x, L.BatchNormalization()(L.Dense(3)(x)), name="inner")
    p, q = inner(shared(a)), inner(shared(b))
    tower = keras.Sequential([keras.Input((3,)), L.Dense(2), L.PReLU()], name="tower")
    joined = L.Concatenate()([L.Add()([p, q]), L.Multiply()([p, q])])
    return keras.Model([a, b], [tower(p), L.Dense(1, name="last")(joined)]), [floats(2, 6), floats(2, 6, seed=1)]


def recurrent(keras: Any) -> Built:
    """Masks through recurrent layers, both directions, stacked, with state as further outputs and inputs."""
    L = keras.layers
    ids = keras.Input((7,), dtype="int32")
    e = L.Embedding(9, 5, mask_zero=True)(ids)
    x = L.Bidirectional(L.LSTM(4, return_sequences=True))(e)
    x, state = L.GRU(3, return_sequences=True, return_state=True)(x)
    y = L.SimpleRNN(3)(x, initial_state=state)
    z = L.TimeDistributed(L.Dense(2))(x)
    return keras.Model(ids, [y, z]), ints(3, 7)


def frozen(keras: Any) -> Built:
    """A nested model of which a part isn't trained: its weights come in another order."""
    L = keras.layers
    x = keras.Input((5,))
    h = L.Dense(4, name="f1")(x)
    h = L.BatchNormalization(name="bn")(h)
    inner = keras.Model(x, L.Dense(4, name="f2")(h), name="inner")
    inner.get_layer("f1").trainable = False
    y = keras.Input((5,))
    return keras.Model(y, inner(y)), floats(2, 5)


def attention(keras: Any) -> Built:
    L = keras.layers
    x = keras.Input((6, 8))
    y = L.LayerNormalization()(x)
    y = L.Add()([x, L.MultiHeadAttention(2, 4)(y, y)])
    y = L.Dense(8, activation="gelu")(L.LayerNormalization()(y))
    return keras.Model(x, L.GlobalAveragePooling1D()(y)), floats(2, 6, 8)


def operators(keras: Any) -> Built:
    """Python's operators on tensors, as nodes of the graph."""
    L = keras.layers
    x = keras.Input((4, 6))
    y = (x * 2.0 - 1.0) / 3.0 + x[:, :, ::-1]
    y = L.Dense(6)(y) * y
    return keras.Model(x, 1.0 - y[:, 1]), floats(2, 4, 6)


def preprocessing(keras: Any) -> Built:
    L = keras.layers
    norm = L.Normalization()
    norm.adapt(floats(10, 5, seed=3))
    x = keras.Input((5,))
    return keras.Model(x, L.Dense(2)(L.Rescaling(2.0, 0.5)(norm(x)))), floats(2, 5)


def text(keras: Any) -> Built:
    """Lookup layers with a vocabulary: in the configuration and as an asset."""
    L = keras.layers
    words = keras.Input((2,), dtype="string")
    numbers = keras.Input((2,), dtype="int64")
    given = L.StringLookup(vocabulary=["a", "b", "c"])
    index = L.IntegerLookup(vocabulary=[3, 5, 7], output_mode="multi_hot")
    outputs = [L.Embedding(5, 3)(given(words)), L.Dense(2)(index(numbers))]
    inputs = [np.array([["a", "z"], ["c", "b"]], object), np.array([[3, 4], [7, 5]], "int64")]
    return keras.Model([words, numbers], outputs), inputs


def dictionaries(keras: Any) -> Built:
    """Inputs and outputs by name."""
    L = keras.layers
    a, b = keras.Input((3,), name="a"), keras.Input((3,), name="b")
    outputs = {"u": L.Dense(2, name="u")(a), "v": L.Dense(1, name="v")(L.Subtract()([a, b]))}
    return keras.Model({"a": a, "b": b}, outputs), {"a": floats(2, 3), "b": floats(2, 3, seed=1)}


def wrapped(keras: Any) -> Built:
    """A model within TimeDistributed, stacked cells, an activation that is a layer, settings of training."""
    L = keras.layers
    inner = keras.Sequential([keras.Input((4,)), L.Dense(3, activation=L.LeakyReLU(0.2)), L.BatchNormalization()])
    cells = L.RNN(L.StackedRNNCells([L.LSTMCell(3), L.GRUCell(2)]))
    end = L.Dense(2, kernel_regularizer="l2", kernel_constraint="max_norm")
    return keras.Sequential([keras.Input((6, 4)), L.TimeDistributed(inner), cells, end]), floats(2, 6, 4)


def deferred(keras: Any) -> Built:
    """Built by its first call: the file holds the input's shape apart from the layers."""
    model = keras.Sequential([keras.layers.Dense(3), keras.layers.Dense(2)])
    model(floats(2, 4))
    return model, floats(2, 4)


def queries(keras: Any) -> Built:
    """Layers with several arguments, by position and by name."""
    L = keras.layers
    q, v = keras.Input((5, 4)), keras.Input((6, 4))
    outputs = [L.Attention(use_scale=True)([q, v]), L.AdditiveAttention()([q, v]), L.MultiHeadAttention(2, 3)(q, v, key=v)]
    return keras.Model([q, v], outputs), [floats(2, 5, 4), floats(2, 6, 4)]


def formula(keras: Any) -> Built:
    """A Lambda as marshalled bytecode."""
    L = keras.layers
    return keras.Sequential([keras.Input((4,)), L.Lambda(lambda x: x * 2.0 + 1.0), L.Dense(2)]), floats(2, 4)


BUILDERS: dict[str, Callable[[Any], Built]] = {
    f.__name__: f for f in (sequential, branches, recurrent, frozen, attention, operators, preprocessing, text)
} | {f.__name__: f for f in (dictionaries, wrapped, deferred, queries, formula)}


def randomized(model: Any) -> Any:
    """The model with every float weight changed, so that defaults can't pass for what was read."""
    rng = np.random.default_rng(5)
    for w in model.weights:
        value = np.asarray(w.numpy() if hasattr(w, "numpy") else w)
        adapted = w.name.split(":")[0].rpartition("/")[2] in ("mean", "variance")  # Normalization has copies of these
        if value.dtype.kind == "f" and not adapted:
            low = 0.5 if "variance" in w.name else -0.5
            w.assign(rng.uniform(low, low + 1, value.shape).astype(value.dtype))
    return model
