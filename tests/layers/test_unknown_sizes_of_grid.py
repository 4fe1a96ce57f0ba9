"""Every layer where one size of its input isn't known, wherever Keras accepts that: the graph computes the same numbers."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import pytest

from kport import layers, models
from kport.check import check
from kport.interpret import interpret
from kport.ir import as_array
from kport.layers.keras_tensor import KerasTensor
from kport.trace import trace
from kport.tree import flatten, map_structure
from tests.compare import assert_same
from tests.layers.case import LayerCase
from tests.layers.cases import CASES
from tests.layers.graphs import built_layer

keras = pytest.importorskip("keras", reason="not run: Keras is the judge")
pytestmark = pytest.mark.filterwarnings("ignore")  # the oracle's own

NEEDS_SIZES = {
    **{
        f"Adaptive{kind}Pooling{n}D": "windows follow from the sizes: unknown ones are refused"
        for kind in ("Average", "Max")
        for n in (1, 2, 3)
    },
    "CategoryEncoding": "one_hot drops a last axis of 1: the rank would follow from the size",
    "CenterCrop": "as in Keras an unknown size is taken to be large enough to crop",
    "ContrastLimitedAdaptiveHistogramEqualization": "tiles follow from the sizes",
    "Discretization": "one_hot drops a last axis of 1: the rank would follow from the size",
    "TextVectorization": "splits texts (batch, 1) only",
}


def cases() -> list[LayerCase]:
    """The first two cases of each layer."""
    found: dict[str, list[LayerCase]] = defaultdict(list)
    for case in CASES:
        if case.oracle == "keras" and "graph" not in case.skip and len(found[case.layer]) < 2:
            found[case.layer].append(case)
    return [case for name, group in found.items() if name not in NEEDS_SIZES for case in group]


def is_input(x: Any) -> bool:
    return isinstance(x, np.ndarray) and x.ndim > 0


def shape_without(x: np.ndarray, axis: int) -> tuple[int | None, ...]:
    """Of one sample, unknown along `axis` (of the batch of them)."""
    return tuple(None if i == axis else d for i, d in enumerate(x.shape))[1:]


def name_of(x: np.ndarray) -> str:
    return "string" if x.dtype == object else x.dtype.name


def keras_accepts(case: LayerCase, arguments: Any, axis: int) -> bool:
    def symbol(x: Any) -> Any:
        return keras.KerasTensor((None, *shape_without(x, axis)), dtype=name_of(x)) if is_input(x) else x

    layer = getattr(keras.layers, case.layer).from_config(case.layer_config())
    inputs, kwargs = map_structure(symbol, arguments)
    try:
        layer(inputs, **kwargs)
    except Exception:  # whatever it says
        return False
    return True


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.id)
def test_graph_of_an_unknown_size(case: LayerCase) -> None:
    layer, *arguments = built_layer(case)
    arguments = map_structure(as_array, arguments)
    arrays = [x for x in flatten(arguments) if is_input(x)]
    expected = flatten(layer(arguments[0], **arguments[1]))
    for axis in range(1, max((x.ndim for x in arrays), default=0)):
        if not keras_accepts(case, arguments, axis):
            continue
        inputs, kwargs = map_structure(
            lambda x, axis=axis: layers.Input(shape_without(x, axis), dtype=name_of(x)) if is_input(x) else x, arguments
        )
        again = type(layer).from_config(case.layer_config())
        again(arguments[0], **arguments[1])  # built on what is known
        again.set_weights(layer.get_weights())
        tensors = [x for x in flatten([inputs, kwargs]) if isinstance(x, KerasTensor)]
        graph = trace(models.Functional(tensors, again(inputs, **kwargs)))
        check(graph)
        outputs = interpret(graph, arrays)
        assert_same(outputs, expected, what=f"axis {axis}")
        for value, output in zip(graph.outputs, outputs, strict=True):
            assert all(d in (None, s) for d, s in zip(value.shape, output.shape, strict=True)), value
