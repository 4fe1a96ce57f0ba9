"""Keras 2 (multi-backend 2.0 to 2.3, tf.keras to 2.15) to Keras 3."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...errors import LayerError
from ...legacy.merging import merge_layer
from ...legacy.names import OF_CLASS
from ...registry import CUSTOM, constraints, initializers, regularizers
from ..lambdas import upgrade_lambda
from .nodes import upgrade_nodes
from .plain import (
    Entry,
    checked,
    drop,
    is_functional,
    is_model,
    is_sequential,
    name_of,
    nested,
    plain,
    renamed,
    sequential_layers,
)
from .preprocessing import PREPROCESSING
from .tensorflow_ops import op_lambda, op_layer

Config = dict[str, Any]
Upgrade = Callable[[Config], tuple[str, Config]]


def is_written_by(x: dict[str, Any]) -> bool:
    """Whether a dictionary of a configuration is an older Keras's and not Keras 3's: an input with batch_input_shape."""
    config = x.get("config")
    return x.get("class_name") == "InputLayer" and isinstance(config, dict) and "batch_input_shape" in config


def upgrade(architecture: Entry) -> Entry:
    """The architecture in Keras 3's form."""
    return _layer(plain(architecture))


def _layer(entry: Any) -> Entry:
    entry = checked(entry)
    if is_sequential(entry):
        return _sequential(entry)
    if is_functional(entry):
        return _functional(entry)
    config = nested(_common(entry["config"]), _layer)
    config.pop("batch_input_shape", None) if entry["class_name"] != "InputLayer" else None
    class_name = entry["class_name"]
    if class_name in LAYERS:
        class_name, config = LAYERS[class_name](config)
    return {**entry, "class_name": class_name, "config": config}


def _functional(entry: Entry) -> Entry:
    config = entry["config"]
    layers = [{**_layer(layer), "name": name_of(layer)} for layer in config["layers"]]
    for layer in layers:
        layer["config"].setdefault("name", layer["name"])
    ends = {key: config[key] for key in ("input_layers", "output_layers")}
    layers, ends = upgrade_nodes(layers, ends)
    upgraded = {"name": config.get("name"), "trainable": config.get("trainable", True), "layers": layers, **ends}
    class_name = entry["class_name"] if entry["class_name"] in CUSTOM else "Functional"
    return {**entry, "class_name": class_name, "config": {k: v for k, v in upgraded.items() if v is not None}}


def _sequential(entry: Entry) -> Entry:
    config = entry["config"] if isinstance(entry["config"], dict) else {}
    stored = [checked(layer) for layer in sequential_layers(entry)]
    layers = [_layer(layer) for layer in stored]
    if stored and stored[0]["class_name"] != "InputLayer":
        start = _input(stored[0])
        if start is not None:
            layers.insert(0, start)
    upgraded = {
        "name": config.get("name") or entry.get("name") or "sequential",
        "trainable": config.get("trainable", True),
        "layers": layers,
    }
    if config.get("build_input_shape") is not None:
        upgraded["build_input_shape"] = config["build_input_shape"]
    return {**entry, "config": upgraded}


def _input(first: Entry) -> Entry | None:
    """The input of a Sequential, of the shape that its first layer (or the first one within it) was given."""
    config = first["config"]
    if is_model(first):
        return None
    shape = config.get("batch_input_shape")
    if shape is None and isinstance(config.get("layer"), dict):
        return _input(config["layer"])
    if shape is None:
        return None
    dtype = config.get("dtype") if isinstance(config.get("dtype"), str) else "float32"
    name = f"{name_of(first)}_input"
    return {"class_name": "InputLayer", "config": {"batch_shape": shape, "dtype": dtype, "name": name}}


def _common(config: Config) -> Config:
    """What holds for every layer: names of activations, and settings of training that are the user's own."""
    dropped = ("autocast", "input_spec", "batch_size", "stateful_metrics", "rng_type")
    config = {key: value for key, value in config.items() if key not in dropped}
    for key, value in config.items():
        if key == "activation" or key.endswith("_activation"):
            config[key] = activation(value)
        elif key.endswith("_initializer"):
            config[key] = _known(value, initializers, "zeros")
        elif key.endswith("_regularizer"):
            config[key] = _known(value, regularizers, None)
        elif key.endswith("_constraint"):
            config[key] = _known(value, constraints, None)
    return config


def activation(value: Any) -> Any:
    """hard_sigmoid had the slope 0.2 until Keras 3; the names otherwise mean the same."""
    if isinstance(value, dict) and isinstance(value.get("config"), dict) and "class_name" in value:
        return _layer({"class_name": value["class_name"], "config": dict(value["config"])})
    return "hard_sigmoid_keras2" if value == "hard_sigmoid" else value


def _known(value: Any, registry: Any, otherwise: Any) -> Any:
    """A setting of training as Keras 3 has it; one of the user's own plays no part once the weights are known."""
    if isinstance(value, str):
        return value if value in registry.items or value in CUSTOM else otherwise
    if not isinstance(value, dict) or "class_name" not in value:
        return value
    if value["class_name"] not in registry.items and value["class_name"] not in CUSTOM:
        return otherwise
    config = {k: v for k, v in (value.get("config") or {}).items() if k != "dtype"}
    return {"class_name": value["class_name"], "config": config}


def _same(class_name: str, **neutral: Any) -> Upgrade:
    """The same layer without arguments that only had one meaningful value."""
    return lambda config: (class_name, drop(config, config.get("name", class_name), **neutral))


def _without(class_name: str, *keys: str) -> Upgrade:
    """The same layer without arguments that change nothing at inference."""
    return lambda config: (class_name, {k: v for k, v in config.items() if k not in keys})


def _input_layer(config: Config) -> tuple[str, Config]:
    config = renamed(config, batch_input_shape="batch_shape")
    return "InputLayer", {
        k: v for k, v in config.items() if k in ("batch_shape", "dtype", "sparse", "ragged", "name", "optional")
    }


def _batch_normalization(config: Config) -> tuple[str, Config]:
    if config.get("renorm"):
        raise LayerError("expected renorm=False, which Keras 3 has no other than. Received: renorm=True", config.get("name"))
    unused = ("renorm", "renorm_clipping", "renorm_momentum", "fused", "virtual_batch_size", "adjustment")
    config = {k: v for k, v in config.items() if k not in unused}
    axis = config.get("axis", -1)
    if isinstance(axis, list):
        if len(axis) != 1:
            raise LayerError(f"expected one axis. Received: axis={axis}", config.get("name"))
        config["axis"] = axis[0]
    return "BatchNormalization", config


def _recurrent(class_name: str, **defaults: Any) -> Upgrade:
    def upgraded(config: Config) -> tuple[str, Config]:
        if config.get("time_major"):
            raise LayerError("expected time_major=False: (batch, time, features). Received: time_major=True", config.get("name"))
        unused = ("implementation", "time_major", "input_dim", "input_length", "enable_caching_device", "constants")
        return class_name, defaults | {k: v for k, v in config.items() if k not in unused}

    return upgraded


def _cudnn(class_name: str, **fixed: Any) -> Upgrade:
    """The layers that ran only on a GPU are the general ones with these activations."""
    return lambda config: (class_name, {**config, "activation": "tanh", "recurrent_activation": "sigmoid", **fixed})


def _time_distributed(config: Config) -> tuple[str, Config]:
    """Masks that the layer makes at every step count."""
    layer = config["layer"]
    makes_masks = layer["class_name"] == "Masking" or layer["config"].get("mask_zero", False)
    return "TimeDistributed", {**config, "layer_masks": True} if makes_masks else config


def _leaky_relu(config: Config) -> tuple[str, Config]:
    return "LeakyReLU", renamed(config, **OF_CLASS["LeakyReLU"])


def _attention(class_name: str) -> Upgrade:
    def upgraded(config: Config) -> tuple[str, Config]:
        return class_name, drop(config, config.get("name", class_name), causal=False)

    return upgraded


LAYERS: dict[str, Upgrade] = {
    "InputLayer": _input_layer,
    "BatchNormalization": _batch_normalization,
    "BatchNormalizationV1": _batch_normalization,
    "BatchNormalizationV2": _batch_normalization,
    "SyncBatchNormalization": _batch_normalization,
    "LSTM": _recurrent("LSTM"),
    "GRU": _recurrent("GRU", reset_after=False),
    "SimpleRNN": _recurrent("SimpleRNN"),
    "LSTMV2": _recurrent("LSTM"),
    "GRUV2": _recurrent("GRU", reset_after=False),
    "LSTMCell": _recurrent("LSTMCell"),
    "GRUCell": _recurrent("GRUCell", reset_after=False),
    "SimpleRNNCell": _recurrent("SimpleRNNCell"),
    "RNN": _recurrent("RNN"),
    "ConvLSTM1D": _recurrent("ConvLSTM1D"),
    "ConvLSTM2D": _recurrent("ConvLSTM2D"),
    "ConvLSTM3D": _recurrent("ConvLSTM3D"),
    "CuDNNLSTM": _cudnn("LSTM"),
    "CuDNNGRU": _cudnn("GRU", reset_after=True),
    "Bidirectional": _without("Bidirectional", "weights", "num_constants"),
    "TimeDistributed": _time_distributed,
    "Dense": _without("Dense", "input_dim"),
    "Embedding": _without("Embedding", "input_length", "sparse"),
    "LeakyReLU": _leaky_relu,
    "DepthwiseConv1D": _without(
        "DepthwiseConv1D", "filters", "groups", *(f"kernel_{s}" for s in ("initializer", "regularizer", "constraint"))
    ),
    "DepthwiseConv2D": _without(
        "DepthwiseConv2D", "filters", "groups", *(f"kernel_{s}" for s in ("initializer", "regularizer", "constraint"))
    ),
    "SeparableConv1D": _without(
        "SeparableConv1D", "groups", *(f"kernel_{s}" for s in ("initializer", "regularizer", "constraint"))
    ),
    "SeparableConv2D": _without(
        "SeparableConv2D", "groups", *(f"kernel_{s}" for s in ("initializer", "regularizer", "constraint"))
    ),
    "Conv1DTranspose": _same("Conv1DTranspose", groups=1),
    "Conv2DTranspose": _same("Conv2DTranspose", groups=1),
    "Conv3DTranspose": _same("Conv3DTranspose", groups=1),
    "SpatialDropout1D": _without("SpatialDropout1D", "noise_shape"),
    "SpatialDropout2D": _without("SpatialDropout2D", "noise_shape"),
    "SpatialDropout3D": _without("SpatialDropout3D", "noise_shape"),
    "MultiHeadAttention": _without("MultiHeadAttention", "query_shape", "key_shape", "value_shape"),
    "Attention": _attention("Attention"),
    "AdditiveAttention": _attention("AdditiveAttention"),
    "Lambda": upgrade_lambda,
    "Merge": merge_layer,
    "TFOpLambda": op_lambda,
    "SlicingOpLambda": op_lambda,
    "TensorFlowOpLayer": op_layer,
    **PREPROCESSING,
}
