"""A model cut in two: what it does to text, and with tables and statistics, as a program; what it computes, as a graph.

A node goes into the program if it works on text or with a table, or belongs to a layer of statistics (means, boundaries),
and is reached from the model's inputs through nothing but steps that a program can have; with it goes all that it needs.
What the rest reads of the program are the graph's inputs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..errors import UsageError
from ..ir import Graph, Node, Value
from ..layers.layer import Layer
from ..layers.preprocessing import Discretization, Normalization
from ..models.model import Model
from ..ops.op import Op
from .passes.dead_code import dead_code
from .passes.fold_constants import fold_constants
from .passes.rewrite import Rewriter
from .preprocessing import APART, STEPS, Program, Step

STATISTICS = (Discretization, Normalization)
"""Layers that hold bins and means."""


def split(graph: Graph, model: Model) -> tuple[Graph, Program]:
    """The graph without its preprocessing, and that. UsageError if there is none at its inputs."""
    graph, _ = fold_constants(graph)
    graph, _ = dead_code(graph)
    apart = set(preprocessing(graph, {layer.name for layer in layers_of(model) if isinstance(layer, STATISTICS)}))
    if not apart:
        raise UsageError(
            "--split-preprocessing: expected layers of text, lookup, hashing, discretization or normalization at the model's "
            "inputs. Received: a model without them"
        )
    shown = dict(zip(graph.inputs, graph.input_names, strict=True))
    rest = [node for node in graph.nodes if node not in apart]
    read = [v for v in (*(v for node in rest for v in node.inputs), *graph.outputs) if v is not None]
    border = list(dict.fromkeys(v for v in read if not v.is_constant and (v.producer is None or v.producer in apart)))
    unread = [v for v in graph.inputs if v not in border and not any(v in n.inputs for n in apart)]
    names = names_of([*border, *unread], shown)
    steps = [step_of(node, shown) for node in graph.nodes if node in apart]
    inputs = {name: v.type for v, name in shown.items()}
    program = Program(inputs, steps, {name: shown.get(v, v.name) for v, name in names.items()})
    return numeric(graph, rest, names), program


def layers_of(layer: Layer) -> Iterator[Layer]:
    """A layer and all within it."""
    yield layer
    for inner in layer.layers if isinstance(layer, Model) else layer.sublayers():
        yield from layers_of(inner)


def preprocessing(graph: Graph, statistics: set[str]) -> Iterator[Node]:
    """The nodes that go into the program, the last ones first. statistics: names of layers."""
    reached: set[Value] = set(graph.inputs)
    candidates = []
    for node in graph.nodes:
        if node.op.name in STEPS and all(v is None or v.is_constant or v in reached for v in node.inputs):
            reached.update(node.outputs)
            candidates.append(node)
    needed: set[Value] = set()
    for node in reversed(candidates):
        if is_apart(node) or statistics & set(node.layer.split("/")) or needed & set(node.outputs):
            needed.update(v for v in node.inputs if v is not None)
            yield node


def is_apart(node: Node) -> bool:
    """Whether a node works on text or with a table."""
    values = (v for v in (*node.inputs, *node.outputs) if v is not None)
    return node.op.name in {op.name for op in APART} or any(v.dtype == "string" for v in values)


def names_of(border: list[Value], shown: Mapping[Value, str]) -> dict[Value, str]:
    """What the graph's new inputs are called: as the model's input if that leads to this one only, else as the layer."""
    origins = {v: origin(v) for v in border}
    names: dict[Value, str] = {}
    for value in border:
        (first, *others) = origins[value]
        is_only = not others and not any(first in origins[v] for v in border if v is not value)
        layer = value.producer.layer if value.producer is not None else ""
        wanted = shown[value] if value in shown else shown[first] if is_only else layer.split("/")[0] or value.name
        taken = {*names.values(), *(shown[v] for v in border if v in shown and v is not value)}
        names[value] = next(n for n in (wanted, layer.replace("/", "_"), value.name.replace("/", "_")) if n and n not in taken)
    return names


def origin(value: Value) -> list[Value]:
    """The graph's inputs that a value is computed from."""
    pending, seen = [value], dict.fromkeys([value])
    for current in pending:
        before = [v for v in current.producer.inputs if v is not None] if current.producer is not None else []
        pending += [v for v in before if v not in seen and not v.is_constant]
        seen.update(dict.fromkeys(before))
    return [v for v in pending if v.producer is None]


def step_of(node: Node, shown: Mapping[Value, str]) -> Step:
    """A node as a step. shown: what the graph's inputs are called."""
    inputs = tuple(None if v is None else v.data if v.data is not None else shown.get(v, v.name) for v in node.inputs)
    assert isinstance(node.op, Op)
    return Step(node.op, inputs, node.output.name)


def numeric(graph: Graph, rest: list[Node], names: dict[Value, str]) -> Graph:
    """The nodes that remain, with new inputs."""
    rewriter = Rewriter(graph)
    new = rewriter.new
    new.inputs, new.input_names = [], []
    for value, name in names.items():
        rewriter.values[value] = Value(new, value.name, value.type)
        new.inputs.append(rewriter.values[value])
        new.input_names.append(name)
    for node in rest:
        rewriter.keep(node, [rewriter.get(v) for v in node.inputs])
    return rewriter.finish()[0]
