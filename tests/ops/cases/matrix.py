"""Matrices as equations and factors."""

import numpy as np

from kport import ops
from tests.data import Exactly
from tests.ops.case import OpCase
from tests.ops.oracle import keras

REGULAR = Exactly([[[4.0, 1, 0.5], [1, 3, -1], [0.5, -1, 5]], [[2.0, 0, 1], [0, 1, 0], [1, 0, 3]]])
ASKEW = Exactly([[[4.0, 1, -0.5], [2, 3, -1], [0.5, 0.25, 5]]])


def product(u, s, v):
    return ops.matmul(ops.multiply(u, ops.expand_dims(s, -2)), v)


def squared(parts):
    """Without the signs that the library may choose."""
    return [ops.square(part) for part in parts]


CASES = [
    OpCase("Inverse", ops.inv, [ASKEW], expected_tf=keras("inv")),
    OpCase("Determinant", ops.det, [REGULAR], expected_tf=keras("det")),
    OpCase("LogDeterminant", ops.slogdet, [ASKEW], np.linalg.slogdet),
    OpCase("Cholesky", ops.cholesky, [REGULAR], np.linalg.cholesky),
    OpCase("Cholesky", lambda x: ops.cholesky(x, upper=True), [REGULAR], lambda x: np.linalg.cholesky(x).swapaxes(1, 2)),
    OpCase("Cholesky", ops.logdet, [REGULAR], lambda x: np.log(np.linalg.det(x))),
    OpCase("Inverse", ops.cholesky_inverse, [ASKEW], lambda x: np.linalg.inv(x @ x.swapaxes(1, 2))),
    OpCase("Solve", ops.solve, [ASKEW, (1, 3, 2)], expected_tf=keras("solve")),
    OpCase("Solve", ops.solve, [ASKEW, (1, 3)], lambda a, b: np.linalg.solve(a, b[..., None])[..., 0]),
    OpCase(
        "Solve",
        lambda a, b: ops.solve_triangular(a, b, lower=True),
        [ASKEW, (1, 3, 2)],
        expected_tf=keras("solve_triangular", lower=True),
    ),
    OpCase("Qr", lambda x: ops.matmul(*ops.qr(x)), [(2, 4, 3)], lambda x: x, source="the definition"),
    OpCase("Qr", lambda x: squared(ops.qr(x)), [(2, 4, 3)], lambda x: [p**2 for p in np.linalg.qr(x)]),
    OpCase("Qr", lambda x: ops.square(ops.qr(x, "complete")[1]), [(2, 3, 3)], lambda x: np.linalg.qr(x, "complete")[1] ** 2),
    OpCase("Svd", lambda x: product(*ops.svd(x, full_matrices=False)), [(2, 4, 3)], lambda x: x, source="the definition"),
    OpCase("Svd", lambda x: ops.svd(x, compute_uv=False), [(2, 3, 4)], lambda x: np.linalg.svd(x, compute_uv=False)),
    OpCase("Svd", ops.pinv, [(4, 3)], np.linalg.pinv, skip={"unknown sizes": "they say what a rounding error is"}),
    OpCase("Svd", ops.lstsq, [(5, 2), (5,)], lambda a, b: np.linalg.lstsq(a, b, rcond=None)[0]),
    OpCase("Svd", ops.matrix_rank, [Exactly([[1.0, 2], [2, 4], [3, 6]])], lambda x: np.int32(1)),
    OpCase("Eigh", lambda x: squared(ops.eigh(x)), [REGULAR], lambda x: [p**2 for p in np.linalg.eigh(x)]),
]
