"""Which layers Keras 3 has, so that they can be written as they are."""

from __future__ import annotations

from collections.abc import Iterator
from types import FunctionType
from typing import Any

from ...activations import hard_sigmoid_keras2
from ...layers.attention.multi_head import HeadedAttention
from ...layers.core.lambda_layer import Lambda
from ...layers.layer import Layer
from ...layers.operation import Operation, OpLayer
from ...models.functional import Functional
from ...models.model import Model
from ...models.sequential import Sequential
from ...registry import activations
from ...saving.writing.operations import MODULES
from .exceptions import is_exception

LACKING = frozenset(
    {
        "CustomScaleLayer",
        "Equalization",  # without training it gives what it was given, which Keras can't trace
        "FeatureSpace",
        "Highway",
        "LayerScale",
        "LocallyConnected1D",
        "LocallyConnected2D",
        "MaxoutDense",
        "ParametricSoftplus",
        "RandomFourierFeatures",
        "RandomHeight",
        "RandomWidth",
        "SReLU",
        "StochasticDepth",
        "TFDConcat",
        "TFDIdentity",
        "ThresholdedReLU",
    }
)
"""Layers of older generations and of Keras's own that Keras 3 can't open by their names."""


def is_known(layer: Layer) -> bool:
    """Whether Keras 3 has the layer, with all that it holds, and computes the same."""
    return _is_plain(layer) and all(is_known(inner) for inner in inside(layer))


def inside(layer: Layer) -> Iterator[Layer]:
    """The layers that a layer holds."""
    yield from layer.layers if isinstance(layer, (Functional, Sequential)) else layer.sublayers()


def _is_plain(layer: Layer) -> bool:
    kind = type(layer)
    if isinstance(layer, Operation):
        return layer.operation in MODULES
    if kind.__module__.partition(".")[0] != "kport" or kind.__name__ in LACKING or isinstance(layer, (Lambda, OpLayer)):
        return False
    if isinstance(layer, Model) and not isinstance(layer, (Functional, Sequential)):
        return False
    return not (_has_own_function(layer) or is_exception(layer))


def _has_own_function(layer: Layer) -> bool:
    """Whether a function of the layer is the user's, or an older Keras's."""
    functions = {key: value for key, value in vars(layer).items() if isinstance(value, FunctionType)}
    if functions.get("recurrent_activation") is hard_sigmoid_keras2:
        del functions["recurrent_activation"]  # the weights of the gates say it
    return any(activations.items.get(f.__name__) is not f or f is hard_sigmoid_keras2 for f in functions.values())


def minds_masks(layer: Layer) -> bool:
    """Whether the layer treats masks as an older Keras did."""
    if isinstance(layer, HeadedAttention) and not layer.zero_where_masked:
        return True
    old = bool(getattr(layer, "any_masks", False)) or layer.takes_masks != type(layer).takes_masks
    return (old and not isinstance(layer, Model)) or any(minds_masks(inner) for inner in inside(layer))


def makes_masks(layer: Any) -> bool:
    """Whether masks may come from the layer, or from one in it."""
    own = type(layer).__name__ == "Masking" or bool(getattr(layer, "mask_zero", False))
    return own or any(makes_masks(inner) for inner in inside(layer))
