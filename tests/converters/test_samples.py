"""Samples respect the model and are the same every time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import kport
from kport import layers
from kport.converters.samples import facts, make_samples
from kport.errors import UsageError
from kport.ir import Graph
from kport.trace import trace


def traced(inputs: Any, outputs: Any) -> Graph:
    return trace(kport.Model(inputs, outputs))


def test_samples_are_the_same_every_time() -> None:
    graph = traced(x := kport.Input((4,)), layers.Dense(2)(x))
    first, second = make_samples(graph)[0], make_samples(graph)[0]
    np.testing.assert_array_equal(first, second)
    assert first.shape == (2, 4)
    assert (first * 64 == np.round(first * 64)).all()


@pytest.mark.parametrize("dtype", ["int32", "float32"])
def test_indices_stay_below_the_vocabulary(dtype: str) -> None:
    x = kport.Input((50,), dtype=dtype)
    graph = traced(x, layers.Embedding(7, 3)(x))
    assert facts(graph, graph.inputs[0]).limit == 7
    sample = make_samples(graph)[0]
    assert sample.dtype == dtype
    assert sample.min() >= 0
    assert 3 < sample.max() < 7


def test_masks_mask_some_of_the_samples() -> None:
    x = kport.Input((12,), dtype="int32")
    graph = traced(x, layers.LSTM(2)(layers.Embedding(9, 3, mask_zero=True)(x)))
    sample = make_samples(graph)[0]
    assert (sample[0] != 0).all()
    assert (sample[1, -4:] == 0).all()
    assert (sample[1, :-4] != 0).all()


def test_masked_steps_of_floats() -> None:
    x = kport.Input((9, 2))
    graph = traced(x, layers.LSTM(2)(layers.Masking(-1.0)(x)))
    assert (make_samples(graph)[0][1, -3:] == -1).all()


def test_unknown_sizes_are_found_by_trying() -> None:
    x = kport.Input((None, None, 3))
    y = x
    for _ in range(5):
        y = layers.Conv2D(2, 3, strides=2)(y)
    graph = traced(x, y)
    assert make_samples(graph)[0].shape[1] >= 63


def test_sizes_that_never_fit_are_an_error() -> None:
    x = kport.Input((None, 3))
    graph = traced(x, layers.Reshape((7, 5))(x))
    with pytest.raises(UsageError, match="Give --input-shape"):
        make_samples(graph)


def test_several_inputs_of_one_table() -> None:
    a, b = kport.Input((5,), dtype="int32"), kport.Input((50,), dtype="int32")
    graph = traced([a, b], layers.Embedding(6, 3)(layers.Concatenate()([a, b])))
    assert [facts(graph, v).limit for v in graph.inputs] == [6, 6]
    assert all(sample.max() < 6 for sample in make_samples(graph))


def test_a_number_that_the_dtype_lacks_is_no_padding() -> None:
    x = kport.Input((12,), dtype="uint8")
    graph = traced(x, kport.ops.not_equal(kport.ops.cast(x, "float32"), -1.0))
    assert make_samples(graph)[0].dtype == "uint8"


@pytest.mark.parametrize("dtype", ["float32", "bool", "int32", "string"])
def test_scalars_are_arrays(dtype: str) -> None:
    x = kport.Input(batch_shape=(), dtype=dtype)
    (sample,) = make_samples(traced(x, x))
    assert isinstance(sample, np.ndarray)
    assert sample.shape == ()
