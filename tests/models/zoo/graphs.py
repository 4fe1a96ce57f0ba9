"""Shapes of graphs: names that clash, chains, merges, operators, nesting, what has no layers."""

from __future__ import annotations

from typing import Any

from tests.data import Ints

from .zoo import KERAS2, KERAS3, animal

ROWS = (3, 4)


@animal(ROWS)
def single_layer(k: Any) -> Any:
    return k.Sequential([k.Input((4,)), k.layers.Dense(2)])


@animal(ROWS)
def the_input_itself(k: Any) -> Any:
    """Nothing but an output that is the input, and another thing."""
    x = k.Input((4,), name="x")
    return k.Model(x, [x, k.layers.Activation("tanh")(x)])


@animal(ROWS)
def outputs_twice(k: Any) -> Any:
    x = k.Input((4,))
    y = k.layers.Dense(3, name="y")(x)
    return k.Model(x, [y, k.layers.Dense(2)(y), y])


@animal(ROWS, *KERAS3)
def deep_chain(k: Any) -> Any:
    """500 layers."""
    x = inputs = k.Input((4,))
    for i in range(250):
        x = k.layers.Activation("tanh" if i % 2 else "elu")(k.layers.Dense(4)(x))
    return k.Model(inputs, x)


@animal(ROWS)
def wide_merge(k: Any) -> Any:
    """As many branches as some ensembles have."""
    inputs = k.Input((4,))
    branches = [k.layers.Dense(2)(inputs) for _ in range(60)]
    return k.Model(inputs, [k.layers.Concatenate()(branches), k.layers.Maximum()(branches), k.layers.Add()(branches)])


@animal(ROWS, *KERAS3)
def names(k: Any) -> Any:
    """In other alphabets, with dots, colons and what means something to somebody."""
    x = k.Input((4,), name="größe")
    y = k.layers.Dense(3, name="слой.1")(x)
    y = k.layers.BatchNormalization(name="層 2")(y)
    y = k.layers.Dense(3, name="a:0")(y)
    y = k.layers.Dense(3, name="dense_1")(k.layers.Dense(3, name="dense")(y))
    return k.Model(x, k.layers.Dense(2, name="output:nchw")(y), name="модель")


@animal(ROWS, *KERAS2)
def slashed_names(k: Any) -> Any:
    """Which Keras 3 refuses, and Keras 2 wrote."""
    x = k.Input((4,), name="net/in")
    y = k.layers.Dense(3, name="net/block/dense")(x)
    y = k.layers.Dense(3, name="net/block")(y)
    return k.Model(x, k.layers.Dense(2, name="net/out/logits")(y))


@animal(ROWS)
def names_that_clash(k: Any) -> Any:
    """The same names inside nested models as outside."""
    inner_x = k.Input((4,), name="x")
    inner = k.Model(inner_x, k.layers.Dense(4, name="dense")(inner_x), name="y")
    inner_x = k.Input((4,), name="x")
    other = k.Model(inner_x, k.layers.Dense(4, name="dense")(inner_x), name="dense_1")
    x = k.Input((4,), name="x")
    y = k.layers.Dense(4, name="dense")(x)
    return k.Model(x, [inner(other(y)), k.layers.Dense(2, name="dense_2")(inner(y)), inner(x)])


@animal([(3, 6, 4), (3, 6, 4)])
def siamese(k: Any) -> Any:
    """One encoder twice; distances by operators."""
    encoder = k.Sequential([k.Input((6, 4)), k.layers.LSTM(3), k.layers.Dense(2)], name="encoder")
    a, b = k.Input((6, 4), name="left"), k.Input((6, 4), name="right")
    difference = encoder(a) - encoder(b)
    cosine = k.layers.Dot(1, normalize=True)([encoder(a), encoder(b)])
    return k.Model([a, b], [difference * difference, cosine, abs(difference)])


@animal([(2, 6, 4), (2, 6, 4)])
def operators(k: Any) -> Any:
    """Python's own, on tensors."""
    a, b = k.Input((6, 4)), k.Input((6, 4))
    c = k.layers.Dense(4)(a)
    outputs = [
        a + b * 2.0 - 1.0,
        1.0 / (2.0 + b * b),
        -c[:, 1:-1:2, :3],
        c[:, :, ::-1],
        c[:, -1],
        (a > b) & (b <= 0.5),
        a**2 + 2.0**b,
        k.layers.Reshape((4, 6))(b) @ a,
        a // 0.3 + a % 0.3,
        c[:, None, 2] + c[:, :, None, 0],
    ]
    return k.Model([a, b], outputs)


@animal([(2, 6, 4), Ints((2, 6), 4)], *KERAS3)
def keras_ops(k: Any) -> Any:
    a, i = k.Input((6, 4)), k.Input((6,), dtype="int32")
    ops = k.ops
    x = k.layers.Dense(4)(a)
    outputs = [
        ops.where(x > 0.0, x, ops.exp(x) - 1.0),
        ops.einsum("bij,bkj->bik", x, a),
        ops.take_along_axis(x, ops.expand_dims(i, -1), axis=1),
        ops.concatenate([ops.mean(x, 1, keepdims=True), ops.max(x, 1, keepdims=True)], axis=-1),
        ops.stack(ops.split(x, 2, axis=-1), axis=1),
        ops.softmax(ops.top_k(ops.sum(x, -1), 3)[0]),
        ops.argmax(x, -1),
        ops.logsumexp(x, axis=(1, 2)),
        ops.one_hot(i, 5) @ ops.ones((5, 2)),
        ops.pad(x, ((0, 0), (1, 2), (0, 0))),
        ops.norm(x, axis=-1),
        ops.clip(ops.cumsum(x, 1), -1.0, 1.0),
        ops.reshape(x, (-1, 24)),
        ops.tile(x[:, :1], (1, 3, 1)),
        ops.image.resize(ops.expand_dims(x, -1), (3, 5)),
    ]
    return k.Model([a, i], outputs)


@animal([(2, 6, 4), Ints((2, 6), 4)], *KERAS2, folder=True)
def tensorflow_functions(k: Any) -> Any:
    """TFOpLambda and SlicingOpLambda, as tf.keras makes layers of them."""
    import tensorflow as tf

    a, i = k.Input((6, 4)), k.Input((6,), dtype="int32")
    x = k.layers.Dense(4)(a)
    batch = tf.shape(x)[0]
    outputs = [
        tf.where(x > 0.0, x, tf.exp(x) - 1.0),
        tf.concat([tf.reduce_mean(x, 1, keepdims=True), tf.reduce_max(x, axis=1, keepdims=True)], -1),
        tf.stack(tf.split(x, 2, axis=-1), axis=1),
        tf.nn.softmax(tf.math.top_k(tf.reduce_sum(x, -1), 3)[0]),
        tf.argmax(x, -1),
        tf.one_hot(i, 5),
        tf.pad(x, [[0, 0], [1, 2], [0, 0]]),
        tf.linalg.l2_normalize(x, axis=-1),
        tf.reshape(x, [batch, 24]),
        tf.transpose(x, [0, 2, 1])[:, :, tf.newaxis],
        tf.image.resize(tf.expand_dims(x, -1), (3, 5)),
        tf.matmul(x, a, transpose_b=True) / tf.sqrt(4.0),
        tf.gather(x, [2, 0], axis=1),
        k.backend.mean(k.backend.square(x), axis=-1),
        k.backend.dot(x, k.backend.constant([[1.0], [2.0], [0.5], [3.0]])),
        tf.image.resize(tf.expand_dims(x, -1), (12, 8), method="nearest"),
        tf.norm(x, axis=-1) + tf.math.reduce_euclidean_norm(x, axis=-1),
        tf.roll(x, 1, axis=1) * tf.ones([batch, 6, 1]),
        tf.nn.depth_to_space(tf.expand_dims(x, 1), 2),
        tf.sort(x, axis=-1, direction="DESCENDING"),
        tf.gather(x, i, batch_dims=1, axis=1),
        tf.cast(tf.range(tf.shape(x)[2]), "float32") + x,
        tf.nn.conv2d(tf.expand_dims(x, 1), tf.ones((1, 3, 4, 2)), strides=1, padding="SAME"),
        tf.linalg.band_part(x, -1, 0),
        tf.sequence_mask(i, 5),
        x + tf.constant([[1.0, 2.0, 3.0, 4.0]]),
        tf.math.count_nonzero(tf.nn.crelu(x), axis=-1),
        tf.clip_by_norm(x, 1.0, axes=-1),
        tf.nn.embedding_lookup(tf.eye(4), i),
    ]
    return k.Model([a, i], outputs)


@animal((2, 8, 6, 2))
def unknown_sizes(k: Any) -> Any:
    x = k.Input((None, None, 2))
    y = k.layers.Conv2D(3, 3, strides=2, padding="same", activation="relu")(x)
    z = k.layers.Conv2DTranspose(2, 3, strides=2, padding="same")(y)
    return k.Model(x, [k.layers.Add()([x, z]), k.layers.GlobalMaxPooling2D()(k.layers.MaxPooling2D(3, 2, "same")(y))])


@animal((3, 5, 2))
def fixed_batch(k: Any) -> Any:
    x = k.Input(shape=(5, 2), batch_size=3)
    y = k.layers.Conv1D(4, 2, padding="same")(x)
    return k.Model(x, k.layers.Dense(2)(k.layers.Reshape((-1,))(y)))


@animal([(3, 4), (3, 2)], folder=True)
def nested_three_deep(k: Any) -> Any:
    """A shared model in a model in a model, one used twice, with several inputs and outputs."""
    u, v = k.Input((4,)), k.Input((2,))
    inner = k.Model([u, v], [k.layers.Concatenate()([k.layers.Dense(4)(u), v]), k.layers.Dense(2)(v)], name="inner")
    p, q = k.Input((4,)), k.Input((2,))
    first, second = inner([p, q])
    third, _ = inner([k.layers.Dense(4)(first), second])
    middle = k.Model([p, q], [third, second], name="middle")
    a, b = k.Input((4,), name="a"), k.Input((2,), name="b")
    c, d = middle([a, b])
    tail = k.Sequential([k.Input((6,)), k.layers.Dense(3), k.layers.BatchNormalization(), k.layers.PReLU()], name="tail")
    return k.Model([a, b], [tail(c), d], name="outer")


@animal({"b": (3, 4), "a": (3, 2)})
def dict_in_and_out(k: Any) -> Any:
    """Keys that aren't in alphabetical order, nor the layers' names."""
    b, a = k.Input((4,), name="b"), k.Input((2,), name="a")
    x = k.layers.Concatenate()([b, a])
    return k.Model({"b": b, "a": a}, {"second": k.layers.Dense(2)(x), "first": k.layers.Dense(3)(x)})


@animal((2, 8, 8, 3), rtol=1e-2, atol=1e-2)  # computed in half precision
def mixed_precision(k: Any) -> Any:
    policy = k.mixed_precision if k.__name__ == "tf_keras" else k.config
    (policy.set_global_policy if k.__name__ == "tf_keras" else policy.set_dtype_policy)("mixed_float16")
    try:
        x = k.Input((8, 8, 3))
        y = k.layers.BatchNormalization()(k.layers.Conv2D(4, 3, activation="relu")(x))
        y = k.layers.GlobalAveragePooling2D()(y)
        return k.Model(x, k.layers.Dense(3, activation="softmax", dtype="float32")(y))
    finally:
        (policy.set_global_policy if k.__name__ == "tf_keras" else policy.set_dtype_policy)("float32")
