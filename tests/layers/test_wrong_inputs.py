"""Inputs that a layer can't take: an error that names the layer and says what came, never a kernel's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from kport import layers, models
from kport.errors import KportError, LayerError
from kport.registry import layers as registry
from kport.tree import flatten, map_structure
from tests.layers.case import LayerCase
from tests.layers.cases import CASES
from tests.layers.oracle import call_arguments

FIRST = list({case.layer: case for case in CASES}.values())
"""One case of each layer."""


def each_array(change: Callable[[np.ndarray], Any]) -> Callable[[Any], Any]:
    return lambda inputs: map_structure(lambda x: change(x) if isinstance(x, np.ndarray) else x, inputs)


WRONG: dict[str, Callable[[Any], Any]] = {
    "two axes more": each_array(lambda a: a[..., None, None]),
    "an axis less": each_array(lambda a: a[..., 0] if a.ndim else a),
    "one axis": each_array(np.ravel),
    "wider": each_array(lambda a: np.concatenate([a, a], -1) if a.ndim else a),
    "text": each_array(lambda a: np.full(a.shape, "text", object)),
    "integers": each_array(lambda a: np.ones(a.shape, "int64")),
    "one of several": lambda inputs: flatten(inputs)[0],
    "one too many": lambda inputs: [inputs, *flatten(inputs)],
    "a dict": lambda inputs: {"a": flatten(inputs)[0]},
    "nothing": lambda inputs: None,
    "an empty list": lambda inputs: [],
    "a word": lambda inputs: "text",
    "an object": lambda inputs: object(),
}


@pytest.mark.parametrize("case", FIRST, ids=lambda case: case.layer)
def test_layer_is_named_or_computes(case: LayerCase) -> None:
    """Before and after the layer is built."""
    inputs, kwargs = call_arguments(case)
    for built in (False, True):
        for what, change in WRONG.items():
            layer = registry.find(case.layer).from_config(case.layer_config("named"))
            if built:
                layer(inputs, **kwargs)
            try:
                layer(change(inputs), **kwargs)
            except KportError as error:
                assert "'named" in str(error), f"{what}, {built=}: {error}"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: layers.Dense(2, name="d")(np.array([["a"]], object)),
            r"layer 'd': expected either text or numbers",
        ),
        (lambda: layers.Dense(2, name="d")(None), r"layer 'd': expected arguments that Dense takes\. Received: inputs=None \("),
        (
            lambda: layers.Add(name="a")([np.ones((2, 3)), np.ones((2, 2))]),
            r"layer 'a': Add: expected shapes that broadcast.*\[2, 3\].*\[2, 2\]",
        ),
        (
            lambda: layers.MultiHeadAttention(1, 2, name="m")(np.ones((2, 3, 4), "f"), np.ones((2, 3), "f")),
            r"layer 'm.*\(2, 3",
        ),
        (
            lambda: layers.TimeDistributed(layers.Conv1D(2, 9, name="c"), name="t")(np.ones((1, 2, 3, 4), "f")),
            r"layer 't/c': ",
        ),
    ],
)
def test_message(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(LayerError, match=message):
        call()


def test_path_of_an_inner_layer_is_without_the_outermost_model() -> None:
    x = layers.Input((3,))
    inner = models.Model(x, layers.Dense(2, name="dense")(x), name="inner")
    outer = models.Model(x, inner(x), name="outer")
    inner.get_layer("dense").kernel = np.zeros((5, 2), "float32")
    for model, path in ((outer, "inner/dense"), (inner, "dense")):
        with pytest.raises(LayerError, match=f"layer '{path}': "):
            model.predict(np.ones((1, 3)))


@pytest.mark.parametrize(
    ("config", "received"),
    [
        ({}, "name='d' \\(ArgumentError: .*'units'"),
        ({"units": "many"}, "units='many' \\(UsageError"),
        ({"units": None}, "units=None \\(UsageError"),
    ],
)
def test_configurations_that_make_no_layer(config: dict[str, Any], received: str) -> None:
    with pytest.raises(LayerError, match=f"layer 'd': expected arguments that Dense can be made with.*{received}"):
        layers.Dense.from_config({"name": "d", **config})
