"""Tensors from sizes and numbers."""

import numpy as np

from kport import ops
from tests.data import Exactly
from tests.ops.case import OpCase

OPEN = {"static shape": "sizes are computed"}

CASES = [
    OpCase("Arange", ops.arange, [Exactly(4, "int32")], np.arange, skip=OPEN),
    OpCase("Arange", ops.arange, [Exactly(5, "int32"), Exactly(-1, "int32"), Exactly(-2, "int32")], np.arange, skip=OPEN),
    OpCase("Arange", lambda n: ops.arange(0.5, n, 0.5), [Exactly(2.5)], lambda n: np.arange(0.5, n, 0.5, "float32"), skip=OPEN),
    OpCase(
        "Arange",
        lambda n: ops.arange(n, dtype="float32"),
        [Exactly(4, "int32")],
        lambda n: np.arange(n, dtype="float32"),
        skip=OPEN,
    ),
    OpCase("BroadcastTo", lambda n: ops.full((2, n), 7), [Exactly(3, "int32")], lambda n: np.full((2, n), 7), skip=OPEN),
    OpCase("BroadcastTo", lambda v: ops.full((2, 3), v), [Exactly(0.25)], lambda v: np.full((2, 3), v)),
    OpCase("BroadcastTo", lambda n: ops.zeros((2, n)), [Exactly(3, "int32")], lambda n: np.zeros((2, n), "float32"), skip=OPEN),
    OpCase("BroadcastTo", lambda n: ops.ones((n,), "bool"), [Exactly(3, "int32")], lambda n: np.ones((n,), "bool"), skip=OPEN),
    OpCase("Add", lambda x: ops.zeros_like(x) + x, [(2, 3)], lambda x: x),
    OpCase("Add", lambda x: ops.add(ops.ones_like(x, "int32"), x), [(2, 3)], lambda x: x + 1),
    OpCase("Add", lambda x: ops.full_like(x, 0.5) + x, [(2, 3)], lambda x: x + 0.5),
    OpCase(
        "Add",
        lambda x: ops.eye(3) + ops.eye(3, k=1) + ops.identity(3) + ops.tri(3) + x,
        [(3, 3)],
        lambda x: np.eye(3, dtype="float32") * 2 + np.eye(3, k=1) + np.tri(3) + x,
        rtol=1e-5,
    ),
]
