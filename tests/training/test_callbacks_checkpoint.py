"""Checkpoints of real models: Keras opens them, and they hold what they should."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import kport
from kport import callbacks
from tests.training.callback_twins import both, data, model

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's variables

X, Y = data()


class Weights(callbacks.Callback):
    """Notes the weights at the end of every epoch."""

    def on_train_begin(self, logs: Any = None) -> None:
        self.seen: list[list[np.ndarray]] = []

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.seen.append(self.model.get_weights())


def files_of(keras: Any, folder: Path, name: str, **arguments: Any) -> tuple[list[str], Any, Any]:
    """The names of the files that a training writes, with the model and its weights after each epoch."""
    made = model(keras, keras.optimizers.Adam(0.3))
    checkpoint = keras.callbacks.ModelCheckpoint(folder / keras.__name__ / name, **arguments)
    weights = [Weights()] if keras is kport else []
    made.fit(
        X, Y, batch_size=8, epochs=4, shuffle=False, validation_data=data(16, 9), verbose=0, callbacks=[checkpoint, *weights]
    )  # fmt: skip
    return sorted(p.name for p in (folder / keras.__name__).iterdir()), made, weights


CASES: dict[str, dict[str, Any]] = {
    "{epoch:02d}-{val_accuracy:.2f}.keras": {},
    "{epoch}.weights.h5": {"save_weights_only": True, "save_best_only": True},
    "{epoch}.keras": {"save_best_only": True, "monitor": "val_accuracy"},
    "{epoch}-{batch}.weights.h5": {"save_weights_only": True, "save_freq": 3},
}


@pytest.mark.parametrize("name", CASES)
def test_the_files_are_keras(name: str, tmp_path: Path) -> None:
    theirs, ours = (files_of(keras, tmp_path, name, **CASES[name])[0] for keras in both())
    assert ours == theirs != []


@pytest.mark.parametrize("suffix", [".keras", ".weights.h5", ".h5"])
def test_keras_opens_a_checkpoint(suffix: str, tmp_path: Path) -> None:
    import keras

    arguments = {"save_weights_only": True} if "weights" in suffix else {}
    names, _, (noted,) = files_of(kport, tmp_path, f"{{epoch}}{suffix}", **arguments)
    assert names == [f"{i}{suffix}" for i in (1, 2, 3, 4)]
    path = tmp_path / "kport" / names[1]
    if arguments:
        opened = model(keras, keras.optimizers.Adam(0.3))
        opened.optimizer.build(opened.trainable_variables)
        opened.load_weights(path)
    else:
        opened = keras.saving.load_model(path)
    for a, e in zip(opened.get_weights(), noted.seen[1], strict=True):
        np.testing.assert_allclose(a, e, rtol=1e-6)


ORBAX = "orbax.checkpoint"


def test_without_orbax_it_is_said_what_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, ORBAX, None)
    with pytest.raises(ImportError, match="pip install orbax-checkpoint") as caught:
        callbacks.OrbaxCheckpoint(tmp_path)
    assert isinstance(caught.value, kport.errors.MissingComponentError)


@pytest.mark.filterwarnings("ignore")
def test_orbax_checkpoints_hold_the_state(tmp_path: Path) -> None:
    pytest.importorskip(ORBAX, reason="not run: orbax-checkpoint is not installed")
    from orbax.checkpoint import v1 as orbax

    found = []
    for keras in both():
        made = model(keras, keras.optimizers.Adam(0.3))
        folder = tmp_path / keras.__name__
        checkpoint = keras.callbacks.OrbaxCheckpoint(folder, max_to_keep=2, save_on_background=keras is kport)
        made.fit(X, Y, batch_size=8, epochs=3, shuffle=False, verbose=0, callbacks=[checkpoint])
        assert sorted(p.name for p in folder.iterdir()) == ["1", "2"]
        found.append(orbax.load_checkpointables(folder / "2")["pytree"])
    theirs, ours = found
    for part in ("trainable_variables", "non_trainable_variables"):
        flat = [dict(_leaves(state[part])) for state in (ours, theirs)]
        assert sorted(flat[0]) == sorted(flat[1])
        for path, value in flat[1].items():
            np.testing.assert_allclose(flat[0][path], value, rtol=1e-3, atol=1e-4, err_msg=path)
    assert set(ours) == set(theirs)


def _leaves(tree: Any, path: str = "") -> Any:
    if not isinstance(tree, dict):
        yield path, tree
        return
    for key, value in tree.items():
        yield from _leaves(value, f"{path}/{key}")
