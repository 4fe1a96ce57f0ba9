"""Models written as classes: their code is the user's, their weights are found by the attributes that hold layers."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import kport
from kport.errors import UnknownLayerError
from kport.saving import load
from tests.compare import assert_same
from tests.saving.fresh import floats, randomized

pytestmark = pytest.mark.filterwarnings("ignore")  # the oracles' own


def classes(k: Any) -> dict[str, Any]:
    """One and the same code on Keras 3, tf.keras or kport: layers in a list, a dict, a private attribute, and own weights."""

    class Block(k.layers.Layer):  # type: ignore[name-defined, misc]
        def __init__(self, units: int = 4, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.units = units
            self.dense = k.layers.Dense(units)
            self.norm = k.layers.BatchNormalization()

        def build(self, input_shape: Any) -> None:
            self.scale = self.add_weight(shape=(input_shape[-1],), name="factor", initializer="ones")

        def call(self, x: Any) -> Any:
            return self.norm(self.dense(x * self.scale))

    class Tower(k.Model):  # type: ignore[name-defined, misc]
        def __init__(self, width: int = 4, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.width = width
            self.blocks = [Block(width), Block(width)]
            self.named = {"sequence": k.layers.GRU(3)}
            self._head = k.layers.Dense(2)

        def build(self, input_shape: Any) -> None:
            self.gain = self.add_weight(shape=(1,), name="volume", initializer="ones")

        def get_config(self) -> dict[str, Any]:
            return {"width": self.width}

        def call(self, inputs: Any) -> Any:
            x = inputs["p"] + inputs["q"]
            for block in self.blocks:
                x = block(x)
            return self._head(self.named["sequence"](x)) * self.gain

    return {"Tower": Tower, "Block": Block}


def data(size: int = 3) -> dict[str, np.ndarray]:
    return {"p": floats(size, 5, 4), "q": floats(size, 5, 4, seed=1)}


@pytest.mark.parametrize(("generation", "name"), [("keras", "model.keras"), ("tf_keras", "model.keras"), ("tf_keras", "folder")])
def test_computes_the_same(generation: str, name: str, tmp_path: Path) -> None:
    keras = importlib.import_module(generation)
    model = classes(keras)["Tower"](width=6)
    model(data())
    expected = np.asarray(randomized(model)(data(2)))
    model.save(tmp_path / name)
    with pytest.raises(UnknownLayerError, match=r"Received: Tower.*--custom"):
        load(tmp_path / name)
    opened = load(tmp_path / name, custom=classes(kport))
    assert opened.width == 6
    assert_same(opened.predict(data(2)), expected)
    assert opened.input_names == ["p", "q"]
