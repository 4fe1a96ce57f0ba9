"""Writes a prepared graph as a .tflite file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ... import __version__
from ...errors import UnsupportedError
from ...ir import Graph, TensorType
from ..target import Options
from .builder import Builder
from .emissions import EMISSIONS
from .flatbuffer import Blob, Numbers, Scalar, Table, pieces
from .reader import ADDED
from .schema import IDENTIFIER, LARGEST_OLD_CODE, OPERATORS, OPTIONS, TYPES, VERSION
from .tensor import Operator, Tensor, Weight
from .versions import version

LIMIT = (1 << 31) - (32 << 20)
"""A FlatBuffer's offsets end at 2 GiB; beside the weights there is a contract."""
SIGNATURE = "serving_default"


def write(graph: Graph, path: Path, contract: Mapping[str, str], options: Options, *, limit: int = LIMIT) -> None:
    """Writes `graph` to `path`."""
    builder = build(graph, options)
    size = sum(w.size for w in builder.weights.values())
    if size > limit:
        raise UnsupportedError(
            f"a .tflite file holds at most {limit >> 20} MB. Received: {size >> 20} MB of weights; "
            "what to do: --precision float16 halves them, or choose another target"
        )
    model = _Model(builder).table(graph, contract)
    with path.open("wb") as file:
        file.writelines(pieces(model, IDENTIFIER))


def build(graph: Graph, options: Options) -> Builder:
    """The main subgraph, and with it those of loops."""
    builder = Builder("main", options, EMISSIONS)
    for value, name in zip(graph.inputs, graph.input_names, strict=True):
        builder.input(value, name)
    builder.emit(graph)
    outputs = [builder.value(v) for v in graph.outputs]
    for tensor, name in zip(outputs, graph.output_names, strict=True):
        if tensor.producer is not None and not tensor.is_named:
            tensor.name, tensor.is_named = name, True
    builder.finish(outputs)
    return builder


class _Model:
    """The tables of the file."""

    def __init__(self, builder: Builder):
        self.builder = builder
        self.codes: dict[tuple[str, int], int] = {}
        self.buffers: list[Table] = [Table()]  # the first one is empty, as the schema asks
        self.places: dict[Weight, int] = {}

    def table(self, graph: Graph, contract: Mapping[str, str]) -> Table:
        subgraphs = [self.subgraph(b) for b in self.builder.subgraphs]
        metadata = [self.metadata(name, text) for name, text in {**contract, ADDED: json.dumps({})}.items()]
        return Table(
            f0=Scalar("I", VERSION),
            f1=[_code(name, number) for name, number in self.codes],
            f2=subgraphs,
            f3=f"kport {__version__}",
            f4=self.buffers,
            f6=metadata,
            f7=[self.signature(graph)],
        )

    def subgraph(self, builder: Builder) -> Table:
        indices = _numbered(builder)
        return Table(
            f0=[self.tensor(t) for t in indices],
            f1=Numbers("i", [indices[t] for t in builder.inputs]),
            f2=Numbers("i", [indices[t] for t in builder.outputs]),
            f3=[self.operator(o, indices) for o in builder.operators],
            f4=builder.name,
        )

    def tensor(self, tensor: Tensor) -> Table:
        kind: TensorType = tensor.type
        return Table(
            f0=Numbers("i", [1 if d is None else d for d in kind.shape]),
            f1=Scalar("b", TYPES[kind.dtype]) if TYPES[kind.dtype] else None,
            f2=Scalar("I", self.buffer(tensor.weight)) if tensor.weight is not None else None,
            f3=tensor.name,
            f7=Numbers("i", [-1 if d is None else d for d in kind.shape]) if None in kind.shape else None,
            f8=Scalar("?", True),
        )

    def operator(self, operator: Operator, indices: Mapping[Tensor, int]) -> Table:
        key = (operator.name, version(operator))
        code = self.codes.setdefault(key, len(self.codes))
        options = OPTIONS.get(OPERATORS[operator.name][1])
        return Table(
            f0=Scalar("I", code) if code else None,
            f1=Numbers("i", [-1 if t is None else indices[t] for t in operator.inputs]),
            f2=Numbers("i", [indices[t] for t in operator.outputs]),
            f3=None if options is None else Scalar("B", options.union),
            f4=None if options is None else options.table(operator.options),
        )

    def buffer(self, weight: Weight) -> int:
        if weight not in self.places:
            self.places[weight] = self.data(Blob(weight.size, weight.content))
        return self.places[weight]

    def data(self, blob: Blob) -> int:
        self.buffers.append(Table(f0=blob))
        return len(self.buffers) - 1

    def metadata(self, name: str, text: str) -> Table:
        content = text.encode()
        return Table(f0=name, f1=Scalar("I", self.data(Blob(len(content), lambda: content))))

    def signature(self, graph: Graph) -> Table:
        indices = _numbered(self.builder)

        def named(names: list[str], tensors: list[Tensor]) -> list[Table]:
            return [Table(f0=n, f1=Scalar("I", indices[t])) for n, t in zip(names, tensors, strict=True)]

        return Table(
            f0=named(graph.input_names, self.builder.inputs),
            f1=named(graph.output_names, self.builder.outputs),
            f2=SIGNATURE,
        )


def _numbered(builder: Builder) -> dict[Tensor, int]:
    """The tensors of a subgraph, inputs first, with their numbers."""
    used: list[Any] = [*builder.inputs]
    for operator in builder.operators:
        used += [*operator.inputs, *operator.outputs]
    tensors = dict.fromkeys(t for t in (*used, *builder.outputs) if t is not None)
    return {tensor: i for i, tensor in enumerate(tensors)}


def _code(name: str, number: int) -> Table:
    code = OPERATORS[name][0]
    return Table(
        f0=Scalar("b", min(code, LARGEST_OLD_CODE)),
        f2=Scalar("i", number) if number != 1 else None,
        f3=Scalar("i", code),
    )
