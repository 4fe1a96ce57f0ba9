"""Taking elements by position, and putting them."""

import numpy as np

from kport import ops
from tests.data import Bools, Exactly, Ints
from tests.ops.case import OpCase
from tests.ops.oracle import keras

PLACES = Exactly([[0, 2], [1, 0], [0, 2]], "int32")
SCALAR = Exactly(2, "int32")
OPEN = {"static shape": "the size is not known before the bounds are"}


def getitem(key, op="Slice"):
    return OpCase(op, lambda x: ops.getitem(x, key), [(4, 5, 3)], lambda x: x[key], source="NumPy")


CASES = [
    getitem(np.s_[1:]),
    getitem(np.s_[:, 1]),
    getitem(np.s_[0]),
    getitem(np.s_[..., -1]),
    getitem(np.s_[:, -3:-1, ::2]),
    getitem(np.s_[::-1, 3:0:-2]),
    getitem(np.s_[:, 0, 1:2]),
    getitem(np.s_[1, 2, 0]),
    getitem(np.s_[:, 7:], "Slice"),
    getitem(np.s_[:, None, ..., None], "ExpandDims"),
    getitem(np.s_[None, 1, :, None, -2], "Slice"),
    getitem(np.s_[:, [0, -1, 2, 2]], "Take"),
    getitem(np.s_[1:, [[0, 1], [2, 3]], 0, None], "Take"),
    getitem(np.s_[[0, -1], [1, 2]], "Take"),
    getitem(np.s_[:, [[0], [-4]], [1, -1, 0]], "Take"),
    OpCase("DynamicSlice", lambda x, n: x[:, :n], [(3, 5), SCALAR], lambda x, n: x[:, :n], skip=OPEN),
    OpCase("DynamicSlice", lambda x, n: x[1:n, n:, ::2], [(3, 5, 4), SCALAR], lambda x, n: x[1:n, n:, ::2], skip=OPEN),
    OpCase("Take", lambda x, n: x[n, :, n], [(3, 5, 4), SCALAR], lambda x, n: x[n, :, n]),
    OpCase("Slice", lambda x: ops.slice(x, (0, 1), (2, 2)), [(2, 4)], expected_tf=keras("slice", (0, 1), (2, 2))),
    OpCase("Slice", lambda x: ops.slice(x, (0, 1), (-1, -1)), [(2, 4)], lambda x: x[:, 1:]),
    OpCase("DynamicSlice", lambda x, s: ops.slice(x, s, (1, 2)), [(2, 4), Exactly([1, 2], "int32")], lambda x, s: x[1:2, 2:4]),
    OpCase("DynamicSlice", lambda x, n: ops.slice(x, (0, n), (-1, 2)), [(2, 4), SCALAR], lambda x, n: x[:, 2:4]),
    OpCase("Take", lambda x, i: ops.take(x, i, 1), [(3, 4, 2), Ints((2, 2), 4, -4)], lambda x, i: x.take(i, 1)),
    OpCase("Take", lambda x, i: ops.take(x, i, 0), [(3, 4), Ints((), 3)], lambda x, i: x[i]),
    OpCase("Take", ops.take, [(3, 4), Ints((5,), 12)], expected_tf=keras("take")),
    OpCase(
        "Take",
        lambda x, i: ops.take(x, i, -1),
        [(3, 4), Bools((5,))],
        lambda x, i: x.take(i.astype(int), -1),
        source="Keras: any number is cast to an index",
    ),
    *(
        OpCase(
            "TakeAlongAxis",
            lambda x, i, a=axis: ops.take_along_axis(x, i, a),
            [(3, 4, 2), Ints(shape, 2, -2)],
            lambda x, i, a=axis: np.take_along_axis(x, i, a),
        )
        for axis, shape in [(0, (2, 4, 2)), (1, (3, 5, 2)), (-1, (3, 4, 3)), (1, (3, 5, 1)), (1, (1, 5, 2))]
    ),
    OpCase("TakeAlongAxis", ops.take_along_axis, [(3, 4), Ints((5,), 12)], lambda x, i: np.take_along_axis(x.ravel(), i, 0)),
    OpCase("GatherNd", ops.gather_nd, [(3, 4, 2), Ints((5, 2), 3)], lambda x, i: x[i[:, 0], i[:, 1]]),
    OpCase(
        "GatherNd", lambda x, i: ops.gather_nd(x, i, 1), [(3, 4, 2), Ints((3, 5, 1), 4)], lambda x, i: np.take_along_axis(x, i, 1)
    ),
    OpCase("ScatterNd", lambda i, v: ops.scatter(i, v, (4, 3, 2)), [PLACES, (3, 2)], expected_tf=keras("scatter", (4, 3, 2))),
    *(
        OpCase(
            "ScatterNd",
            lambda x, i, v, r=reduction: ops.scatter_update(x, i, v, r),
            [(4, 3), i, (3,)],
            expected_tf=keras("scatter_update", reduction),
        )
        for reduction, i in [
            (None, Exactly([[0, 2], [1, 0], [3, 1]], "int32")),
            *((r, PLACES) for r in ("add", "min", "max", "mul")),
        ]
    ),
    OpCase(
        "SliceUpdate",
        lambda x, u: ops.slice_update(x, (1, 0), u),
        [(4, 3), (2, 2)],
        expected_tf=None,
        expected=lambda x, u: np.concatenate([x[:1], np.concatenate([u, x[1:3, 2:]], 1), x[3:]]),
    ),
    OpCase(
        "SliceUpdate",
        lambda x, u, n: ops.slice_update(x, (0, n), u),
        [(2, 4), (2, 1), SCALAR],
        lambda x, u, n: np.concatenate([x[:, :2], u, x[:, 3:]], 1),
    ),
    OpCase("OneHot", lambda x: ops.one_hot(x, 4), [Ints((2, 3), 6, -2)], expected_tf=keras("one_hot", 4)),
    OpCase(
        "OneHot",
        lambda x: ops.one_hot(x, 4, axis=1, dtype="int32"),
        [Ints((2, 3), 4)],
        expected_tf=keras("one_hot", 4, axis=1, dtype="int32"),
    ),
]
