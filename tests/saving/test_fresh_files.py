"""Files saved here and now by Keras 3 and by tf.keras, in every container, against what they compute there."""

from __future__ import annotations

import importlib
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from kport.errors import LayerError
from kport.saving import load
from kport.tree import map_structure
from tests.compare import assert_same
from tests.saving.fresh import BUILDERS, randomized

pytestmark = pytest.mark.filterwarnings("ignore")  # the oracles' own


def _as_json(model: Any, folder: Path) -> tuple[Path, Path]:
    (folder / "model.json").write_text(model.to_json())
    model.save_weights(folder / "model.weights.h5")
    return folder / "model.json", folder / "model.weights.h5"


def _as_file(suffix: str) -> Callable[[Any, Path], tuple[Path, None]]:
    def save(model: Any, folder: Path) -> tuple[Path, None]:
        model.save(folder / f"model{suffix}")
        return folder / f"model{suffix}", None

    return save


CONTAINERS = {".h5": _as_file(".h5"), ".keras": _as_file(".keras"), "folder": _as_file(""), "json": _as_json}

REFUSED = ("tf_keras", "folder", "text")
"""tf.keras keeps a lookup's vocabulary in the SavedModel's TensorFlow graph alone."""

ALWAYS = ("branches", "frozen", "preprocessing")
"""Models whose SavedModels are always tested: TensorFlow takes seconds to write one."""

CASES = [
    *(("keras", container, name) for container in (".h5", ".keras", "json") for name in BUILDERS),
    *(("tf_keras", container, name) for container in (".h5", ".keras", "folder", "json") for name in BUILDERS),
]
CASES.remove(REFUSED)


def marked(case: tuple[str, str, str]) -> Any:
    _, container, name = case
    slow = container == "folder" and name not in ALWAYS
    return pytest.param(*case, id="-".join(case), marks=[pytest.mark.slow] if slow else [])


@pytest.mark.parametrize(("generation", "container", "name"), [marked(case) for case in CASES])
def test_computes_the_same(generation: str, container: str, name: str, tmp_path: Path) -> None:
    keras = importlib.import_module(generation)
    keras.backend.clear_session()
    model, inputs = BUILDERS[name](keras)
    randomized(model)
    expected = model(map_structure(_tensor, inputs), training=False)
    path, weights = CONTAINERS[container](model, tmp_path)
    opened = load(path, weights=weights)
    if name != "deferred":  # such a model has no names of its own
        assert opened.input_names == [_layer_of(x).name for x in model.inputs]
        assert opened.output_names == [_layer_of(x).name for x in model.outputs]
    assert opened.count_params() == model.count_params() or name == "text"
    assert_same(opened.predict(inputs), expected, what=name)


def _layer_of(tensor: Any) -> Any:
    """The layer that gives a tensor: in both generations its name is the input's or output's."""
    return tensor._keras_history[0] if hasattr(tensor, "_keras_history") else tensor.node.layer


def _tensor(x: np.ndarray) -> Any:
    import tensorflow as tf

    return tf.constant(x.tolist()) if x.dtype == object else tf.convert_to_tensor(x)


def test_a_vocabulary_that_only_the_graph_has_is_asked_for(tmp_path: Path) -> None:
    keras = importlib.import_module(REFUSED[0])
    model, _ = BUILDERS[REFUSED[2]](keras)
    model.save(tmp_path / "model")
    with pytest.raises(LayerError, match=r"string_lookup.*expected a vocabulary"):
        load(tmp_path / "model")


def test_the_root_of_tf_keras_2_12(tmp_path: Path) -> None:
    """The first `.keras` archives had another root, whose numbers skip: each layer with weights is in it twice."""
    keras = importlib.import_module("tf_keras")
    model, inputs = BUILDERS["branches"](keras)
    model.save(tmp_path / "new.keras")
    renamed: dict[str, Any] = {}
    with zipfile.ZipFile(tmp_path / "new.keras") as new, zipfile.ZipFile(tmp_path / "old.keras", "w") as old:
        with h5py.File(io.BytesIO(new.read("model.weights.h5"))) as file:
            file["layers"].visititems(lambda name, item: renamed.update({name: item[()]} if hasattr(item, "shape") else {}))
        weights = io.BytesIO()
        with h5py.File(weights, "w") as file:
            for name, array in renamed.items():
                numbered = re.sub(r"(dense|functional|sequential)_(\d+)", lambda m: f"{m[1]}_{2 * int(m[2])}", name)
                file[f"_layer_checkpoint_dependencies/{numbered.replace('/layers/', '/_layer_checkpoint_dependencies/')}"] = array
        old.writestr("config.json", new.read("config.json"))
        old.writestr("metadata.json", '{"keras_version": "2.12.0"}')
        old.writestr("model.weights.h5", weights.getvalue())
    assert_same(load(tmp_path / "old.keras").predict(inputs), model(inputs, training=False))
