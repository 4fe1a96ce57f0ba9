"""The random seed gives layers and models the weights that it gives those of Keras, and the same training."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

import kport
from kport.random.seeds import set_random_seed
from tests.compare import assert_same
from tests.data import make
from tests.layers.case import LayerCase
from tests.layers.cases import CASES
from tests.layers.oracle import call_arguments, call_oracle

LAYERS = [
    "AdditiveAttention",
    "Bidirectional",
    "Conv1D",
    "Conv1DTranspose",
    "Conv2D",
    "Conv2DTranspose",
    "Conv3D",
    "ConvLSTM1D",
    "ConvLSTM2D",
    "Dense",
    "DepthwiseConv1D",
    "DepthwiseConv2D",
    "EinsumDense",
    "Embedding",
    "GRU",
    "GRUCell",
    "GroupQueryAttention",
    "LSTM",
    "LSTMCell",
    "MultiHeadAttention",
    "RNN",
    "ReversibleEmbedding",
    "SeparableConv1D",
    "SeparableConv2D",
    "SimpleRNN",
    "SimpleRNNCell",
    "SpectralNormalization",
    "StackedRNNCells",
    "TimeDistributed",
]
"""Those that begin with random weights."""
FIRST = {case.layer: case for case in reversed(CASES) if case.oracle == "keras" and "channels_first" not in case.id}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("case", [FIRST[name] for name in LAYERS], ids=lambda case: case.layer)
def test_layers_begin_with_the_weights_of_keras(case: LayerCase) -> None:
    import keras

    keras.utils.set_random_seed(3)
    theirs = getattr(keras.layers, case.layer).from_config(case.layer_config())
    call_oracle(theirs, case)
    set_random_seed(3)
    ours = getattr(kport.layers, case.layer).from_config(case.layer_config())
    inputs, kwargs = call_arguments(case)
    ours(inputs, **kwargs)
    assert_same(ours.get_weights(), theirs.get_weights(), atol=3e-6)
    assert any(np.ptp(w) > 0 for w in ours.get_weights())


def test_importing_draws_no_numbers() -> None:
    """So a seed may be set before all else."""
    code = (
        "import random, kport; random.seed(1); s = random.getstate(); kport.layers, kport.models; assert s == random.getstate()"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def classifier(package: Any) -> Any:
    """A model with all kinds of chance: weights, dropout inside and outside of layers."""
    layers = package.layers
    x = layers.Input((6, 4))
    y = layers.GaussianNoise(0.1)(x)
    y = layers.Bidirectional(layers.LSTM(5, return_sequences=True, dropout=0.2, recurrent_dropout=0.1))(y)
    y = layers.Add()([y, layers.MultiHeadAttention(2, 3, dropout=0.3)(y, y)])
    y = layers.SpatialDropout1D(0.2)(y)
    y = layers.AlphaDropout(0.1)(layers.GRU(4, dropout=0.2)(y))
    y = layers.Dropout(0.4)(layers.Dense(8, "relu")(y))
    return package.Model(x, layers.Dense(3, "softmax")(y))


def test_training_with_chance_is_that_of_keras() -> None:
    """A random seed, and then the same initial weights, draws, losses and final weights."""
    import keras

    x, labels = make((24, 6, 4), 1), np.arange(24) % 3
    results = []
    for package, seed in ((kport, set_random_seed), (keras, keras.utils.set_random_seed)):
        seed(12)
        model = classifier(package)
        first = model.get_weights()
        model.compile("sgd", "sparse_categorical_crossentropy", jit_compile=False)
        losses = [float(model.train_on_batch(x, labels)) for _ in range(4)]
        results.append((first, losses, model.get_weights()))
    assert_same(results[0][0], results[1][0], atol=3e-6)
    assert_same(np.array(results[0][1]), np.array(results[1][1]), rtol=1e-4)
    assert_same(results[0][2], results[1][2], rtol=1e-3, atol=1e-4)


def test_the_random_seed_repeats_a_training() -> None:
    x, labels = make((24, 6, 4), 1), np.arange(24) % 3
    results = []
    for _ in range(2):
        set_random_seed(12)
        model = classifier(kport)
        model.compile("adam", "sparse_categorical_crossentropy")
        history = model.fit(x, labels, batch_size=8, epochs=2, verbose=0)
        results.append((history.history["loss"], model.get_weights()))
    assert results[0][0] == results[1][0]
    for one, other in zip(results[0][1], results[1][1], strict=True):
        np.testing.assert_array_equal(one, other)
