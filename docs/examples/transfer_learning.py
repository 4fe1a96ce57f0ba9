"""Transfer learning: what a network learned of some digits serves others, of which there are few examples.

    python docs/examples/transfer_learning.py

A base is trained on the digits 0 to 4 and saved. It is opened again, cut before its last layer, frozen, and gets a head for the
digits 5 to 9, which learns from ten images of each. Then all of it is trained a little further, at a low rate.
"""

import tempfile
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import kport as keras
from kport import layers

keras.utils.set_random_seed(1)

digits = load_digits()
images = (digits.images / 16.0).astype("float32")[..., np.newaxis]
first, rest = digits.target < 5, digits.target >= 5
x_few, x_test, y_few, y_test = train_test_split(
    images[rest], digits.target[rest] - 5, train_size=50, random_state=0, stratify=digits.target[rest]
)


def base() -> keras.Model:
    """A network for the digits 0 to 4; "features" is the layer whose output others can use."""
    inputs = keras.Input((8, 8, 1), name="image")
    x = inputs
    for filters in (16, 32):
        x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization(momentum=0.9)(x)
        x = layers.ReLU()(x)
        x = layers.MaxPooling2D()(x)
    x = layers.Dense(48, activation="relu", name="features")(layers.Flatten()(x))
    return keras.Model(inputs, layers.Dense(5, activation="softmax", name="digits_0_to_4")(x), name="base")


source = base()
source.compile(keras.optimizers.Adam(3e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
history = source.fit(images[first], digits.target[first], batch_size=32, epochs=12, validation_split=0.2, verbose=0)
print(f"digits 0 to 4: held-out accuracy {history.history['val_accuracy'][-1]:.3f}")
assert history.history["val_accuracy"][-1] > 0.9

with tempfile.TemporaryDirectory() as folder:
    source.save(Path(folder) / "base.keras")
    opened = keras.models.load_model(Path(folder) / "base.keras")
    np.testing.assert_allclose(opened.predict(images[:50], verbose=0), source.predict(images[:50], verbose=0), atol=1e-5)

features = keras.Model(opened.inputs, opened.get_layer("features").output, name="features_of_digits")
features.trainable = False  # of all layers in it

inputs = keras.Input((8, 8, 1), name="image")
# training=False: batch normalisation goes on with the statistics that it has, also when its weights are unfrozen below. Those
# of ten images a class would spoil what the base learned.
x = features(inputs, training=False)
x = layers.Dropout(0.3)(x)
model = keras.Model(inputs, layers.Dense(5, activation="softmax", name="digits_5_to_9")(x), name="transferred")
print(f"{len(model.trainable_weights)} of {len(model.weights)} weights are trained: those of the head")
assert [w.path for w in model.trainable_weights] == ["digits_5_to_9/kernel", "digits_5_to_9/bias"]

before = features.get_weights()
model.compile(keras.optimizers.Adam(1e-2), "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_few, y_few, batch_size=10, epochs=30, verbose=0)
_, frozen = model.evaluate(x_test, y_test, verbose=0)
print(f"digits 5 to 9, new head on the frozen base: accuracy {frozen:.3f}")
assert all(np.array_equal(a, b) for a, b in zip(before, features.get_weights(), strict=True))

features.trainable = True
model.compile(keras.optimizers.Adam(5e-4), "sparse_categorical_crossentropy", metrics=["accuracy"])  # what is trained changed
model.fit(x_few, y_few, batch_size=10, epochs=20, verbose=0)
_, tuned = model.evaluate(x_test, y_test, verbose=0)
print(f"digits 5 to 9, all of it tuned: accuracy {tuned:.3f}")
moved = {w.name for w, old in zip(features.weights, before, strict=True) if not np.array_equal(w.numpy(), old)}
print("weights that moved:", ", ".join(sorted(moved)))
assert "kernel" in moved and not {"moving_mean", "moving_variance"} & moved
assert frozen > 0.75 and tuned > 0.85 and tuned > frozen
