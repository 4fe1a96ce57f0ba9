"""Puts TFLite subgraphs together: operators, tensors, constants."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import prod
from typing import Any

import numpy as np

from ...ir import Graph, Node, TensorType, Value
from ...ir.types import Shape
from ...ops.op import Op
from ...ops.promotion import numpy_dtype
from ...ops.shapes import broadcast, permute
from ..target import Emission, Options
from .schema import FUSED, OPERATORS, OPTIONS, TYPES
from .tensor import Operator, Tensor, Text, Weight

HALF_FROM = 64
"""With float16 weights, constants of at least so many elements are stored in half precision."""
HALF_LIMIT = float(np.finfo(np.float16).max)
UNNAMED = re.compile(r"const(_\d+)*$")
"""Names of constants that are no weights of the model, such as the matrix of a resizing: they stay as exact as they are."""


class Builder:
    """The subgraph being written.

    Calling it adds an operator and gives its output: `b("RELU", x, type=x.type)`. The builder of a loop's body is a
    `child`: it has operators and tensors of its own, and shares the weights.
    """

    def __init__(self, name: str, options: Options, emissions: Mapping[type[Op], Emission]):
        self.name = name
        self.options = options
        self.emissions = emissions
        self.operators: list[Operator] = []
        self.inputs: list[Tensor] = []
        self.outputs: list[Tensor] = []
        self.values: dict[Value, Tensor] = {}
        self.reads: dict[Value, int] = {}
        """How often each value is read, as an output of the graph too."""
        self.known: dict[Any, Any] = {}  # what need not be made twice
        self.node: Node | None = None
        """The node being emitted."""
        # shared with the builders of other subgraphs
        self.subgraphs: list[Builder] = [self]
        self.weights: dict[Any, Weight] = {}

    def child(self, name: str) -> Builder:
        """The builder of another subgraph."""
        child = Builder(name, self.options, self.emissions)
        child.subgraphs, child.weights = self.subgraphs, self.weights
        self.subgraphs.append(child)
        return child

    @property
    def index(self) -> int:
        return self.subgraphs.index(self)

    # operators

    def __call__(self, name: str, *inputs: Tensor | None, type: TensorType, **options: Any) -> Tensor:
        """Adds an operator with one output of this type; None is an absent input."""
        return self.several(name, inputs, [type], **options)[0]

    def several(self, name: str, inputs: Sequence[Tensor | None], types: Sequence[TensorType], **options: Any) -> list[Tensor]:
        """Adds an operator with outputs of these types."""
        operator = Operator(name, list(inputs), options)
        layer = self.node.layer if self.node else ""
        operator.outputs = [Tensor(t, f"{layer}/{name}" if layer else name, operator) for t in types]
        for tensor in inputs:
            if tensor is not None:
                tensor.readers += 1
        self.operators.append(operator)
        return operator.outputs

    def once(self, name: str, *inputs: Tensor, type: TensorType, **options: Any) -> Tensor:
        """As calling, but an operator that is already there is not made again."""
        key = (name, *map(id, inputs), *options.items())
        if key not in self.known:
            self.known[key] = self(name, *inputs, type=type, **options)
        found: Tensor = self.known[key]
        return found

    def emit(self, graph: Graph) -> None:
        """Adds what the table says for every node."""
        self.reads = {value: len(nodes) for value, nodes in graph.uses().items()}
        for value in graph.outputs:
            self.reads[value] = self.reads.get(value, 0) + 1
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

    def fuse(self, x: Tensor, activation: str) -> bool:
        """Whether the operator that gives `x`, which nothing else reads, now applies the activation function itself."""
        value = self.node.inputs[0] if self.node else None
        if value is None or self.reads[value] > 1 or x.readers:
            return False
        while x.producer is not None and x.producer.name in ("RESHAPE", "SQUEEZE") and x.producer.inputs[0].readers == 1:  # type: ignore[union-attr]
            x = x.producer.inputs[0]  # type: ignore[assignment]
            if x in self.values.values():
                return False
        producer = x.producer
        if producer is None or len(producer.outputs) > 1:
            return False
        table = OPERATORS[producer.name][1]
        if not table or "fused_activation_function" not in OPTIONS[table].fields or x.type.dtype != "float32":
            return False
        if producer.name in NEVER_FUSED or producer.options.get("fused_activation_function"):
            return False
        producer.options["fused_activation_function"] = FUSED[activation]
        return True

    # tensors

    def input(self, value: Value, name: str) -> Tensor:
        """Declares an input of this subgraph."""
        tensor = Tensor(value.type, name)
        self.inputs.append(tensor)
        self.values[value] = tensor
        return tensor

    def value(self, value: Value) -> Tensor:
        """The tensor that holds a value."""
        return self.weight(value.data, value.name) if value.data is not None else self.values[value]

    def bind(self, values: Sequence[Value], tensors: Sequence[Tensor]) -> None:
        """Says which tensors hold these values, and so what they are called."""
        for value, tensor in zip(values, tensors, strict=True):
            self.values[value] = tensor
            if tensor.producer is not None and not tensor.is_named:
                tensor.name = value.name

    def weight(
        self, array: np.ndarray, name: str, order: Sequence[int] | None = None, shape: Sequence[int] | None = None
    ) -> Tensor:
        """A constant: the array, transposed by `order`, then in `shape`. One array is written once; its bytes are not touched
        before the file is written."""
        order = None if order is None or list(order) == list(range(array.ndim)) else tuple(order)
        key = (id(array), order)
        if key not in self.weights:
            self.weights[key] = Weight(array, order, self._is_half(array, name))
        return self._constant(self.weights[key], name, shape)

    def derived(self, x: Tensor, suffix: str, change: Callable[[np.ndarray], np.ndarray]) -> Tensor:
        """`change` of the constant x, made once."""
        assert x.constant is not None
        array = x.constant.array
        key = (id(array), suffix)
        if key not in self.weights:
            self.weights[key] = Weight(np.ascontiguousarray(change(array)), None, self._is_half(array, x.name))
        return self._constant(self.weights[key], f"{x.name}:{suffix}", None)

    def constant(self, values: Any, dtype: str, name: str = "constant") -> Tensor:
        """A small constant; equal ones are written once."""
        array = np.asarray(values, numpy_dtype(dtype))
        key = (dtype, array.shape, array.tobytes())
        if key not in self.weights:
            self.weights[key] = Weight(array, None, half=False)
        return self._constant(self.weights[key], name, None)

    def text(self, values: Sequence[str], shape: Sequence[int], name: str) -> Tensor:
        """A constant of text."""
        key = ("text", *values)
        if key not in self.weights:
            self.weights[key] = Text(values)
        return self._constant(self.weights[key], name, shape)

    def zeros(self, size: int | None) -> Tensor:
        """A bias of zeros: XNNPACK takes a convolution only with one, and old runtimes FULLY_CONNECTED."""
        return self.constant(np.zeros(size or 0, np.float32), "float32", "zeros")

    def ints(self, values: Sequence[int] | int, name: str = "ints") -> Tensor:
        """A constant of int32, as TFLite wants axes, sizes and indices."""
        return self.constant(values, "int32", name)

    def _is_half(self, array: np.ndarray, name: str) -> bool:
        if UNNAMED.match(name) or self.options.precision != "float16" or array.dtype != np.float32 or array.size < HALF_FROM:
            return False
        return bool(np.abs(array).max() <= HALF_LIMIT)

    def _constant(self, weight: Weight, name: str, shape: Sequence[int] | None) -> Tensor:
        """The tensor of this subgraph that holds a weight."""
        shape = tuple(weight.shape if shape is None else shape)
        key = (id(weight), shape)
        if key not in self.known:
            tensor = Tensor(TensorType(weight.dtype, shape), name, weight=weight)
            if weight.half:
                tensor = self("DEQUANTIZE", tensor, type=TensorType("float32", shape))
                tensor.name, tensor.is_named, tensor.source = name, True, weight
            self.known[key] = tensor
        found: Tensor = self.known[key]
        return found

    # what many operations need

    def cast(self, x: Tensor, dtype: str) -> Tensor:
        if x.type.dtype == dtype:
            return x
        types = {"in_data_type": TYPES[x.type.dtype], "out_data_type": TYPES[dtype]}
        return self("CAST", x, type=x.type.with_dtype(dtype), **types)

    def transpose(self, x: Tensor, order: Sequence[int]) -> Tensor:
        """x with its axes in another order: a constant is turned at once, a second transpose is merged into the first."""
        data = x.constant
        if data is not None and data.order is None and data.array.shape == x.type.shape:
            return self.weight(data.array, x.name, order)
        if x.producer is not None and x.producer.name == "TRANSPOSE":
            before: Any = x.producer.inputs[1]
            order = [int(before.constant.array[p]) for p in order]
            x = x.producer.inputs[0]  # type: ignore[assignment]
        if list(order) == sorted(order):
            return x
        return self("TRANSPOSE", x, self.ints(order, "order"), type=x.type.with_shape(permute(x.type.shape, order)))

    def reshape(self, x: Tensor, shape: Shape) -> Tensor:
        """x with a shape of which at most one size isn't known."""
        if shape.count(None) == 1 and x.type.size is not None:
            rest = prod(d for d in shape if d is not None)
            shape = tuple(x.type.size // max(rest, 1) if d is None else d for d in shape)
        if x.type.shape == shape and shape.count(None) <= 1:
            return x
        data = x.constant
        if data is not None and data.shape == x.type.shape:
            return self.weight(data.array, x.name, data.order, shape)  # type: ignore[arg-type]
        sizes = self.ints([-1 if d is None else d for d in shape], "shape")
        return self("RESHAPE", x, sizes, type=x.type.with_shape(shape))

    def expand(self, x: Tensor, axes: Sequence[int]) -> Tensor:
        """With new axes of size 1, which are `axes` in the output, in ascending order."""
        sizes = iter(x.type.shape)
        shape = tuple(1 if i in axes else next(sizes) for i in range(x.type.rank + len(axes)))
        if shape.count(None) <= 1:
            return self.reshape(x, shape)
        for axis in axes:
            shape = (*x.type.shape[:axis], 1, *x.type.shape[axis:])
            x = self("EXPAND_DIMS", x, self.ints(axis, "axis"), type=x.type.with_shape(shape))
        return x

    def squeeze(self, x: Tensor, axes: Sequence[int]) -> Tensor:
        """Without `axes`, all of size 1."""
        shape = tuple(d for i, d in enumerate(x.type.shape) if i not in axes)
        if shape.count(None) <= 1:
            return self.reshape(x, shape)
        return self("SQUEEZE", x, type=x.type.with_shape(shape), squeeze_dims=list(axes))

    def shape(self, x: Tensor) -> Tensor:
        """int32 (rank,): the sizes at run time."""
        return self.once("SHAPE", x, type=TensorType("int32", (x.type.rank,)), out_type=TYPES["int32"])

    def binary(self, name: str, x: Tensor, y: Tensor, **options: Any) -> Tensor:
        """An operator on two tensors of one dtype that broadcast, whose result has that dtype too."""
        return self(name, x, y, type=x.type.with_shape(broadcast(x.type.shape, y.type.shape)), **options)

    # the whole

    def finish(self, outputs: Sequence[Tensor]) -> None:
        """Keeps the operators that `outputs` need, and those that are there for what they do."""
        self.outputs = list(outputs)
        wanted = set(outputs)
        kept: list[Operator] = []
        for operator in reversed(self.operators):
            if not operator.outputs or wanted.intersection(operator.outputs):
                kept.append(operator)
                wanted.update(t for t in operator.inputs if t is not None)
        self.operators = kept[::-1]


NEVER_FUSED = frozenset({"CONCATENATION", "CONV_3D_TRANSPOSE"})
"""Operators whose kernels don't read their field for an activation function."""


def product(sizes: Sequence[int | None]) -> int | None:
    """The number of elements, None if a size isn't known."""
    known = [d for d in sizes if d is not None]
    return None if len(known) < len(sizes) else prod(known)
