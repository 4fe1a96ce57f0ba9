"""Puts an ONNX graph together: nodes, constants, and the names of tensors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from ...ir import Graph, Node, Value
from ...ops.op import Op
from ...ops.promotion import numpy_dtype
from ..target import Emission, Options
from .opset import ML_OPSET, opset_of
from .proto import GraphProto, NodeProto, data_type

ML = "ai.onnx.ml"


class Builder:
    """The ONNX graph being written.

    Calling it adds a node and gives the name of its output: `b("Relu", x)`. A tensor has a working name until
    `name_tensors`, which names it after the graph's value it holds, and outputs as the artifact shall have them.
    The builder of a subgraph is a `child`: it shares names and constants with the graphs around it.
    """

    def __init__(
        self,
        options: Options,
        emissions: Mapping[type[Op], Emission],
        outputs: Mapping[Value, str],
        reserved: Iterable[str],
    ):
        """outputs: what values that are outputs shall be called;
        reserved: names that nothing else may have."""
        self.options = options
        self.opset = opset_of(options)
        self.emissions = emissions
        self.parent: Builder | None = None
        self.nodes: list[NodeProto] = []
        self.tensors: dict[Value, str] = {}
        self.known: dict[Any, Any] = {}  # nodes that need not be made twice
        self.joined: dict[tuple[str, ...], Any] = {}
        """Where the concatenation of these tensors can be had without one."""
        self.uses: dict[Value, list[Node]] = {}
        self.node: Node | None = None
        """The node being emitted."""
        # shared with the builders of subgraphs
        self.producers: dict[str, NodeProto] = {}
        self.weights: dict[str, np.ndarray] = {}
        self.domains: dict[str, int] = {"": self.opset}
        self.output_names = outputs
        self.final: dict[str, str] = {}  # working name → name in the file
        self._constants: dict[Any, str] = {}
        self._tensor_names: set[str] = set(reserved)
        self._node_names: set[str] = set()

    def child(self) -> Builder:
        """The builder of a subgraph of the node being emitted."""
        child = Builder.__new__(Builder)
        child.__dict__.update(self.__dict__, parent=self, nodes=[], tensors={}, known={}, joined={}, uses={})
        return child

    # nodes

    def __call__(self, op_type: str, *inputs: str, outputs: int = 1, domain: str = "", **attributes: Any) -> Any:
        """Adds a node; gives the name of its output, or a tuple of names if there are several. "" is an absent input."""
        if domain:
            self.domains[domain] = ML_OPSET
        names = [f"\0{len(self.producers) + i}" for i in range(outputs)]  # no value of a model is called like that
        given = list(inputs)
        while given and not given[-1]:
            given.pop()
        node = NodeProto(op_type, given, names, self._node_name(op_type), attributes, domain)
        self.nodes.append(node)
        self.producers.update((name, node) for name in names)
        return names[0] if outputs == 1 else tuple(names)

    def once(self, op_type: str, *inputs: str, **attributes: Any) -> Any:
        """As calling, but a node that is already there is not made again."""
        key = (op_type, inputs, *attributes.items())
        if key not in self.known:
            self.known[key] = self(op_type, *inputs, **attributes)
        return self.known[key]

    def readers(self, value: Value | None) -> list[Node]:
        """The nodes of the graph being emitted that read a value."""
        return self.uses.get(value, []) if value is not None else []

    def emit(self, graph: Graph) -> None:
        """Adds what the table says for every node."""
        self.uses = graph.uses()
        for node in graph.nodes:
            with self._emitting(node):
                self.emissions[type(node.op)].emit(self, node)  # type: ignore[index]

    @contextmanager
    def _emitting(self, node: Node) -> Iterator[None]:
        previous, self.node = self.node, node
        try:
            yield
        finally:
            self.node = previous

    def _node_name(self, op_type: str) -> str:
        """The layer's path and the kind of node."""
        layer = self.node.layer if self.node else ""
        return unique(f"{layer}/{op_type}" if layer else op_type, self._node_names)

    # tensors

    def tensor(self, value: Value | None) -> str:
        """The tensor that holds a value; "" for an absent one."""
        if value is None:
            return ""
        if value.data is not None:
            return self.weight(value.data, value.name)
        builder: Builder | None = self
        while builder is not None and value not in builder.tensors:
            builder = builder.parent
        if builder is None:
            raise KeyError(f"{value!r} is not emitted yet")
        return builder.tensors[value]

    def bind(self, values: Sequence[Value], names: str | Sequence[str]) -> None:
        """Says which tensors hold these values, and so what they are called in the file."""
        for value, name in zip(values, (names,) if isinstance(names, str) else names, strict=True):
            self.tensors[value] = name
            if name in self.producers and name not in self.final:
                self.final[name] = self.output_names.get(value) or unique(value.name, self._tensor_names)

    def declared(self, value: Value) -> str:
        """The name of a value that is an input of this subgraph."""
        self.tensors[value] = unique(value.name, self._tensor_names)
        return self.tensors[value]

    def weight(self, array: np.ndarray, name: str) -> str:
        """A named constant; one array is written once. Its bytes are not touched before the file is written."""
        key = id(array)
        if key not in self._constants:
            self._constants[key] = unique(name, self._tensor_names)
            self.weights[self._constants[key]] = array  # held: its id can't be reused
        return self._constants[key]

    def constant(self, values: Any, dtype: str, hint: str = "constant") -> str:
        """A small constant; equal ones are written once."""
        array = np.asarray(values, numpy_dtype(dtype))
        key = (dtype, array.shape, repr(array.tolist()))
        if key not in self._constants:
            self._constants[key] = self.weight(array, hint)
        return self._constants[key]

    def ints(self, values: Sequence[int] | int, hint: str = "ints") -> str:
        """A constant of int64, as ONNX wants axes, sizes and indices."""
        return self.constant(values, "int64", hint)

    def derived(self, x: str, suffix: str, change: Callable[[np.ndarray], np.ndarray]) -> str | None:
        """`change` of the constant x, made once and called `x:suffix`; None if x is not constant."""
        if x not in self.weights:
            return None
        key = (x, suffix)
        if key not in self._constants:
            self._constants[key] = self.weight(change(self.weights[x]), f"{x}:{suffix}")
        return self._constants[key]

    # what many operations need

    def cast(self, x: str, dtype: str) -> str:
        return str(self("Cast", x, to=data_type(dtype)))

    def transpose(self, x: str, permutation: Sequence[int]) -> str:
        """x with its axes in another order; a second transpose is merged into the first."""
        order = list(permutation)
        producer = self.producers.get(x)
        if producer is not None and producer.op_type == "Transpose":
            order = [producer.attributes["perm"][p] for p in order]
            x = producer.inputs[0]
        if order == sorted(order):
            return x
        suffix = "".join(map(str, order))
        return self.derived(x, suffix, lambda a: a.transpose(order)) or str(self("Transpose", x, perm=order))

    def unsqueeze(self, x: str, axes: Sequence[int]) -> str:
        return str(self("Unsqueeze", x, self.ints(axes, "axes")))

    def squeeze(self, x: str, axes: Sequence[int]) -> str:
        return str(self("Squeeze", x, self.ints(axes, "axes")))

    def slice(self, x: str, axis: int, start: int, stop: int, step: int = 1) -> str:
        return str(self("Slice", x, *(self.ints([v]) for v in (start, stop, axis, step))))

    # the whole

    def outputs(self, tensors: Sequence[str], names: Sequence[str | None]) -> list[str]:
        """The tensors as outputs of this graph: each one made by a node of its own, and called as asked."""
        result: list[str] = []
        for tensor, name in zip(tensors, names, strict=True):
            mine = any(tensor in node.outputs for node in self.nodes)
            called = name is None or self.final.setdefault(tensor, name) == name if mine else tensor == name
            if not called or tensor in result or (name is None and not mine):
                tensor = self("Identity", tensor)
                if name is not None:
                    self.final[tensor] = name
            result.append(tensor)
        return result

    def needed(self, outputs: Sequence[str]) -> list[NodeProto]:
        """The nodes that `outputs` need, in order."""
        wanted = set(outputs)
        kept: list[NodeProto] = []
        for node in reversed(self.nodes):
            if wanted.intersection(node.outputs):
                kept.append(node)
                wanted.update(read_by(node))
        return kept[::-1]

    def name_tensors(self, nodes: Iterable[NodeProto]) -> None:
        """Replaces working names by final ones; tensors that hold no value are called after their node."""
        for node in nodes:
            for index, name in enumerate(node.outputs):
                if name in self.producers and name not in self.final:
                    self.final[name] = unique(f"{node.name}:{index}", self._tensor_names)
            node.inputs = [self.final.get(x, x) for x in node.inputs]
            node.outputs = [self.final.get(y, y) for y in node.outputs]
            for body in bodies(node):
                self.name_tensors(body.nodes)
                body.inputs = [(self.final.get(x, x), t) for x, t in body.inputs]
                body.outputs = [(self.final.get(y, y), t) for y, t in body.outputs]


def bodies(node: NodeProto) -> list[GraphProto]:
    """The subgraphs of a node."""
    return [a for a in node.attributes.values() if isinstance(a, GraphProto)]


def read_by(node: NodeProto) -> set[str]:
    """The tensors that a node reads, also from within its subgraphs."""
    read = set(node.inputs)
    for body in bodies(node):
        read.update(name for name, _ in body.outputs)
        read.update(*(read_by(inner) for inner in body.nodes))
    return read


def unique(name: str, taken: set[str]) -> str:
    """The name, with a number if it is taken."""
    candidate, count = name, 0
    while candidate in taken:
        count += 1
        candidate = f"{name}_{count}"
    taken.add(candidate)
    return candidate
