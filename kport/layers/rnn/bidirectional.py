"""A recurrent layer in both directions of time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ... import ops
from ...errors import LayerError
from ...registry import layers
from ...tree import flatten
from ..arguments import call_parameters
from ..layer import Layer

_MERGE: dict[str | None, Callable[[Any, Any], Any]] = {
    "concat": lambda a, b: ops.concatenate([a, b], axis=-1),
    "sum": lambda a, b: a + b,
    "ave": lambda a, b: (a + b) / 2,
    "mul": lambda a, b: a * b,
    None: lambda a, b: (a, b),
}


@layers()
class Bidirectional(Layer):
    """Two recurrent layers over the same sequence, one of them backwards; their outputs are merged by `merge_mode`.

    call(sequences, initial_state, mask): the first half of the initial states is the forward layer's.
    → merged outputs (two, without merge_mode), then with the layer's `return_state` the states of both.

    layer: a recurrent layer or its configuration, of which both are made; backward_layer: another one for backwards.
    merge_mode: "concat", "sum", "ave", "mul" or None.
    """

    supports_masking = True

    def __init__(self, layer: Any, merge_mode: str | None = "concat", *, backward_layer: Any = None, **kwargs: Any):
        super().__init__(**kwargs)
        if merge_mode not in _MERGE:
            raise LayerError(f"expected one of {list(_MERGE)}. Received: merge_mode={merge_mode!r}", self.name)
        template = layers.get(layer)
        self.forward_layer: Any = _copy(template, "forward", template.go_backwards)
        self.backward_layer: Any = (
            _copy(template, "backward", not template.go_backwards) if backward_layer is None else layers.get(backward_layer)
        )
        self.merge_mode = merge_mode
        self._check()
        for one in (self.forward_layer, self.backward_layer):
            one.zero_output_for_mask = one.return_sequences  # as Keras does, whatever the layer's own wish

    def _check(self) -> None:
        forward, backward = self.forward_layer, self.backward_layer
        if forward.go_backwards == backward.go_backwards:
            raise LayerError(
                f"expected layers of two directions. Received: go_backwards={forward.go_backwards} in both", self.name
            )
        for name in ("stateful", "return_sequences", "return_state"):
            values = getattr(forward, name), getattr(backward, name)
            if values[0] != values[1]:
                raise LayerError(f"expected the same {name} of both layers. Received: {name}={values}", self.name)

    @property
    def layer(self) -> Any:
        """The layer as configurations have it."""
        return self.forward_layer

    @property
    def stateful(self) -> bool:
        return bool(self.forward_layer.stateful)

    @property
    def return_sequences(self) -> bool:
        return bool(self.forward_layer.return_sequences)

    @property
    def return_state(self) -> bool:
        return bool(self.forward_layer.return_state)

    def build(self, input_shape: Any) -> None:
        for layer in (self.forward_layer, self.backward_layer):
            if not layer.built:
                layer.build(input_shape)

    def call(self, sequences: Any, initial_state: Any = None, mask: Any = None, training: bool = False) -> Any:
        if isinstance(sequences, (list, tuple)):
            sequences, *given = sequences
            initial_state = given if given and initial_state is None else initial_state
        states = [None, None] if initial_state is None else _halves(flatten(initial_state))
        kwargs: dict[str, Any] = {"mask": mask, "training": training}
        y, *forward_states = self._outputs(self.forward_layer(sequences, initial_state=states[0], **kwargs))
        # two flips that would cancel are left out
        ordered = self.backward_layer.go_backwards and "in_time_order" in call_parameters(type(self.backward_layer))
        kwargs |= {"in_time_order": True} if ordered else {}
        y_back, *backward_states = self._outputs(self.backward_layer(sequences, initial_state=states[1], **kwargs))
        if self.return_sequences and not ordered:
            y_back = ops.flip(y_back, axis=1)
        output = _MERGE[self.merge_mode](y, y_back)
        if not self.return_state:
            return output
        return (*(output if isinstance(output, tuple) else (output,)), *forward_states, *backward_states)

    def _outputs(self, results: Any) -> tuple[Any, ...]:
        """The output and the states of one layer."""
        return results if self.return_state else (results,)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        mask = mask[0] if isinstance(mask, (list, tuple)) else mask
        output = mask if self.return_sequences else None
        outputs = [output] if self.merge_mode else [output, output]
        states = len(flatten(self.forward_layer.compute_mask(inputs, None))) - 1
        return [*outputs, *[None] * 2 * states] if len(outputs) + states > 1 else output

    def reset_state(self) -> None:
        """The next call starts from zeros."""
        self.forward_layer.reset_state()
        self.backward_layer.reset_state()

    reset_states = reset_state


def _copy(layer: Any, direction: str, go_backwards: bool) -> Any:
    """A new layer of the same configuration, named after its direction."""
    name = f"{direction}_{layer.name.removeprefix(f'{direction}_')}"
    return type(layer).from_config({**layer.get_config(), "name": name, "go_backwards": go_backwards})


def _halves(states: list[Any]) -> list[list[Any]]:
    return [states[: len(states) // 2], states[len(states) // 2 :]]
