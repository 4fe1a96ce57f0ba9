"""Keras 1 (2016) to Keras 2: arguments and layers under their new names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...errors import LayerError
from ...legacy.merging import merge_layer
from ...legacy.names import KERAS_1, KERAS_1_TRAINING, KERNEL_SIZES, OF_CLASS, ORDERINGS, WINDOWS
from .plain import (
    Entry,
    checked,
    is_functional,
    is_sequential,
    name_of,
    nested,
    plain,
    renamed,
    sequential_layers,
)

Config = dict[str, Any]
Upgrade = Callable[[Config], tuple[str, Config]]

_SIGNS = (
    "nb_filter",
    "border_mode",
    "dim_ordering",
    "inner_activation",
    "W_regularizer",
    "input_dtype",
    "consume_less",
    "concat_axis",
)
ONLY_KERAS_1 = ("Highway", "MaxoutDense", "SReLU", "ParametricSoftplus")
"""Layers that no later generation has; they keep Keras 1's arguments."""
_TRAINING = (*KERAS_1_TRAINING, "activity_regularizer", "gamma_regularizer", "beta_regularizer", "weights", "cache_enabled")
_TRAINING += tuple(f"{part}_{kind}" for part in ("depthwise", "pointwise") for kind in ("regularizer", "constraint"))


def is_written_by(x: dict[str, Any]) -> bool:
    """Whether a dictionary of a configuration is Keras 1's. (Keras 2 kept Merge for a while.)"""
    config = x.get("config")
    return isinstance(config, dict) and x.get("class_name") != "Merge" and any(sign in config for sign in _SIGNS)


def upgrade(architecture: Entry) -> Entry:
    """The architecture in Keras 2's form."""
    architecture = plain(architecture)
    orderings = set(_values(architecture, "dim_ordering")) & {"th", "tf"}
    return _layer(_with_ordering(architecture, orderings.pop()) if len(orderings) == 1 else architecture)


_MAY_LACK_ORDERING = ("UpSampling2D", "UpSampling3D", "ZeroPadding2D", "ZeroPadding3D", "Cropping2D", "Cropping3D")


def _with_ordering(x: Any, ordering: str) -> Any:
    """Early versions left some layers' ordering to the user's settings; the other layers tell what those were."""
    if isinstance(x, list):
        return [_with_ordering(item, ordering) for item in x]
    if not isinstance(x, dict):
        return x
    x = {key: _with_ordering(item, ordering) for key, item in x.items()}
    if x.get("class_name") in _MAY_LACK_ORDERING and isinstance(x.get("config"), dict):
        x["config"].setdefault("dim_ordering", ordering)
    return x


def _values(x: Any, name: str) -> list[Any]:
    """Every value of this argument within a configuration."""
    if isinstance(x, list):
        return [v for item in x for v in _values(item, name)]
    if not isinstance(x, dict):
        return []
    return ([x[name]] if isinstance(x.get(name), str) else []) + [v for item in x.values() for v in _values(item, name)]


def _layer(entry: Any) -> Entry:
    entry = checked(entry)
    if is_sequential(entry):
        return _sequential(entry)
    if is_functional(entry):
        config = entry["config"]
        return {**entry, "config": {**config, "layers": [_layer(layer) for layer in config["layers"]]}}
    class_name = entry["class_name"]
    if class_name in ONLY_KERAS_1:
        return {**entry, "config": renamed(_without_training(entry["config"]), input_dtype="dtype")}
    config = nested(_common(entry["config"]), _layer)
    if class_name in LAYERS:
        class_name, config = LAYERS[class_name](config)
    return {**entry, "class_name": class_name, "config": config}


def _sequential(entry: Entry) -> Entry:
    layers = sequential_layers(entry)
    if layers and layers[0].get("class_name") == "Merge" and layers[0]["config"].get("layers"):
        return _merged(entry, layers)
    upgraded = [_layer(layer) for layer in layers]
    first = upgraded[0] if upgraded else None
    if first is not None and not is_sequential(first) and "batch_input_shape" not in first["config"]:
        shape = _first_shape(layers[0]["config"])
        if shape is not None:
            first["config"]["batch_input_shape"] = shape
    name = entry["config"].get("name") if isinstance(entry["config"], dict) else None
    return {**entry, "config": {"name": name or entry.get("name") or "sequential", "layers": upgraded}}


def _first_shape(config: Config) -> list[int | None] | None:
    """The shape that input_dim (and input_length) means."""
    if config.get("input_dim") is None:
        return None
    sequence = [config["input_length"]] if "input_length" in config else []
    return [None, *sequence, config["input_dim"]]


def _merged(entry: Entry, layers: list[Entry]) -> Entry:
    """A Sequential that begins by merging the outputs of several models, as a functional model."""
    branches = [_layer(branch) for branch in layers[0]["config"]["layers"]]
    inputs: list[Entry] = []
    calls: list[Entry] = []
    ends = []
    for branch in branches:
        if not is_sequential(branch):
            raise LayerError(
                "expected Sequential models in a Merge that begins a Sequential. Received: a functional one", "Merge"
            )
        first, *rest = branch["config"]["layers"]
        shape = first["config"].get("batch_input_shape")
        if shape is None:
            raise LayerError("expected the input's shape of each model that is merged. Received: none", name_of(first))
        start = f"{name_of(first)}_input"
        inputs.append(_called("InputLayer", {"batch_input_shape": shape, "name": start, "dtype": "float32"}, []))
        end = start
        for layer in (first, *rest):
            calls.append({**layer, "name": name_of(layer), "inbound_nodes": [[[end, 0, 0]]]})
            end = name_of(layer)
        ends.append([end, 0, 0])
    merged = _layer({"class_name": "Merge", "config": {k: v for k, v in layers[0]["config"].items() if k != "layers"}})
    end = name_of(merged)
    calls.append({**merged, "name": end, "inbound_nodes": [ends]})
    for layer in map(_layer, layers[1:]):
        calls.append({**layer, "name": name_of(layer), "inbound_nodes": [[[end, 0, 0]]]})
        end = name_of(layer)
    config = {
        "name": name_of(entry),
        "layers": inputs + calls,
        "input_layers": [[name_of(layer), 0, 0] for layer in inputs],
        "output_layers": [[end, 0, 0]],
    }
    return {"class_name": "Model", "config": config}


def _called(class_name: str, config: Config, nodes: list[Any]) -> Entry:
    return {"class_name": class_name, "config": config, "name": config["name"], "inbound_nodes": nodes}


_INITIALIZERS = {
    "uniform": ("RandomUniform", {"minval": -0.05, "maxval": 0.05}),
    "normal": ("RandomNormal", {"stddev": 0.05}),
    "identity": ("Identity", {}),
    "orthogonal": ("Orthogonal", {}),
    "zero": ("Zeros", {}),
    "one": ("Ones", {}),
}


def _initializer(value: Any) -> Any:
    if value in _INITIALIZERS:
        name, config = _INITIALIZERS[value]
        return {"class_name": name, "config": config}
    return value


def _common(config: Config) -> Config:
    """What holds for every layer. Regularizers and constraints play no part at inference: Keras 1's are left out."""
    unused = ("consume_less", "forget_bias_init")
    config = renamed({k: v for k, v in _without_training(config).items() if k not in unused}, **KERAS_1)
    if "dim_ordering" in config:
        ordering = config.pop("dim_ordering")
        config["data_format"] = ORDERINGS.get(ordering, "channels_last")
    for key in ("kernel_initializer", "recurrent_initializer"):
        if key in config:
            config[key] = _initializer(config[key])
    return config


def _without_training(config: Config) -> Config:
    """Without regularizers and constraints, and with a dtype only where there is one."""
    return {k: v for k, v in config.items() if k not in (*_TRAINING, "dtype", "input_dtype")} | {
        k: v for k, v in config.items() if k in ("dtype", "input_dtype") and v is not None
    }


def _window(class_name: str) -> Upgrade:
    """A layer with a window: nb_row, nb_col, ... become one kernel_size, lengths become sizes."""

    def upgraded(config: Config) -> tuple[str, Config]:
        config = renamed(config, **WINDOWS)
        sizes = [config.pop(key) for key in KERNEL_SIZES if key in config]
        if sizes:
            config["kernel_size"] = sizes
        return _without_length(class_name)(config)

    return upgraded


def _deconvolution(config: Config) -> tuple[str, Config]:
    """The output's shape was an argument; it follows from the padding."""
    class_name, config = _window("Conv2DTranspose")(config)
    config.pop("output_shape", None)
    return class_name, config


def _embedding(config: Config) -> tuple[str, Config]:
    kept = ("input_dim", "mask_zero", "name", "trainable", "batch_input_shape", "dtype")
    upgraded = {k: v for k, v in config.items() if k in kept}
    upgraded.pop("dtype", None)
    return "Embedding", {**upgraded, "output_dim": config["units"]}


def _batch_normalization(config: Config) -> tuple[str, Config]:
    mode = config.pop("mode", 0)
    if mode not in (0, None):
        raise LayerError(
            f"expected BatchNormalization with mode=0, which uses the averages in the file. Received: mode={mode}, "
            "which normalizes with the statistics of each batch",
            config.get("name"),
        )
    return "BatchNormalization", renamed(config, **OF_CLASS["BatchNormalization"])


def _renaming(class_name: str) -> Upgrade:
    return lambda config: (class_name, renamed(config, **OF_CLASS[class_name]))


def _padding(class_name: str) -> Upgrade:
    """Padding in Keras 1 was the number on both sides of each axis, or a dictionary of sides."""

    def upgraded(config: Config) -> tuple[str, Config]:
        padding = config.get("padding")
        if isinstance(padding, dict):
            sides = [("top", "bottom"), ("left", "right")]
            one = [[padding.get(f"{s}_pad", 0) for s in pair] for pair in sides]
            config["padding"] = one if class_name != "ZeroPadding1D" else one[1]
        elif isinstance(padding, list) and class_name == "ZeroPadding2D" and len(padding) == 4:
            config["padding"] = [padding[:2], padding[2:]]
        return class_name, config

    return upgraded


def _without_length(class_name: str) -> Upgrade:
    return lambda config: (class_name, {k: v for k, v in config.items() if k not in ("input_length", "input_dim")})


LAYERS: dict[str, Upgrade] = {
    "Convolution1D": _window("Conv1D"),
    "Convolution2D": _window("Conv2D"),
    "Convolution3D": _window("Conv3D"),
    "AtrousConvolution1D": _window("Conv1D"),
    "AtrousConvolution2D": _window("Conv2D"),
    "AtrousConv1D": _window("Conv1D"),
    "AtrousConv2D": _window("Conv2D"),
    "Deconvolution2D": _deconvolution,
    "SeparableConvolution2D": _window("SeparableConv2D"),
    "LocallyConnected1D": _window("LocallyConnected1D"),
    "LocallyConnected2D": _window("LocallyConnected2D"),
    "ConvLSTM2D": _window("ConvLSTM2D"),
    "MaxPooling1D": _window("MaxPooling1D"),
    "AveragePooling1D": _window("AveragePooling1D"),
    "UpSampling1D": _renaming("UpSampling1D"),
    "ZeroPadding1D": _padding("ZeroPadding1D"),
    "ZeroPadding2D": _padding("ZeroPadding2D"),
    "Embedding": _embedding,
    "BatchNormalization": _batch_normalization,
    "GaussianNoise": _renaming("GaussianNoise"),
    "Dense": _without_length("Dense"),
    "TimeDistributedDense": _without_length("Dense"),  # a Dense already works on the last axis
    "LSTM": _without_length("LSTM"),
    "GRU": _without_length("GRU"),
    "SimpleRNN": _without_length("SimpleRNN"),
    "PReLU": _renaming("PReLU"),
    "Merge": merge_layer,
}
