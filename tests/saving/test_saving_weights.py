"""Weights alone: every file form, by order, by path and by name, and what doesn't fit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import kport
from kport.errors import KportError, LayerError, UsageError
from tests.compare import assert_same
from tests.saving.fresh import BUILDERS, floats, randomized
from tests.saving.saved import library, outputs

pytestmark = pytest.mark.filterwarnings("ignore")  # the oracles' own

FILES = ("model.weights.h5", "model.h5", "model.keras")


def written(model: Any, folder: Path, file: str) -> Path:
    path = folder / file
    model.save_weights(path) if "weights" in file else model.save(path)
    return path


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("way", [("kport", "keras"), ("keras", "kport"), ("kport", "kport")], ids="-".join)
@pytest.mark.parametrize("name", ["sequential", "branches", "recurrent", "frozen", "attention"])
def test_weights_travel(name: str, way: tuple[str, str], file: str, tmp_path: Path) -> None:
    first, second = map(library, way)
    model, inputs = BUILDERS[name](first)
    randomized(model)
    again, _ = BUILDERS[name](second)
    again.load_weights(written(model, tmp_path, file))
    assert_same(outputs(way[1], again, inputs), outputs(way[0], model, inputs), what=name)


def test_weights_of_tf_keras(tmp_path: Path) -> None:
    keras = library("tf_keras")
    model, inputs = BUILDERS["branches"](keras)
    randomized(model)
    model.save_weights(tmp_path / "model.h5")
    again, _ = BUILDERS["branches"](kport)
    again.load_weights(tmp_path / "model.h5")
    assert_same(outputs("kport", again, inputs), outputs("tf_keras", model, inputs))


def pair(last: int = 2) -> Any:
    L = kport.layers
    return kport.Sequential([kport.Input((3,)), L.Dense(4, name="first"), L.Dense(last, name="last")])


def test_older_weights_alone_by_layer(tmp_path: Path) -> None:
    model, again = randomized(pair()), pair()
    model.save_weights(tmp_path / "model.h5")
    again.load_weights(tmp_path / "model.h5")
    assert_same(again.get_weights(), model.get_weights())


def test_by_name_takes_what_is_there(tmp_path: Path) -> None:
    model = randomized(pair())
    model.save(tmp_path / "model.h5")
    L = kport.layers
    other = kport.Sequential([kport.Input((3,)), L.Dense(4, name="first"), L.Dense(7, name="new"), L.Dense(2, name="end")])
    before = other.get_layer("end").get_weights()
    other.load_weights(tmp_path / "model.h5", by_name=True)
    assert_same(other.get_layer("first").get_weights(), model.get_layer("first").get_weights())
    assert_same(other.get_layer("end").get_weights(), before)
    model.save_weights(tmp_path / "model.weights.h5")
    with pytest.raises(UsageError, match="by_name=False"):
        other.load_weights(tmp_path / "model.weights.h5", by_name=True)


@pytest.mark.parametrize(("file", "by_name"), [*((file, False) for file in FILES), ("model.h5", True)])
def test_shapes_that_differ(file: str, by_name: bool, tmp_path: Path) -> None:
    model, other = randomized(pair()), pair(5)
    path = written(model, tmp_path, file)
    kept = other.get_layer("last").get_weights()
    more: dict[str, Any] = {"by_name": True} if by_name else {}
    with pytest.raises(LayerError, match=r"last.*expected weight 'kernel' of shape \(4, 5\). Received: shape=\(4, 2\)"):
        other.load_weights(path, **more)
    with pytest.warns(UserWarning, match="last"):
        other.load_weights(path, skip_mismatch=True, **more)
    assert_same(other.get_layer("last").get_weights(), kept)
    assert_same(other.get_layer("first").get_weights(), model.get_layer("first").get_weights())


def test_objects_to_skip(tmp_path: Path) -> None:
    model, other = randomized(pair()), pair()
    kept = other.get_layer("last").get_weights()
    model.save_weights(tmp_path / "model.weights.h5")
    other.load_weights(tmp_path / "model.weights.h5", objects_to_skip=[other.get_layer("last")])
    assert_same(other.get_layer("last").get_weights(), kept)
    assert_same(other.get_layer("first").get_weights(), model.get_layer("first").get_weights())


def test_what_is_refused(tmp_path: Path) -> None:
    model = pair()
    with pytest.raises(UsageError, match=r"\.weights\.h5"):
        model.save_weights(tmp_path / "weights.npz")
    with pytest.raises(UsageError, match="max_shard_size"):
        model.save_weights(tmp_path / "m.weights.h5", max_shard_size=1.0)
    unbuilt = kport.Sequential([kport.layers.Dense(2)])
    with pytest.raises(UsageError, match="built"):
        unbuilt.save_weights(tmp_path / "m.weights.h5")
    with pytest.raises(UsageError, match="built"):
        unbuilt.save(tmp_path / "m.h5")
    with pytest.raises(UsageError, match="built"):
        unbuilt.load_weights(tmp_path / "m.weights.h5")
    with pytest.raises(KportError, match="nothing"):
        model.load_weights(tmp_path / "nothing.weights.h5")
    model.save_weights(tmp_path / "m.weights.h5")
    with pytest.raises(UsageError, match="overwrite=True"):
        model.save_weights(tmp_path / "m.weights.h5", overwrite=False)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["m.weights.h5"]


def test_weights_that_the_model_itself_has(tmp_path: Path) -> None:
    @kport.register
    class Scaled(kport.Model):
        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.dense = kport.layers.Dense(2)
            self.scale = self.add_weight((1,), "ones", name="scale")

        def call(self, x: Any) -> Any:
            return kport.ops.multiply(self.dense(x), self.scale)

    x = floats(2, 3)
    model, again = Scaled(), Scaled()
    model(x), again(x)
    randomized(model)
    for file in ("m.h5", "m.weights.h5"):
        again.set_weights([np.zeros_like(w) for w in again.get_weights()])
        model.save_weights(tmp_path / file)
        again.load_weights(tmp_path / file)
        assert_same(again.get_weights(), model.get_weights(), what=file)
