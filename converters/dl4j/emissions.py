"""The table: how DL4J says each operation."""

from __future__ import annotations

from ...ops.buckets import CrossHash, StringHash
from ...ops.creation import Arange
from ...ops.factors import Eigh, Svd
from ...ops.gathering import GatherNd, TakeAlongAxis
from ...ops.indexing import DynamicSlice
from ...ops.logic import BitwiseAnd, BitwiseOr, BitwiseXor, LeftShift, RightShift
from ...ops.op import Op
from ...ops.reduce import ArgMax, ArgMin
from ...ops.rounding import Ceil, Floor, Round
from ...ops.scan import Scan
from ...ops.scattering import ScatterNd
from ...ops.sort import ArgSort, Sort, TopK
from ...ops.text import AsString, Lookup, NGrams, RegexReplace, StringLower, StringSplit
from ...ops.trigonometry import Atan, Cos, Sin
from ..target import Emission
from . import activation, arithmetic, linear, places, recurrent, reduce, shape, window

TEXT = (AsString, CrossHash, NGrams, RegexReplace, StringHash, StringLower, StringSplit)
_FAMILIES = (activation, arithmetic, linear, places, recurrent, reduce, shape, window)

EMISSIONS: dict[type[Op], Emission] = {op: row for family in _FAMILIES for op, row in family.EMISSIONS.items()}
UNSUPPORTED: dict[type[Op], str] = {
    **arithmetic.UNSUPPORTED,
    **dict.fromkeys(TEXT, "DL4J imports no layer that reads or writes text"),
    Lookup: "DL4J imports no layer with a table of keys",
    Scan: "DL4J has no loops: one is unrolled only where its number of steps is known; give it with --input-shape",
    Arange: "DL4J's layers can't ask for sizes",
    **dict.fromkeys((BitwiseAnd, BitwiseOr, BitwiseXor, LeftShift, RightShift), "DL4J imports no layer that works on bits"),
    **dict.fromkeys((Floor, Ceil, Round), "DL4J 1.0.0-M2.1 imports no layer that rounds"),
    **dict.fromkeys((Sin, Cos, Atan), "DL4J 1.0.0-M2.1 imports no layer with a function of angles"),
    **dict.fromkeys((Eigh, Svd), "DL4J imports no layer that factors a matrix"),
    **dict.fromkeys((Sort, ArgSort, TopK, ArgMax, ArgMin), "DL4J imports no layer that compares elements of one tensor"),
    **dict.fromkeys((TakeAlongAxis, GatherNd, ScatterNd, DynamicSlice), "DL4J imports no layer that takes places from a tensor"),
}
"""Why nothing is said for an operation."""
