"""Layers that join several inputs. What they do with masks is in tests/layers/test_masks.py."""

from typing import Any

from tests.data import Floats, Ints
from tests.layers.case import LayerCase

SAME: list[Any] = [(2, 3, 4), (2, 3, 4), (2, 3, 4)]
BROADCAST: list[Any] = [(2, 3, 4), (2, 1, 4)]
RANKS: list[Any] = [(2, 4), (2, 5, 3, 4)]
FAR = Floats((2, 3), 5.0, 9.0)

CASES = [
    *(LayerCase(name, SAME) for name in ("Add", "Multiply", "Average", "Maximum", "Minimum")),
    *(LayerCase(name, BROADCAST) for name in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum")),
    *(LayerCase(name, RANKS) for name in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum")),
    LayerCase("Add", [(2, 3)]),
    LayerCase("Add", [(2, 3, 4), (2, 4), (2, 1)]),
    LayerCase("Add", [Ints((2, 3)), Ints((2, 3))]),
    LayerCase("Average", [Ints((2, 3)), Ints((2, 3))]),
    LayerCase("Concatenate", SAME),
    LayerCase("Concatenate", [(2, 3, 4), (2, 5, 4)], {"axis": 1}),
    LayerCase("Concatenate", [(2, 3, 4, 5), (2, 3, 1, 5)], {"axis": -2}),
    LayerCase("Concatenate", [(2, 3), Ints((2, 2))]),
    LayerCase("Concatenate", [(2, 3)]),
    LayerCase("Dot", [(2, 3), (2, 3)], {"axes": 1}),
    LayerCase("Dot", [(2, 3), (2, 3)], {"axes": -1, "normalize": True}),
    LayerCase("Dot", [(2, 3, 4), (2, 5, 4)], {"axes": 2}),
    LayerCase("Dot", [(2, 3, 4), (2, 5, 3)], {"axes": [1, 2]}),
    LayerCase("Dot", [(2, 3, 4), (2, 4, 5)], {"axes": [-1, -2], "normalize": True}),
    LayerCase("Dot", [(2, 3, 4), (2, 4)], {"axes": [2, 1]}),
    LayerCase("Dot", [(2, 4), (2, 3, 4)], {"axes": [1, 2]}),
    LayerCase("Dot", [(2, 3, 4, 5), (2, 6, 4)], {"axes": [2, 2]}),
    LayerCase("Dot", [FAR, FAR], {"axes": 1, "normalize": True}),
]
