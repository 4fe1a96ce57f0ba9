"""Getting started in thirty seconds, as Keras 3 says it."""

import numpy as np

import kport as keras

keras.utils.set_random_seed(0)

rng = np.random.default_rng(0)
x_train, x_test = rng.normal(size=(1000, 100)).astype("float32"), rng.normal(size=(200, 100)).astype("float32")
rule = rng.normal(size=(100, 10))
y_train, y_test = (x_train @ rule).argmax(axis=1), (x_test @ rule).argmax(axis=1)
x_batch, y_batch = x_train[:32], y_train[:32]

model = keras.Sequential(
    [
        keras.Input((100,)),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ]
)

model.compile(
    loss="sparse_categorical_crossentropy",
    optimizer=keras.optimizers.SGD(learning_rate=0.01, momentum=0.9, nesterov=True),
    metrics=["accuracy"],
)

model.fit(x_train, y_train, epochs=5, batch_size=32)

model.train_on_batch(x_batch, y_batch)

loss_and_metrics = model.evaluate(x_test, y_test, batch_size=128)

classes = model.predict(x_test, batch_size=128).argmax(axis=-1)

print("loss and accuracy:", loss_and_metrics)
print("classes:", classes[:10], "of", classes.shape)
