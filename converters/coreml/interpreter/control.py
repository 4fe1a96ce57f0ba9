"""Operations that need the machine: constants, branches, loops, lists and states."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .program import Operation
from .types import NUMPY, TensorType

if TYPE_CHECKING:
    from .machine import Machine, Scope


def _const(machine: Machine, op: Operation, scope: Scope) -> list[Any]:
    return [machine.package.value(op.attributes["val"])]


def _cond(machine: Machine, op: Operation, scope: Scope) -> list[Any]:
    """The first block if `pred` is true, else the second."""
    chosen = op.blocks[0 if bool(machine.argument(op, "pred", scope)) else 1]
    return machine.block(chosen, [], scope)


def _while_loop(machine: Machine, op: Operation, scope: Scope) -> list[Any]:
    """The first block says whether to go on, the second makes the next values of the loop's variables."""
    condition, body = op.blocks
    values = machine.arguments(op, "loop_vars", scope)
    while bool(machine.block(condition, values, scope)[0]):
        values = machine.block(body, values, scope)
    return values


def _make_list(machine: Machine, op: Operation, scope: Scope) -> list[Any]:
    """A list of `init_length` tensors that aren't written yet; None stands for such a one."""
    given = machine.argument(op, "init_length", scope) if "init_length" in op.inputs else 1
    return [[None] * int(given)]


def _list_length(machine: Machine, op: Operation, scope: Scope) -> list[Any]:
    return [np.array(len(machine.argument(op, "ls", scope)), np.int32)]


def _list_write(machine: Machine, op: Operation, scope: Scope) -> list[Any]:
    index = np.atleast_1d(machine.argument(op, "index", scope))
    return [_written(machine.argument(op, "ls", scope), index, machine.argument(op, "value", scope)[None])]


def _list_scatter(machine: Machine, op: Operation, scope: Scope) -> list[Any]:
    index = np.atleast_1d(machine.argument(op, "indices", scope))
    return [_written(machine.argument(op, "ls", scope), index, machine.argument(op, "value", scope))]


def _written(old: list[np.ndarray | None], indices: np.ndarray, values: np.ndarray) -> list[np.ndarray | None]:
    """A new list, long enough for every index."""
    new = [*old, *[None] * (int(indices.max(initial=-1)) + 1 - len(old))]
    for index, value in zip(indices, values, strict=True):
        new[_index(index, len(new))] = value
    return new


def _list_read(machine: Machine, op: Operation, scope: Scope) -> list[Any]:
    return [_read(op, machine.argument(op, "ls", scope), machine.argument(op, "index", scope))]


def _list_gather(machine: Machine, op: Operation, scope: Scope) -> list[Any]:
    found = [_read(op, machine.argument(op, "ls", scope), i) for i in machine.argument(op, "indices", scope)]
    return [np.stack(found)]


def _read(op: Operation, values: list[np.ndarray | None], index: np.ndarray) -> np.ndarray:
    """An element that was never written is zeros, if its shape is declared."""
    value = values[_index(index, len(values))]
    if value is not None:
        return value
    declared = op.outputs[0][1]
    if isinstance(declared, TensorType) and declared.shape is not None and None not in declared.shape:
        shape = declared.shape if op.type == "list_read" else declared.shape[1:]
        return np.zeros([d or 0 for d in shape], NUMPY[declared.dtype])
    raise ValueError(f"element {int(index)} is read before it is written")


def _index(index: np.ndarray, length: int) -> int:
    if not 0 <= int(index) < length:
        raise ValueError(f"expected an index below {length}. Received: {int(index)}")
    return int(index)


def _read_state(machine: Machine, op: Operation, scope: Scope) -> list[Any]:
    return [machine.states[_state(op)]]


def _write_state(machine: Machine, op: Operation, scope: Scope) -> list[Any]:
    machine.states[_state(op)] = machine.argument(op, "data", scope)
    return []


def _state(op: Operation) -> str:
    binding = op.inputs["input"][0]
    assert isinstance(binding, str)
    return binding


STRUCTURAL: dict[str, Callable[[Any, Operation, Any], list[Any]]] = {
    "const": _const,
    "cond": _cond,
    "while_loop": _while_loop,
    "make_list": _make_list,
    "list_length": _list_length,
    "list_write": _list_write,
    "list_read": _list_read,
    "list_gather": _list_gather,
    "list_scatter": _list_scatter,
    "read_state": _read_state,
    "write_state": _write_state,
}
"""Each: (machine, operation, the values that it sees) → its outputs"""
