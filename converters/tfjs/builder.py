"""Puts a TF.js graph together: nodes, constants, fused activations."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ...ir import Graph, Node, Value
from ...ops.op import Op
from ..target import Emission, Options
from .graphdef import FunctionDef, NodeDef, Tensor, Type, kind_of

INT32 = np.iinfo(np.int32)
Size = int | Tensor
"""One size: known, or a scalar."""


class Builder:
    """The graph being written.

    Calling it adds a node and gives its output: `b("Relu", x)`. Nodes are called after the graph's value they compute.
    The builder of a loop's body is a `child`: it has tensors of its own, and shares constants with the graph around it.
    """

    def __init__(self, options: Options, emissions: Mapping[type[Op], Emission]):
        self.options = options
        self.emissions = emissions
        self.tensors: dict[Value, Tensor] = {}
        self.uses: dict[Value, list[Node]] = {}
        self.kept: set[Value] = set()
        """Values that are outputs: nothing is fused into what computes them."""
        self.node: Node | None = None
        """The node being emitted."""
        # shared with the builders of bodies
        self.functions: list[FunctionDef] = []
        self.initializers: list[NodeDef] = []
        """What is run once, before the graph: it fills the tables."""
        self.fusable: dict[Tensor, NodeDef] = {}
        """Tensors whose only reader may be fused into this node."""
        self._constants: dict[Any, Tensor] = {}
        self._held: list[np.ndarray] = []

    def child(self, tensors: Mapping[Value, Tensor]) -> Builder:
        """A builder for a body of the node being emitted, which has these tensors for the body's inputs."""
        child = Builder.__new__(Builder)
        child.__dict__.update(self.__dict__, tensors=dict(tensors), uses={}, kept=set())
        return child

    def __call__(self, op: str, *inputs: Tensor, outputs: int = 1, **attributes: Any) -> Any:
        """Adds a node; gives its output, or a tuple of them if there are several."""
        given = {name: value for name, value in attributes.items() if value is not None}
        node = NodeDef(op, list(inputs), given, outputs, wanted=self._path(op))
        return Tensor(node) if outputs == 1 else tuple(Tensor(node, i) for i in range(outputs))

    def _path(self, op: str) -> str:
        layer = self.node.layer if self.node else ""
        return f"{layer}/{op}" if layer else op

    def emit(self, graph: Graph) -> list[Tensor]:
        """Adds what the table says for every node; gives the tensors that hold the graph's outputs."""
        self.uses = graph.uses()
        self.kept = set(graph.outputs)
        before = self.node
        for self.node in graph.nodes:
            self.emissions[type(self.node.op)].emit(self, self.node)  # type: ignore[index]
        self.node = before
        return [self.tensor(v) for v in graph.outputs]

    # tensors

    def tensor(self, value: Value) -> Tensor:
        """The tensor that holds a value."""
        if value.data is None:
            return self.tensors[value]
        found = self.weight(value.data, value.name)
        found.node.holds_value = True
        return found

    def bind(self, values: Sequence[Value], tensors: Sequence[Tensor]) -> None:
        """Says which tensors hold these values. A node that was made for the value is called after it."""
        for value, tensor in zip(values, tensors, strict=True):
            self.tensors[value] = tensor
            if tensor.data is None and tensor.node.op != "Placeholder" and tensor.index == 0:
                tensor.node.wanted, tensor.node.holds_value = value.name, True

    def weight(self, array: np.ndarray, name: str) -> Tensor:
        """A named constant; one array is written once."""
        key = id(array)
        if key not in self._constants:
            self._constants[key] = Tensor(NodeDef("Const", wanted=name, data=as_kind(array)))
            self._held.append(array)  # its id can't be reused
        return self._constants[key]

    def constant(self, values: Any, kind: str, hint: str = "constant") -> Tensor:
        """A small constant; equal ones for one purpose are written once. What is read as an axis, say, must not be an operand
        too: a GPU's back end would fetch it from there each time."""
        array = np.asarray(values, object if kind == "string" else kind)
        key = (hint, kind, array.shape, repr(array.tolist()))
        if key not in self._constants:
            self._constants[key] = self.weight(array, hint)
        return self._constants[key]

    def ints(self, values: Sequence[int] | Sequence[Sequence[int]] | int, hint: str = "ints") -> Tensor:
        return self.constant(values, "int32", hint)

    def derived(self, x: Tensor, suffix: str, change: Callable[[np.ndarray], np.ndarray]) -> Tensor | None:
        """`change` of the constant x, made once; None if x isn't constant."""
        if x.data is None:
            return None
        key = (x.node, suffix)
        if key not in self._constants:
            self._constants[key] = self.weight(np.ascontiguousarray(change(x.data)), f"{x.node.wanted}/{suffix}")
            self._constants[key].node.holds_value = x.node.holds_value
        return self._constants[key]

    # what many operations need

    def cast(self, x: Tensor, source: str, kind: str) -> Tensor:
        """x of one kind as another. To bool anything but zero is True, which the WebAssembly back end's Cast gets wrong."""
        if source == kind:
            return x
        if kind == "bool":
            return self("NotEqual", x, self.constant(0, source, "zero"))
        return self("Cast", x, SrcT=Type(source), DstT=Type(kind))

    def reshape(self, x: Tensor, sizes: Sequence[int]) -> Tensor:
        """x with these sizes, one of which may be -1; of a reshaped constant there is a constant."""
        suffix = "as_" + "x".join(map(str, sizes))
        return self.derived(x, suffix, lambda a: a.reshape(sizes)) or self("Reshape", x, self.ints(sizes, "shape"))

    def transpose(self, x: Tensor, permutation: Sequence[int]) -> Tensor:
        if list(permutation) == sorted(permutation):
            return x
        suffix = "by_" + "".join(map(str, permutation))
        return self.derived(x, suffix, lambda a: a.transpose(permutation)) or self(
            "Transpose", x, self.ints(permutation, "permutation")
        )

    def concat(self, xs: Sequence[Tensor], axis: int) -> Tensor:
        return xs[0] if len(xs) == 1 else self("ConcatV2", *xs, self.ints(axis, "axis"), N=len(xs))

    def size(self, x: Tensor, axis: int) -> Tensor:
        """The size of one dimension of x, a scalar."""
        ends = (self.ints([v]) for v in (axis, axis + 1, 1))
        return self("StridedSlice", self("Shape", x), *ends, shrink_axis_mask=1)

    def dimension(self, x: Tensor, shape: Sequence[int | None], axis: int) -> Size:
        """The size of one dimension of x, which has this shape as far as it is known."""
        known = shape[axis]
        return self.size(x, axis) if known is None else known

    def vector(self, sizes: Sequence[Size]) -> Tensor:
        """Sizes as one tensor (rank,)."""
        if all(isinstance(s, int) for s in sizes):
            return self.ints(sizes, "shape")  # type: ignore[arg-type]
        parts = [self.ints(s, "size") if isinstance(s, int) else s for s in sizes]
        return self("Pack", *parts, N=len(parts), axis=0)

    def sizes(self, x: Tensor, shape: Sequence[int | None], axes: Iterable[int]) -> Tensor:
        """The sizes of these dimensions of x as a tensor."""
        return self.vector([self.dimension(x, shape, axis) for axis in axes])

    def merged(self, x: Tensor, shape: Sequence[int | None], groups: Sequence[Sequence[int]]) -> Tensor:
        """x with one axis for each group of neighbouring axes."""
        result: list[Size] = []
        for axes in groups:
            known = [d for a in axes if (d := shape[a]) is not None]
            if len(known) == len(axes):
                result.append(math.prod(known))
            elif -1 not in result:
                result.append(-1)
            else:
                factors = self.sizes(x, shape, axes)
                result.append(self("Prod", factors, self.ints([0], "axis"), keep_dims=False))
        return self("Reshape", x, self.vector(result))

    def following(self, op: str, x: Tensor, *others: Tensor, **attributes: Any) -> Tensor:
        """A node that only moves the elements of x: what may be fused into the one that computes x still may."""
        y: Tensor = self(op, x, *others, **attributes)
        if x in self.fusable:
            self.fusable[y] = self.fusable[x]
        return y

    def restored(self, y: Tensor, shape: Sequence[int | None], x: Tensor) -> Tensor:
        """y with this shape, of which the sizes that aren't known are those of the same axes of x."""
        if list(shape).count(None) <= 1:
            return self.reshape(y, [-1 if d is None else d for d in shape])
        return self("Reshape", y, self.sizes(x, shape, range(len(shape))))

    def only_reader(self, value: Value | None) -> bool:
        """Whether the node being emitted alone reads a value."""
        return value is not None and value not in self.kept and self.uses.get(value, []) == [self.node]


def as_kind(array: np.ndarray) -> np.ndarray:
    """The array in the type that TF.js has for it; integers beyond 32 bits become the nearest that there is."""
    if array.dtype == object or array.dtype.kind == "U":
        return array.astype(object)
    kind = kind_of(array.dtype.name)
    if kind == "int32" and array.dtype.itemsize >= 4 and array.dtype != np.int32:
        array = np.clip(array, INT32.min, INT32.max)
    with np.errstate(over="ignore"):
        return array.astype(kind, copy=False)
