"""Activation functions."""

import importlib
from typing import Any

from kport import ops
from tests.data import Exactly, Floats
from tests.ops.case import OpCase

WIDE = Floats((2, 3, 4), -6.0, 6.0)
EXTREME = Exactly([-200.0, -90.0, -10.0, -1e-3, 0.5, 10.0, 90.0, 200.0])


def keras(name: str, **kwargs: Any) -> Any:
    """The function of keras.activations."""
    return lambda *tensors: getattr(importlib.import_module("keras").activations, name)(*tensors, **kwargs)


def thresholded_relu(x: Any) -> Any:
    """tf_keras's ThresholdedReLU(theta=1.5)."""
    return importlib.import_module("tf_keras").layers.ThresholdedReLU(1.5)(x)


def prelu(x: Any, alpha: Any) -> Any:
    """As Keras's layer has it."""
    relu = importlib.import_module("keras").activations.relu
    return relu(x) - alpha * relu(-x)


CASES = [
    *(
        OpCase(op, call, [inputs], expected_tf=keras(name, **kwargs), source="keras.activations")
        for inputs in (WIDE, EXTREME)
        for op, call, name, kwargs in [
            ("Relu", ops.relu, "relu", {}),
            ("LeakyRelu", ops.leaky_relu, "leaky_relu", {}),
            ("Elu", lambda x: ops.elu(x, 0.7), "elu", {"alpha": 0.7}),
            ("Selu", ops.selu, "selu", {}),
            ("Sigmoid", ops.sigmoid, "sigmoid", {}),
            ("HardSigmoid", ops.hard_sigmoid, "hard_sigmoid", {}),
            ("Silu", ops.silu, "silu", {}),
            ("HardSwish", ops.hard_silu, "hard_silu", {}),
            ("Softplus", ops.softplus, "softplus", {}),
            ("Softsign", ops.softsign, "softsign", {}),
            ("Mish", ops.mish, "mish", {}),
            ("Gelu", ops.gelu, "gelu", {"approximate": True}),
            ("Gelu", lambda x: ops.gelu(x, approximate=False), "gelu", {"approximate": False}),
            ("Softmax", ops.softmax, "softmax", {}),
            ("LogSoftmax", ops.log_softmax, "log_softmax", {}),
        ]
    ),
    OpCase("Elu", ops.elu, [(2, 3)], expected_tf=keras("elu"), source="keras.activations"),
    OpCase("Softmax", lambda x: ops.softmax(x, 1), [(2, 3, 4)], expected_tf=keras("softmax", axis=1), source="keras.activations"),
    OpCase(
        "LogSoftmax", lambda x: ops.log_softmax(x, -2), [(2, 3, 4)], expected_tf=keras("log_softmax", axis=-2), source="keras"
    ),
    OpCase("ThresholdedRelu", lambda x: ops.thresholded_relu(x, 1.5), [WIDE], expected_tf=thresholded_relu, source="tf_keras"),
    OpCase("PRelu", ops.prelu, [(2, 3, 4), (3, 4)], expected_tf=prelu, source="keras.layers.PReLU"),
    OpCase("PRelu", ops.prelu, [(2, 3, 4), (1, 4)], expected_tf=prelu, source="keras.layers.PReLU"),
    OpCase(
        "HardSigmoid",
        lambda x: ops.hard_sigmoid(x, 0.2, 0.5),
        [WIDE],
        expected_tf=lambda x: importlib.import_module("tf_keras").activations.hard_sigmoid(x),
        source="tf_keras.activations",
    ),
]
