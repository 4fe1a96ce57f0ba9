"""Shapes: axes that come, go and change places, joining, splitting, padding, repeating."""

import numpy as np

from kport import ops
from tests.data import Ints
from tests.ops.case import OpCase
from tests.ops.oracle import keras

CASES = [
    OpCase("Dim", lambda x: ops.add(x, ops.cast(ops.Dim(axis=0)(x), "float32")), [(2, 3)], lambda x: x + 2),
    OpCase("Reshape", lambda x: ops.reshape(x, (-1, 6)), [(2, 3, 4)], expected_tf=keras("reshape", (-1, 6))),
    OpCase("Reshape", lambda x: ops.reshape(x, (*ops.shape(x)[:2], 2, 2)), [(2, 3, 4)], lambda x: x.reshape(2, 3, 2, 2)),
    OpCase(
        "Reshape",
        lambda x, y: ops.reshape(x, (ops.shape(y)[0], ops.shape(x)[0], -1)),
        [(2, 12), Ints((3, 1))],
        lambda x, y: x.reshape(3, 2, 4),
    ),
    OpCase("Transpose", lambda x: ops.transpose(x, (2, 0, 1)), [(2, 3, 4)], expected_tf=keras("transpose", (2, 0, 1))),
    OpCase("Transpose", ops.transpose, [(2, 3, 4)], np.transpose),
    OpCase("Transpose", lambda x: ops.swapaxes(x, -1, 0), [(2, 3, 4)], lambda x: x.swapaxes(-1, 0)),
    OpCase("Transpose", lambda x: ops.moveaxis(x, (0, 1), (-1, 0)), [(2, 3, 4)], lambda x: np.moveaxis(x, (0, 1), (-1, 0))),
    OpCase(
        "Concatenate", lambda a, b: ops.concatenate([a, b], 1), [(2, 3, 2), (2, 1, 2)], lambda a, b: np.concatenate([a, b], 1)
    ),
    OpCase(
        "Concatenate",
        lambda a, b: ops.concatenate([a, b], -1),
        [(2, 3), Ints((2, 2))],
        lambda a, b: np.concatenate([a, b.astype("float32")], -1),
    ),
    OpCase("Concatenate", lambda a, b: ops.stack([a, b], 1), [(2, 3), (2, 3)], lambda a, b: np.stack([a, b], 1)),
    OpCase(
        "Pad",
        lambda x: ops.pad(x, ((0, 0), (1, 2)), constant_values=0.5),
        [(2, 3)],
        lambda x: np.pad(x, ((0, 0), (1, 2)), constant_values=0.5),
    ),
    *(
        OpCase(
            "Pad",
            lambda x, m=mode: ops.pad(x, ((0, 0), (1, 2), (2, 0)), m),
            [(2, 3, 4)],
            lambda x, m=mode: np.pad(x, ((0, 0), (1, 2), (2, 0)), mode=m),
        )
        for mode in ("reflect", "symmetric", "edge")
    ),
    OpCase("Pad", lambda x: ops.pad(x, 1), [(2, 3)], lambda x: np.pad(x, 1)),
    OpCase("Pad", lambda x: ops.pad(x, (1, 2)), [(2, 3)], lambda x: np.pad(x, (1, 2))),
    OpCase("ExpandDims", lambda x: ops.expand_dims(x, 1), [(2, 3)], expected_tf=keras("expand_dims", 1)),
    OpCase("ExpandDims", lambda x: ops.expand_dims(x, (0, -1, 2)), [(2, 3)], lambda x: np.expand_dims(x, (0, -1, 2))),
    OpCase("Squeeze", ops.squeeze, [(2, 1, 3, 1)], expected_tf=keras("squeeze")),
    OpCase("Squeeze", lambda x: ops.squeeze(x, (1, -1)), [(2, 1, 3, 1)], lambda x: x.squeeze((1, -1))),
    OpCase("Split", lambda x: ops.split(x, 2, 1), [(2, 4, 3)], expected_tf=keras("split", 2, 1)),
    OpCase("Split", lambda x: ops.split(x, [1, -1], -1), [(2, 4)], lambda x: np.split(x, [1, -1], -1)),
    OpCase("Split", lambda x: ops.unstack(x, axis=-1), [(2, 3)], expected_tf=keras("unstack", axis=-1)),
    OpCase("Tile", lambda x: ops.tile(x, (2, 1, 3)), [(2, 3)], expected_tf=keras("tile", (2, 1, 3))),
    OpCase("Tile", lambda x: ops.tile(x, 2), [(2, 3)], lambda x: np.tile(x, 2)),
    OpCase("BroadcastTo", lambda x: ops.broadcast_to(x, (4, 2, 3)), [(2, 1)], lambda x: np.broadcast_to(x, (4, 2, 3))),
    OpCase(
        "BroadcastTo",
        lambda x, y: ops.broadcast_to(x, ops.shape(y)),
        [(1, 3), Ints((5, 3))],
        lambda x, y: np.broadcast_to(x, y.shape),
    ),
]
