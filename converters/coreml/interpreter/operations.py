"""All operations that the interpreter knows: how they may be written, and what computes them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from .forms import Form, read_forms
from .kernels import (
    activation,
    compression,
    convolution,
    elementwise,
    indexing,
    linear,
    normalisation,
    pooling,
    recurrent,
    reduction,
    resizing,
    sampling,
    tensors,
    transformation,
)

FAMILIES: tuple[Any, ...] = (
    activation,
    compression,
    convolution,
    elementwise,
    indexing,
    linear,
    normalisation,
    pooling,
    recurrent,
    reduction,
    resizing,
    sampling,
    tensors,
    transformation,
)
STRUCTURE = """
15 const() -> free
15 cond(pred: bool) -> free...
15 while_loop(loop_vars*: any) -> free...
15 make_list(init_length?: int32, dynamic_length?: const bool, elem_shape*: any, dtype?: const string) -> free
15 list_length(ls: any) -> int32
15 list_write(ls: any, index: int32, value: A) -> any
15 list_read(ls: any, index: int32) -> free
15 list_gather(ls: any, indices: int32) -> free
15 list_scatter(ls: any, indices: int32, value: A) -> any
18 read_state(input: any) -> free
18 write_state(input: any, data: any) -> nothing
"""
"""Operations that need more than their parameters' values: `control.py` has them."""
EXTRAS = ("ios", "declared", "dtypes")
"""What a kernel may ask for beside the parameters: the iOS, the declared types of its outputs, those of its inputs"""


@dataclass(frozen=True)
class Kernel:
    """What computes an operation, and which of EXTRAS it wants."""

    function: Callable[..., Any]
    wants: frozenset[str]

    def __call__(self, parameters: Mapping[str, Any], extras: Mapping[str, Any]) -> Any:
        if isinstance(self.function, np.ufunc):
            return self.function(*parameters.values())
        return self.function(**parameters, **{name: extras[name] for name in self.wants})


@cache
def forms() -> dict[str, tuple[Form, ...]]:
    """Every operation's forms."""
    tables = [read_forms(family.FORMS) for family in FAMILIES] + [read_forms(STRUCTURE)]
    return {name: found for table in tables for name, found in table.items()}


@cache
def kernels() -> dict[str, Kernel]:
    """What computes each operation, but for those of the structure."""
    return {name: _kernel(function) for family in FAMILIES for name, function in family.KERNELS.items()}


def _kernel(function: Callable[..., Any]) -> Kernel:
    names = () if isinstance(function, np.ufunc) else inspect.signature(function).parameters
    return Kernel(function, frozenset(name for name in EXTRAS if name in names))
