"""Nested lists, tuples and dicts of tensors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any


def flatten(tree: Any) -> list[Any]:
    """The leaves in order; those of a dict by its sorted keys, as in Keras. None is a leaf."""
    return list(_leaves(tree))


def _leaves(tree: Any) -> Iterator[Any]:
    if isinstance(tree, dict):
        for key in sorted(tree):
            yield from _leaves(tree[key])
    elif isinstance(tree, (list, tuple)):
        for item in tree:
            yield from _leaves(item)
    else:
        yield tree


def map_structure(function: Callable[..., Any], tree: Any, *others: Any) -> Any:
    """The same structure with `function` of the corresponding leaves, which are visited in the order of `flatten`."""
    if isinstance(tree, dict):
        mapped = {key: map_structure(function, tree[key], *(o[key] for o in others)) for key in sorted(tree)}
        return {key: mapped[key] for key in tree}
    if isinstance(tree, (list, tuple)):
        items = [map_structure(function, *parts) for parts in zip(tree, *others, strict=True)]
        return type(tree)(items) if type(tree) in (list, tuple) else type(tree)(*items)
    return function(tree, *others)


def pack_like(tree: Any, leaves: list[Any]) -> Any:
    """`leaves` in the structure of `tree`."""
    remaining = iter(leaves)
    return map_structure(lambda _: next(remaining), tree)
