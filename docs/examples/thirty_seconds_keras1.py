"""Getting started in thirty seconds, as Keras 1 said it in 2016. Every old name warns with the one it has now."""

import numpy as np

from kport.layers import Activation, Dense
from kport.models import Sequential
from kport.optimizers import SGD
from kport.utils import np_utils

rng = np.random.default_rng(0)
X_train, X_test = rng.normal(size=(1000, 100)).astype("float32"), rng.normal(size=(200, 100)).astype("float32")
rule = rng.normal(size=(100, 10))
Y_train = np_utils.to_categorical((X_train @ rule).argmax(axis=1), 10)
Y_test = np_utils.to_categorical((X_test @ rule).argmax(axis=1), 10)
X_batch, Y_batch = X_train[:32], Y_train[:32]

model = Sequential()

model.add(Dense(output_dim=64, input_dim=100, init="uniform"))
model.add(Activation("relu"))
model.add(Dense(output_dim=10))
model.add(Activation("softmax"))

model.compile(loss="categorical_crossentropy", optimizer="sgd", metrics=["accuracy"])

model.compile(loss="categorical_crossentropy", optimizer=SGD(lr=0.01, momentum=0.9, nesterov=True), metrics=["accuracy"])

model.fit(X_train, Y_train, nb_epoch=5, batch_size=32)

model.train_on_batch(X_batch, Y_batch)

loss_and_metrics = model.evaluate(X_test, Y_test, batch_size=32)

classes = model.predict_classes(X_test, batch_size=32)
proba = model.predict_proba(X_test, batch_size=32)

print("loss and accuracy:", loss_and_metrics)
print("classes:", classes[:10], "of", classes.shape, "probabilities:", proba.shape)
