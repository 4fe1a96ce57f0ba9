"""TensorBoard's own reader finds in the event files what Keras would have written."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kport import callbacks
from kport.callbacks.projector import projector_config
from kport.callbacks.summaries import images_of
from kport.callbacks.weight_paths import weight_paths
from tests.training.callback_twins import both, data, model

pytest.importorskip("tensorboard", reason="not run: tensorboard is not installed")

pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),  # Keras's variables
    pytest.mark.filterwarnings("ignore::DeprecationWarning:tensorboard.*"),
]

X, Y = data()


def events_of(folder: Path) -> dict[str, Any]:
    """Everything that TensorBoard reads in a folder: (tag, step) → the value, and the tags' plugins."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
        from tensorboard.util import tensor_util
    found: dict[str, Any] = {}
    accumulator = EventAccumulator(str(folder), size_guidance={"tensors": 0}).Reload()
    for tag in accumulator.Tags()["tensors"]:
        plugin = accumulator.SummaryMetadata(tag).plugin_data.plugin_name
        for event in accumulator.Tensors(tag):
            found[f"{plugin}:{tag}:{event.step}"] = tensor_util.make_ndarray(event.tensor_proto)
    if accumulator.Tags()["graph"]:
        found["graph"] = accumulator.Graph()
    return found


def written(keras: Any, path: Path, **arguments: Any) -> dict[str, dict[str, Any]]:
    made = model(keras)
    callback = keras.callbacks.TensorBoard(path / keras.__name__, **arguments)
    made.fit(
        X, Y, batch_size=8, epochs=3, shuffle=False, validation_data=data(16, 9), verbose=0, callbacks=[callback]
    )  # fmt: skip
    return {where: events_of(path / keras.__name__ / where) for where in ("train", "validation")}


TIMES = "steps_per_second"


def same_events(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    """What Keras has written is here, with its numbers; times differ."""
    missing = set(theirs) - set(ours)
    assert not missing
    for tag, value in theirs.items():
        if TIMES not in tag and not tag.startswith(("graph", "images")):
            np.testing.assert_allclose(ours[tag], value, rtol=1e-4, atol=1e-5, err_msg=tag)


CASES: dict[str, dict[str, Any]] = {
    "default": {},
    "batches": {"update_freq": "batch", "write_graph": False, "write_steps_per_second": True},
    "every third batch": {"update_freq": 3, "write_graph": False},
    "weights": {"histogram_freq": 2, "write_images": True, "write_steps_per_second": True, "write_graph": False},
}


@pytest.mark.parametrize("case", CASES)
def test_what_keras_writes_is_written(case: str, tmp_path: Path) -> None:
    theirs, ours = (written(keras, tmp_path, **CASES[case]) for keras in both())
    for where in ("train", "validation"):
        same_events(ours[where], theirs[where])
        more = set(ours[where]) - set(theirs[where])
        if case == "every third batch":  # Keras forgets what is due at the end of an epoch whose last batch isn't a third one
            more = {tag for tag in more if ":epoch_" not in tag and ":evaluation_" not in tag}
        assert more <= {"graph"}
    assert {f"scalars:epoch_loss:{epoch}" for epoch in range(3)} <= set(ours["train"])
    assert {f"scalars:epoch_loss:{epoch}" for epoch in range(3)} <= set(ours["validation"])
    assert "scalars:epoch_learning_rate:0" in ours["train"]


def test_layers_and_a_step_are_shown_as_graphs(tmp_path: Path) -> None:
    from tensorboard.plugins.graph import keras_util

    written_events = written(both()[1], tmp_path)
    config = json.loads(written_events["train"]["graph_keras_model:keras:0"].item())
    nodes = [node.name for node in keras_util.keras_model_to_graph_def(config).node]
    assert nodes[-2:] == ["small/inner", "small/outer"]
    assert len(written_events["train"]["graph"].node) > 20


def test_what_a_step_itself_writes_has_the_right_step(tmp_path: Path) -> None:
    import tensorflow as tf

    import kport

    class Writing(kport.Sequential):
        def train_step(self, batch: Any) -> Any:
            logs = super().train_step(batch)
            tf.summary.scalar("own", logs["loss"])
            return logs

    made = Writing([kport.Input((5,)), kport.layers.Dense(1)])
    made.compile("sgd", "mse", jit_compile=False)
    callback = callbacks.TensorBoard(tmp_path, update_freq=2, write_graph=False)
    made.fit(X, Y, batch_size=8, epochs=2, verbose=0, callbacks=[callback])
    steps = [int(tag.split(":")[-1]) for tag in events_of(tmp_path / "train") if ":own:" in tag]
    assert steps == [2, 4, 6, 8, 10]


def test_a_batch_is_profiled(tmp_path: Path) -> None:
    made = model(both()[1])
    callback = callbacks.TensorBoard(tmp_path, profile_batch=(2, 3), write_graph=False)
    made.fit(X, Y, batch_size=8, epochs=1, verbose=0, callbacks=[callback])
    assert list(tmp_path.glob("train/plugins/profile/*/*.xplane.pb"))
    assert not callback._profiler.is_tracing


def test_evaluation_is_written_by_iterations(tmp_path: Path) -> None:
    found = []
    for keras in both():
        made = model(keras)
        made.fit(X, Y, batch_size=8, shuffle=False, verbose=0)
        made.evaluate(X, Y, verbose=0, callbacks=[keras.callbacks.TensorBoard(tmp_path / keras.__name__, write_graph=False)])
        found.append(events_of(tmp_path / keras.__name__ / "validation"))
    same_events(found[1], found[0])
    assert set(found[1]) == {"scalars:evaluation_loss_vs_iterations:5", "scalars:evaluation_accuracy_vs_iterations:5"}


def embedding_model(keras: Any) -> Any:
    made = keras.Sequential(
        [
            keras.Input((3,), dtype="int32"),
            keras.layers.Embedding(7, 2, name="words"),
            keras.layers.Flatten(),
            keras.layers.Dense(1),
        ]
    )
    made.compile("sgd", "mse", jit_compile=False)
    return made


@pytest.mark.parametrize("metadata", [None, "words.tsv", {"words": 'a "quoted" file.tsv'}])
def test_embeddings_are_described_as_by_keras(metadata: Any, tmp_path: Path) -> None:
    texts = []
    for keras in both():
        folder = tmp_path / keras.__name__
        folder.mkdir()
        callback = keras.callbacks.TensorBoard(
            folder, embeddings_freq=1, embeddings_metadata=metadata.copy() if isinstance(metadata, dict) else metadata
        )
        callback.set_model(embedding_model(keras))
        texts.append((folder / "projector_config.pbtxt").read_text())
    assert texts[1] == texts[0]


def test_embeddings_that_are_not_there_are_refused() -> None:
    for keras in both():
        with pytest.raises(ValueError, match="mbeddings_metadata"):
            keras.callbacks.TensorBoard(embeddings_freq=1, write_graph=False, embeddings_metadata={"x": "y"}).set_model(
                embedding_model(keras)
            )
    assert projector_config(model(both()[1]), None) == ""


@pytest.mark.parametrize("shape", [(4,), (2, 5), (5, 2), (3, 4, 2), (3, 3, 1, 4), (3, 3, 2, 5), (1, 1, 3), (1,)])
def test_weights_as_images_have_keras_shapes(shape: tuple[int, ...]) -> None:
    import keras
    from keras.src.callbacks import tensorboard as theirs

    array = np.arange(np.prod(shape), dtype="float32").reshape(shape)
    seen: list[Any] = []

    class Summary:
        def image(self, name: str, images: Any, step: int) -> None:
            seen.append(images)

    callback = theirs.TensorBoard()
    callback._summary_module = Summary()
    callback._log_weight_as_image(keras.Variable(array), "w", 0)
    ours = images_of(array)
    assert (ours is None) == (not seen)
    if seen:
        np.testing.assert_array_equal(ours, seen[0])  # type: ignore[arg-type]


def paths(keras: Any) -> list[list[str]]:
    """Of the weights of a functional, a sequential, a nested and a subclassed model."""
    layers = keras.layers
    x = keras.Input((3, 4))
    inner = keras.Model(x, layers.Dense(1, name="d")(layers.Bidirectional(layers.LSTM(2, name="l"), name="b")(x)), name="f")
    attention = keras.Sequential([keras.Input((3, 4)), layers.Dense(4, name="q"), layers.BatchNormalization(name="n")], name="s")
    outer = keras.Sequential([keras.Input((3, 4)), attention, inner, layers.Dense(2, name="z")], name="outer")

    class Own(keras.Model):
        def __init__(self) -> None:
            super().__init__(name="own")
            self.part = layers.Dense(2, name="part")

        def call(self, x: Any) -> Any:
            return self.part(x)

    own = Own()
    own(np.ones((1, 3), "float32"))
    models = [inner, attention, outer, own]
    return [list(weight_paths(m)) if keras.__name__ == "kport" else [w.path for w in m.weights] for m in models]


def test_weights_have_keras_paths() -> None:
    theirs, ours = map(paths, both())
    assert [sorted(p) for p in ours] == [sorted(p) for p in theirs]


def test_a_profile_can_be_asked_for_as_text() -> None:
    from kport.callbacks.profiler import _range

    assert _range("3,5") == (3, 5) and _range("4") == (4, 4) and _range([2, 2]) == (2, 2) and _range(0) == (0, 0)
