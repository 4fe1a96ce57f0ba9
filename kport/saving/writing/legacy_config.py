"""A model's configuration for the older HDF5 form.

Where both have words for all of a model, they are Keras 2's, which Keras 3 reads, too: tf-keras then opens the file as well.
Otherwise they are Keras 3's: layers and arguments that only it has, operations on tensors, calls with several tensors that
aren't one list, models within functional models (whose calls the two count differently), the user's own classes.
"""

from __future__ import annotations

from typing import Any

from ...configurable import serialize
from ...models.model import Model
from ...models.serialization import TENSOR
from ..dialects.backwards import downgrade
from ..dialects.plain import is_entry, is_functional, is_sequential, nested
from .config import translated

_LAYERS = """
Activation ActivityRegularization Add AlphaDropout Average AveragePooling1D AveragePooling2D AveragePooling3D BatchNormalization
Bidirectional CategoryEncoding Concatenate Conv1D Conv1DTranspose Conv2D Conv2DTranspose Conv3D Conv3DTranspose ConvLSTM1D
ConvLSTM2D ConvLSTM3D Cropping1D Cropping2D Cropping3D Dense DepthwiseConv1D DepthwiseConv2D Dot Dropout ELU EinsumDense
Embedding Flatten GRU GRUCell GaussianDropout GaussianNoise GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D
GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D Identity InputLayer LSTM LSTMCell LayerNormalization LeakyReLU Masking
MaxPooling1D MaxPooling2D MaxPooling3D Maximum Minimum Multiply PReLU Permute RNN ReLU RepeatVector Rescaling Reshape
SeparableConv1D SeparableConv2D SimpleRNN SimpleRNNCell Softmax SpatialDropout1D SpatialDropout2D SpatialDropout3D
StackedRNNCells Subtract TimeDistributed UnitNormalization UpSampling1D UpSampling2D UpSampling3D ZeroPadding1D ZeroPadding2D
ZeroPadding3D
"""
LAYERS = frozenset(_LAYERS.split())
"""Layers that both generations have, with the same meaning."""

NEW: dict[str, Any] = {
    "autocast": None,
    "count": None,
    "gptq_unpacked_column_size": None,
    "lora_alpha": None,
    "lora_rank": None,
    "renorm": False,
    "renorm_clipping": None,
    "renorm_momentum": None,
    "rms_scaling": False,
    "use_gate": False,
    "zero_output_for_mask": False,
}
"""Arguments that Keras 2 lacks, and the values with which nothing is lost; None: it plays no part."""
SEEDED = ("AlphaDropout", "Dropout", "GaussianDropout", "GaussianNoise")
"""Layers of which both take a seed."""
UNLIKE = ("hard_sigmoid", "leaky_relu", "hard_silu", "log_softmax", "celu", "glu", "squareplus", "sparse_plus", "sparsemax")
"""Activations that only Keras 3 has, or that mean something else in it."""


class _Unsaid(Exception):
    """Keras 2 has no words for it."""


def model_config(model: Model) -> dict[str, Any]:
    """Class and configuration of the model."""
    entry = translated(serialize(model))
    try:
        return _old(entry)
    except _Unsaid:
        return {"class_name": entry["registered_name"] or entry["class_name"], "config": entry["config"]}


def _old(entry: dict[str, Any]) -> dict[str, Any]:
    """A layer or model in Keras 2's words."""
    if entry.get("registered_name") is not None or str(entry.get("module")).startswith("keras.src.ops"):
        raise _Unsaid
    if is_sequential(entry):
        config = entry["config"]
        layers = [_old(layer) for layer in config["layers"]]
        return {
            "class_name": "Sequential",
            "config": {"name": config["name"], "trainable": config["trainable"], "layers": layers},
        }
    if is_functional(entry):
        config = entry["config"]
        return {"class_name": "Functional", "config": {**config, "layers": [_called(layer) for layer in config["layers"]]}}
    name = entry["class_name"]
    if name not in LAYERS:
        raise _Unsaid
    config = dict(entry["config"])
    for key, neutral in NEW.items():
        if neutral is not None and config.get(key, neutral) != neutral:
            raise _Unsaid
        config.pop(key, None)
    if name not in SEEDED and config.pop("seed", None) is not None:
        raise _Unsaid
    if name == "ZeroPadding1D" and config.pop("data_format") != "channels_last":
        raise _Unsaid
    if name == "TimeDistributed" and _makes_masks(config["layer"]):
        raise _Unsaid  # of which the two think differently
    for key, value in config.items():
        activation = key == "activation" or key.endswith("_activation")
        if activation and (value in UNLIKE if isinstance(value, str) else value is not None):
            raise _Unsaid
        if key.endswith(("_initializer", "_regularizer", "_constraint")) and is_entry(value):
            if value.get("registered_name") is not None or value["class_name"] == "function":
                raise _Unsaid
            inner = {k: v for k, v in value["config"].items() if k not in ("input_axes", "output_axes")}
            config[key] = {**value, "config": inner}
    if name == "Bidirectional":
        config = nested(config, _without_zeros)
    return downgrade({"class_name": name, "config": nested(config, _inner)})


def _without_zeros(entry: dict[str, Any]) -> dict[str, Any]:
    """Both generations let a Bidirectional's layers give zeros where they are masked."""
    return {**entry, "config": {k: v for k, v in entry["config"].items() if k != "zero_output_for_mask"}}


def _inner(entry: dict[str, Any]) -> dict[str, Any]:
    """A layer in a layer: Keras 3 looks for its class in the module that is said here."""
    return {"module": "keras.layers", **_old(entry), "registered_name": None}


def _makes_masks(entry: dict[str, Any]) -> bool:
    return entry["class_name"] == "Masking" or bool(entry["config"].get("mask_zero"))


def _called(entry: dict[str, Any]) -> dict[str, Any]:
    """A layer of a functional model, with its calls."""
    if is_sequential(entry) or is_functional(entry):
        raise _Unsaid
    return {**_old(entry), "name": entry["name"], "inbound_nodes": [_call(node) for node in entry["inbound_nodes"]]}


def _call(node: dict[str, Any]) -> list[Any]:
    """[[layer, call, output, keywords], ...], one for each tensor of the only argument."""
    kwargs = {key: value for key, value in node["kwargs"].items() if value is not None}
    args = node["args"]
    if len(args) != 1 or any(isinstance(value, (dict, list)) for value in kwargs.values()):
        raise _Unsaid
    several = isinstance(args[0], list)
    tensors = args[0] if several else args
    if (several and len(tensors) < 2) or not all(isinstance(x, dict) and x.get("class_name") == TENSOR for x in tensors):
        raise _Unsaid
    return [[*x["config"]["keras_history"], kwargs] for x in tensors]
