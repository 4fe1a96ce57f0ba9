"""What Keras has at its top, kport has too."""

from __future__ import annotations

import keras
import numpy as np
import pytest

import kport

ABSENT = {
    "FloatDTypePolicy": "one class of policies: DTypePolicy",
    "Function": "a functional Model is one",
    "InputSpec": "layers say what they expect when they are called",
    "Operation": "Keras's base of layers and operations; here they have none in common",
    "Quantizer": "weights of quantized files are dequantized when they are read",
    "RematScope": "memory for gradients is TensorFlow's to save",
    "StatelessScope": "for JAX",
    "SymbolicScope": "symbolic tensors are told from others by their kind",
    "applications": "pretrained weights would have to be downloaded",
    "datasets": "would have to be downloaded",
    "device": "tf.device does it",
    "distillation": "not part of training as such",
    "distribution": "for JAX; tf.distribute is used here",
    "export": "kport.convert does it",
    "legacy": "old names are where they were in Keras 1 and 2: kport.legacy",
    "name_scope": "paths follow from the layers' names",
    "quantizers": "as Quantizer",
    "remat": "as RematScope",
    "src": "Keras's own sources",
    "version": "kport.__version__",
    "visualization": "pictures of images",
    "wrappers": "for scikit-learn",
}


@pytest.mark.parametrize("name", [n for n in dir(keras) if not n.startswith("_")])
def test_top_level(name: str) -> None:
    if name in ABSENT:
        assert name not in dir(kport) or name == "legacy", f"{name} is there: take it off the list"
    else:
        assert getattr(kport, name) is not None


def test_variables_are_made_as_in_keras() -> None:
    for made in (lambda k: k.Variable(3.0), lambda k: k.Variable([[1, 2]], dtype="int32", trainable=False, name="n")):
        ours, theirs = made(kport), made(keras)
        np.testing.assert_array_equal(ours.numpy(), theirs.numpy())
        assert (ours.shape, ours.dtype, ours.trainable) == (tuple(theirs.shape), theirs.dtype, theirs.trainable)
