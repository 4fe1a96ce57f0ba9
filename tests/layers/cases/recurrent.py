"""Recurrent layers."""

from itertools import product
from typing import Any

import numpy as np

from tests.layers.case import LayerCase

X = (2, 4, 3)
MASKS: dict[str, Any] = {
    "right": np.array([[1, 1, 1, 0], [1, 0, 0, 0]], bool),
    "left": np.array([[0, 0, 1, 1], [0, 1, 1, 1]], bool),
    "holes": np.array([[1, 0, 1, 0], [0, 1, 0, 1]], bool),
    "all": np.array([[0, 0, 0, 0], [1, 1, 1, 1]], bool),
}
EVERYTHING = {"return_sequences": True, "return_state": True}
STATES = {"SimpleRNN": 1, "GRU": 1, "LSTM": 2}


def layer(name: str, /, **config: Any) -> dict[str, Any]:
    """A wrapped layer's configuration."""
    return {"module": "keras.layers", "class_name": name, "config": config, "registered_name": None}


def each(config: dict[str, Any], **arguments: Any) -> list[LayerCase]:
    """The same configuration of the three layers."""
    return [LayerCase(name, X, {"units": 2, **config}, **arguments) for name in STATES]


def with_states(config: dict[str, Any], **arguments: Any) -> list[LayerCase]:
    """And with given initial states."""
    return [
        LayerCase(name, X, {"units": 2, **config}, {"initial_state": [(2, 2)] * count}, **arguments)
        for name, count in STATES.items()
    ]


def channels_first(name: str, inputs: tuple[int, ...], **config: Any) -> LayerCase:
    """Judged by Keras on channels-last data."""

    def expected(x: np.ndarray, *weights: np.ndarray) -> Any:
        import keras

        judge = getattr(keras.layers, name)(**config)
        judge(np.moveaxis(x, 2, -1))
        judge.set_weights(weights)
        outputs = judge(np.moveaxis(x, 2, -1))
        spatial = x.ndim - 3
        parts = [np.moveaxis(np.asarray(y), -1, -1 - spatial) for y in (outputs if isinstance(outputs, tuple) else [outputs])]
        return tuple(parts) if isinstance(outputs, tuple) else parts[0]

    reason = "TensorFlow's CPU kernels have channels-last only"
    return LayerCase(name, inputs, {**config, "data_format": "channels_first"}, oracle=None, expected=expected, reason=reason)


PLAIN = [
    *each({}),
    *each({"return_sequences": True}),
    *each({"return_state": True}),
    *each(EVERYTHING | {"go_backwards": True}),
    *each({"go_backwards": True}),
    *each({"use_bias": False, "activation": "relu"}),
    *each({"activation": "softmax", "unroll": True}),
    *each({"activation": None, "return_sequences": True}),
    *with_states(EVERYTHING),
    *with_states({"go_backwards": True}),
    LayerCase("LSTM", X, {"units": 2, "recurrent_activation": "hard_sigmoid", "activation": "elu"}),
    LayerCase("LSTM", X, {"units": 2, "unit_forget_bias": False, "use_cudnn": False}),
    LayerCase("LSTM", X, {"units": 2, "dropout": 0.5, "recurrent_dropout": 0.5, "seed": 3}),
    LayerCase("LSTM", (1, 1, 1), {"units": 1}),
    LayerCase("GRU", X, {"units": 2, "reset_after": False, "return_sequences": True}),
    LayerCase("GRU", X, {"units": 2, "reset_after": False, "use_bias": False}),
    LayerCase("GRU", X, {"units": 2, "use_bias": False, "recurrent_activation": "hard_sigmoid"}),
    LayerCase("GRU", X, {"units": 2, "reset_after": False, "recurrent_activation": "softmax"}),
]

MASKED = [
    *(case for mask in MASKS.values() for case in each(EVERYTHING, mask=mask)),
    *(case for mask in MASKS.values() for case in each({}, mask=mask)),
    *(case for mask in ("right", "holes") for case in each(EVERYTHING | {"go_backwards": True}, mask=MASKS[mask])),
    *(case for mask in ("right", "all") for case in with_states(EVERYTHING, mask=MASKS[mask])),
    *with_states({}, mask=MASKS["all"]),
    *each({"zero_output_for_mask": True}, mask=MASKS["right"]),
    *each(EVERYTHING | {"zero_output_for_mask": True}, mask=MASKS["holes"]),
    LayerCase("LSTM", X, {"units": 2, "activation": "softmax", "zero_output_for_mask": True}, mask=MASKS["left"]),
    LayerCase("LSTM", X, {"units": 2, "activation": "softmax"}, mask=MASKS["all"]),
]

CELLS = [
    *(LayerCase(f"{name}Cell", (2, 3), {"units": 2}, {"states": [(2, 2)] * count}) for name, count in STATES.items()),
    LayerCase("GRUCell", (2, 3), {"units": 2, "reset_after": False, "activation": "gelu"}, {"states": [(2, 2)]}),
    LayerCase(
        "StackedRNNCells",
        (2, 3),
        {"cells": [layer("LSTMCell", units=2), layer("GRUCell", units=4)]},
        {"states": [[(2, 2), (2, 2)], [(2, 4)]]},
    ),
]

OVER_CELLS = [
    LayerCase("RNN", X, {"cell": layer("LSTMCell", units=2), **EVERYTHING}),
    LayerCase("RNN", X, {"cell": layer("GRUCell", units=2, activation="softmax"), "return_state": True}),
    LayerCase("RNN", X, {"cell": layer("SimpleRNNCell", units=2, activation="softmax"), **EVERYTHING}, mask=MASKS["holes"]),
    *(
        LayerCase(
            "RNN",
            X,
            {
                "cell": layer(
                    "StackedRNNCells",
                    cells=[layer("LSTMCell", units=2, activation=activation), layer("GRUCell", units=4)],
                ),
                "go_backwards": backwards,
                **EVERYTHING,
            },
            mask=mask,
        )
        for activation, backwards, mask in product(("tanh", "softmax"), (False, True), (None, MASKS["holes"]))
    ),
]

BOTH_WAYS = [
    *(
        LayerCase("Bidirectional", X, {"layer": layer(name, units=2, return_sequences=sequences), "merge_mode": mode})
        for name, sequences, mode in [
            ("LSTM", True, "concat"),
            ("LSTM", False, "concat"),
            ("GRU", True, "sum"),
            ("GRU", False, "mul"),
            ("SimpleRNN", True, "ave"),
            ("SimpleRNN", True, None),
            ("LSTM", False, None),
        ]
    ),
    *(
        LayerCase("Bidirectional", X, {"layer": layer("LSTM", units=2, return_sequences=sequences)}, mask=MASKS[mask])
        for sequences, mask in product((True, False), ("right", "holes"))
    ),
    LayerCase("Bidirectional", X, {"layer": layer("LSTM", units=2, **EVERYTHING)}),
    LayerCase("Bidirectional", X, {"layer": layer("GRU", units=2, **EVERYTHING), "merge_mode": None}),
    LayerCase("Bidirectional", X, {"layer": layer("LSTM", units=2, go_backwards=True, return_sequences=True)}, oracle="tf_keras"),
    LayerCase(
        "Bidirectional",
        X,
        {
            "layer": layer("LSTM", units=2, return_sequences=True),
            "backward_layer": layer("GRU", units=3, go_backwards=True, return_sequences=True),
        },
    ),
    LayerCase("Bidirectional", X, {"layer": layer("LSTM", units=2, return_sequences=True)}, {"initial_state": [(2, 2)] * 4}),
    LayerCase("Bidirectional", X, {"layer": layer("RNN", cell=layer("GRUCell", units=2, activation="softmax"))}),
]

CONVOLUTIONAL = [
    LayerCase("ConvLSTM1D", (2, 3, 5, 2), {"filters": 2, "kernel_size": 3}),
    LayerCase("ConvLSTM2D", (2, 3, 5, 4, 2), {"filters": 2, "kernel_size": (2, 3), "padding": "same", **EVERYTHING}),
    LayerCase("ConvLSTM3D", (1, 2, 3, 4, 3, 2), {"filters": 2, "kernel_size": 2, "return_sequences": True}),
    LayerCase("ConvLSTM1D", (2, 3, 6, 2), {"filters": 3, "kernel_size": 2, "strides": 2, "padding": "same"}),
    LayerCase("ConvLSTM2D", (2, 3, 5, 5, 2), {"filters": 2, "kernel_size": 2, "dilation_rate": 2, "use_bias": False}),
    channels_first("ConvLSTM1D", (2, 3, 2, 5), filters=3, kernel_size=3, **EVERYTHING),
    channels_first("ConvLSTM2D", (2, 3, 2, 4, 5), filters=3, kernel_size=2, padding="same"),
    channels_first("ConvLSTM3D", (1, 2, 2, 3, 4, 3), filters=3, kernel_size=2, return_sequences=True, go_backwards=True),
    LayerCase("ConvLSTM1D", (2, 4, 5, 2), {"filters": 2, "kernel_size": 2, "go_backwards": True, **EVERYTHING}),
    LayerCase(
        "ConvLSTM1D",
        (2, 4, 5, 2),
        {"filters": 2, "kernel_size": 3, "activation": "softmax", "recurrent_activation": "hard_sigmoid"},
        mask=MASKS["all"],
    ),
    LayerCase("ConvLSTM2D", (2, 4, 3, 3, 2), {"filters": 2, "kernel_size": 2, **EVERYTHING}, mask=MASKS["holes"]),
    LayerCase("ConvLSTM1D", (2, 4, 5, 2), {"filters": 3, "kernel_size": 2}, {"initial_state": [(2, 4, 3)] * 2}, MASKS["all"]),
    LayerCase("Bidirectional", (2, 3, 5, 2), {"layer": layer("ConvLSTM1D", filters=2, kernel_size=2, return_sequences=True)}),
]

AT_EVERY_STEP = [
    LayerCase("TimeDistributed", X, {"layer": layer("Dense", units=2, activation="relu")}),
    LayerCase("TimeDistributed", (2, 3, 4, 5, 2), {"layer": layer("Flatten")}),
    LayerCase("TimeDistributed", (2, 3, 4, 2), {"layer": layer("LSTM", units=2)}),
    LayerCase("TimeDistributed", X, {"layer": layer("Dense", units=2)}, mask=MASKS["right"]),
    LayerCase(
        "TimeDistributed", (2, 2, 4, 3), {"layer": layer("GRU", units=2)}, mask=np.stack([MASKS["left"], MASKS["holes"]], 1)
    ),
    LayerCase("TimeDistributed", (2, 2, 3, 4), {"layer": layer("TimeDistributed", layer=layer("Dense", units=2))}),
]

CASES = [*PLAIN, *MASKED, *CELLS, *OVER_CELLS, *BOTH_WAYS, *CONVOLUTIONAL, *AT_EVERY_STEP]
