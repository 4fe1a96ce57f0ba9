"""Models over columns of a table, with text and numbers of every type."""

from __future__ import annotations

from typing import Any

from tests.data import Exactly, Ints

from .zoo import KERAS3, animal

COLOURS = Exactly([["red"], ["blue"], ["mauve"]], "string")
AGES = Exactly([[3], [41], [77]], "int64")
SIZES = Exactly([[0.5, 1.5], [-2.0, 0.25], [3.0, 9.0]])


@animal({"colour": COLOURS, "age": AGES, "sizes": SIZES}, no_onnx="StringHash")
def columns(k: Any) -> Any:
    """The inputs as a dict, each with the preprocessing that its kind has."""
    colour, age = k.Input((1,), dtype="string", name="colour"), k.Input((1,), dtype="int64", name="age")
    sizes = k.Input((2,), name="sizes")
    x = [
        k.layers.StringLookup(vocabulary=["red", "green", "blue"], output_mode="one_hot")(colour),
        k.layers.CategoryEncoding(4, output_mode="one_hot")(k.layers.StringLookup(vocabulary=["a", "blue", "red"])(colour)),
        k.layers.IntegerLookup(vocabulary=[3, 77], output_mode="multi_hot")(age),
        k.layers.Normalization(mean=[1.0, 2.0], variance=[4.0, 0.25])(sizes),
    ]
    buckets = k.layers.Discretization(bin_boundaries=[10.0, 50.0])(age)
    x.append(k.layers.Flatten()(k.layers.Embedding(3, 2)(buckets)))
    hashed = k.layers.Hashing(num_bins=5)(colour)
    x.append(k.layers.Flatten()(k.layers.Embedding(5, 2)(hashed)))
    x = k.layers.Dense(4, activation="selu")(k.layers.Concatenate()(x))
    return k.Model({"colour": colour, "age": age, "sizes": sizes}, k.layers.Dense(1, name="price")(x))


@animal(Exactly(["the cat sat", "on THE mat!", "quite unknown words here"], "string"), no_onnx="RegexReplace")
def text_classifier(k: Any) -> Any:
    """Sentences in."""
    inputs = k.Input((), dtype="string")
    vectors = k.layers.TextVectorization(vocabulary=["the", "cat", "mat", "on"], output_sequence_length=6)
    x = k.layers.Embedding(6, 3, mask_zero=True)(vectors(inputs))
    return k.Model(inputs, k.layers.Dense(2)(k.layers.LSTM(3)(x)))


@animal([Ints((3, 1), 9), Ints((3, 4), 2, dtype="uint8"), (3, 4)])
def number_types(k: Any) -> Any:
    """Integers of several widths and float16 in."""
    a, b = k.Input((1,), dtype="int32", name="a"), k.Input((4,), dtype="uint8", name="b")
    c = k.Input((4,), dtype="float16", name="c")
    x = k.layers.Concatenate()([k.layers.Flatten()(k.layers.Embedding(9, 2)(a)), k.layers.Rescaling(1 / 255.0)(b)])
    return k.Model([a, b, c], k.layers.Add()([k.layers.Dense(4)(x), k.layers.Dense(4)(c)]))


@animal([(3, 4), (3, 6)])
def wide_and_deep(k: Any) -> Any:
    wide, deep = k.Input((4,), name="wide"), k.Input((6,), name="deep")
    x = k.layers.Dense(5, activation="relu", kernel_regularizer="l2")(deep)
    x = k.layers.AlphaDropout(0.1)(k.layers.Dense(3, activation="softsign", kernel_constraint="non_neg")(x))
    x = k.layers.concatenate([wide, x])
    outputs = [k.layers.Dense(1, name="main")(x), k.layers.Dense(1, name="auxiliary")(wide)]
    return k.Model([wide, deep], outputs)


@animal([Ints((3, 1), 20), Ints((3, 1), 30)])
def recommender(k: Any) -> Any:
    """Factors of users and items, biases, their dot product."""
    user, item = k.Input((1,), name="user"), k.Input((1,), name="item")
    u, i = k.layers.Embedding(20, 4)(user), k.layers.Embedding(30, 4)(item)
    biases = k.layers.Add()([k.layers.Embedding(20, 1)(user), k.layers.Embedding(30, 1)(item)])
    x = k.layers.Add()([k.layers.Dot(2)([u, i]), biases])
    return k.Model([user, item], k.layers.Activation("sigmoid")(k.layers.Flatten()(x)))


@animal({"a": SIZES, "b": COLOURS}, *KERAS3, no_onnx="CrossHash")
def feature_cross(k: Any) -> Any:
    a, b = k.Input((2,), name="a"), k.Input((1,), name="b", dtype="string")
    bucket = k.layers.Discretization(bin_boundaries=[0.0, 1.0])(a[:, :1])
    crossed = k.layers.HashedCrossing(7, output_mode="one_hot")((k.ops.cast(bucket, "int64"), k.layers.Hashing(3)(b)))
    return k.Model({"a": a, "b": b}, k.layers.Dense(2)(crossed))
