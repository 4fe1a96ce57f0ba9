"""keras.config, mixed precision, and the functions that Keras 2's code knows as K."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import kport
from kport import backend as K
from kport import config, layers, mixed_precision
from kport.errors import UsageError
from tests.compare import assert_same

pytest.importorskip("tensorflow")


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    config.set_floatx("float32")
    config.set_epsilon(1e-7)
    config.set_image_data_format("channels_last")
    config.set_dtype_policy(None)
    config.set_max_epochs(None)
    config.set_max_steps_per_epoch(None)
    config.enable_interactive_logging()
    config.enable_traceback_filtering()


def test_what_is_set_from_the_start_is_that_of_keras() -> None:
    from keras import config as theirs

    for name in ("backend", "floatx", "epsilon", "image_data_format", "max_epochs", "max_steps_per_epoch"):
        assert getattr(config, name)() == getattr(theirs, name)(), name
    for name in ("is_interactive_logging_enabled", "is_traceback_filtering_enabled", "is_nnx_enabled"):
        assert getattr(config, name)() == getattr(theirs, name)(), name
    assert config.dtype_policy().name == theirs.dtype_policy().name
    assert config.is_flash_attention_enabled() is theirs.is_flash_attention_enabled()


def test_layers_have_floatx() -> None:
    config.set_floatx("float64")
    layer = layers.Dense(2)
    assert layer(np.ones((1, 3))).dtype == "float64" and layer.kernel.dtype == "float64"
    assert kport.Input((3,)).dtype == "float64"
    assert K.variable([1.0]).dtype == "float64" and K.cast_to_floatx([1]).dtype == "float64"
    assert kport.utils.img_to_array(np.ones((2, 2, 3))).dtype == "float64"
    with pytest.raises(ValueError, match="floatx"):
        config.set_floatx("int8")


def test_layers_have_the_global_policy() -> None:
    mixed_precision.set_global_policy("mixed_float16")
    assert mixed_precision.global_policy() == mixed_precision.Policy("mixed_float16") == config.dtype_policy()
    layer = layers.Dense(2)
    assert layer(np.ones((1, 3), "float32")).dtype == "float16" and layer.kernel.type.dtype == "float32"
    assert layers.Dense(2, dtype="float32").compute_dtype == "float32"
    assert kport.Input((3,)).dtype == "float32"
    assert kport.dtype_policies.DTypePolicy().name == "mixed_float16"
    config.set_dtype_policy(kport.dtype_policies.DTypePolicy("bfloat16"))
    assert layers.Dense(2).compute_dtype == "bfloat16"
    with pytest.raises(kport.errors.KportError, match="dtype"):
        config.set_dtype_policy("mixed_float8")


def test_policies() -> None:
    import keras

    for name in ("float32", "mixed_bfloat16"):
        ours = kport.dtype_policies.DTypePolicy(name)
        assert kport.dtype_policies.serialize(ours) == keras.dtype_policies.serialize(keras.DTypePolicy(name))
        assert kport.dtype_policies.deserialize(keras.dtype_policies.serialize(keras.DTypePolicy(name))) == ours
    assert kport.dtype_policies.get(np.float16).name == "float16"
    assert len({kport.dtype_policies.DTypePolicy("float32"), kport.dtype_policies.DTypePolicy("float32")}) == 1


def test_layers_have_the_data_format() -> None:
    config.set_image_data_format("channels_first")
    assert layers.Conv2D(2, 3).data_format == "channels_first" == layers.MaxPooling2D().data_format
    assert layers.Conv2D(2, 3)(np.ones((1, 3, 8, 8), "float32")).shape == (1, 2, 6, 6)
    assert layers.Conv2D(2, 3, data_format="channels_last").data_format == "channels_last"
    with pytest.raises(UsageError, match="image_data_format"):
        config.set_image_data_format("last")


def test_switches() -> None:
    config.disable_interactive_logging()
    config.disable_traceback_filtering()
    config.set_max_epochs(3)
    config.set_max_steps_per_epoch(4)
    assert not config.is_interactive_logging_enabled() and not config.is_traceback_filtering_enabled()
    assert (config.max_epochs(), config.max_steps_per_epoch()) == (3, 4)
    config.enable_flash_attention()
    assert config.is_flash_attention_enabled() is True
    config.disable_flash_attention()
    assert config.is_flash_attention_enabled() is False
    K.set_epsilon(1e-3)
    assert config.epsilon() == 1e-3


def test_what_is_refused() -> None:
    with pytest.raises(UsageError, match="never runs code"):
        config.enable_unsafe_deserialization()
    with pytest.raises(UsageError, match="tensorflow"):
        config.set_backend("jax")
    config.set_backend("tensorflow")


def test_training_in_mixed_precision() -> None:
    mixed_precision.set_global_policy("mixed_float16")
    model = kport.Sequential([kport.Input((4,)), layers.Dense(8, "relu"), layers.Dense(1, dtype="float32")])
    model.compile("adam", "mse")
    assert isinstance(model.optimizer, mixed_precision.LossScaleOptimizer)
    x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
    losses = model.fit(x, x[:, :1], epochs=4, verbose=0).history["loss"]
    assert losses[-1] < losses[0] and np.isfinite(losses).all()


RNG = np.random.default_rng(0)
X = RNG.normal(size=(2, 3, 4)).astype("float32")
P = np.abs(X[0]) / np.abs(X[0]).sum(-1, keepdims=True)
IMAGES = RNG.normal(size=(2, 6, 6, 3)).astype("float32")
ALONE = "abs cos elu exp hard_sigmoid relu round sigmoid sign sin softplus softsign square tanh"
ALONE += " argmax argmin cumsum expand_dims flatten batch_flatten transpose softmax"
ALONG = "max min mean sum prod std var argmax argmin cumsum cumprod softmax"
OF_TWO = "maximum minimum equal not_equal greater greater_equal less less_equal"
FUNCTIONS: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    *((name, (X,), {}) for name in ALONE.split()),
    *((name, (X,), {"axis": 1}) for name in ALONG.split()),
    *((name, (X, X.mean(0)), {}) for name in OF_TWO.split()),
    ("sqrt", (X,), {}),
    ("log", (np.abs(X),), {}),
    ("pow", (np.abs(X), 2.5), {}),
    ("clip", (X, -0.5, 0.5), {}),
    ("l2_normalize", (X,), {"axis": -1}),
    ("relu", (X,), {"alpha": 0.1, "max_value": 0.8, "threshold": 0.2}),
    ("dot", (X, X[0].T), {}),
    ("dot", (X[0], X[1].T), {}),
    ("dot", (X, RNG.normal(size=(2, 4, 5)).astype("float32")), {}),
    ("batch_dot", (X, X), {"axes": 2}),
    ("batch_dot", (X, np.swapaxes(X, 1, 2)), {}),
    ("batch_dot", (X[:, 0], X[:, 1]), {}),
    ("batch_dot", (X, X[:, 0]), {"axes": (2, 1)}),
    ("concatenate", ([X, X],), {}),
    ("stack", ([X, X],), {"axis": 1}),
    ("repeat", (X[0], 3), {}),
    ("repeat_elements", (X, 2, 1), {}),
    ("tile", (X, (1, 2, 1)), {}),
    ("reshape", (X, (2, 12)), {}),
    ("permute_dimensions", (X, (0, 2, 1)), {}),
    ("reverse", (X, 1), {}),
    ("squeeze", (X[:, :1], 1), {}),
    ("gather", (X, np.array([1, 0, 1])), {}),
    ("one_hot", (np.array([0, 2]), 3), {}),
    ("ones_like", (X,), {}),
    ("zeros_like", (X,), {}),
    ("switch", (X > 0, X, -X), {}),
    ("switch", (X[..., 0] > 0, X, -X), {}),
    ("any", (X > 1,), {"axis": 1}),
    ("all", (X > -1,), {"axis": 1}),
    ("in_top_k", (P, np.array([0, 1, 2]), 2), {}),
    ("bias_add", (X, X[0, 0]), {}),
    ("batch_normalization", (X, X.mean((0, 1)), X.var((0, 1)), X[0, 0], X[0, 1]), {}),
    ("binary_crossentropy", ((X > 0).astype("float32"), 1 / (1 + np.exp(-X))), {}),
    ("categorical_crossentropy", (P[::-1], P), {}),
    ("sparse_categorical_crossentropy", (np.array([0, 1, 2]), P), {}),
    ("pool2d", (IMAGES, (2, 2)), {"strides": (2, 2)}),
    ("pool2d", (IMAGES, (3, 3)), {"padding": "same", "pool_mode": "avg"}),
    ("conv1d", (X, RNG.normal(size=(2, 4, 5)).astype("float32")), {"padding": "causal"}),
    ("conv2d", (IMAGES, RNG.normal(size=(3, 3, 3, 2)).astype("float32")), {"strides": (2, 2), "padding": "same"}),
    ("depthwise_conv2d", (IMAGES, RNG.normal(size=(3, 3, 3, 2)).astype("float32")), {}),
    (
        "separable_conv2d",
        (IMAGES, RNG.normal(size=(3, 3, 3, 1)).astype("float32"), RNG.normal(size=(1, 1, 3, 4)).astype("float32")),
        {},
    ),
    ("temporal_padding", (X,), {"padding": (2, 1)}),
    ("spatial_2d_padding", (IMAGES,), {"padding": ((1, 2), (0, 1))}),
    ("spatial_2d_padding", (IMAGES,), {"data_format": "channels_first"}),
    ("resize_images", (IMAGES, 2, 3, "channels_last"), {}),
    ("resize_volumes", (IMAGES[..., None], 1, 2, 3, "channels_last"), {}),
]


@pytest.mark.parametrize(("name", "args", "kwargs"), FUNCTIONS, ids=lambda x: x if isinstance(x, str) else "")
@pytest.mark.parametrize("tensors", [False, True], ids=["NumPy", "TensorFlow"])
def test_functions_of_keras_2(name: str, args: tuple[Any, ...], kwargs: dict[str, Any], tensors: bool) -> None:
    import tensorflow as tf
    from keras.src.legacy import backend as theirs

    given = [
        tf.constant(a) if isinstance(a, np.ndarray) else [tf.constant(x) for x in a] if isinstance(a, list) else a for a in args
    ]
    expected = getattr(theirs, name)(*given, **kwargs)
    found = getattr(K, name)(*(given if tensors else args), **kwargs)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


GONE = {
    "conv2d_transpose": "its output shape was an argument; the layer Conv2DTranspose has what ops can't",
    **dict.fromkeys(("ctc_batch_cost", "ctc_decode", "ctc_label_dense_to_sparse"), "losses.CTC and ops have them"),
    **dict.fromkeys(("foldl", "foldr", "rnn"), "ops.scan and the recurrent layers have them"),
    **dict.fromkeys(("binary_focal_crossentropy", "categorical_focal_crossentropy"), "losses have them"),
    "gradients": "needs TensorFlow 1's graphs; tf.GradientTape has it",
}


def test_the_functions_of_keras_2_are_there() -> None:
    from keras.src.legacy import backend as theirs

    names = {
        name for name, value in vars(theirs).items() if callable(value) and getattr(value, "__module__", "") == theirs.__name__
    }
    names = {name for name in names if not name.startswith(("_", "py_"))}
    assert {name for name in names if not hasattr(K, name)} == GONE.keys() & names


def test_variables_of_keras_2() -> None:
    x = K.variable([1.0, 2.0], name="x")
    np.testing.assert_array_equal(K.get_value(K.update_add(x, 1.0)), [2, 3])
    K.update(x, np.array([5.0, 6.0]))
    K.update_sub(x, np.array([1.0, 1.0]))
    K.moving_average_update(x, np.array([0.0, 0.0], "float32"), 0.5)
    np.testing.assert_array_equal(K.eval(x), [2, 2.5])
    K.batch_set_value([(x, [1, 1])])
    np.testing.assert_array_equal(K.batch_get_value([x])[0], [1, 1])
    assert K.int_shape(x) == (2,) and K.ndim(x) == 1 and K.dtype(x) == "float32" and K.count_params(x) == 2
    assert K.zeros((2,)).shape == (2,) and K.eye(3).numpy().trace() == 3 and K.ones((1, 2)).numpy().sum() == 2
    assert K.constant(2, shape=(3,)).tolist() == [2, 2, 2] and K.constant([1, 2], shape=(2, 1)).shape == (2, 1)
    assert K.is_float_dtype("bfloat16") and K.is_int_dtype("uint8") and not K.is_int_dtype("float32")
    assert K.result_type() == "float32" and K.result_type("int32", "float16") == "float16"
    assert not K.is_sparse(x) and K.to_dense(x) is x


def test_random_numbers_of_keras_2() -> None:
    assert abs(np.asarray(K.random_normal((4000,), 2.0, 0.5, seed=1)).mean() - 2) < 0.1
    assert np.asarray(K.random_uniform((4000,), -1, 1, seed=1)).min() < -0.9
    assert abs(np.asarray(K.random_bernoulli((4000,), 0.25, seed=1)).mean() - 0.25) < 0.05
    assert np.abs(np.asarray(K.truncated_normal((4000,), seed=1))).max() <= 2
    assert K.random_normal_variable((3,), 0, 1, seed=1).shape == K.random_uniform_variable((3,), 0, 1, seed=1).shape
    assert 0.3 < (np.asarray(K.dropout(np.ones(1000, "float32"), 0.5, seed=1)) == 0).mean() < 0.7


def test_layers_of_keras_2s_functions_can_be_put_together() -> None:
    x = kport.Input((3,))
    y = layers.Lambda(lambda t: K.mean(K.square(t), axis=-1, keepdims=True))(x)
    model = kport.Model(x, y)
    data = RNG.normal(size=(4, 3)).astype("float32")
    np.testing.assert_allclose(model.predict(data, verbose=0), (data**2).mean(-1, keepdims=True), rtol=1e-5)


def limited_runs(k: Any) -> Any:
    """What fit, evaluate and predict give under limits of epochs and steps."""
    x = np.linspace(0, 1, 48, dtype=np.float32).reshape(12, 4)
    model = k.Sequential([k.Input((4,)), k.layers.Dense(1, kernel_initializer="ones")])
    model.compile("sgd", "mse")
    k.config.set_max_epochs(2)
    k.config.set_max_steps_per_epoch(3)
    try:
        history = model.fit(x, x[:, :1], batch_size=2, epochs=4, shuffle=False, verbose=0, validation_data=(x, x[:, :1]))
        return history.history, model.evaluate(x, x[:, :1], batch_size=2, verbose=0), model.predict(x, batch_size=2, verbose=0)
    finally:
        k.config.set_max_epochs(None)
        k.config.set_max_steps_per_epoch(None)


def test_limits_of_epochs_and_steps() -> None:
    import keras

    import kport

    with pytest.warns(UserWarning, match="2 epochs in place of 4"), pytest.warns(UserWarning, match="3 steps in place of 6"):
        ours = limited_runs(kport)
    with pytest.warns(UserWarning):
        theirs = limited_runs(keras)
    assert len(ours[0]["loss"]) == 2 and ours[2].shape == (6, 1)
    assert_same(ours, theirs, 1e-5)


def test_limits_that_nothing_reaches() -> None:
    import kport

    model = kport.Sequential([kport.Input((4,)), kport.layers.Dense(1)])
    model.compile("sgd", "mse")
    config.set_max_epochs(3)
    config.set_max_steps_per_epoch(4)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.fit(np.ones((8, 4)), np.ones((8, 1)), batch_size=2, epochs=3, verbose=0)
        assert not model.fit(np.ones((8, 4)), np.ones((8, 1)), epochs=0, verbose=0).epoch
