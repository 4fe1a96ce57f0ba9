"""Executes a program: every operation in turn, each value held to the type that the program declares for it.

Half precision: an operation computes in single precision, as hardware accumulates, and its result is rounded to float16.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any

import numpy as np

from ....errors import FileError, UsageError
from .control import STRUCTURAL
from .forms import Form, form_of
from .operations import forms, kernels
from .package import Package
from .program import Binding, Block, Operation
from .types import NUMPY, ListType, StateType, TensorType, Type
from .versions import ios_of

Scope = MutableMapping[str, Any]
"""Values by name: arrays, or lists of them"""


class Machine:
    """Runs the program of a package. keep: holds on to all that it computes; else to what is needed still."""

    def __init__(self, package: Package, keep: bool = False):
        self.package = package
        self.model = package.model
        self.ios = ios_of(self.model.opset)
        self.states: dict[str, np.ndarray] = {}
        self._keep = keep
        self._constants: dict[int, list[Any]] = {}
        self._forms: dict[int, Form] = {}

    def run(self, inputs: Mapping[str, np.ndarray]) -> dict[str, Any]:
        """Every value that the main block computes, or only its outputs."""
        scope: Scope = {}
        for name, kind in self.model.arguments:
            if isinstance(kind, StateType):
                self.states[name] = _zeros(kind.of)
            else:
                scope[name] = checked(inputs[name], kind, f"input '{name}'")
        with np.errstate(all="ignore"):
            return self._operations(self.model.block, scope, None if self._keep else _last_uses(self.model.block))

    def block(self, block: Block, values: Sequence[Any], outer: Scope) -> list[Any]:
        """The outputs of a nested block."""
        scope: Scope = ChainMap({}, outer)
        for (name, kind), value in zip(block.inputs, values, strict=True):
            scope[name] = checked(value, kind, f"'{name}'")
        self._operations(block, scope, None)
        return [scope[name] for name in block.outputs]

    def argument(self, op: Operation, name: str, scope: Scope) -> Any:
        return self._value(op.inputs[name][0], scope)

    def arguments(self, op: Operation, name: str, scope: Scope) -> list[Any]:
        return [self._value(binding, scope) for binding in op.inputs[name]]

    def _operations(self, block: Block, scope: Scope, last_uses: Mapping[int, list[str]] | None) -> dict[str, Any]:
        computed: dict[str, Any] = {}
        for index, op in enumerate(block.operations):
            results = self._results(op, scope)
            if len(results) != len(op.outputs):
                raise FileError(f"{op}: expected {len(results)} outputs. Received: {len(op.outputs)}")
            for (name, kind), result in zip(op.outputs, results, strict=True):
                scope[name] = value = checked(result, kind, f"{op}, output '{name}'")
                if op.type != "const":
                    computed[name] = value
            for name in (last_uses or {}).get(index, ()):
                scope.pop(name, None)
                computed.pop(name, None)
        for name in block.outputs:
            computed[name] = scope[name]
        return computed

    def _results(self, op: Operation, scope: Scope) -> list[Any]:
        constant = op.type == "const" or op.type.startswith("constexpr_")
        if constant and id(op) in self._constants:
            return self._constants[id(op)]
        try:
            if op.type in STRUCTURAL:
                results = STRUCTURAL[op.type](self, op, scope)
            else:
                result = self._computed(op, scope)
                results = list(result) if isinstance(result, tuple) else [result]
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:
            raise UsageError(f"CoreML can't compute {op}: {error}") from error
        if constant:
            self._constants[id(op)] = results
        return results

    def _computed(self, op: Operation, scope: Scope) -> Any:
        form = self._form(op)
        parameters: dict[str, Any] = {}
        dtypes: dict[str, str] = {}
        for name, parameter in form.parameters.items():
            bindings: Sequence[Binding] = op.inputs.get(name, [])
            if not bindings and name in op.attributes:
                bindings = [op.attributes[name]]
            values = [self._value(binding, scope) for binding in bindings]
            if not values:
                continue
            dtypes[name] = "fp16" if values[0].dtype == np.float16 else values[0].dtype.name
            plain = [_plain(value, parameter.const) for value in values]
            parameters[name] = plain if parameter.several else plain[0]
        declared = [kind.dtype for _, kind in op.outputs if isinstance(kind, TensorType)]
        return kernels()[op.type](parameters, {"ios": self.ios, "declared": declared, "dtypes": dtypes})

    def _form(self, op: Operation) -> Form:
        found = self._forms.get(id(op))
        if found is None:
            found = form_of(forms()[op.type], self.ios)
            assert found is not None  # `check.py` has seen to it
            self._forms[id(op)] = found
        return found

    def _value(self, binding: Binding, scope: Scope) -> Any:
        return scope[binding] if isinstance(binding, str) else self.package.value(binding)


def checked(value: Any, kind: Type, what: str) -> Any:
    """The value as its type says; FileError if it isn't of that type, which is a mistake of who wrote the program; UsageError
    if it is none that CoreML has."""
    if isinstance(kind, ListType):
        return value
    array = np.asarray(value)
    if not isinstance(kind, TensorType) or not kind.admits(array.shape):
        raise FileError(f"{what} is declared as {kind} but is {array.dtype.name}{list(array.shape)}")
    if 0 in array.shape:
        raise UsageError(f"{what} would be of shape {list(array.shape)}: CoreML has no tensors without elements")
    wanted = NUMPY[kind.dtype]
    if array.dtype == wanted:
        return array
    if array.dtype.kind != wanted.kind and not {array.dtype.kind, wanted.kind} <= {"i", "u"}:
        raise FileError(f"{what} is declared as {kind} but is {array.dtype.name}{list(array.shape)}")
    return array.astype(wanted)


def _plain(value: np.ndarray, const: bool) -> Any:
    """What kernels take: half precision as single, a constant scalar as Python's, a text as text."""
    if value.dtype == np.float16:
        value = value.astype(np.float32)
    return value.item() if value.ndim == 0 and (const or value.dtype == object) else value


def _zeros(kind: Type) -> np.ndarray:
    """A state before anything is written to it."""
    if not isinstance(kind, TensorType) or kind.shape is None or None in kind.shape:
        raise FileError(f"expected a state of a known shape. Received: {kind}")
    return np.zeros([d or 0 for d in kind.shape], NUMPY[kind.dtype])


def _last_uses(block: Block) -> dict[int, list[str]]:
    """The values that aren't needed any more after each operation of the block."""
    last: dict[str, int] = {}
    for index, op in enumerate(block.operations):
        for name in [name for name, _ in op.outputs] + list(_used(op)):
            last[name] = index
    found: dict[int, list[str]] = {}
    for name in set(last) - set(block.outputs):
        found.setdefault(last[name], []).append(name)
    return found


def _used(op: Operation) -> list[str]:
    """The names that an operation and the blocks within it read."""
    names = [b for bindings in op.inputs.values() for b in bindings if isinstance(b, str)]
    for block in op.blocks:
        names += block.outputs
        for inner in block.operations:
            names += _used(inner)
    return names
