"""What a layer is called on, as far as TF.js can call it so."""

from __future__ import annotations

from ....ir.types import Shape
from ....layers.arguments import call_parameters
from ....layers.core.input_layer import InputLayer
from ....layers.keras_tensor import KerasTensor, LayerCall
from ....layers.layer import Layer
from ....layers.normalization.batch_normalization import BatchNormalization
from ....layers.rnn.bidirectional import Bidirectional
from ....layers.rnn.rnn import RecurrentLayer
from ....models.calls import tensors_of
from ....models.model import Model
from ....registry import CUSTOM
from ....tree import flatten
from .steps import Refused
from .table import ABSENT, LAYERS

RECURRENT = (RecurrentLayer, Bidirectional)
"""What takes initial states, and uses masks."""


def is_traced(layer: Layer) -> bool:
    """Whether a layer is written as what it computes, not as a layer of TF.js."""
    name = type(layer).__name__
    return name in CUSTOM or not (isinstance(layer, (InputLayer, Model, BatchNormalization)) or name in LAYERS or name in ABSENT)


def inputs_of(call: LayerCall) -> list[KerasTensor]:
    """The tensors that a call is on, initial states behind the sequences. Refused: further arguments that mean something."""
    if is_traced(call.layer):
        return tensors_of(call)  # what it does with them is traced
    given = dict(zip(call_parameters(type(call.layer)), call.args, strict=False)) | call.kwargs
    first, *names = given
    tensors = flatten(given[first])
    for name in names:
        value = given[name]
        if name == "initial_state" and isinstance(call.layer, RECURRENT):
            if call.layer.stateful and flatten(value):
                raise Refused("TF.js doesn't build a stateful layer that is given its state")
            tensors += [state for state in flatten(value) if state is not None]
        elif value is not None and not (name == "training" and not value):
            raise Refused(f"TF.js's layers are called on their inputs alone. Received: {name}")
    if not all(isinstance(t, KerasTensor) for t in tensors):
        raise Refused("TF.js's layers are called on outputs of layers alone. Received: a constant")
    return tensors


def shapes_of(call: LayerCall) -> tuple[Shape, ...]:
    """The shapes of the tensors that a call is on."""
    if isinstance(call.layer, InputLayer):
        return (call.layer.output.shape,)
    return tuple(x.shape for x in flatten([call.args, call.kwargs]) if isinstance(x, KerasTensor))
