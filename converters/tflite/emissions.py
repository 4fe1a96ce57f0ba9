"""The table: how TFLite says each operation."""

from __future__ import annotations

from ...ops.op import Op
from ..target import Emission
from . import activation, control, elementwise, image, indexing, linear, lookup, norm, reduce, shape, text, transposed, window

_FAMILIES = (activation, control, elementwise, image, indexing, linear, lookup, norm, reduce, shape, transposed, window)

EMISSIONS: dict[type[Op], Emission] = {op: row for family in _FAMILIES for op, row in family.EMISSIONS.items()}
UNSUPPORTED: dict[type[Op], str] = elementwise.UNSUPPORTED | linear.UNSUPPORTED | text.UNSUPPORTED
