"""The reference against an artifact in its real runtime."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..interpret import interpret
from ..ir import Graph, Value
from ..ir.graph import dtype_name
from ..ops.promotion import is_float
from ..ops.shapes import to_channels_first, to_channels_last
from .passes.channels_last import SUFFIX as CHANNELS_LAST
from .passes.half_precision import SUFFIX as HALF
from .passes.layout import SUFFIX
from .target import Tolerance

OF_LAYER = "layer:"
"""Begins the name of a tensor that a layer gives, for artifacts that are made of layers."""
TINY = 1e-12
"""Below this magnitude a reference element has no meaningful relative error, and errors are measured against this: it is what
a saturated sigmoid leaves, where runtimes' exponentials differ by more than rtol."""


@dataclass
class Comparison:
    """How far outputs are from the reference."""

    agrees: bool
    max_abs_error: float
    max_rel_error: float
    worst_output: str
    reason: str | None = None


def compare(
    names: Sequence[str], actual: Sequence[np.ndarray], expected: Sequence[np.ndarray], tolerance: Tolerance
) -> Comparison:
    """Whether every element of every output is within the tolerance; integers, booleans and text must be equal."""
    if len(actual) != len(expected):
        return Comparison(False, float("inf"), float("inf"), names[0], f"{len(actual)} outputs, expected {len(expected)}")
    worst = Comparison(True, 0.0, 0.0, names[0] if names else "")
    for name, a, e in zip(names, actual, expected, strict=True):
        found = compare_arrays(name, np.asarray(a), np.asarray(e), tolerance)
        agrees, relative = worst.agrees and found.agrees, max(worst.max_rel_error, found.max_rel_error)
        if (not found.agrees, found.max_abs_error) > (not worst.agrees, worst.max_abs_error):
            worst = found  # one that disagrees is worse than any that agrees, however large its numbers are
        worst.agrees, worst.max_rel_error = agrees, relative
    return worst


def compare_arrays(name: str, a: np.ndarray, e: np.ndarray, tolerance: Tolerance) -> Comparison:
    """One output."""
    infinite = float("inf")
    if a.shape != e.shape:
        return Comparison(False, infinite, infinite, name, f"shape {a.shape}, expected {e.shape}")
    if is_float(dtype_name(a)) != is_float(dtype_name(e)) or (a.dtype.kind == "b") != (e.dtype.kind == "b"):
        return Comparison(False, infinite, infinite, name, f"{dtype_name(a)}, expected {dtype_name(e)}")
    if not is_float(dtype_name(e)):
        agrees = bool(np.array_equal(a, e))
        return Comparison(
            agrees, 0.0 if agrees else infinite, 0.0 if agrees else infinite, name, None if agrees else "unequal elements"
        )
    if a.size == 0:
        return Comparison(True, 0.0, 0.0, name)
    x, r = a.astype(np.float64), e.astype(np.float64)
    same = (x == r) | (np.isnan(x) & np.isnan(r))
    with np.errstate(invalid="ignore"):  # ∞ - ∞, where both are the same
        difference = np.abs(np.where(same, 0.0, x - r))
    difference = np.where(np.isnan(difference), infinite, difference)
    magnitude = np.abs(np.where(np.isfinite(r), r, 0.0))
    atol = tolerance.atol if tolerance.share is None else min(tolerance.atol, tolerance.share * float(magnitude.max()))
    agrees = bool(np.all(difference <= atol + tolerance.rtol * np.maximum(magnitude, TINY)))
    relative = difference / np.maximum(magnitude, TINY)
    meaningful = magnitude > atol
    worst_relative = float(relative[meaningful].max()) if meaningful.any() else 0.0
    return Comparison(agrees, float(difference.max()), worst_relative, name)


def proves_something(expected: Sequence[np.ndarray]) -> str | None:
    """Why agreeing with these outputs would prove nothing; None if it does."""
    if not any(e.size for e in expected):
        return "the reference's outputs have no elements"
    floats = [e for e in expected if is_float(dtype_name(e)) and e.size]
    if floats and not any(np.isfinite(e.astype(np.float64)).any() for e in floats):
        return "the reference's outputs are not finite for the samples: give --samples"
    return None


def first_diverging_layer(
    graph: Graph, inputs: Sequence[np.ndarray], observed: Mapping[str, np.ndarray], tolerance: Tolerance, worst_output: str
) -> str | None:
    """The layer of the first value that the artifact computes differently; if all inner ones agree, that of the worst
    output, or None if no layer computes it.

    graph: as traced; observed: the artifact's inner tensors by name, which is that of the value they hold, with the
    suffixes of the layout passes where channels were moved and of half precision; or OF_LAYER with the path of the layer
    that gives them.
    """
    found: list[str] = []
    last = {node.layer: node.outputs[0] for node in graph.nodes}

    def look(value: Value, array: np.ndarray) -> None:
        if found or value.producer is None:
            return
        names = [value.name, *([OF_LAYER + value.producer.layer] if last[value.producer.layer] is value else [])]
        for actual, expected in _forms(names, array, observed):
            if not compare_arrays(value.name, actual, expected, tolerance).agrees:
                found.append(value.producer.layer)

    interpret(graph, inputs, observe=look)
    if found:
        return found[0]
    node = graph.outputs[graph.output_names.index(worst_output)].producer
    return None if node is None else node.layer


def _forms(values: Sequence[str], array: np.ndarray, observed: Mapping[str, np.ndarray]) -> list[tuple[np.ndarray, np.ndarray]]:
    """What the artifact has of a value by any of its names, each with what it should be."""
    layouts = {"": array}
    if array.ndim >= 3:
        layouts[SUFFIX] = array.transpose(to_channels_first(array.ndim))
        layouts[CHANNELS_LAST] = array.transpose(to_channels_last(array.ndim))
    names = ((name + suffix + half, form) for name in values for suffix, form in layouts.items() for half in ("", HALF))
    return [(observed[name], form) for name, form in names if name in observed]
