"""Layers that TF.js lacks, or computes otherwise, exactly in those that it has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from .steps import Config, Refused, Said, Step

Rewrite = Callable[[Said], list[Step]]

EPSILON = 1e-7
"""Normalization's least standard deviation."""
MOST_AXES = 4
"""Of an input that TF.js normalizes, with the batch."""


def reshape(*target: int) -> Step:
    """-1: whatever size is left."""
    return Step("Reshape", {"target_shape": list(target)})


def moved(axis: int, rank: int) -> tuple[list[int], list[int]]:
    """Permutations (of the axes after the batch) that make an axis the last one, and the last one that axis."""
    there = [i for i in range(1, rank) if i != axis] + [axis]
    return there, [there.index(i) + 1 for i in range(1, rank)]


def channels_last(inner: Rewrite, axis: int = 1) -> Rewrite:
    """A layer that TF.js has with channels last only, between permutations. axis: where they are first, with the batch."""

    def rewrite(x: Said) -> list[Step]:
        if x.config["data_format"] != "channels_first":
            return inner(x)
        if x.config.get("activation") in ("softmax", "log_softmax") or x.config.get("return_state"):
            raise Refused("expected channels last, or one output and another activation. Received: data_format='channels_first'")
        there, _ = moved(axis, len(x.shape))
        shape = (x.shape[0], *(x.shape[i] for i in there))
        steps = inner(replace(x, config={**x.config, "data_format": "channels_last"}, shapes=(shape,)))
        back_axis = axis if x.config.get("return_sequences", True) else axis - 1
        _, back = moved(back_axis, len(x.shape) - (back_axis < axis))
        return [Step("Permute", {"dims": there}), *steps, Step("Permute", {"dims": back})]

    return rewrite


def in_rows(x: Said, *inner: Step, channels: int | None = None) -> list[Step]:
    """Steps on images of one column: (batch, T, C) as (batch, T, 1, C) and back. channels: of the last step."""
    last = x.size(-1)
    return [reshape(-1, 1, last), *inner, reshape(-1, last if channels is None else channels)]


def itself(x: Said) -> list[Step]:
    """The layer of the same name and configuration."""
    return [Step(x.class_name, x.config, x.weights)]


def by_rows(class_name: str, argument: str) -> Rewrite:
    """A layer that pads or crops steps of time, by one that pads or crops rows."""

    def rewrite(x: Said) -> list[Step]:
        return in_rows(x, Step(class_name, {**x.common, argument: [x.config[argument], [0, 0]]}))

    return rewrite


def up_sampling1d(x: Said) -> list[Step]:
    size = x.config["size"]
    factor = size[0] if isinstance(size, list) else size
    return in_rows(x, Step("UpSampling2D", {**x.common, "size": [factor, 1]}))


def flatten(x: Said) -> list[Step]:
    """TF.js flattens nothing of rank 2, and nothing of unknown size."""
    if len(x.shape) == 2:
        return [Step("Activation", {**x.common, "activation": "linear"})]
    if None not in x.shape[1:]:
        return [Step("Flatten", x.config)]
    if x.config.get("data_format") == "channels_first" and len(x.shape) > 2:
        raise Refused("expected an input of known size, with channels first")
    return [reshape(-1)]


def relu(x: Said) -> list[Step]:
    """TF.js's ReLU knows max_value only."""
    slope, threshold, most = (x.config[key] for key in ("negative_slope", "threshold", "max_value"))
    if threshold or (slope and most is not None):
        raise Refused(f"expected threshold=0 and no max_value beside a slope. Received: {threshold=}, {slope=}, max_value={most}")
    if slope:
        return [Step("LeakyReLU", {**x.common, "alpha": slope})]
    return [Step("ReLU", {**x.common, "max_value": most})]


def prelu(x: Said) -> list[Step]:
    """TF.js's WebAssembly back end repeats the slopes over the first axes only, whatever their shape."""
    shared = sorted(x.config["shared_axes"] or [])
    if shared != list(range(1, len(shared) + 1)):
        raise Refused(f"expected shared_axes that are the first ones. Received: shared_axes={shared}")
    return [Step("PReLU", x.config, x.weights)]


def softmax(x: Said) -> list[Step]:
    """Along the last axis, the only one that TF.js has; an Activation, since the layer would take masks that are another's."""
    axes = x.config["axis"] if isinstance(x.config["axis"], list) else [x.config["axis"]]
    if [axis % len(x.shape) for axis in axes] != [len(x.shape) - 1]:
        raise Refused(f"expected axis=-1, the only one that TF.js's softmax has. Received: axis={x.config['axis']}")
    return [Step("Activation", {**x.common, "activation": "softmax"})]


def merge(x: Said) -> list[Step]:
    """TF.js merges two inputs or more."""
    if len(x.shapes) == 1:
        return [Step("Activation", {**x.common, "activation": "linear"})]
    return [Step(x.class_name, x.config)]


def concatenate(x: Said) -> list[Step]:
    """TF.js counts no axes from the end, but for the last."""
    return merge(replace(x, config={**x.config, "axis": x.config["axis"] % len(x.shape)}))


def dot(x: Said) -> list[Step]:
    if any(len(shape) > 3 for shape in x.shapes):
        raise Refused(f"TF.js's Dot takes inputs of rank 2 and 3. Received: shapes={x.shapes}")
    return [Step("Dot", x.config)]


def max_pooling3d(x: Said) -> list[Step]:
    """The maximum over width, then depth and height, of images: in volumes TF.js's WebAssembly back end finds none below 0."""
    first = x.config["data_format"] == "channels_first"
    height, width, channels = (x.size(axis) for axis in ((3, 4, 1) if first else (2, 3, 4)))
    (p_d, p_h, p_w), (s_d, s_h, s_w), padding = (x.config[key] for key in ("pool_size", "strides", "padding"))

    def pool(size: list[int], strides: list[int]) -> Step:
        return Step("MaxPooling2D", {**x.common, "pool_size": size, "strides": strides, "padding": padding})

    rows, columns = pooled(height, p_h, s_h, padding), pooled(width, p_w, s_w, padding)
    over_width = [reshape(-1, width, channels), pool([1, p_w], [1, s_w])]
    over_rest = [reshape(-1, height, columns * channels), pool([p_d, p_h], [s_d, s_h]), reshape(-1, rows, columns, channels)]
    steps = [*over_width, *over_rest]
    return [Step("Permute", {"dims": [2, 3, 4, 1]}), *steps, Step("Permute", {"dims": [4, 1, 2, 3]})] if first else steps


def pooled(size: int, window: int, stride: int, padding: str) -> int:
    """How many windows there are."""
    return -(-size // stride) if padding == "same" else (size - window) // stride + 1


def recurrent(x: Said) -> list[Step]:
    """TF.js runs a layer again for each of its outputs, and what it remembers goes on each time."""
    if x.config.get("stateful", False) and x.config.get("return_state", False):
        raise Refused("expected stateful=False or return_state=False: TF.js runs the layer again for each of its outputs")
    return [Step(x.class_name, x.config, x.weights)]


def bidirectional(x: Said) -> list[Step]:
    """As of any recurrent layer. Weights and layers within are its writer's."""
    layer: Any = x.layer
    if layer.stateful and (layer.return_state or layer.merge_mode is None):
        raise Refused("expected stateful=False or one output: TF.js runs the layer again for each of its outputs")
    return [Step(x.class_name, x.config)]


def volumes(x: Said) -> list[Step]:
    """A layer with a window over volumes: TF.js pads by negative numbers where a step is wider than the window."""
    size, strides = x.config.get("pool_size") or x.config["kernel_size"], x.config["strides"]
    if x.config["padding"] == "same" and any(a < b for a, b in zip(size, strides, strict=True)):
        raise Refused(f"TF.js pads wrongly where strides are wider than the window. Received: window={size}, {strides=}")
    return [Step(x.class_name, x.config, x.weights)]


def conv1d(x: Said) -> list[Step]:
    """TF.js has no causal padding: (kernel_size - 1) · dilation_rate steps of zeros come first."""
    weights = x.weights
    if x.config["padding"] != "causal":
        return [Step("Conv1D", x.config, weights)]
    before = (x.config["kernel_size"][0] - 1) * x.config["dilation_rate"][0]
    padding = Step("ZeroPadding2D", {**x.common, "padding": [[before, 0], [0, 0]]})
    return [*in_rows(x, padding), Step("Conv1D", {**x.config, "padding": "valid"}, weights)]


def _with_column(config: Config, *, same_strides: bool) -> Config:
    """The sizes of a convolution over time as those over rows; separable ones have the same stride in both axes."""
    size, stride, dilation = (config[key][0] for key in ("kernel_size", "strides", "dilation_rate"))
    strides = [stride, stride if same_strides else 1]
    return {**config, "kernel_size": [size, 1], "strides": strides, "dilation_rate": [dilation, dilation]}


def _column(array: np.ndarray) -> np.ndarray:
    """A kernel over time as one over rows."""
    return array[:, np.newaxis] if array.ndim == 3 else array


def _over_rows(class_name: str, names: dict[str, str], same_strides: bool) -> Rewrite:
    def rewrite(x: Said) -> list[Step]:
        if x.config["padding"] == "causal":
            raise Refused("expected padding='valid' or 'same'. Received: padding='causal', which TF.js's convolutions don't have")
        weights = {names.get(name, name): _column(array) for name, array in x.weights.items()}
        channels = int(x.config.get("filters") or x.size(-1) * x.config["depth_multiplier"])
        inner = Step(class_name, _with_column(x.config, same_strides=same_strides), weights)
        return in_rows(x, inner, channels=channels)

    return rewrite


conv1d_transpose = _over_rows("Conv2DTranspose", {}, same_strides=False)
depthwise_conv1d = _over_rows("DepthwiseConv2D", {"kernel": "depthwise_kernel"}, same_strides=True)
separable_conv1d = _over_rows("SeparableConv2D", {}, same_strides=True)


def depthwise_conv2d(x: Said) -> list[Step]:
    weights = {"depthwise_kernel" if name == "kernel" else name: array for name, array in x.weights.items()}
    return [Step("DepthwiseConv2D", x.config, weights)]


def global_pooling(x: Said) -> list[Step]:
    """TF.js keeps no dimensions, and pools no volumes: these are one axis of voxels."""
    keep, data_format = x.config["keepdims"], x.config["data_format"]
    rank, first = len(x.shape) - 2, data_format == "channels_first"
    channels = x.size(1 if first else -1)
    steps = []
    if rank == 2:
        steps.append(Step(x.class_name, {**x.common, "data_format": data_format}))
    else:
        if first:
            steps += [reshape(channels, -1), Step("Permute", {"dims": [2, 1]})]
        elif rank == 3:
            steps.append(reshape(-1, channels))
        steps.append(Step(x.class_name.replace("3D", "1D"), x.common))
    ones = [1] * rank
    return [*steps, reshape(*([channels, *ones] if first else [*ones, channels]))] if keep else steps


def subtract(x: Said) -> list[Step]:
    """a - b = a + (-1 · b)"""
    negative = Step("Rescaling", {**x.common, "scale": -1, "offset": 0}, sources=(1,))
    return [negative, Step("Add", x.common, sources=(0, -1))]


def batch_normalization(x: Said) -> list[Step]:
    """With gamma and beta, without which TF.js fails as soon as it trains; along the last axis, the only one that its kernels
    get right, of at most 4."""
    axes = x.config["axis"] if isinstance(x.config["axis"], list) else [x.config["axis"]]
    if len(axes) != 1:
        raise Refused(f"expected one axis. Received: axis={axes}")
    rank, axis = len(x.shape), axes[0] % len(x.shape)
    channels = x.size(axis)
    weights = {"gamma": np.ones(channels, np.float32), "beta": np.zeros(channels, np.float32)} | x.weights
    norm = Step("BatchNormalization", {**x.config, "axis": -1, "center": True, "scale": True}, weights)
    if axis != rank - 1:
        there, back = moved(axis, rank)
        return [Step("Permute", {"dims": there}), norm, Step("Permute", {"dims": back})]
    if rank <= MOST_AXES:
        return [norm]
    if list(x.shape[1:]).count(None) > 1:
        raise Refused(f"expected an input of rank {MOST_AXES} at most, or of known size. Received: shape={x.shape}")
    return [reshape(-1, channels), norm, reshape(*(-1 if size is None else size for size in x.shape[1:]))]


def normalization(x: Said) -> list[Step]:
    """(x - mean) · 1/σ, or with `invert` x · σ + mean: first what is added, then what is multiplied, so that nothing cancels."""
    axes = [axis % len(x.shape) for axis in x.config["axis"]]
    if axes not in ([], [len(x.shape) - 1]):
        raise Refused(f"expected statistics of the last axis, or one for all. Received: axis={x.config['axis']}")
    weights = x.weights
    mean, variance = (
        np.asarray(x.config[k] if x.config[k] is not None else weights[k], np.float64) for k in ("mean", "variance")
    )
    deviation = np.maximum(np.sqrt(variance), EPSILON)

    def rescaling(scale: Any, offset: Any) -> Step:
        scale, offset = (np.asarray(a, np.float32).reshape(-1).tolist() for a in (scale, offset))
        return Step("Rescaling", {**x.common, "scale": scale, "offset": offset})

    if x.config["invert"]:
        return [rescaling(deviation, mean)]
    return [rescaling(1.0, -mean), rescaling(1 / deviation, 0.0)]


def spatial_dropout(x: Said) -> list[Step]:
    """Dropout of whole channels."""
    ones = [1] * (len(x.shape) - 2)
    noise = [None, None, *ones] if x.config.get("data_format") == "channels_first" else [None, *ones, None]
    return [Step("Dropout", {**x.common, "rate": x.config["rate"], "seed": x.config["seed"], "noise_shape": noise})]
