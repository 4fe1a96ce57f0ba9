"""The user's own layers and models: registration, state of their own, files of their own, where Keras keeps them."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

import kport
from kport.errors import UsageError
from kport.saving import (
    custom_object_scope,
    deserialize_keras_object,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
    serialize_keras_object,
)
from tests.compare import assert_same
from tests.saving.fresh import floats, randomized
from tests.saving.saved import library, outputs

pytestmark = pytest.mark.filterwarnings("ignore")  # the oracles' own


def networks(keras: Any) -> type:
    """A subclassed model with layers in attributes of every kind, for the library that is given."""
    L = keras.layers

    @keras.saving.register_keras_serializable("saved")
    class Network(keras.Model):  # type: ignore[name-defined,misc]
        def __init__(self, units: int = 3, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.units = units
            self.zeroth = L.Dense(units)
            self.first = L.Dense(2)
            self.out = L.Dense(1)
            self.blocks = [L.Dense(2), [L.Dense(2), L.LSTM(2)]]
            self.named = {"a": L.Dropout(0.5, seed=1), "b": L.Dense(2)}
            self._hidden = L.Dense(2)
            self.again = self.first

        def call(self, x: Any) -> Any:
            x = self.blocks[0](self.first(self.zeroth(x)))
            x = self.named["b"](self.named["a"](self.blocks[1][0](x)))
            return self.out(self.blocks[1][1](keras.ops.expand_dims(self._hidden(x), 1)))

        def get_config(self) -> dict[str, Any]:
            return {**super().get_config(), "units": self.units}

    return Network


def arrays(path: Path) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    with zipfile.ZipFile(path) as archive, h5py.File(io.BytesIO(archive.read("model.weights.h5"))) as file:
        file.visititems(lambda name, item: found.update({name: item.shape} if hasattr(item, "shape") else {}))
    return {name: shape for name, shape in found.items() if "seed_generator" not in name}


@pytest.mark.parametrize("way", [("kport", "keras"), ("keras", "kport"), ("kport", "kport")], ids="-".join)
def test_subclassed_models_travel(way: tuple[str, str], tmp_path: Path) -> None:
    first, second = map(library, way)
    networks(second)
    model, x = networks(first)(units=4), floats(2, 3)
    model(x)
    randomized(model)
    model.save(tmp_path / "model.keras")
    again = second.models.load_model(tmp_path / "model.keras")
    assert again.units == 4 and type(again).__name__ == "Network"
    assert_same(outputs(way[1], again, x), outputs(way[0], model, x))


def test_subclassed_models_are_laid_out_as_keras_lays_them_out(tmp_path: Path) -> None:
    for name in ("kport", "keras"):
        model = networks(library(name))()
        model(floats(2, 3))
        model.compile("adam", "mse")
        model.fit(floats(2, 3), floats(2, 1), verbose=0)
        model.save(tmp_path / f"{name}.keras")
    assert arrays(tmp_path / "kport.keras") == arrays(tmp_path / "keras.keras")


def counting(keras: Any) -> type:
    """A layer that keeps a number by name beside its weights, and a file."""

    @keras.saving.register_keras_serializable("saved")
    class Counting(keras.layers.Layer):  # type: ignore[name-defined,misc]
        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.count, self.note = 0.0, ""

        def build(self, input_shape: Any) -> None:
            self.scale = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="scale")

        def call(self, x: Any) -> Any:
            return x * self.scale

        def save_own_variables(self, store: Any) -> None:
            super().save_own_variables(store)
            store["count"] = np.array(self.count, "float32")

        def load_own_variables(self, store: Any) -> None:
            self.count = float(np.asarray(store["count"]))
            super().load_own_variables({"0": store["0"]})

        def save_assets(self, folder: str) -> None:
            Path(folder, "note.txt").write_text(self.note)

        def load_assets(self, folder: str) -> None:
            self.note = Path(folder, "note.txt").read_text()

    return Counting


@pytest.mark.parametrize("way", [("kport", "keras"), ("keras", "kport"), ("kport", "kport")], ids="-".join)
def test_what_a_layer_keeps_by_itself(way: tuple[str, str], tmp_path: Path) -> None:
    first, second = map(library, way)
    counting(second)
    layer = counting(first)()
    model = randomized(first.Sequential([first.Input((3,)), layer]))
    layer.count, layer.note = 7.0, "Zeilen"
    model.save(tmp_path / "model.keras")
    again = second.models.load_model(tmp_path / "model.keras")
    assert (again.layers[0].count, again.layers[0].note) == (7.0, "Zeilen")
    assert_same(outputs(way[1], again, floats(2, 3)), outputs(way[0], model, floats(2, 3)))


def leaky(keras: Any) -> type:
    """A recurrent cell."""

    @keras.saving.register_keras_serializable("saved")
    class Leaky(keras.layers.Layer):  # type: ignore[name-defined,misc]
        def __init__(self, units: int, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.units, self.state_size, self.output_size = units, units, units

        def build(self, input_shape: Any) -> None:
            self.kernel = self.add_weight(shape=(input_shape[-1], self.units), name="kernel")

        def call(self, x: Any, states: Any) -> Any:
            new = 0.5 * states[0] + keras.ops.matmul(x, self.kernel)
            return new, [new]

        def get_config(self) -> dict[str, Any]:
            return {**super().get_config(), "units": self.units}

    return Leaky


@pytest.mark.parametrize("way", [("kport", "keras"), ("keras", "kport"), ("kport", "kport")], ids="-".join)
def test_a_cell_of_ones_own(way: tuple[str, str], tmp_path: Path) -> None:
    first, second = map(library, way)
    leaky(second)
    cell = leaky(first)(2)
    model = randomized(first.Sequential([first.Input((4, 3)), first.layers.RNN(cell), first.layers.Dense(1)]))
    model.save(tmp_path / "model.keras")
    again = second.models.load_model(tmp_path / "model.keras")
    assert_same(outputs(way[1], again, floats(2, 4, 3)), outputs(way[0], model, floats(2, 4, 3)))


def test_registration() -> None:
    @register_keras_serializable("mine", name="other")
    class Thing(kport.layers.Layer):
        pass

    assert get_registered_name(Thing) == "mine>other" and get_registered_object("mine>other") is Thing
    assert serialize_keras_object(Thing(name="t"))["registered_name"] == "mine>other"
    assert type(deserialize_keras_object(serialize_keras_object(Thing(name="t")))) is Thing
    assert get_registered_name(int) == "int" and get_registered_object("nothing") is None
    with custom_object_scope({"Short": Thing}):
        assert get_custom_objects()["Short"] is Thing
    assert "Short" not in get_custom_objects()


@pytest.mark.parametrize(
    "value",
    [None, 1.5, "relu", [1, "a"], {"a": (1, 2)}, b"bytes", slice(1, None, 2), Ellipsis, np.arange(3), np.float32(2)],
    ids=str,
)
def test_values_are_said_as_keras_says_them(value: Any) -> None:
    keras = library("keras")
    ours = serialize_keras_object(value)
    assert ours == keras.saving.serialize_keras_object(value)
    back = deserialize_keras_object(ours)
    assert_same(back, keras.saving.deserialize_keras_object(ours)) if isinstance(value, np.ndarray) else None
    assert np.all(back == keras.saving.deserialize_keras_object(ours))


@pytest.mark.parametrize(
    "make",
    [
        lambda k: k.layers.Dense(3, kernel_regularizer="l2", name="d"),
        lambda k: k.losses.BinaryCrossentropy(from_logits=True),
        lambda k: k.metrics.AUC(name="auc"),
        lambda k: k.optimizers.Adam(k.optimizers.schedules.CosineDecay(0.1, 100), name="adam"),
        lambda k: k.initializers.HeNormal(seed=3),
        lambda k: k.regularizers.L1L2(0.1, 0.2),
        lambda k: k.constraints.MaxNorm(2.0),
    ],
    ids=["layer", "loss", "metric", "optimizer", "initializer", "regularizer", "constraint"],
)
def test_objects_go_both_ways(make: Any) -> None:
    keras = library("keras")
    for one, other in ((kport, keras), (keras, kport)):
        config = one.saving.serialize_keras_object(make(one))
        back = other.saving.deserialize_keras_object(config)
        assert type(back).__name__ == type(make(one)).__name__
    assert kport.saving.serialize_keras_object(deserialize_keras_object(config))["class_name"] == config["class_name"]


def test_what_has_no_configuration() -> None:
    with pytest.raises(UsageError, match="get_config"):
        serialize_keras_object(object())
    with pytest.raises(UsageError, match="no_such_function"):
        deserialize_keras_object({"class_name": "function", "config": "no_such_function"})


def test_export_says_the_way() -> None:
    with pytest.raises(UsageError, match="savedmodel"):
        kport.Sequential([kport.Input((2,)), kport.layers.Dense(1)]).export("there")
