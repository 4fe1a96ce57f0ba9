"""The calls that make up a functional model: what they read, and in which order they and their layers come."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ..errors import LayerError
from ..layers.arguments import call_parameters
from ..layers.core.input_layer import InputLayer
from ..layers.keras_tensor import KerasTensor, LayerCall
from ..layers.layer import Layer
from ..tree import flatten


def positional(call: LayerCall) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments of a call, as many positional as can be: masks go with positions."""
    args, kwargs = list(call.args), dict(call.kwargs)
    for name in call_parameters(type(call.layer))[len(args) :]:
        if not isinstance(kwargs.get(name), KerasTensor):
            break
        args.append(kwargs.pop(name))
    return tuple(args), kwargs


def tensors_of(call: LayerCall) -> list[KerasTensor]:
    """What a call reads. Keywords count in alphabetical order, as in Keras, since the order of layers depends on it."""
    return [x for x in flatten([call.args, dict(sorted(call.kwargs.items()))]) if isinstance(x, KerasTensor)]


def traverse(outputs: list[KerasTensor], ends: Collection[int] = ()) -> tuple[list[LayerCall], dict[int, int]]:
    """Every call that `outputs` need, each after the ones it depends on; and when each layer (by id) was met on the way
    from the outputs to the inputs. Tensors whose ids are in `ends` are taken as given."""
    finished: list[LayerCall] = []
    met: dict[int, int] = {}
    seen: set[int] = set()
    stack = [(t.call, False) for t in reversed(outputs) if id(t) not in ends]
    while stack:
        call, ready = stack.pop()
        if call is None:
            continue
        if ready:
            finished.append(call)
        elif id(call) not in seen:
            seen.add(id(call))
            met.setdefault(id(call.layer), len(met))
            stack.append((call, True))
            stack += [(x.call, False) for x in reversed(tensors_of(call)) if id(x) not in ends]
    return finished, met


def depths_of(finished: list[LayerCall]) -> tuple[dict[int, int], dict[int, int]]:
    """How many calls follow each call, and each layer, at most (by id). The calls of a layer keep together, as in Keras."""
    depths: dict[int, int] = {}
    layer_depths: dict[int, int] = {}
    for call in reversed(finished):
        depth = max(depths.get(id(call), 0), layer_depths.get(id(call.layer), 0))
        depths[id(call)] = layer_depths[id(call.layer)] = depth
        for x in tensors_of(call):
            depths[id(x.call)] = max(depths.get(id(x.call), 0), depth + 1)
    return depths, layer_depths


def ordered_calls(inputs: list[KerasTensor], finished: list[LayerCall], depths: dict[int, int]) -> list[LayerCall]:
    """The calls, each after the ones it depends on, those of the inputs first. Another input is a LayerError.

    Branch after branch, which keeps few values alive; or as Keras runs them, where that decides who sees a mask.
    """
    own = {id(t.call): t.call for t in inputs if t.call is not None}
    for call in finished:
        if isinstance(call.layer, InputLayer) and id(call) not in own:
            raise LayerError(
                f"the model's outputs need the input '{call.layer.name}', which is not among its inputs", call.layer.name
            )
    rest = [call for call in finished if id(call) not in own]
    if any(call.layer.takes_masks for call in rest):
        position = {key: i for i, key in enumerate(depths)}
        rest.sort(key=lambda call: (-depths[id(call)], position[id(call)]))
    return [*own.values(), *rest]


def ordered_layers(calls: list[LayerCall], depths: dict[int, int], met: dict[int, int]) -> list[Layer]:
    """The layers in Keras's order, which is that of weights: the deepest first, then as they were met."""
    layers = {id(call.layer): call.layer for call in calls}
    return sorted(layers.values(), key=lambda layer: (-depths.get(id(layer), 0), met.get(id(layer), -1)))


def last_uses(calls: list[LayerCall], outputs: list[KerasTensor]) -> list[list[int]]:
    """For each call, the ids of the tensors that nothing needs after it."""
    needed = {id(t) for t in outputs}
    result: list[list[int]] = []
    for call in reversed(calls):
        touched = {id(x) for x in (*tensors_of(call), *flatten(call.outputs))} - needed
        needed |= touched
        result.append(list(touched))
    return result[::-1]
