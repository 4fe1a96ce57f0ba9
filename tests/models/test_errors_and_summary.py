"""What models refuse, with which words, and how they show themselves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import kport
from kport.errors import KportError, LayerError, UsageError
from kport.trace import trace
from tests.data import make


def model(**kwargs: Any) -> Any:
    a, b = kport.Input((3,), name="a"), kport.Input((4, 1), name="b")
    x = kport.layers.Dense(2, name="first")(a)
    y = kport.layers.Flatten(name="flat")(b)
    return kport.Model([a, b], kport.layers.Concatenate(name="joined")([x, y]), name="both", **kwargs)


A, B = make((2, 3), 0), make((2, 4, 1), 1)


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ([make((2, 5), 0), B], r"expected input 'a' of model 'both' of shape \(None, 3\). Received: shape=\(2, 5\)"),
        ([A[None], B], r"expected input 'a' of model 'both' of shape \(None, 3\). Received: shape=\(1, 2, 3\)"),
        ([A], r"expected 2 inputs of model 'both': \['a', 'b'\]. Received: 1"),
        (A, r"expected 2 inputs of model 'both': \['a', 'b'\]. Received: 1"),
        ({"a": A}, r"expected inputs \['a', 'b'\] of model 'both'. Received: \['a'\]"),
        ({"a": A, "c": B}, r"expected inputs \['a', 'b'\] of model 'both'. Received: \['a', 'c'\]"),
        ([A, B[:1]], r"expected one number of samples for all inputs of model 'both'. Received: \[1, 2\]"),
        ([A, None], "expected an array for input 'b' of model 'both'. Received: None"),
    ],
)
def test_inputs_that_do_not_fit(inputs: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        model().predict(inputs)


def test_inputs_that_fit() -> None:
    """In order, by name in any order, with a last axis of size 1 missing, as lists of numbers, of another dtype."""
    m = model()
    expected = m.predict([A, B])
    for same in ({"b": B, "a": A}, (A, B[..., 0]), [A.tolist(), B.tolist()], [A.astype("float64"), B]):
        np.testing.assert_array_equal(m.predict(same), expected)
    np.testing.assert_array_equal(m({"b": B, "a": A}), expected)
    assert m.predict([A[:0], B[:0]]).shape == (0, 6)


@pytest.mark.parametrize(
    ("make_error", "kind", "message"),
    [
        (lambda: model().get_layer("second"), UsageError, r"\['a', 'b', 'first', 'flat', 'joined'\]. Received: name='second'"),
        (lambda: kport.Model(kport.Input((3,)), model().output), LayerError, "need the input 'a', which is not among its inputs"),
        (lambda: kport.Sequential([3]), UsageError, "expected a layer. Received: 3"),
        (lambda: kport.Sequential(name="s").pop(), UsageError, "expected a layer in model 's'. Received: none"),
        (lambda: trace(kport.Sequential([kport.layers.Dense(2)], name="s")), UsageError, "'s' has no known inputs: call it on"),
        (lambda: trace(model(), {"a": (2, 4)}), UsageError, r"input 'a' that fits \(None, 3\). Received: \(2, 4\)"),
        (lambda: trace(model(), {"c": (2, 4)}), UsageError, r"names of inputs: \['a', 'b'\]. Received: input shapes for \['c'\]"),
        (lambda: kport.layers.Dense(2, name="alone").output, LayerError, "layer 'alone': expected a layer that was called"),
        (lambda: model().set_weights([A]), LayerError, "layer 'both': expected 2 arrays. Received: 1 arrays"),
        (lambda: model().set_weights([A, A]), KportError, r"weight 'first/kernel' has shape \(3, 2\). Received: shape=\(2, 3\)"),
        (lambda: kport.layers.Dense(2, name="d")(kport.Input((None,))), LayerError, r"layer 'd': .*weight 'kernel'.*\(None, 2\)"),
    ],
)
def test_errors_say_what_was_expected(make_error: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        make_error()


def test_layers_of_one_name_are_refused() -> None:
    x = kport.Input((3,))
    y = kport.layers.Dense(2, name="same")(kport.layers.Dense(2, name="same")(x))
    with pytest.raises(LayerError, match=r"a name of its own for each layer. Received: several layers named \['same'\]"):
        kport.Model(x, y)


def test_nodes_bear_the_path_of_their_layer() -> None:
    x = kport.Input((None, 4))
    inner = kport.Model(x, kport.layers.MultiHeadAttention(2, 3, name="attention")(x, x), name="encoder")
    y = kport.Input((5, 4))
    outer = kport.Model(y, inner(y), name="outer")
    names = {node.layer for node in trace(outer).nodes}
    assert {"encoder/attention", "encoder/attention/query"} <= names


def test_summary_has_a_row_for_each_layer() -> None:
    lines: list[str] = []
    model().summary(print_fn=lines.append)
    rows = [line.split() for line in lines[0].splitlines()]
    assert rows[0] == ["Functional", "'both'"]
    assert ["first", "(Dense)", "(None,", "2)", "8", "a"] in rows
    assert ["flat", "(Flatten)", "(None,", "4)", "0", "b"] in rows
    assert ["joined", "(Concatenate)", "(None,", "6)", "0", "first,", "flat"] in rows
    assert rows[-1] == ["Parameters:", "8", "(8", "trainable,", "0", "not)"]


def test_summary_of_models_without_known_calls() -> None:
    sequential = kport.Sequential([kport.layers.Dense(2, name="d"), kport.layers.BatchNormalization(name="bn")], name="s")
    lines: list[str] = []
    sequential.summary(print_fn=lines.append)
    assert "d (Dense)" in lines[0]
    assert "not built" in lines[0]
    sequential(A)
    sequential.summary(print_fn=lines.append)
    assert "(None, 2)" in lines[1]
    assert "Parameters: 16 (12 trainable, 4 not)" in lines[1]
