"""The paths of a model's weights, as Keras names them: each weight has one of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def weight_paths(model: Any) -> dict[str, Any]:
    """The weights by path: "model/layer/sublayer/kernel"; a functional model's name is not in the paths."""
    found: dict[int, tuple[str, Any]] = {}
    for path, weight in _walk(model, ()):
        found.setdefault(id(weight), (path, weight))
    return dict(found.values())


def _walk(layer: Any, outside: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    kind = type(layer).__name__
    if kind == "Functional":
        inside: tuple[str, ...] = ()  # its layers were built before it was
    elif kind == "Sequential" and layer.inputs is not None:
        inside = (layer.name,)  # it built its layers itself, wherever it is now
    else:
        inside = (*outside, layer.name)
    for weight in layer.own_weights:
        yield "/".join((*inside, weight.name)), weight
    for sublayer in layer.layers if hasattr(layer, "layers") else layer.sublayers():
        yield from _walk(sublayer, inside)
