"""Lambda layers as data: bytecode of every Python that Keras ran on gives the formula's numbers, anything else is refused."""

from __future__ import annotations

import base64
import json
import marshal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import kport
from kport.errors import LayerError
from kport.registry import CUSTOM
from kport.saving.lambdas import upgrade_lambda
from tests.compare import assert_same
from tests.saving.make_lambdas import SOURCES

CASES: dict[str, dict[str, str]] = json.loads((Path(__file__).parent / "lambdas.json").read_text())

x = np.random.default_rng(0).uniform(-1, 1, (3, 4)).astype("float32")

EXPECTED = {
    "lambda x: x / 127.5 - 1.0": x / np.float32(127.5) - 1,
    "lambda x: x / 255.0": x / np.float32(255),
    "lambda x: 1 - x * 2": 1 - x * 2,
    "lambda x: -x ** 2": -(x**2),
    "lambda x: x[:, 1:3]": x[:, 1:3],
    "lambda x: x[..., 0]": x[..., 0],
    "lambda x: x[:, ::2, None]": x[:, ::2, None],
    "lambda x: x[:, -1]": x[:, -1],
    "lambda x: K.mean(x, axis=1, keepdims=True)": x.mean(1, keepdims=True),
    "lambda x: K.sum(K.square(x), axis=-1)": (x * x).sum(-1),
    "lambda x: K.l2_normalize(x, axis=1)": x / np.sqrt((x * x).sum(1, keepdims=True)),
    "lambda x: tf.nn.softmax(x)": np.exp(x) / np.exp(x).sum(-1, keepdims=True),
    "lambda x: tf.reduce_max(x, axis=[1])": x.max(1),
    "lambda x: K.expand_dims(x, -1)": x[..., None],
    "lambda x: K.squeeze(K.expand_dims(x, 1), axis=1)": x,
    "lambda x: K.reshape(x, (-1, 2, 2))": x.reshape(-1, 2, 2),
    "lambda x: K.reshape(x, (K.shape(x)[0], -1))": x,
    "lambda x: K.permute_dimensions(K.expand_dims(x, 1), (0, 2, 1))": x[:, :, None],
    "lambda x: K.concatenate([x, x * 2.0], axis=-1)": np.concatenate([x, x * 2], -1),
    "lambda x: tf.concat([x, K.abs(x)], 1)": np.concatenate([x, np.abs(x)], 1),
    "lambda x: keras.backend.clip(x, 0.0, 0.5)": x.clip(0, 0.5),
    "lambda x: K.exp(x) + K.sqrt(K.abs(x)) - tf.math.log(x * x + 1e-3)": np.exp(x)
    + np.sqrt(np.abs(x))
    - np.log(x * x + np.float32(1e-3)),
    "lambda x, scale=3.0: x * scale": x * 3,
    "lambda x: (x - K.mean(x)) / (K.std(x) + 1e-6)": (x - x.mean()) / (x.std() + np.float32(1e-6)),
    "lambda x: K.max(x, axis=-1) - K.min(x, axis=-1)": x.max(-1) - x.min(-1),
    "lambda x: tf.cast(x > 0.0, 'float32') * x": (x > 0) * x,
    "lambda x: K.relu(x) + K.sigmoid(x) * K.tanh(x)": x.clip(0) + np.tanh(x) / (1 + np.exp(-x)),
    "lambda x: K.dot(x, K.permute_dimensions(x, (1, 0)))": x @ x.T,
}


def open_lambda(function: Any, name: str = "layer", **config: Any) -> Any:
    _, upgraded = upgrade_lambda({"name": name, "function": function, **config})
    return kport.layers.Lambda.from_config(upgraded)


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("version", CASES)
def test_formula(version: str, source: str) -> None:
    defaults = [3.0] if "scale" in source else None
    layer = open_lambda([CASES[version][source], defaults, None])
    assert_same(layer(x), EXPECTED[source])


@pytest.mark.parametrize("function", ["linear", {"class_name": "function", "config": "relu", "module": "builtins"}, "softmax"])
def test_function_by_name(function: Any) -> None:
    assert open_lambda(function)(x).shape == x.shape


def stored(function: Any, encoding: str = "base64") -> list[Any]:
    data = marshal.dumps(function.__code__)
    text = base64.encodebytes(data).decode() if encoding == "base64" else data.decode("latin-1")
    closure = [c.cell_contents for c in function.__closure__ or ()]
    return [text, list(function.__defaults__ or ()), closure]


@pytest.mark.parametrize("encoding", ["base64", "latin-1"])
def test_encodings_and_closures(encoding: str) -> None:
    factor = 2.5
    assert_same(open_lambda(stored(lambda v: v * factor, encoding))(x), x * np.float32(2.5))


def test_keras_3_stores_a_dictionary() -> None:
    code, defaults, closure = stored(lambda v: v + 1.0)
    value = {"class_name": "__lambda__", "config": {"value": {"code": code, "defaults": defaults, "closure": closure}}}
    assert_same(open_lambda(value)(x), x + 1)


def test_arguments_of_the_layer() -> None:
    assert_same(open_lambda(stored(lambda v, start, stop: v[:, start:stop]), arguments={"start": 1, "stop": 3})(x), x[:, 1:3])


def _loop(v: Any) -> Any:
    for _ in range(10):
        v = v + 1
    return v


def _imports(v: Any) -> Any:
    import os

    os.system("true")
    return v


REFUSED = {
    "a loop": _loop,
    "an import": _imports,
    "a built-in": lambda v: eval("v"),
    "an open file": lambda v: open("/etc/passwd").read(),  # noqa: SIM115
    "an attribute": lambda v: v.__class__.__mro__,
    "a branch": lambda v: v if v is not None else 0,
    "an unknown name": lambda v: something_else(v),  # type: ignore[name-defined]  # noqa: F821
    "a function within": lambda v: (lambda w: w)(v),
}


@pytest.mark.parametrize("what", REFUSED)
def test_code_is_refused(what: str) -> None:
    """The message names the layer and how to give a replacement."""
    with pytest.raises(LayerError, match=r"layer 'mine'.*never run.*kport\.register\(name='mine'\).*--custom"):
        open_lambda(stored(REFUSED[what]), name="mine")(x)


@pytest.mark.parametrize("code", ["", "not bytecode", "AAAA", "c" * 50, base64.b64encode(marshal.dumps([1, 2])).decode()])
def test_garbage_is_refused(code: str) -> None:
    with pytest.raises(LayerError, match="never run"):
        open_lambda([code, None, None])


def test_large_arithmetic_is_refused() -> None:
    """A few bytes of code must not keep the machine busy: 9 ** 9 ** 9."""
    function = marshal.dumps((lambda v, n: v * n**n**n).__code__)
    with pytest.raises(LayerError, match="very large number"):
        open_lambda([base64.b64encode(function).decode(), [9], None])(x)


def test_replacement() -> None:
    kport.register(name="mine")(lambda v: v * 7)
    try:
        assert_same(open_lambda(stored(_loop), name="mine")(x), x * 7)
    finally:
        del CUSTOM["mine"], CUSTOM["Custom>mine"]
