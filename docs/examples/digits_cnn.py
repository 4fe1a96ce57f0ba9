"""A convolutional network reads handwritten digits, and goes to every platform.

    python docs/examples/digits_cnn.py [folder]

Data: the 1797 images of 8 x 8 pixels that come with scikit-learn (UCI's optical recognition of handwritten digits).
The artifacts are written to `folder` (default: a temporary one), each compared with the model in its own runtime.
"""

import sys
import tempfile

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import kport as keras
from kport import layers

keras.utils.set_random_seed(0)

digits = load_digits()
images = (digits.images / 16.0).astype("float32")[..., np.newaxis]  # (1797, 8, 8, 1) in [0, 1]
x_train, x_test, y_train, y_test = train_test_split(images, digits.target, test_size=0.25, random_state=0, stratify=digits.target)

model = keras.Sequential(
    [
        keras.Input((8, 8, 1), name="image"),
        layers.Conv2D(32, 3, padding="same", use_bias=False),
        layers.BatchNormalization(),
        layers.Activation("relu"),
        layers.MaxPooling2D(),
        layers.Conv2D(64, 3, padding="same", activation="relu"),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dropout(0.3),
        layers.Dense(10, activation="softmax", name="digit"),
    ],
    name="digits",
)
model.summary()

# The learning rate falls to zero along half a cosine, epoch by epoch of 43 batches.
rate = keras.optimizers.schedules.CosineDecay(3e-3, decay_steps=10 * 43)
model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, batch_size=32, epochs=10, validation_data=(x_test, y_test), verbose=2)

loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
print(f"held-out images: loss {loss:.3f}, accuracy {accuracy:.3f}")
assert accuracy > 0.95

# The same definition of each layer that was trained is converted. A target whose runtime isn't installed says so in the table
# (`kport runtimes install` fetches those of TF.js and DL4J).
with tempfile.TemporaryDirectory() as temporary:
    report = keras.convert(model, to="all", output=f"{sys.argv[1] if len(sys.argv) > 1 else temporary}/", samples=[x_test[:16]])
    print(f"{'target':11}{'status':9}{'bytes':>9}  {'max error':>9}  checked by")
    for t in report.targets:
        error = "" if t.max_abs_error is None else f"{t.max_abs_error:.1e}"
        print(f"{t.target:11}{t.status:9}{t.bytes or 0:>9}  {error:>9}  {t.runtime or t.reason}")
    assert report.exit_status == 0
