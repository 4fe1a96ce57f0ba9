"""Moving elements about."""

import numpy as np

from kport import ops
from tests.data import Ints
from tests.ops.case import OpCase

CASES = [
    OpCase("Slice", ops.flip, [(2, 3)], np.flip),
    OpCase("Slice", lambda x: ops.flip(x, 1), [(2, 3, 4)], lambda x: np.flip(x, 1)),
    OpCase("Concatenate", lambda x: ops.roll(x, 2, 1), [(2, 3, 4)], lambda x: np.roll(x, 2, 1)),
    OpCase("Concatenate", lambda x: ops.roll(x, (-1, 7), (1, 2)), [(2, 3, 4)], lambda x: np.roll(x, (-1, 7), (1, 2))),
    OpCase("Concatenate", lambda x: ops.roll(x, 3), [(2, 4)], lambda x: np.roll(x, 3), skip={"unknown sizes": "then by Take"}),
    OpCase("Tile", lambda x: ops.repeat(x, 2, 1), [(2, 3, 2)], lambda x: np.repeat(x, 2, 1)),
    OpCase("Tile", lambda x: ops.repeat(x, 3, 0), [(2, 3)], lambda x: np.repeat(x, 3, 0)),
    OpCase("Tile", lambda x: ops.repeat(x, 2), [(2, 3)], lambda x: np.repeat(x, 2)),
    OpCase("Take", lambda x: ops.repeat(x, [2, 0, 1], 1), [(2, 3)], lambda x: np.repeat(x, [2, 0, 1], 1)),
    OpCase("Concatenate", ops.append, [(2, 3), Ints((2,))], lambda a, b: np.append(a, b).astype("float32")),
    *(
        OpCase(
            "Concatenate",
            lambda a, b, f=f: f([a, b]),
            [shape, shape],
            lambda a, b, g=g: g([a, b]),
        )
        for f, g in [(ops.hstack, np.hstack), (ops.vstack, np.vstack), (ops.dstack, np.dstack)]
        for shape in [(3,), (2, 3), (2, 3, 2)]
    ),
    *(OpCase("Slice", lambda x, k=k: ops.rot90(x, k), [(2, 3, 2)], lambda x, k=k: np.rot90(x, k)) for k in (1, 2, 3)),
]
