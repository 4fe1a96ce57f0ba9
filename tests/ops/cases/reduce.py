"""Reductions."""

import numpy as np

from kport import ops
from tests.ops.case import OpCase

CASES = [
    OpCase("ReduceSum", ops.sum, [(2, 3)], np.sum),
    OpCase("ReduceMean", lambda x: ops.mean(x, (1, 2), keepdims=True), [(2, 3, 4)], lambda x: x.mean((1, 2), keepdims=True)),
    OpCase("ReduceMax", lambda x: ops.max(x, (1, 2)), [(2, 3, 4, 5)], lambda x: x.max((1, 2))),
    OpCase("ReduceMin", lambda x: ops.min(x, -1), [(2, 3)], lambda x: x.min(-1)),
]
