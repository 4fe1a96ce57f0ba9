"""The table: how ONNX says each operation."""

from __future__ import annotations

from ...ops.op import Op
from ..target import Emission
from . import activation, control, elementwise, image, indexing, linear, norm, recurrent, reduce, shape, signal, text, window

_FAMILIES = (activation, control, elementwise, image, indexing, linear, norm, recurrent, reduce, shape, signal, text, window)

EMISSIONS: dict[type[Op], Emission] = {op: row for family in _FAMILIES for op, row in family.EMISSIONS.items()}
UNSUPPORTED: dict[type[Op], str] = linear.UNSUPPORTED | text.UNSUPPORTED
