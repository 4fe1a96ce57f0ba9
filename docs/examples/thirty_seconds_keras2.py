"""Getting started in thirty seconds, as Keras 2 said it in 2017. Every old name warns with the one it has now."""

import numpy as np

import kport as keras
from kport.layers import Dense
from kport.models import Sequential

rng = np.random.default_rng(0)
x_train, x_test = rng.normal(size=(1000, 100)).astype("float32"), rng.normal(size=(200, 100)).astype("float32")
rule = rng.normal(size=(100, 10))
y_train = keras.utils.to_categorical((x_train @ rule).argmax(axis=1), num_classes=10)
y_test = keras.utils.to_categorical((x_test @ rule).argmax(axis=1), num_classes=10)
x_batch, y_batch = x_train[:32], y_train[:32]

model = Sequential()

model.add(Dense(units=64, activation="relu", input_dim=100))
model.add(Dense(units=10, activation="softmax"))

model.compile(loss="categorical_crossentropy", optimizer="sgd", metrics=["accuracy"])

model.compile(
    loss=keras.losses.categorical_crossentropy,
    optimizer=keras.optimizers.SGD(lr=0.01, momentum=0.9, nesterov=True, decay=1e-6),
    metrics=["accuracy"],
)

model.fit(x_train, y_train, epochs=5, batch_size=32)

model.train_on_batch(x_batch, y_batch)


def batches(size):
    """The training data, over and over."""
    while True:
        for start in range(0, len(x_train), size):
            yield x_train[start : start + size], y_train[start : start + size]


model.fit_generator(batches(50), steps_per_epoch=20, epochs=1)

loss_and_metrics = model.evaluate(x_test, y_test, batch_size=128)

classes = model.predict(x_test, batch_size=128)

print("loss and accuracy:", loss_and_metrics)
print("probabilities:", classes.shape)
