"""The table: how DL4J says each operation."""

from __future__ import annotations

from ...ops.op import Op
from ..target import Emission
from . import activation, arithmetic, linear, moving, recurrent, reduce, window

_FAMILIES = (activation, arithmetic, linear, moving, recurrent, reduce, window)

EMISSIONS: dict[type[Op], Emission] = {op: row for family in _FAMILIES for op, row in family.EMISSIONS.items()}
UNSUPPORTED: dict[type[Op], str] = {**arithmetic.UNSUPPORTED}
