"""A model traced with the layers that Keras 3 has kept whole: a graph whose nodes are such layers and operations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...ir import Graph, TensorType, Value
from ...layers.attention.multi_head import HeadedAttention
from ...layers.core.masking import Masking
from ...layers.layer import Layer, calling, keeping
from ...layers.merging.merge import Merge
from ...layers.operation import Operation, OpLayer
from ...models.model import Model
from ...ops.op import Op
from ...trace import trace
from ...tree import flatten, map_structure, pack_like
from .adapting import Adapter, adapts
from .known import inside, is_known, makes_masks, minds_masks


class Call:
    """One call of a layer: its arguments, with the places of tensors among the node's inputs, and the types of its outputs."""

    def __init__(self, layer: Layer, arguments: Any, outputs: Any):
        self.layer = layer
        self.arguments = arguments
        self.outputs = outputs

    def fill(self, tensors: Sequence[Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The arguments with these tensors."""
        args, kwargs = map_structure(lambda x: tensors[x.index] if isinstance(x, Place) else x, self.arguments)
        return args, kwargs


class Place:
    """Stands for an input of the node."""

    def __init__(self, index: int):
        self.index = index


class WholeLayer(Op, abstract=True):
    """A layer as an operation on the tensors among its arguments."""

    name = "WholeLayer"
    call: Call

    def infer(self, *inputs: TensorType) -> Any:
        types = tuple(flatten(self.call.outputs))
        return types[0] if len(types) == 1 else types

    def numpy(self, *arrays: Any) -> Any:
        args, kwargs = self.call.fill(arrays)
        results = tuple(flatten(self.call.layer(*args, **kwargs)))
        return results[0] if len(results) == 1 else results


def is_said(model: Model) -> bool:
    """Whether Keras 3 has all layers of the model, called as they are, and goes about its masks as the model does."""
    return is_known(model) and not _adapts(model) and not (makes_masks(model) and minds_masks(model))


def _adapts(model: Model) -> bool:
    return any(_adapts(layer) if isinstance(layer, Model) else adapts(layer) for layer in inside(model))


def trace_whole(model: Model) -> Graph:
    """The graph of the model. Masks are tensors like others in it, and go to layers by their arguments."""
    adapter = Adapter()

    def keep(layer: Layer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if not any(isinstance(x, Value) for x in flatten([args, kwargs])) or not _is_kept(layer, kwargs):
            return NotImplemented
        outputs = adapter.adapted(layer, args, kwargs)
        return _record(layer, args, kwargs) if outputs is NotImplemented else outputs

    with keeping(keep):
        return trace(model)


def _is_kept(layer: Layer, kwargs: dict[str, Any]) -> bool:
    """Whether the layer can be a node. Models are gone through, and a mask that Masking makes is an operation's."""
    if isinstance(layer, (Masking, Model, Operation, OpLayer)) or not is_known(layer):
        return False
    if kwargs.get("in_time_order"):  # an argument of kport's own, of a layer that runs backwards in another
        return False
    masked = any("mask" in key and value is not None for key, value in kwargs.items())
    old_attention = isinstance(layer, HeadedAttention) and not layer.zero_where_masked
    masked_merge = isinstance(layer, Merge) and not layer.any_masks  # in Keras it takes masks from tensors only
    return not (masked and (old_attention or masked_merge))


def _record(layer: Layer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Records the call as one node."""
    tensors: list[Value] = []

    def place(x: Any) -> Any:
        if not isinstance(x, Value):
            return x
        tensors.append(x)
        return Place(len(tensors) - 1)

    arguments = map_structure(place, (args, kwargs))
    with calling():
        outputs = layer.infer(args, kwargs)
    results = WholeLayer(call=Call(layer, arguments, outputs))(*tensors)
    return pack_like(outputs, list(results) if isinstance(results, tuple) else [results])
