"""Random image layers beside Keras's: the same arguments and seed, the same tensors."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import tensorflow as tf

from kport import layers

SEED = 42
RNG = np.random.default_rng(7)
PIXELS = RNG.uniform(0, 255, (4, 12, 10, 3)).astype("float32")
SHARES = (PIXELS / 255).astype("float32")

Case = tuple[str, dict[str, Any]]

CASES: list[Case] = [
    ("RandomFlip", {}),
    ("RandomFlip", {"mode": "horizontal"}),
    ("RandomFlip", {"mode": "vertical"}),
    ("RandomRotation", {"factor": 0.2}),
    ("RandomRotation", {"factor": (-0.1, 0.4), "fill_mode": "constant", "fill_value": 7.0, "interpolation": "nearest"}),
    ("RandomTranslation", {"height_factor": 0.3, "width_factor": (-0.1, 0.4)}),
    ("RandomTranslation", {"height_factor": 0.3, "width_factor": 0.2, "fill_mode": "wrap"}),
    ("RandomZoom", {"height_factor": 0.3}),
    ("RandomZoom", {"height_factor": (-0.3, 0.1), "width_factor": 0.2, "fill_mode": "nearest"}),
    ("RandomShear", {"x_factor": 0.3, "y_factor": (0.1, 0.2)}),
    ("RandomPerspective", {"factor": 0.7, "scale": 0.5}),
    ("RandomElasticTransform", {"factor": 0.7, "scale": 0.9}),
    ("RandomElasticTransform", {"interpolation": "nearest", "fill_mode": "constant", "fill_value": 3.0}),
    ("RandomCrop", {"height": 6, "width": 7}),
    ("RandomCrop", {"height": 16, "width": 7}),
    ("RandomBrightness", {"factor": 0.3}),
    ("RandomBrightness", {"factor": (-0.3, 0.1)}),
    ("RandomContrast", {"factor": 0.6}),
    ("RandomColorDegeneration", {"factor": 0.6}),
    ("RandomPosterization", {"factor": (2, 7)}),
    ("RandomPosterization", {"factor": 3}),
    ("RandomSharpness", {"factor": 0.9}),
    ("RandomGrayscale", {}),
    ("RandomInvert", {"factor": 0.5}),
    ("Solarization", {"addition_factor": 0.3, "threshold_factor": 0.9}),
    ("RandomGaussianBlur", {"factor": 0.7, "kernel_size": [3, 5]}),
    ("RandomHue", {"factor": 0.7}),
    ("RandomSaturation", {"factor": 0.7}),
    ("RandomColorJitter", {"brightness_factor": 0.2, "contrast_factor": 0.3, "saturation_factor": 0.5, "hue_factor": 0.4}),
    ("Equalization", {}),
    ("Equalization", {"bins": 32}),
    ("AutoContrast", {}),
    ("MixUp", {"alpha": 0.4}),
    ("CutMix", {"factor": 0.8}),
    ("RandomErasing", {"factor": 0.8}),
    ("RandomErasing", {"fill_value": [1.0, 2.0, 3.0]}),
    ("RandAugment", {"num_ops": 3}),
    ("AugMix", {"factor": 0.4}),
    ("AugMix", {"all_ops": False}),
]
WITHOUT_SEED = {"AutoContrast", "Equalization"}
ONE_OF_EACH = list({name: (name, config) for name, config in reversed(CASES)}.values())


def named(case: Any) -> str | None:
    """The id of a case in a test's name."""
    if not (isinstance(case, tuple) and len(case) == 2 and isinstance(case[1], dict)):
        return None
    return f"{case[0]}({', '.join(f'{key}={value}' for key, value in case[1].items())})"


def made(module: Any, case: Case, **options: Any) -> Any:
    """The layer of the case, seeded; `options` are arguments besides."""
    name, config = case
    seed = {} if name in WITHOUT_SEED else {"seed": SEED}
    return getattr(module, name)(**config, **seed, **options)


def calls(layer: Any, data: Any, times: int = 2) -> list[Any]:
    """What some calls give in training, one after another. Python's `random`, which AugMix chooses by, begins anew."""
    random.seed(SEED)
    return [layer(as_tensors(data), training=True) for _ in range(times)]


def both(case: Case, data: Any, **options: Any) -> tuple[list[Any], list[Any]]:
    """What kport and Keras give."""
    import keras

    return calls(made(layers, case, **options), data), calls(made(keras.layers, case, **options), data)


def as_tensors(data: Any) -> Any:
    """Arrays as TensorFlow's tensors; dicts anew."""
    if isinstance(data, dict):
        return {key: as_tensors(value) for key, value in data.items()}
    return tf.constant(data)
