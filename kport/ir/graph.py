"""Graph, Node and Value, in static single assignment form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol

import numpy as np

from ..errors import ShapeError
from .arrays import as_array, dtype_name
from .scope import current_scope
from .types import TensorType


class Operation(Protocol):
    """What the graph asks of an operation: a name, and types in, types out."""

    name: str

    def infer(self, *inputs: Any) -> Any: ...


class Symbolic:
    """Anything that stands for a tensor without holding its numbers.

    An operation applied to one calls `record_op` on it instead of computing.
    Arithmetic operators are bound to this class in `kport.ops.operators`.
    """

    __slots__ = ()
    __array_priority__ = 1000  # NumPy leaves `array + symbolic` to us
    __array_ufunc__ = None

    type: TensorType

    @property
    def shape(self) -> tuple[int | None, ...]:
        return self.type.shape

    @property
    def dtype(self) -> str:
        return self.type.dtype

    @property
    def ndim(self) -> int:
        return len(self.type.shape)

    def record_op(self, op: Any, inputs: Sequence[Any]) -> Any:
        """Applies `op` to `inputs` (Symbolic, arrays or None), returns the symbolic output(s)."""
        raise NotImplementedError

    def __bool__(self) -> bool:
        raise TypeError(f"the value of {self!r} isn't known while a graph is traced: use ops.where or ops.cond instead of `if`")

    def __iter__(self) -> Iterator[Any]:
        size = self.shape[0] if self.shape else None
        if size is None:
            raise TypeError(f"can't iterate over {self!r}: the size of its first dimension is not known")
        return (self[i] for i in range(size))  # type: ignore[index]

    def __len__(self) -> int:
        if not self.shape or self.shape[0] is None:
            raise TypeError(f"{self!r} has no known length")
        return self.shape[0]


class Value(Symbolic):
    """One tensor of a graph: an input, a constant (`data` is set) or an output of `producer`.

    The same name means the same numbers in every graph that a model goes through, from trace to artifact;
    a pass that changes the numbers or their order (layout, precision) gives another name.
    """

    __slots__ = ("data", "graph", "index", "name", "producer", "type")

    def __init__(
        self,
        graph: Graph,
        name: str,
        type: TensorType,
        producer: Node | None = None,
        index: int = 0,
        data: np.ndarray | None = None,
    ):
        self.graph = graph
        self.name = name
        self.type = type
        self.producer = producer
        self.index = index
        self.data = data

    @property
    def is_constant(self) -> bool:
        return self.data is not None

    def record_op(self, op: Operation, inputs: Sequence[Any]) -> Any:
        return self.graph.record(op, inputs)

    def __repr__(self) -> str:
        return f"%{self.name}: {self.type}"


class Node:
    """One application of an operation. `op` is an immutable record that carries the attributes.

    `layer` is the path of the layer the node came from. An optional input that is absent is `None`.
    """

    __slots__ = ("inputs", "layer", "op", "outputs")

    def __init__(self, op: Operation, inputs: Sequence[Value | None], layer: str):
        self.op = op
        self.inputs = list(inputs)
        self.outputs: list[Value] = []
        self.layer = layer

    @property
    def output(self) -> Value:
        """The only output."""
        (output,) = self.outputs
        return output

    def __repr__(self) -> str:
        return f"<Node {self.op} of layer '{self.layer}'>"


class Graph:
    """Inputs, nodes in an order that respects their dependencies, and outputs.

    `input_names` and `output_names` are what the model's user sees; the names of values are the graph's own.
    A graph made with `types_only` serves to infer types: it never asks a weight for its numbers.
    """

    def __init__(self, name: str = "model", *, types_only: bool = False):
        self.name = name
        self.types_only = types_only
        self.inputs: list[Value] = []
        self.outputs: list[Value] = []
        self.input_names: list[str] = []
        self.output_names: list[str] = []
        self.nodes: list[Node] = []
        self._names: dict[str, int] = {}
        self._constants: dict[int, tuple[np.ndarray, Value]] = {}

    def successor(self) -> Graph:
        """An empty graph for the same model, in which the names of this one's values stay free for the same numbers."""
        new = Graph(self.name)
        new._names = dict.fromkeys((v.name for v in (*self.inputs, *values_of(self.nodes))), 1)
        return new

    def add_input(self, name: str, type: TensorType) -> Value:
        value = Value(self, self.unique_name(name), type)
        self.inputs.append(value)
        self.input_names.append(name)
        return value

    def set_outputs(self, values: Sequence[Value], names: Sequence[str] | None = None) -> None:
        self.outputs = list(values)
        self.output_names = list(names) if names is not None else [v.name for v in values]

    def constant(self, array: np.ndarray, name: str | None = None) -> Value:
        """A constant; the same array object gives the same Value, so that shared weights stay shared."""
        known = self._constants.get(id(array))
        if known is not None:
            return known[1]
        value = Value(self, self.unique_name(name or "const"), TensorType(dtype_name(array), array.shape), data=array)
        self._constants[id(array)] = (array, value)  # holds the array: its id can't be reused
        return value

    def record(self, op: Operation, inputs: Sequence[Any]) -> Any:
        """Appends a node; returns its output Value, or a tuple of them."""
        values = [self.as_value(x) for x in inputs]
        layer = current_scope()
        try:
            types = op.infer(*(None if v is None else v.type for v in values))
        except ShapeError as error:
            error.layer = error.layer or layer or None
            raise
        return self.append(op, values, types, layer)

    def append(
        self, op: Operation, inputs: Sequence[Value | None], types: Any, layer: str, names: Sequence[str] | None = None
    ) -> Any:
        """Appends a node whose output types are known; returns its output Value, or a tuple of them.

        names are taken as they are; without them new ones are made.
        """
        node = Node(op, inputs, layer)
        single = isinstance(types, TensorType)
        for index, type in enumerate([types] if single else types):
            name = names[index] if names else self.unique_name(f"{layer}/{op.name}" if layer else op.name)
            node.outputs.append(Value(self, name, type, node, index))
        self.nodes.append(node)
        return node.outputs[0] if single else tuple(node.outputs)

    def constants(self) -> list[Value]:
        """The constants that nodes or outputs use, in order of first use."""
        found: dict[int, Value] = {}
        for value in (*(v for node in self.nodes for v in node.inputs), *self.outputs):
            if value is not None and value.is_constant:
                found.setdefault(id(value), value)
        return list(found.values())

    def uses(self) -> dict[Value, list[Node]]:
        """For every value, the nodes that read it (once per read)."""
        uses: dict[Value, list[Node]] = {}
        for node in self.nodes:
            for value in node.inputs:
                if value is not None:
                    uses.setdefault(value, []).append(node)
        return uses

    def unique_name(self, name: str) -> str:
        count = self._names.get(name, 0)
        self._names[name] = count + 1
        return name if count == 0 else self.unique_name(f"{name}_{count}")

    def as_value(self, x: Any) -> Value | None:
        """The value of this graph that `x` is or becomes as a constant; None stays None."""
        if x is None:
            return None
        if isinstance(x, Value):
            if x.graph is not self:
                raise ShapeError(
                    f"{x!r} belongs to another graph: pass it to the loop body as an explicit input", current_scope() or None
                )
            return x
        named: Callable[[], tuple[np.ndarray, str]] | None = getattr(x, "as_constant", None)
        if named is not None and self.types_only:
            return Value(self, x.path, TensorType(x.dtype, x.shape))
        if self.types_only and type(x).__module__.startswith("tensorflow."):  # while TensorFlow traces, it has no numbers
            return Value(self, "x", TensorType(x.dtype.name, tuple(x.shape)))
        if named is not None:
            array, name = named()
            return self.constant(array, name)
        return self.constant(as_array(x))

    def __str__(self) -> str:
        from .printer import format_graph

        return format_graph(self)


def values_of(nodes: Iterable[Node]) -> Iterator[Value]:
    """Every output of every node."""
    return (value for node in nodes for value in node.outputs)
