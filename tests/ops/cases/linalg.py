"""Products, norms, diagonals and triangles."""

import numpy as np

from kport import ops
from tests.data import Ints
from tests.ops.case import OpCase
from tests.ops.oracle import keras, ours

CASES = [
    OpCase("MatMul", ops.matmul, [(2, 3, 4), (4, 5)], expected_tf=keras("matmul")),
    OpCase("MatMul", ops.matmul, [(3,), (2, 3, 4)], np.matmul),
    OpCase("MatMul", ops.matmul, [(2, 3), (3,)], np.matmul),
    OpCase(
        "Linear",
        ops.linear,
        [(2, 3, 4), (4, 5), (5,)],
        lambda x, k, b: x @ k + b,
        skip={"unknown sizes": "those of weights are known"},
    ),
    *(
        OpCase(op, ops.dot, list(shapes), np.dot)
        for op, shapes in [
            ("MatMul", [(2, 3), (3, 4)]),
            ("MatMul", [(3,), (3,)]),
            ("MatMul", [(2, 3, 4), (4,)]),
            ("Einsum", [(2, 3), (2, 3, 4)]),
            ("Multiply", [(), (2, 3)]),
        ]
    ),
    OpCase("Einsum", ops.tensordot, [(2, 3, 4), (3, 4, 5)], expected_tf=keras("tensordot")),
    OpCase(
        "Einsum",
        lambda a, b: ops.tensordot(a, b, ([1, 2], [2, 0])),
        [(2, 3, 4), (4, 2, 3)],
        expected_tf=keras("tensordot", ([1, 2], [2, 0])),
    ),
    OpCase("Einsum", lambda a, b: ops.tensordot(a, b, 0), [(2,), (3, 2)], lambda a, b: np.tensordot(a, b, 0)),
    OpCase("Multiply", ops.outer, [(2, 2), (3,)], expected_tf=keras("outer")),
    OpCase("Sqrt", ops.norm, [(2, 3, 4)], np.linalg.norm),
    OpCase("ReduceSum", lambda x: ops.norm(x, 0, 1), [Ints((2, 3, 4), 2)], lambda x: np.count_nonzero(x, 1).astype("float32")),
    OpCase("Einsum", ops.inner, [(2, 3), (4, 3)], np.inner),
    OpCase("ReduceSum", ops.vdot, [(2, 3), (2, 3)], np.vdot),
    OpCase("Multiply", ops.cross, [(2, 3), (2, 3)], expected_tf=keras("cross")),
    OpCase("Multiply", ops.cross, [(4, 3), (4, 2)], np.cross),
    OpCase("Multiply", ops.cross, [(4, 2), (4, 2)], lambda a, b: a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]),
    OpCase("Multiply", lambda a, b: ops.cross(a, b, axis=1), [(2, 3, 2), (2, 3, 2)], lambda a, b: np.cross(a, b, axis=1)),
    *(
        OpCase(op, lambda x, kw=kwargs: ops.norm(x, **kw), [(2, 3, 4)], expected_tf=keras("norm", **kwargs))
        for op, kwargs in [
            ("Sqrt", {"axis": -1, "keepdims": True}),
            ("Sqrt", {"axis": (1, 2), "ord": "fro"}),
            ("ReduceSum", {"axis": 1, "ord": 1}),
            ("ReduceMax", {"axis": 1, "ord": np.inf}),
            ("ReduceMin", {"axis": 1, "ord": -np.inf}),
            ("ReduceSum", {"axis": 1, "ord": 3}),
            ("ReduceMax", {"axis": (1, 2), "ord": 1}),
            ("ReduceMax", {"axis": (2, 1), "ord": 1}),
            ("ReduceMin", {"axis": (1, 2), "ord": -np.inf, "keepdims": True}),
        ]
    ),
    *(
        OpCase("Where", lambda x, k=k: ops.diag(x, k), [(3,)], lambda x, k=k: np.diag(x, k), skip={"unknown sizes": "a diagonal"})
        for k in (0, 2, -1)
    ),
    OpCase("Where", ops.diagflat, [(2, 2)], np.diagflat, skip={"unknown sizes": "a diagonal's size is known"}),
    *(
        OpCase(
            "Take", lambda x, k=k: ops.diag(x, k), [(3, 4)], lambda x, k=k: np.diag(x, k), skip={"unknown sizes": "a diagonal"}
        )
        for k in (0, 2, -1)
    ),
    OpCase("Take", lambda x: ops.diagonal(x, 1, 2, 1), [(2, 3, 4)], lambda x: x.diagonal(1, 2, 1)),
    OpCase("Take", lambda x: ops.trace(x, 0, 1, 2), [(2, 3, 4)], lambda x: np.trace(x, 0, 1, 2)),
    *(OpCase("Where", ours(name, k), [(2, 3, 4)], expected_tf=keras(name, k)) for name in ("tril", "triu") for k in (0, -1)),
    OpCase("Where", ops.tril, [Ints((3, 3))], np.tril),
]
