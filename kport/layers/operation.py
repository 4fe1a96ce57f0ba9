"""An operation as a layer, for operations that are applied to a functional model's tensors."""

from __future__ import annotations

from typing import Any

from ..ops.op import Op
from .layer import Layer, automatic_name


class OpLayer(Layer):
    """One operation of `kport.ops` in a functional model. It has no weights."""

    supports_masking = True

    def __init__(self, op: Op, name: str | None = None):
        super().__init__(name=name or automatic_name(type(op)))
        self.op = op

    def call(self, *inputs: Any) -> Any:
        return self.op(*inputs)
