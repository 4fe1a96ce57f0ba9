"""Which nodes a model needs, and what they are called."""

from __future__ import annotations

from collections.abc import Iterable

from .graphdef import NodeDef


def needed(ends: Iterable[NodeDef]) -> list[NodeDef]:
    """All nodes that these need, and they themselves, each after its inputs; always in the same order."""
    order: list[NodeDef] = []
    seen: set[int] = set()
    stack = [(node, False) for node in reversed(list(ends))]
    while stack:
        node, is_done = stack.pop()
        if is_done:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            stack += [(x.node, False) for x in reversed(node.inputs)]
    return order


def name_nodes(nodes: Iterable[NodeDef]) -> None:
    """Gives each node the name it wants, with a number if another has it. First come those that hold a value of the model's:
    the same name means the same numbers.

    TF.js splits references at colons and takes "^" in front for a dependency.
    """
    taken: dict[str, int] = {}
    every = dict.fromkeys(nodes)
    for node in sorted(every, key=lambda n: not n.holds_value):
        wanted = node.wanted.replace(":", "_").replace("^", "_") or node.op
        count = taken.get(wanted, 0)
        name = wanted if not count else f"{wanted}_{count}"
        while name in taken:
            count += 1
            name = f"{wanted}_{count}"
        taken[wanted] = count + 1
        taken.setdefault(name, 1)
        node.name = name
