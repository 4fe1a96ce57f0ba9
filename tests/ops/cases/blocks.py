"""Pixels to channels and back."""

from kport import ops
from tests.ops.case import OpCase
from tests.ops.oracle import keras

CASES = [
    OpCase("DepthToSpace", lambda x: ops.depth_to_space(x, 2), [(2, 2, 3, 12)], expected_tf=keras("depth_to_space", 2)),
    OpCase("SpaceToDepth", lambda x: ops.space_to_depth(x, 3), [(2, 3, 6, 2)], expected_tf=keras("space_to_depth", 3)),
]
