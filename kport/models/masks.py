"""Which mask goes with which tensor while a functional model runs."""

from __future__ import annotations

from typing import Any

from ..layers.arguments import call_parameters
from ..layers.attention.multi_head import HeadedAttention
from ..layers.keras_tensor import KerasTensor, LayerCall
from ..layers.layer import Layer
from ..layers.merging import Concatenate
from ..layers.merging.merge import Merge
from ..tree import flatten, map_structure


class Masks:
    """The masks of the tensors of one run, by the rules of Keras 3.

    A mask is attached to a value; `attached` has it for each tensor (by id). A layer with `takes_masks` (Keras's
    MultiHeadAttention since 3.8) takes it off the values that it is given, so that later calls don't see it. But a
    layer with a parameter `mask` that is called on one tensor and nothing else got its mask when the model was put
    together, before anything was taken: `recorded` has these. Without such a layer the two are the same.
    """

    def __init__(self, calls: list[LayerCall]):
        self.attached: dict[int, Any] = {}
        self.recorded: dict[int, Any] | None = {} if any(call.layer.takes_masks for call in calls) else None

    def of(self, x: Any) -> Any:
        return self.attached.get(id(x)) if isinstance(x, KerasTensor) else None

    def of_arguments(self, call: LayerCall, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """The masks of the positional arguments of a call."""
        if self.recorded is not None and len(args) == 1 and not call.kwargs and "mask" in call_parameters(type(call.layer)):
            recorded = self._recorded(args[0])
            if recorded is not None:
                return (recorded,)
        masks: tuple[Any, ...] = map_structure(self.of, args)
        return masks

    def update(self, call: LayerCall, args: tuple[Any, ...], values: tuple[Any, ...], masks: Any, known: dict[int, Any]) -> None:
        """Takes in the masks of the outputs of a call of a layer on `values`; one mask is the first output's.

        known: the values of all tensors, by id.
        """
        outputs = [id(t) for t in flatten(call.outputs)]
        if self.recorded is not None:
            self.recorded.update(zip(outputs, flatten(self._when_put_together(call, args, values, masks)), strict=False))
        self.attached.update(zip(outputs, flatten(masks), strict=False))
        if call.layer.takes_masks:
            taken = {id(value) for value in flatten(values) if hasattr(value, "shape")}
            self.attached.update((key, None) for key, value in known.items() if id(value) in taken and key not in outputs)

    def _recorded(self, x: Any) -> Any:
        assert self.recorded is not None
        return self.recorded.get(id(x)) if isinstance(x, KerasTensor) else None

    def _when_put_together(self, call: LayerCall, args: tuple[Any, ...], values: tuple[Any, ...], masks: Any) -> Any:
        """The masks of the outputs as they were when the model was put together."""
        if not args or hasattr(call.layer, "calls") or hasattr(call.layer, "functional"):
            return None  # Keras doesn't look into a nested model then
        recorded = map_structure(self._recorded, args[0])
        if all(r is a for r, a in zip(flatten(recorded), flatten(map_structure(self.of, args[0])), strict=True)):
            return masks
        return call.layer.compute_mask(values[0], recorded)


def follow_version(layer: Layer, version: tuple[int, int]) -> None:
    """Makes `layer` and all layers in it treat masks as the Keras of this version (major, minor) does."""
    if version < (3, 8):
        layer.takes_masks = False
    if isinstance(layer, (Merge, Concatenate)):
        layer.any_masks = version < (3, 0)
    if isinstance(layer, HeadedAttention):
        layer.zero_where_masked = version >= (3, 14)
    for inner in layer.sublayers():
        follow_version(inner, version)
