"""Takes out of a graph what depends on what the process did before: the numbers in the names of functions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_UNREAD = re.compile(r".*___redundant_placeholder(\d+)$")
"""An argument of a function that nothing reads; its name has that of the function in it."""


def canonical(meta: Any) -> None:
    """Names the functions of a MetaGraphDef by their order, everywhere; removes what says which build of TensorFlow wrote it."""
    library = meta.graph_def.library
    order: dict[str, str] = {}
    _visit(meta.graph_def.node, {f.signature.name: f for f in library.function}, order)
    for attributes in _attributes(meta):
        for attribute in attributes.values():
            _rename(attribute, order)
    for function in library.function:
        for argument in function.signature.input_arg:
            argument.name = _UNREAD.sub(r"unread_\1", argument.name)
        function.signature.name = order.get(function.signature.name, function.signature.name)
    kept = sorted((f for f in library.function), key=lambda f: str(f.signature.name))
    copies = [type(f).FromString(f.SerializeToString(deterministic=True)) for f in kept]
    del library.function[:]
    library.function.extend(copies)


def _visit(nodes: Any, functions: dict[str, Any], order: dict[str, str]) -> None:
    """Numbers the functions in the order in which nodes refer to them."""
    for node in nodes:
        for key in sorted(node.attr):
            for name in _names(node.attr[key]):
                if name in functions and name not in order:
                    order[name] = f"function_{len(order)}"
                    _visit(functions[name].node_def, functions, order)


def _attributes(meta: Any) -> Iterator[Any]:
    """The attributes of all nodes and functions."""
    for node in meta.graph_def.node:
        yield node.attr
    for function in meta.graph_def.library.function:
        yield function.attr
        for node in function.node_def:
            yield node.attr


def _names(attribute: Any) -> list[str]:
    return [attribute.func.name] * attribute.HasField("func") + [f.name for f in attribute.list.func]


def _rename(attribute: Any, order: dict[str, str]) -> None:
    if attribute.HasField("func"):
        attribute.func.name = order.get(attribute.func.name, attribute.func.name)
    for function in attribute.list.func:
        function.name = order.get(function.name, function.name)
