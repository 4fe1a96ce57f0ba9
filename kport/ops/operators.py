"""Python's operators on symbolic values, bound here because the graph itself knows no operation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..ir import Symbolic
from . import elementwise as e
from . import linear

_BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "add": e.add,
    "sub": e.subtract,
    "mul": e.multiply,
    "truediv": e.divide,
    "pow": e.power,
    "matmul": linear.matmul,
}
_UNARY: dict[str, Callable[[Any], Any]] = {"neg": e.negative, "abs": e.absolute}


def _bind(operators: dict[str, Callable[..., Any]], make: Callable[[Callable[..., Any]], Any], prefix: str = "") -> None:
    for name, function in operators.items():
        setattr(Symbolic, f"__{prefix}{name}__", make(function))


_bind(_BINARY, lambda f: lambda self, other: f(self, other))
_bind(_BINARY, lambda f: lambda self, other: f(other, self), prefix="r")
_bind(_UNARY, lambda f: lambda self: f(self))
