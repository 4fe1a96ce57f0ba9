"""Nothing is forgotten: every layer of Keras is here, and every layer here is documented and has a row in the grid."""

from __future__ import annotations

import inspect

import pytest

from kport import layers
from kport import models as models  # registers Functional and Sequential
from kport.errors import LayerError
from kport.layers import operation as operation
from kport.registry import layers as registry
from tests.layers.cases import CASES

FOREIGN = {
    "FlaxLayer": "holds a Flax module",
    "JaxLayer": "holds a JAX function",
    "TFSMLayer": "holds the path of a SavedModel",
    "TorchModuleWrapper": "holds a pickled PyTorch module",
}
WITHOUT_ROW = {
    **FOREIGN,
    "Functional": "a model: tests/models",
    "InputLayer": "computes nothing, and Keras can't call one: every model's test has some",
    "OpLayer": "an operation of kport.ops on a functional model's tensors: tests/models",
    "Operation": "an operation of keras.ops in a file: tests/saving",
    "Sequential": "a model: tests/models",
    "Wrapper": "abstract: TimeDistributed and Bidirectional have rows",
}
CLASSES = sorted(set(registry.items.values()), key=lambda cls: cls.__name__)


def test_every_keras_layer_is_registered() -> None:
    import keras

    theirs = {x.__name__ for x in vars(keras.layers).values() if inspect.isclass(x) and issubclass(x, keras.layers.Layer)}
    missing = sorted(theirs - {"Layer"} - set(registry.items))
    assert not missing


def test_every_name_of_keras_layers_can_be_imported() -> None:
    """Aliases such as MaxPool2D and functions such as `add` too."""
    import keras

    theirs = {name for name in vars(keras.layers) if not name.startswith("_")} - {"InputSpec", "deserialize", "serialize"}
    missing = sorted(name for name in theirs if not hasattr(layers, name))
    assert not missing


@pytest.mark.parametrize("name", FOREIGN)
def test_foreign_layer_is_refused(name: str) -> None:
    with pytest.raises(LayerError, match=name):
        registry.get({"class_name": name, "config": {"name": "x"}})


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_layer_has_a_docstring_of_its_own(cls: type) -> None:
    assert cls.__dict__.get("__doc__"), f"{cls.__module__}.{cls.__name__} says nothing about itself"


def test_every_layer_has_a_row() -> None:
    tested = {registry.items.get(case.layer) for case in CASES}
    without = sorted(cls.__name__ for cls in CLASSES if cls not in tested and cls.__name__ not in WITHOUT_ROW)
    assert not without, f"no LayerCase in tests/layers/cases for {without}"


def test_reasons_are_for_layers_that_exist() -> None:
    stale = sorted(set(WITHOUT_ROW) - {cls.__name__ for cls in CLASSES})
    assert not stale
