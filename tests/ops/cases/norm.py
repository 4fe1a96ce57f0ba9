"""Normalisation."""

from typing import Any

from kport import ops
from tests.data import Floats
from tests.ops.case import OpCase


def keras_batch_norm(**config: Any) -> Any:
    def expected(x: Any, mean: Any, variance: Any, gamma: Any = None, beta: Any = None) -> Any:
        import keras

        return keras.ops.batch_normalization(x, mean, variance, offset=beta, scale=gamma, **config)

    return expected


def keras_layer_norm(**config: Any) -> Any:
    def expected(x: Any, gamma: Any = None, beta: Any = None) -> Any:
        import keras

        return keras.ops.layer_normalization(x, gamma, beta, **config)

    return expected


def keras_rms_norm(**config: Any) -> Any:
    def expected(x: Any, scale: Any = None) -> Any:
        import keras

        return keras.ops.rms_normalization(x, scale, **config)

    return expected


def keras_normalize(axis: Any) -> Any:
    def expected(x: Any) -> Any:
        import keras

        return keras.ops.normalize(x, axis=axis, epsilon=1e-12)

    return expected


def keras_group_norm(**config: Any) -> Any:
    """The layer, whose weights are then the given tensors."""

    def expected(x: Any, gamma: Any = None, beta: Any = None) -> Any:
        import keras

        layer = keras.layers.GroupNormalization(scale=gamma is not None, center=beta is not None, **config)
        layer.build(x.shape)
        if gamma is None:
            return layer(x)
        return layer.stateless_call([gamma, beta], [], x)[0]

    return expected


VARIANCE = Floats((4,), 0.5, 1.5)

CASES = [
    OpCase(
        "BatchNorm",
        lambda *xs: ops.batch_norm(*xs, axis=-1),
        [(2, 3, 5, 4), (4,), VARIANCE, (4,), (4,)],
        expected_tf=keras_batch_norm(axis=-1),
    ),
    OpCase("BatchNorm", ops.batch_norm, [(2, 4), (4,), VARIANCE, None, None], expected_tf=keras_batch_norm(axis=-1)),
    OpCase(
        "BatchNorm",
        lambda *xs: ops.batch_norm(*xs, axis=1, epsilon=0.1),
        [(2, 4, 3), (4,), VARIANCE, (4,), None],
        expected_tf=keras_batch_norm(axis=1, epsilon=0.1),
    ),
    OpCase("LayerNorm", ops.layer_norm, [(2, 3, 5), (5,), (5,)], expected_tf=keras_layer_norm(epsilon=1e-3)),
    OpCase(
        "LayerNorm",
        lambda *xs: ops.layer_norm(*xs, axis=(1, 3), epsilon=0.1),
        [(2, 3, 4, 5), (3, 5), (3, 5)],
        expected_tf=keras_layer_norm(axis=[1, 3], epsilon=0.1),
    ),
    OpCase(
        "LayerNorm",
        lambda *xs: ops.layer_norm(*xs, axis=1),
        [(2, 3, 4), (3,), None],
        expected_tf=keras_layer_norm(axis=1, epsilon=1e-3),
    ),
    OpCase("LayerNorm", ops.layer_norm, [(2, 6), None, None], expected_tf=keras_layer_norm(epsilon=1e-3)),
    OpCase("RmsNorm", ops.rms_norm, [(2, 3, 5), (5,)], expected_tf=keras_rms_norm(epsilon=1e-6)),
    OpCase(
        "RmsNorm",
        lambda *xs: ops.rms_norm(*xs, axis=(1, 2)),
        [(2, 3, 5), None],
        expected_tf=keras_rms_norm(axis=[1, 2], epsilon=1e-6),
    ),
    OpCase("L2Normalize", ops.l2_normalize, [(2, 3, 5)], expected_tf=keras_normalize(-1)),
    OpCase("L2Normalize", lambda x: ops.l2_normalize(x, (1, 2)), [(2, 3, 5)], expected_tf=keras_normalize((1, 2))),
    OpCase(
        "GroupNorm",
        lambda *xs: ops.group_norm(*xs, groups=3),
        [(2, 4, 5, 6), (6,), (6,)],
        expected_tf=keras_group_norm(groups=3),
    ),
    OpCase(
        "GroupNorm",
        lambda *xs: ops.group_norm(*xs, groups=6, axis=1, epsilon=0.1),
        [(2, 6, 3), (6,), (6,)],
        expected_tf=keras_group_norm(groups=6, axis=1, epsilon=0.1),
    ),
    OpCase("GroupNorm", lambda *xs: ops.group_norm(*xs, groups=1), [(2, 6), None, None], expected_tf=keras_group_norm(groups=1)),
]
