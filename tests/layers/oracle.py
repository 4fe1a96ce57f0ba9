"""Real Keras as the judge of a layer: the same configuration, weights and inputs."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from tests.data import make, seed_of
from tests.layers.case import LayerCase


def oracle_module(case: LayerCase) -> Any:
    """keras or tf_keras."""
    return importlib.import_module(str(case.oracle))


def oracle_layer(case: LayerCase) -> Any:
    """The oracle's layer, built on the case's inputs, with random weights."""
    module = oracle_module(case)
    experimental = getattr(module.layers, "experimental", None)
    layer_class = getattr(module.layers, case.layer, None) or getattr(experimental, case.layer)
    layer = layer_class.from_config(case.layer_config())
    call_oracle(layer, case)  # builds it
    weights = case.weights if case.weights is not None else random_weights(layer.weights, case.id)
    set_weights(layer, weights)
    return layer


def set_weights(layer: Any, weights: list[Any]) -> None:
    """Replaces the oracle's weights, and what it has derived from them."""
    if not weights:
        return
    layer.set_weights(weights)
    if hasattr(layer, "finalize_state"):  # Normalization computes with copies of its weights
        layer.finalize_state()


def random_weights(variables: list[Any], seed: str) -> list[np.ndarray]:
    """Random values, so that biases and statistics matter; variances are positive, integers and seeds stay."""
    rng = np.random.default_rng(seed_of(seed))
    arrays = []
    for variable in variables:
        array = np.asarray(variable.numpy() if hasattr(variable, "numpy") else variable)
        if array.dtype.kind == "f":
            low = 0.5 if "variance" in variable.name else -0.5
            array = rng.uniform(low, low + 1.0, array.shape).astype(array.dtype)
        arrays.append(array)
    return arrays


def call_arguments(case: LayerCase) -> tuple[Any, dict[str, Any]]:
    """The inputs and the further arguments as arrays."""
    inputs = make(case.inputs, seed_of(case.id))
    kwargs = {k: make(v, seed_of(case.id + k)) for k, v in case.call.items()}
    if case.mask is not None:
        kwargs["mask"] = np.asarray(case.mask) if not isinstance(case.mask, list) else [np.asarray(m) for m in case.mask]
    return inputs, kwargs


def call_oracle(layer: Any, case: LayerCase) -> Any:
    """The oracle's outputs as tensors of its own."""
    import tensorflow as tf

    inputs, kwargs = call_arguments(case)

    def to_tensor(x: Any) -> Any:
        if isinstance(x, (list, tuple)):
            return type(x)(to_tensor(i) for i in x)
        if isinstance(x, dict):
            return {k: to_tensor(v) for k, v in x.items()}
        if isinstance(x, np.ndarray) and x.dtype == object:
            return tf.constant(x.tolist())
        return tf.convert_to_tensor(x) if isinstance(x, np.ndarray) else x

    kwargs = {k: to_tensor(v) for k, v in kwargs.items()}
    tensors = to_tensor(inputs)
    if needs_xla(case):
        return tf.function(lambda: layer(tensors, **kwargs), jit_compile=True)()
    return layer(tensors, **kwargs)


def needs_xla(case: LayerCase) -> bool:
    """Whether Keras can compute the case on a CPU only under XLA.

    TensorFlow's own CPU kernels convolve neither channels-first data nor, transposed, with dilations.
    """
    first = case.config.get("data_format") == "channels_first"
    return "Conv" in case.layer and (first or ("Transpose" in case.layer and "dilation_rate" in case.config))
