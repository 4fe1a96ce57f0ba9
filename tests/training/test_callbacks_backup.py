"""A training that is interrupted, even by SIGKILL, ends with the weights of one that never was."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

import kport
from kport import callbacks
from kport.callbacks.training_state import TrainingState
from kport.random.seeds import set_random_seed
from tests.training.callback_twins import both, data, model

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's variables

X, Y = data()
BATCHES = 5
EPOCHS = 3


class Interrupted(Exception):
    pass


class Interrupt(callbacks.Callback):
    """Raises at a batch, counted over all epochs from 0, or kills the process there."""

    def __init__(self, at: int | None, kill: bool = False):
        super().__init__()
        self.left = at
        self.kill = kill

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        if self.left == 0 and self.kill:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.left == 0:
            raise Interrupted
        if self.left is not None:
            self.left -= 1


class KillWhileSaving(callbacks.BackupAndRestore):
    """Kills the process at a place in the middle of a backup."""

    def __init__(self, *args: Any, place: str, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.place = place

    def _save(self, state: Any, batch: int) -> None:
        if (state.epoch, state.batches) >= (1, 2):
            replace, place = os.replace, self.place

            def deadly(source: Any, target: Any) -> None:
                name = os.path.basename(target)
                if place == f"before {name}":
                    os.kill(os.getpid(), signal.SIGKILL)
                replace(source, target)
                if place == f"after {name}":
                    os.kill(os.getpid(), signal.SIGKILL)

            os.replace = deadly
        super()._save(state, batch)


def fresh() -> Any:
    """The model, and the random numbers that samples are shuffled by, at their beginning."""
    set_random_seed(7)
    return model(kport, kport.optimizers.Adam(0.05))


def train(folder: Path, *, at: int | None = None, kill: bool = False, place: str = "", **arguments: Any) -> Any:
    """Trains with backups, on shuffled samples; the model."""
    made = fresh()
    if place:
        backup: Any = KillWhileSaving(folder, place=place, **arguments)
    else:
        backup = callbacks.BackupAndRestore(folder, **arguments)
    made.fit(X, Y, batch_size=8, epochs=EPOCHS, verbose=0, callbacks=[backup, Interrupt(at, kill)])
    return made


@pytest.fixture(scope="module")
def uninterrupted() -> list[np.ndarray]:
    made = fresh()
    made.fit(X, Y, batch_size=8, epochs=EPOCHS, verbose=0)
    return made.get_weights()


def same(made: Any, expected: list[np.ndarray]) -> None:
    for a, e in zip(made.get_weights(), expected, strict=True):
        np.testing.assert_allclose(a, e, rtol=1e-6, atol=1e-7)


FREQUENCIES: list[Any] = ["epoch", 1, 2, 3]


@pytest.mark.parametrize("save_freq", FREQUENCIES)
@pytest.mark.parametrize("at", [8, 10])
def test_an_interrupted_training_ends_like_another(
    save_freq: Any, at: int, tmp_path: Path, uninterrupted: list[np.ndarray]
) -> None:
    folder = tmp_path / "backup"
    with pytest.raises(Interrupted):
        train(folder, at=at, save_freq=save_freq)
    assert (folder / "latest.weights.h5").exists()
    made = train(folder, save_freq=save_freq)
    same(made, uninterrupted)
    assert not folder.exists()  # deleted at the end


def test_it_can_be_interrupted_again_and_again(tmp_path: Path, uninterrupted: list[np.ndarray]) -> None:
    for _ in range(3):
        with pytest.raises(Interrupted):
            train(tmp_path / "backup", at=4, save_freq=2)
    same(train(tmp_path / "backup", save_freq=2), uninterrupted)


def in_a_process(folder: Path, **arguments: Any) -> subprocess.CompletedProcess[bytes]:
    """Trains in a process of its own, from the beginning or the last backup; it prints its weights."""
    code = (
        "import sys, json; from pathlib import Path\n"
        "from tests.training.test_callbacks_backup import train\n"
        "made = train(Path(sys.argv[1]), **json.loads(sys.argv[2]))\n"
        "print('WEIGHTS', json.dumps([w.tolist() for w in made.get_weights()]))"
    )
    root = Path(__file__).parent.parent.parent
    environment = os.environ | {"PYTHONPATH": str(root), "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    return subprocess.run(
        [sys.executable, "-c", code, str(folder), json.dumps(arguments)], capture_output=True, cwd=root, env=environment
    )


def killed_and_started_again(folder: Path, first: dict[str, Any], expected: list[np.ndarray]) -> None:
    again = {key: value for key, value in first.items() if key not in ("at", "kill", "place")}
    dead = in_a_process(folder, **first)
    assert dead.returncode == -signal.SIGKILL, dead.stderr.decode()
    done = in_a_process(folder, **again)
    assert done.returncode == 0, done.stderr.decode()
    line = next(text for text in done.stdout.decode().splitlines() if text.startswith("WEIGHTS"))
    for a, e in zip(json.loads(line.removeprefix("WEIGHTS ")), expected, strict=True):
        np.testing.assert_allclose(a, e, rtol=1e-6, atol=1e-7)


KILLED: list[dict[str, Any]] = [
    {"at": 7, "kill": True, "save_freq": "epoch"},
    {"at": 9, "kill": True, "save_freq": 2},
    {"at": 9, "kill": True, "save_freq": 2, "double_checkpoint": True},
    {"place": "before latest.weights.h5", "save_freq": 1},
    {"place": "after latest.weights.h5", "save_freq": 1},
    {"place": "before training_metadata.json", "save_freq": 1, "double_checkpoint": True},
    {"place": "before latest.weights.h5.bkp", "save_freq": 1, "double_checkpoint": True},
]


@pytest.mark.parametrize(
    "first", [pytest.param(k, marks=[] if i == 1 else [pytest.mark.slow]) for i, k in enumerate(KILLED)], ids=str
)
def test_a_killed_process_is_started_again(first: dict[str, Any], tmp_path: Path, uninterrupted: list[np.ndarray]) -> None:
    killed_and_started_again(tmp_path / "backup", first, uninterrupted)


def test_a_backup_that_cannot_be_read_gives_way_to_the_one_before(tmp_path: Path, uninterrupted: list[np.ndarray]) -> None:
    folder = tmp_path / "backup"
    with pytest.raises(Interrupted):
        train(folder, at=12, double_checkpoint=True)
    latest = folder / "latest.weights.h5"
    latest.write_bytes(latest.read_bytes()[:900])
    same(train(folder, double_checkpoint=True), uninterrupted)


def test_without_one_before_it_is_an_error(tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    folder.mkdir()
    (folder / "latest.weights.h5").write_bytes(b"nothing")
    with pytest.raises((OSError, kport.errors.FileError)):
        train(folder)


def test_the_backup_can_be_kept(tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    train(folder, delete_checkpoint=False)
    assert TrainingState.attached(str(folder / "latest.weights.h5")).epoch == EPOCHS  # type: ignore[union-attr]
    assert json.loads((folder / "training_metadata.json").read_text()) == {"epoch": EPOCHS, "batch": 0}
    assert sorted(p.name for p in folder.iterdir()) == ["latest.weights.h5", "training_metadata.json"]


def test_nothing_is_saved_with_false(tmp_path: Path) -> None:
    train(tmp_path / "backup", save_freq=False, delete_checkpoint=False)
    assert not (tmp_path / "backup").exists()


def test_a_model_has_to_be_built(tmp_path: Path) -> None:
    for keras in both():
        made = keras.Sequential([keras.layers.Dense(1)])
        made.compile("sgd", "mse")
        with pytest.raises(ValueError, match="built"):
            made.fit(X, Y, verbose=0, callbacks=[keras.callbacks.BackupAndRestore(tmp_path)])


def test_backups_are_exchanged_with_keras(tmp_path: Path) -> None:
    """One program begins, the other goes on: with the epoch, the weights and the optimizer's state."""
    for first, second in (both(), both()[::-1]):
        folder = tmp_path / f"of_{first.__name__}"

        class Stop(first.callbacks.Callback):
            def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
                if epoch == 2:
                    raise Interrupted

        def fit(keras: Any, more: list[Any], folder: Path = folder) -> Any:
            made = model(keras, keras.optimizers.Adam(0.05))
            backup = keras.callbacks.BackupAndRestore(folder)
            history = made.fit(X, Y, batch_size=8, epochs=3, shuffle=False, verbose=0, callbacks=[backup, *more])
            return history.epoch, made.get_weights()

        with pytest.raises(Interrupted):
            fit(first, [Stop()])
        epochs, weights = fit(second, [])
        assert epochs == [2]
        made = model(first, first.optimizers.Adam(0.05))
        made.fit(X, Y, batch_size=8, epochs=3, shuffle=False, verbose=0)
        for a, e in zip(weights, made.get_weights(), strict=True):
            np.testing.assert_allclose(a, e, rtol=1e-3, atol=1e-4)


def test_the_state_is_in_the_file_of_the_weights(tmp_path: Path) -> None:
    path = str(tmp_path / "w.h5")
    with h5py.File(path, "w"):
        pass
    assert TrainingState.attached(path) is None
    state = TrainingState(3, 2, {"a": [1]})
    state.attach(path)
    assert TrainingState.attached(path) == state
