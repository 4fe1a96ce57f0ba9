"""A layer for every time step."""

from __future__ import annotations

from typing import Any

from ... import ops
from ...errors import LayerError
from ...registry import layers
from ...tree import flatten, map_structure
from ..arguments import call_parameters, map_shapes
from ..core.wrapper import Wrapper


@layers()
class TimeDistributed(Wrapper):
    """`layer` (any layer, models included) applied to each step: (batch, T, ...) → (batch, T, ...).

    The steps are put into the batch, (batch · T, ...), so that the layer is called once. A mask of more than
    (batch, T) is the layer's own at every step; a step counts in the output if anything in it did. The output has the
    mask of the input, or with `layer_masks` (Keras 2) the one that the layer makes at every step.
    """

    def __init__(self, layer: Any, *, layer_masks: bool = False, **kwargs: Any):
        super().__init__(layer, **kwargs)
        self.layer_masks = layer_masks

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        if not self.layer_masks:
            del config["layer_masks"]  # unknown to Keras 3
        return config

    def build(self, input_shape: Any) -> None:
        if not self.layer.built:
            self.layer.build(map_shapes(_step_shape, input_shape))

    def call(self, inputs: Any, training: bool = False, mask: Any = None) -> Any:
        first = flatten(inputs)[0]
        if len(first.shape) < 3:
            raise LayerError(f"expected inputs (batch, T, ..., C). Received: shape={tuple(first.shape)}", self.name)
        batch, time, *_ = ops.shape(first)
        names = call_parameters(type(self.layer))
        kwargs: dict[str, Any] = {"training": training} if "training" in names else {}
        if "mask" in names and any(m is not None and len(m.shape) > 2 for m in flatten(mask)):
            kwargs["mask"] = map_structure(_merge_steps, mask)
        outputs = self.layer(map_structure(_merge_steps, inputs), **kwargs)
        return map_structure(lambda y: ops.reshape(y, (batch, time, *ops.shape(y)[1:])), outputs)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        own = mask is not None and len(mask.shape) > 2
        if not (own or self.layer_masks):
            return mask
        first = flatten(inputs)[0]
        batch, time, *_ = ops.shape(first)
        made = self.layer.compute_mask(map_structure(_merge_steps, inputs), _merge_steps(mask) if own else None)
        if made is None:
            return ops.any(mask, tuple(range(2, len(mask.shape)))) if own else mask
        return ops.reshape(made, (batch, time, *ops.shape(made)[1:]))


def _merge_steps(x: Any) -> Any:
    """(batch, T, ...) to (batch · T, ...)"""
    return None if x is None else ops.reshape(x, (-1, *ops.shape(x)[2:]))


def _step_shape(shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
    return (None if None in shape[:2] else shape[0] * shape[1], *shape[2:])  # type: ignore[operator]
