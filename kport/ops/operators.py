"""Python's operators on symbolic values and weights, bound here because the graph itself knows no operation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..ir import Symbolic
from . import elementwise as e
from . import indexing, linear, logic, rounding
from .variable import Variable

_BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "add": e.add,
    "sub": e.subtract,
    "mul": e.multiply,
    "truediv": e.divide,
    "floordiv": rounding.floor_divide,
    "mod": rounding.mod,
    "pow": e.power,
    "matmul": linear.matmul,
    "and": logic.bitwise_and,
    "or": logic.bitwise_or,
    "xor": logic.bitwise_xor,
}
_COMPARISON: dict[str, Callable[[Any, Any], Any]] = {
    "lt": logic.less,
    "le": logic.less_equal,
    "gt": logic.greater,
    "ge": logic.greater_equal,
    "getitem": indexing.getitem,
}
"""Those that have no reflected form. == and != stay those of identity, so that symbols can be keys: see ops.equal."""
_UNARY: dict[str, Callable[[Any], Any]] = {"neg": e.negative, "abs": e.absolute, "invert": logic.bitwise_not}


def _bind(operators: dict[str, Callable[..., Any]], make: Callable[[Callable[..., Any]], Any], prefix: str = "") -> None:
    for name, function in operators.items():
        for cls in (Symbolic, Variable):
            setattr(cls, f"__{prefix}{name}__", make(function))


_bind(_BINARY | _COMPARISON, lambda f: lambda self, other: f(self, other))
_bind(_BINARY, lambda f: lambda self, other: f(other, self), prefix="r")
_bind(_UNARY, lambda f: lambda self: f(self))
