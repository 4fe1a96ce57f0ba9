"""Where TF.js would see other masks than Keras does.

Its executor hands the mask of a layer's first input on to that layer and, as it keeps the same arguments, to every later layer
until there is another mask (tfjs-layers 4.22, engine/executor.js). Layers that use a mask are safe only if their input has one,
and that one came all the way or is the only one there is.
"""

from __future__ import annotations

from collections.abc import Iterator

from ....layers.core.embedding import Embedding
from ....layers.core.masking import Masking
from ....layers.keras_tensor import LayerCall
from ....layers.layer import Layer
from ....layers.rnn.bidirectional import Bidirectional
from ....layers.rnn.rnn import RecurrentLayer
from ....layers.rnn.time_distributed import TimeDistributed
from ....models.calls import tensors_of
from ....models.model import Model
from ....tree import flatten
from .calls import RECURRENT

PASSED_ON = frozenset(
    {
        "Activation",
        "AlphaDropout",
        "BatchNormalization",
        "Dense",
        "Dropout",
        "GaussianDropout",
        "GaussianNoise",
        "LayerNormalization",
        "Masking",
        "PReLU",
        "TimeDistributed",
    }
)
"""Layers after which TF.js still has the mask (beside the recurrent ones)."""
USED_BY_KERAS = ("GlobalAveragePooling1D", "Softmax")
"""Layers that use a mask in Keras only."""


def makes_mask(layer: Layer) -> bool:
    return isinstance(layer, Masking) or (isinstance(layer, Embedding) and layer.mask_zero)


def passes_on(layer: Layer) -> bool:
    """Whether the output has the mask of the input, in Keras."""
    return layer.supports_masking or isinstance(layer, TimeDistributed)


def zeroes(layer: RecurrentLayer | Bidirectional) -> bool:
    """Whether masked steps of the output are zero; a Bidirectional's always are."""
    return isinstance(layer, Bidirectional) or layer.zero_output_for_mask


def mask_problems(calls: list[LayerCall]) -> Iterator[tuple[Layer, str]]:
    """Layers of a model that would see another mask in TF.js, each with the reason."""
    keras: set[int] = set()
    tfjs: set[int] = set()
    sources = sum(makes_mask(call.layer) for call in calls)
    for call in calls if sources else ():
        layer, inputs = call.layer, [id(t) for t in tensors_of(call)]
        has = any(i in keras for i in inputs)
        sees = bool(inputs) and (inputs[0] in tfjs or (sources == 1 and inputs[0] in keras))
        recurrent = isinstance(layer, RECURRENT)
        reason = _problem(layer, len(inputs), recurrent=recurrent, has=has, sees=sees)
        if reason is not None:
            yield layer, reason
        outputs = [id(t) for t in flatten(call.outputs)][:1]
        passes = layer.return_sequences if isinstance(layer, RECURRENT) else passes_on(layer)
        if makes_mask(layer) or (has and passes):
            keras.update(outputs)
        if makes_mask(layer) or (sees and (passes if recurrent else type(layer).__name__ in PASSED_ON)):
            tfjs.update(outputs)


def _problem(layer: Layer, inputs: int, *, recurrent: bool, has: bool, sees: bool) -> str | None:
    name = type(layer).__name__
    if has and name in USED_BY_KERAS:
        return "TF.js doesn't leave out what is masked"
    if has and inputs > 1 and not recurrent:
        return "TF.js merges masks in another way"
    held = layer.layer if isinstance(layer, TimeDistributed) else layer
    uses = isinstance(held, (*RECURRENT, Model))
    if uses and not has:
        return "TF.js goes on using a mask that an earlier layer made"
    if uses and not sees:
        return "the mask doesn't come through the layers before it in TF.js"
    if uses and not recurrent:
        return "TF.js takes masks into a nested layer in another way"
    if isinstance(layer, RECURRENT) and layer.return_sequences and zeroes(layer):
        return "TF.js doesn't set masked steps of the output to zero"
    if recurrent and inputs > 1:
        return "TF.js keeps initial states for later layers where there is a mask"
    return None
