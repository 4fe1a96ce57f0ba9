"""Spectrograms."""

from typing import Any

import numpy as np

from tests.data import Floats
from tests.layers.case import LayerCase

SOUND = Floats((2, 50, 1))
TWO_CHANNELS = Floats((2, 30, 2))
SMALL = {"frame_length": 8}
MEL: dict[str, Any] = {"fft_length": 32, "sequence_stride": 8, "num_mel_bins": 5, "sampling_rate": 400}
HERTZ = "Keras computes the mel scale in float32, of which a band's width keeps about four digits"


def mel(config: dict[str, Any], inputs: Any = (2, 64)) -> LayerCase:
    return LayerCase("MelSpectrogram", inputs, {**MEL, **config}, rtol=2e-4, atol=1e-4, reason=HERTZ)


def channels_first(config: dict[str, Any]) -> LayerCase:
    """Judged by Keras's channels-last layer: TensorFlow convolves channels-first data on a GPU only."""

    def expected(x: Any, *weights: Any) -> Any:
        import keras

        layer = keras.layers.STFTSpectrogram(**SMALL, **{**config, "expand_dims": True})
        layer.build((2, 30, 2))
        layer.set_weights(weights)
        y = np.asarray(layer(x.transpose(0, 2, 1)))
        return y.transpose(0, 3, 1, 2) if config.get("expand_dims") else y.transpose(0, 3, 2, 1).reshape(2, -1, y.shape[1])

    return LayerCase(
        "STFTSpectrogram",
        Floats((2, 2, 30)),
        {**SMALL, **config, "data_format": "channels_first"},
        oracle=None,
        expected=expected,
        reason=channels_first.__doc__ or "",
    )


CASES = [
    *(
        LayerCase("STFTSpectrogram", SOUND, {**SMALL, "mode": mode})
        for mode in ("log", "magnitude", "psd", "real", "imag", "angle", "stft")
    ),
    LayerCase("STFTSpectrogram", TWO_CHANNELS, {"frame_length": 6, "frame_step": 4, "padding": "same"}),
    LayerCase("STFTSpectrogram", TWO_CHANNELS, {"frame_length": 6, "fft_length": 16, "expand_dims": True, "mode": "stft"}),
    channels_first({"mode": "psd"}),
    channels_first({"expand_dims": True, "window": "hamming", "periodic": True}),
    LayerCase("STFTSpectrogram", SOUND, {**SMALL, "window": None, "scaling": None}),
    mel({}),
    mel({"power_to_db": False, "mag_exp": 1.0}),
    mel({"sequence_length": 20, "window": "hamming", "max_freq": 150.0, "min_freq": 10.0}),
    mel({"window": None, "top_db": 3.0, "ref_power": 2.0}),
]
