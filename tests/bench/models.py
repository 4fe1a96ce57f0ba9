"""The benchmark's models, saved by Keras 3 as .h5. Run as a module it writes them: python -m tests.bench.models FOLDER."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

APPLICATIONS = ("MobileNetV2", "ResNet50", "EfficientNetB0", "DenseNet121", "InceptionV3", "VGG16")
SEED = 7


def unet(keras: Any) -> Any:
    """A U-Net of four levels for 128×128 RGB images. Source: Ronneberger et al. 2015, https://arxiv.org/abs/1505.04597"""
    layers = keras.layers

    def block(x: Any, filters: int) -> Any:
        for _ in range(2):
            x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
            x = layers.ReLU()(layers.BatchNormalization()(x))
        return x

    x = inputs = keras.Input((128, 128, 3))
    shortcuts = []
    for filters in (16, 32, 64):
        x = block(x, filters)
        shortcuts.append(x)
        x = layers.MaxPooling2D()(x)
    x = block(x, 128)
    for filters in (64, 32, 16):
        x = layers.Conv2DTranspose(filters, 2, strides=2)(x)
        x = block(layers.Concatenate()([x, shortcuts.pop()]), filters)
    return keras.Model(inputs, layers.Conv2D(1, 1, activation="sigmoid")(x))


def bilstm(keras: Any) -> Any:
    """A classifier of padded sequences of words."""
    layers = keras.layers
    inputs = keras.Input((60,), dtype="int32")
    x = layers.Embedding(5000, 64, mask_zero=True)(inputs)
    x = layers.Bidirectional(layers.LSTM(64, return_sequences=True))(x)
    x = layers.Bidirectional(layers.LSTM(32))(x)
    return keras.Model(inputs, layers.Dense(5, activation="softmax")(x))


def gru(keras: Any) -> Any:
    """A stack of GRUs over a series of measurements."""
    layers = keras.layers
    x = inputs = keras.Input((80, 16))
    for units in (64, 64):
        x = layers.GRU(units, return_sequences=True)(x)
    return keras.Model(inputs, layers.Dense(3)(layers.GRU(64)(x)))


def transformer(keras: Any) -> Any:
    """A Transformer encoder of two blocks. Source: Vaswani et al. 2017, https://arxiv.org/abs/1706.03762"""
    layers = keras.layers
    inputs = keras.Input((64,), dtype="int32")
    x = layers.Embedding(4000, 64)(inputs)
    for _ in range(2):
        attended = layers.MultiHeadAttention(num_heads=4, key_dim=16)(x, x)
        x = layers.LayerNormalization()(layers.Add()([x, attended]))
        dense = layers.Dense(64)(layers.Dense(128, activation="gelu")(x))
        x = layers.LayerNormalization()(layers.Add()([x, dense]))
    return keras.Model(inputs, layers.Dense(4, activation="softmax")(layers.GlobalAveragePooling1D()(x)))


OWN: dict[str, Callable[[Any], Any]] = {
    "U-Net": unet,
    "BiLSTM with mask": bilstm,
    "GRU stack": gru,
    "Transformer encoder": transformer,
}
NAMES = (*APPLICATIONS[:-1], *OWN, APPLICATIONS[-1])


def build(name: str) -> Any:
    """The Keras model of this name, with seeded random weights and statistics that aren't trivial."""
    import keras
    import numpy as np

    keras.utils.set_random_seed(SEED)
    model = OWN[name](keras) if name in OWN else getattr(keras.applications, name)(weights=None)
    rng = np.random.default_rng(SEED)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            for weight in layer.weights:
                low = 0.8 if "variance" in weight.name or "gamma" in weight.name else -0.1
                weight.assign(rng.uniform(low, low + 0.4, weight.shape).astype("float32"))
    return model


def path_of(folder: Path, name: str) -> Path:
    return folder / (name.replace(" ", "_") + ".h5")


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        path = path_of(folder, name)
        if not path.exists():
            build(name).save(path)
            print(f"wrote {path}", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
