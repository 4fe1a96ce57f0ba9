"""Tensors without elements, as an empty batch is one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from kport import ops
from tests.compare import assert_same

CASES: list[tuple[str, Callable[[Any], Any], tuple[int, ...]]] = [
    ("softmax", ops.softmax, (0, 3)),
    ("softmax of nothing", ops.softmax, (2, 0)),
    ("log_softmax of nothing", ops.log_softmax, (2, 0)),
    ("logsumexp of nothing", lambda x: ops.logsumexp(x, 1), (2, 0)),
    ("cumsum", lambda x: ops.cumsum(x, 0), (0, 3)),
    ("exclusive cumsum", ops.CumSum(axis=0, exclusive=True), (0, 3)),
    ("exclusive cumprod", ops.CumProd(axis=0, exclusive=True, reverse=True), (0,)),
    ("conv", lambda x: ops.conv(x, np.ones((3, 3, 2, 4), "float32"), np.ones(4, "float32"), padding="same"), (0, 5, 5, 2)),
    ("depthwise", lambda x: ops.conv(x, np.ones((3, 3, 1, 2), "float32"), groups=2), (0, 5, 5, 2)),
    ("max_pool", lambda x: ops.max_pool(x, 2), (0, 4, 4, 3)),
    ("average_pool", lambda x: ops.average_pool(x, 3, 1, "same"), (0, 4, 4, 3)),
    ("linear", lambda x: ops.linear(x, np.ones((3, 2), "float32")), (0, 3)),
    ("layer_norm", ops.layer_norm, (0, 3)),
    ("relu", ops.relu, (0, 3)),
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("function", "shape"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_as_tensorflow_has_it(function: Callable[[Any], Any], shape: tuple[int, ...]) -> None:
    import tensorflow as tf

    x = np.zeros(shape, "float32")
    assert_same(function(x), function(tf.constant(x)))
