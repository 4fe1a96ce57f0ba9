"""Puts an ML Program together with coremltools' builder: operations, constants, and the names of tensors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from ...ir import Graph, Node, Value
from ...ops.op import Op
from ..target import Emission, Options
from .dtypes import BOOL, FP16, FP32, INT32, NUMPY, as_constant, mil_type
from .library import mil
from .names import Names
from .os_version import specification

Var = Any
"""A tensor of the program, as coremltools has it."""


class Builder:
    """The program being written.

    Calling it adds an operation and gives its output: `b("relu", x=x)`. Parameters may be tensors of the program, or
    numbers, texts and arrays, which become constants; equal ones are written once.
    """

    def __init__(self, options: Options, emissions: Mapping[type[Op], Emission]):
        self.options = options
        self.specification = specification(options)
        self.names = Names()
        self.observed: dict[str, str] = {}
        """Name in the program → name of the graph's value that it holds."""
        self.uses: dict[Value, list[Node]] = {}
        self.results: list[Value] = []
        self.joined: dict[tuple[int, ...], Any] = {}
        """Where the concatenation of these tensors (by identity) can be had without one."""
        self.finished: set[str] = set()
        """Names of tensors that are outputs already."""
        self._emissions = emissions
        self._layer = ""
        self._scopes: list[_Scope] = [_Scope()]
        self._mil = mil()
        self._mil.Builder.name_count.clear()  # it counts names over all programs of a process

    # operations

    def __call__(self, op_type: str, **inputs: Any) -> Any:
        """Adds an operation; gives its output, or a tuple of them if there are several."""
        given = {key: self._input(key, value) for key, value in inputs.items() if value is not None}
        name = self.names.unique(f"{self._layer}/{op_type}" if self._layer else op_type)
        result = getattr(self._mil.Builder, op_type)(name=name, **given)
        operation = (result[0] if isinstance(result, (list, tuple)) else result).op
        for key, var in operation.inputs.items():
            if key not in given and isinstance(var, self._mil.Var):  # a default, which coremltools named
                self.rename(var, self.names.unique(var.name))
        return result

    def _input(self, key: str, value: Any) -> Any:
        if isinstance(value, self._mil.Var) or callable(value):
            return value
        if isinstance(value, (list, tuple)) and any(isinstance(v, self._mil.Var) for v in value):
            return [self._input(key, v) for v in value]
        return self.constant(value, key)

    def loop(
        self, states: Sequence[Var], goes_on: Callable[[list[Var]], Var], body: Callable[[list[Var]], list[Var]]
    ) -> list[Var]:
        """A loop: while `goes_on(states)`, the states become `body(states)`. Gives the last states."""

        def inner(function: Callable[[list[Var]], Any]) -> Callable[..., Any]:
            def call(*loop_vars: Var) -> Any:
                with self.scope():
                    return function(list(loop_vars))

            return call

        result = self("while_loop", _cond=inner(goes_on), _body=inner(body), loop_vars=tuple(states))
        return [result] if len(states) == 1 else list(result)

    def emit(self, graph: Graph) -> None:
        """Adds what the table says for every node."""
        outer, self.uses = self.uses, graph.uses()
        ends, self.results = self.results, graph.outputs
        layer = self._layer
        for node in graph.nodes:
            self._layer = node.layer or layer
            self._emissions[type(node.op)].emit(self, node)  # type: ignore[index]
        self._layer, self.uses, self.results = layer, outer, ends

    def is_read(self, value: Value) -> bool:
        """Whether anything in the graph being emitted reads a value, or it is an output."""
        return self.reads(value) > 0

    def reads(self, value: Value | None) -> int:
        """How often a value is read in the graph being emitted; being an output counts too."""
        return len(self.readers(value)) + sum(value is v for v in self.results)

    def readers(self, value: Value | None) -> list[Node]:
        """The nodes of the graph being emitted that read a value."""
        return self.uses.get(value, []) if value is not None else []

    # tensors

    def tensor(self, value: Value | None) -> Var:
        """The tensor that holds a value; None for an absent one."""
        if value is None:
            return None
        for scope in reversed(self._scopes):
            if value in scope.tensors:
                return scope.tensors[value]
        assert value.data is not None, f"{value!r} is not emitted yet"
        var = self.constant(as_constant(value.data), value.name)
        self._scopes[-1].tensors[value] = var
        return var

    def is_emitted(self, value: Value) -> bool:
        return any(value in scope.tensors for scope in self._scopes)

    def hold(self, values: Sequence[Value], tensors: Sequence[Var]) -> None:
        """Says which tensors hold these values, and leaves the tensors' names."""
        self._scopes[-1].tensors.update(zip(values, tensors, strict=True))

    @contextmanager
    def scope(self) -> Iterator[None]:
        """What is said within is forgotten afterwards."""
        self._scopes.append(_Scope())
        try:
            yield
        finally:
            self._scopes.pop()

    def bind(self, values: Sequence[Value], tensors: Sequence[Var]) -> None:
        """Says which tensors hold these values, and names those that have no value's name yet."""
        for value, var in zip(values, tensors, strict=True):
            self._scopes[-1].tensors[value] = var
            if var.op is not None and var.op.op_type != "const" and var.name not in self.observed:
                self.rename(var, self.names.unique(value.name))
                self.observed[var.name] = value.name

    def rename(self, var: Var, name: str) -> None:
        """Gives a tensor, and the operation whose only output it is, another name."""
        if len(var.op.outputs) == 1:
            var.op.name = name
        var.name = name

    def constant(self, value: Any, hint: str = "constant") -> Var:
        """A constant; one that is already there is not made again."""
        value = _plain(value)
        key = (type(value).__name__, value) if not isinstance(value, np.ndarray) else _array_key(value)
        for scope in reversed(self._scopes):
            if key in scope.constants:
                return scope.constants[key][0]
        val = value[()] if isinstance(value, np.ndarray) and value.ndim == 0 else value
        var = self._mil.Builder.const(val=val, name=self.names.unique(hint))
        self._scopes[-1].constants[key] = (var, value)  # held: its id can't be reused
        return var

    def number(self, value: float, like: Var, hint: str = "number") -> Var:
        """A scalar of the type of a tensor."""
        return self.constant(np.asarray(value, NUMPY[self.kind(like)]), hint)

    def ints(self, values: Sequence[int] | int, hint: str = "ints") -> Var:
        return self.constant(np.asarray(values, np.int32), hint)

    def kind(self, var: Var) -> str:
        """The type of a tensor's elements."""
        types = self._mil.types
        return {types.fp16: FP16, types.fp32: FP32, types.int32: INT32, types.bool: BOOL}[var.dtype]

    # what many operations need

    def cast(self, x: Var, kind: str) -> Var:
        """x as another type; a constant is cast here."""
        if self.kind(x) == kind:
            return x
        data = self.data(x)
        if data is not None:
            return self.constant(np.asarray(data, NUMPY[kind]), x.name)
        if kind == BOOL:  # NaN is True too
            return self("not_equal", x=x, y=self.number(0, x, "zero"))
        return self("cast", x=x, dtype=kind)

    def as_value(self, x: Var, dtype: str) -> Var:
        """x as the type that stands for a dtype."""
        return self.cast(x, mil_type(dtype))

    def data(self, x: Var) -> np.ndarray | None:
        """The numbers of a constant; None if x isn't one."""
        return np.asarray(x.val) if x.op is not None and x.op.op_type == "const" else None

    def derived(self, x: Var, suffix: str, change: Callable[[np.ndarray], np.ndarray]) -> Var | None:
        """`change` of the constant x, made once; None if x is not constant."""
        key = ("derived", x.name, suffix)
        for scope in reversed(self._scopes):
            if key in scope.constants:
                return scope.constants[key][0]
        data = self.data(x)
        if data is None:
            return None
        var = self.constant(change(data), f"{x.name}_{suffix}")  # perhaps a view: it is copied when it is written
        self._scopes[-1].constants[key] = (var, x)
        return var

    def transpose(self, x: Var, permutation: Sequence[int]) -> Var:
        """x with its axes in another order."""
        order = [int(p) for p in permutation]
        if order == sorted(order):
            return x
        changed = self.derived(x, "t" + "".join(map(str, order)), lambda a: a.transpose(order))
        return changed if changed is not None else self("transpose", x=x, perm=self.ints(order, "perm"))

    def reshape(self, x: Var, shape: Sequence[int]) -> Var:
        """x with known sizes, of which one may be -1."""
        return self("reshape", x=x, shape=self.ints(list(shape), "shape"))

    def expand(self, x: Var, axes: Sequence[int]) -> Var:
        return self("expand_dims", x=x, axes=self.ints(list(axes), "axes")) if len(axes) else x

    def squeeze(self, x: Var, axes: Sequence[int]) -> Var:
        """x without axes of size 1. Where the program doesn't show their size, their only element is taken."""
        if not len(axes):
            return x
        if all(x.shape[a] == 1 for a in axes):
            return self("squeeze", x=x, axes=self.ints(list(axes), "axes"))
        rank = len(x.shape)
        taken = [a in {axis % rank for axis in axes} for a in range(rank)]
        kept = [not t for t in taken]
        return self("slice_by_index", x=x, begin=[0] * rank, end=[0] * rank, begin_mask=kept, end_mask=kept, squeeze_mask=taken)

    def concat(self, xs: Sequence[Var], axis: int) -> Var:
        return xs[0] if len(xs) == 1 else self("concat", values=list(xs), axis=axis)

    def one_minus(self, x: Var) -> Var:
        return self("sub", x=self.number(1, x, "one"), y=x)


class _Scope:
    """What a block of the program and the blocks in it can read."""

    def __init__(self) -> None:
        self.tensors: dict[Value, Var] = {}
        self.constants: dict[Any, tuple[Var, Any]] = {}


SMALL = 64
"""Elements up to which constants are compared by their numbers; larger ones are the same only if they are one array."""


def _plain(value: Any) -> Any:
    """Numbers as arrays of the program's types; texts and truth values as they are."""
    if isinstance(value, (bool, str)):
        return value
    if isinstance(value, (int, np.integer)):
        return np.asarray(value, np.int32)
    if isinstance(value, (list, tuple)):
        return np.asarray(value, np.bool_ if all(isinstance(v, bool) for v in value) else np.int32)
    assert isinstance(value, (np.ndarray, np.generic)), value
    return np.asarray(value)


def _array_key(array: np.ndarray) -> Any:
    if array.size <= SMALL:
        return (array.dtype.str, array.shape, array.tobytes())
    return id(array)
