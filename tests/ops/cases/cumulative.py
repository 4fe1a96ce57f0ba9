"""Running sums and products."""

import itertools

import numpy as np

from kport import ops
from tests.data import Bools, Exactly
from tests.ops.case import OpCase
from tests.ops.oracle import keras

CASES = [
    OpCase("CumSum", lambda x: ops.cumsum(x, 1), [(2, 5, 3)], expected_tf=keras("cumsum", 1)),
    OpCase("CumSum", ops.cumsum, [(2, 3)], np.cumsum),
    OpCase("CumSum", lambda x: ops.cumsum(x, 0), [Bools((4,))], lambda x: np.cumsum(x).astype("int32")),
    OpCase("CumProd", lambda x: ops.cumprod(x, 1), [(2, 5, 3)], expected_tf=keras("cumprod", 1)),
    *(
        OpCase(
            op.__name__,
            op(axis=0, reverse=reverse, exclusive=exclusive),
            [Exactly([2.0, 3, 5, 7])],
            lambda x, v=values: np.array(v, x.dtype),
            source="by hand",
        )
        for (op, (reverse, exclusive)), values in zip(
            itertools.product((ops.CumSum, ops.CumProd), itertools.product((False, True), (False, True))),
            [
                [2, 5, 10, 17],
                [0, 2, 5, 10],
                [17, 15, 12, 7],
                [15, 12, 7, 0],
                [2, 6, 30, 210],
                [1, 2, 6, 30],
                [210, 105, 35, 7],
                [105, 35, 7, 1],
            ],
            strict=True,
        )
    ),
]
