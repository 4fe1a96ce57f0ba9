"""Layers that Keras 3 has, but not with these arguments: what is said instead.

- Channels first: TensorFlow convolves and pools on a CPU with channels last only. The same layer with channels last, between
  two transpositions, which cancel those of its neighbours.
- Lookup layers whose vectors are floats, as in Keras 2: the layer, and a cast.
- Masks: they are tensors here, so no Embedding makes one; and layers that add up and the like don't mind them, where they are
  of Keras 2.
- Recurrent layers that are called on a list of the sequence and the initial states: these by their own name.
"""

from __future__ import annotations

from typing import Any

from ... import ops
from ...layers.convolutional.base import BaseConvolution
from ...layers.core.embedding import Embedding
from ...layers.layer import Layer, calling
from ...layers.merging.merge import Merge
from ...layers.pooling.adaptive_pooling import BaseAdaptivePooling
from ...layers.pooling.global_pooling import BaseGlobalPooling
from ...layers.pooling.window_pooling import BasePooling
from ...layers.preprocessing.index_lookup import VECTOR_DTYPE, IndexLookup
from ...layers.preprocessing.text_vectorization import TextVectorization
from ...layers.reshaping.up_sampling import UpSampling2D, UpSampling3D
from ...layers.rnn.bidirectional import Bidirectional
from ...layers.rnn.conv_lstm import ConvLSTM
from ...layers.rnn.rnn import RecurrentLayer
from ...ops.shapes import to_channels_first, to_channels_last
from ...tree import flatten, map_structure

SPATIAL = (BaseAdaptivePooling, BaseConvolution, BaseGlobalPooling, BasePooling, UpSampling2D, UpSampling3D)


def adapts(layer: Layer) -> bool:
    """Whether a call of the layer has to be said otherwise."""
    return _is_channels_first(layer) or _gives_floats(layer) or _is_called_on_list(layer, _last_arguments(layer))


class Adapter:
    """Says calls otherwise; what is made from one layer is one layer, whose calls share the weights."""

    def __init__(self) -> None:
        self._made: dict[int, tuple[Layer, Layer]] = {}

    def adapted(self, layer: Layer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The outputs for the arguments; NotImplemented where the layer can be called as it is."""
        if _is_called_on_list(layer, args):
            sequences, *states = args[0]
            mask = flatten(kwargs.pop("mask", None))[0]  # that of the sequence
            return layer(sequences, *args[1:], mask=mask, **kwargs, initial_state=states)
        if isinstance(layer, Merge) and kwargs.get("mask") is not None and layer.any_masks:
            return layer(*args, **{key: value for key, value in kwargs.items() if key != "mask"})
        if isinstance(layer, Embedding) and layer.mask_zero:
            return self._changed(layer, args, kwargs, mask_zero=False)(*args, **kwargs)
        if _gives_floats(layer):
            return ops.cast(self._changed(layer, args, kwargs, vector_dtype=VECTOR_DTYPE)(*args, **kwargs), layer.vector_dtype)  # type: ignore[attr-defined]
        if isinstance(layer, ConvLSTM) and _is_channels_first(layer):
            return self._conv_lstm(layer, args, kwargs)
        if _is_channels_first(layer):
            x = ops.transpose(args[0], to_channels_last(args[0].ndim))
            args = (x, *args[1:])
            y = self._changed(layer, args, kwargs, data_format="channels_last")(*args, **kwargs)
            return ops.transpose(y, to_channels_first(y.ndim)) if y.ndim == x.ndim else y
        return NotImplemented

    def _conv_lstm(self, layer: Layer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Of sequences the steps come before the channels; states are images."""
        rank = args[0].ndim

        def last(x: Any) -> Any:
            sequence = (0, 1, *range(3, rank), 2)
            return ops.transpose(x, sequence if x.ndim == rank else to_channels_last(rank - 1))

        def first(y: Any) -> Any:
            sequence = (0, 1, rank - 1, *range(2, rank - 1))
            return ops.transpose(y, sequence if y.ndim == rank else to_channels_first(rank - 1))

        args = map_structure(lambda x: last(x) if x is not None else None, args)
        given = kwargs.get("initial_state")
        kwargs = kwargs if given is None else {**kwargs, "initial_state": map_structure(last, given)}
        return map_structure(first, self._changed(layer, args, kwargs, data_format="channels_last")(*args, **kwargs))

    def _changed(self, layer: Layer, args: tuple[Any, ...], kwargs: dict[str, Any], **changes: Any) -> Layer:
        """The layer with other arguments and the same weights."""
        known = self._made.get(id(layer))
        if known is not None:
            return known[1]
        new: Layer = type(layer).from_config({**layer.get_config(), **changes})
        with calling():
            new.infer(args, kwargs)  # builds it
        if layer.weights:
            new.set_weights(layer.get_weights())
        if isinstance(layer, (IndexLookup, TextVectorization)) and isinstance(new, (IndexLookup, TextVectorization)):
            store: dict[str, Any] = {}
            layer.save_own_variables(store)
            new.load_own_variables(store)
            if layer.save_assets():
                new.load_assets(layer.save_assets())
        self._made[id(layer)] = (layer, new)  # holds the layer: its id can't be reused
        return new


def _is_channels_first(layer: Layer) -> bool:
    return isinstance(layer, (ConvLSTM, *SPATIAL)) and getattr(layer, "data_format", None) == "channels_first"


def _gives_floats(layer: Layer) -> bool:
    return getattr(layer, "vector_dtype", VECTOR_DTYPE) != VECTOR_DTYPE


def _is_called_on_list(layer: Layer, args: tuple[Any, ...]) -> bool:
    recurrent = isinstance(layer, (Bidirectional, RecurrentLayer))
    return recurrent and bool(args) and isinstance(args[0], (list, tuple)) and len(flatten(args[0])) > 1


def _last_arguments(layer: Layer) -> tuple[Any, ...]:
    call = getattr(layer, "_keras_last_call", None)
    return () if call is None else call.args
