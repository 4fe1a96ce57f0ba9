"""Order."""

import numpy as np

from kport import ops
from tests.data import Exactly, Ints
from tests.ops.case import OpCase
from tests.ops.oracle import keras

CASES = [
    OpCase("TopK", lambda x: ops.top_k(x, 3), [(2, 5)], expected_tf=keras("top_k", 3)),
    OpCase(
        "TopK", lambda x: ops.top_k(x, 3), [Ints((3, 9), 3)], expected_tf=keras("top_k", 3), source="Keras, with equal elements"
    ),
    OpCase("Sort", lambda x: ops.sort(x, 1), [(2, 5, 3)], expected_tf=keras("sort", 1)),
    OpCase("Sort", ops.sort, [Exactly([[-(2**31), 5, 2**31 - 1, 0]], "int32")], np.sort),
    OpCase("Sort", ops.sort, [Exactly([[0, 255, 3]], "uint8")], np.sort),
    OpCase("ArgSort", lambda x: ops.argsort(x, 0), [(4, 3)], expected_tf=keras("argsort", 0)),
    OpCase(
        "ArgSort", ops.argsort, [Ints((2, 9), 3)], lambda x: np.argsort(x, kind="stable"), source="NumPy, with equal elements"
    ),
    OpCase("ArgSort", lambda x: ops.argsort(x, None), [(2, 3)], lambda x: np.argsort(x, None)),
    OpCase("TakeAlongAxis", lambda t, p: ops.in_top_k(t, p, 2), [Ints((4,), 5), (4, 5)], expected_tf=keras("in_top_k", 2)),
    *(
        OpCase(
            "ReduceSum",
            lambda s, v, d=side: ops.searchsorted(s, v, d),
            [Exactly([1, 3, 3, 7], "int32"), Ints((2, 5), 9)],
            lambda s, v, d=side: np.searchsorted(s, v, d),
        )
        for side in ("left", "right")
    ),
    OpCase(
        "ReduceSum",
        lambda x: ops.digitize(x, [0.2, 0.5]),
        [Exactly([0.1, 0.2, 0.3, 0.5, 9])],
        lambda x: np.digitize(x, [0.2, 0.5]),
    ),
]
