"""Reductions."""

import numpy as np

from kport import ops
from tests.data import Bools, Exactly, Floats, Ints
from tests.ops.case import OpCase
from tests.ops.oracle import keras, ours

CASES = [
    *(
        OpCase(
            cls,
            ours(name, **kwargs),
            [Floats((2, 3, 4), 0.2, 2)],
            expected_tf=keras(name, **kwargs),
        )
        for cls, name in [
            ("ReduceSum", "sum"),
            ("ReduceMean", "mean"),
            ("ReduceMax", "max"),
            ("ReduceMin", "min"),
            ("ReduceProd", "prod"),
            ("ReduceMean", "var"),
            ("ReduceMean", "std"),
            ("LogSumExp", "logsumexp"),
        ]
        for kwargs in [{}, {"axis": (0, 2)}, {"axis": -1, "keepdims": True}]
    ),
    *(
        OpCase(cls, ours(name, 1), [Bools((2, 3, 4))], kernel)
        for cls, name, kernel in [
            ("ReduceAll", "all", lambda x: x.all(1)),
            ("ReduceAny", "any", lambda x: x.any(1)),
            ("ReduceSum", "sum", lambda x: x.sum(1)),
            ("ReduceMean", "mean", lambda x: x.mean(1, dtype="float32")),
        ]
    ),
    OpCase("ReduceAny", ops.any, [Ints((2, 3), 2)], lambda x: x.any()),
    OpCase("ReduceSum", ops.sum, [Ints((40,), 256, 200, "uint8")], np.sum),
    OpCase("ReduceProd", lambda x: ops.prod(x, 0), [Ints((3, 4), 100, 90, "int8")], lambda x: x.prod(0)),
    OpCase("ReduceSum", lambda x: ops.count_nonzero(x, 1), [Ints((2, 5), 2)], lambda x: np.count_nonzero(x, 1)),
    OpCase("ReduceMax", lambda x: ops.max(x, 1, initial=0.3), [(2, 3)], lambda x: x.max(1, initial=np.float32(0.3))),
    OpCase("ReduceMin", lambda x: ops.min(x, 1, initial=-0.3), [(2, 3)], lambda x: x.min(1, initial=np.float32(-0.3))),
    OpCase(
        "LogSumExp",
        lambda x: ops.logsumexp(x, -1),
        [Exactly([[1000.0, 1000], [-1000, -1001], [-np.inf, 2]])],
        lambda x: np.logaddexp.reduce(x, -1),
    ),
    *(
        OpCase(cls, ours(name, **kwargs), [Ints((2, 6, 3), 4)], expected_tf=keras(name, **kwargs))
        for cls, name in [("ArgMax", "argmax"), ("ArgMin", "argmin")]
        for kwargs in [{}, {"axis": 1}, {"axis": -1, "keepdims": True}, {"keepdims": True}]
    ),
]
