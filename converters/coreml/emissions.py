"""The table: how CoreML says each operation."""

from __future__ import annotations

from ...ops.op import Op
from ..target import Emission
from . import activation, control, elementwise, image, indexing, linear, lookup, norm, recurrent, reduce, shape, window

_FAMILIES = (activation, control, elementwise, image, indexing, linear, lookup, norm, recurrent, reduce, shape, window)

EMISSIONS: dict[type[Op], Emission] = {op: row for family in _FAMILIES for op, row in family.EMISSIONS.items()}
UNSUPPORTED: dict[type[Op], str] = elementwise.UNSUPPORTED | linear.UNSUPPORTED | lookup.UNSUPPORTED
