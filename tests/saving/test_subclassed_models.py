"""Models written as classes: their code is the user's, their weights are found by the attributes that hold layers."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import kport
from kport.errors import FileError, KportError, LayerError, MissingPartError, UnknownLayerError
from kport.ir import TensorType
from kport.saving import load
from kport.saving.containers.input_types import of_shapes, of_signatures, of_specs
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


def spec(kind: str = "tf.TensorSpec", dtype: str = "float32") -> dict[str, Any]:
    shape = {"class_name": "TensorShape", "items": [None, 4]}
    return {"class_name": "TypeSpec", "type_spec": kind, "serialized": {"class_name": "__tuple__", "items": [shape, dtype, "x"]}}


X, WORDS = TensorType("float32", (None, 4)), TensorType("string", (None, 4))


def test_inputs_of_type_specs() -> None:
    assert of_specs(spec()) == X
    assert of_specs({"class_name": "__tuple__", "items": [spec(), {"words": spec(dtype="string")}]}) == [X, {"words": WORDS}]
    with pytest.raises(FileError, match=r"expected dense inputs.*Received: tf\.RaggedTensorSpec"):
        of_specs([spec("tf.RaggedTensorSpec")])


def test_inputs_of_shapes() -> None:
    assert of_shapes([None, 4]) == X
    assert of_shapes([[None, 4], {"b": [None, 4]}]) == [X, {"b": X}]


def field(number: int, data: bytes | int) -> bytes:
    if isinstance(data, int):
        return bytes([number << 3, data])
    return bytes([number << 3 | 2, len(data)]) + data


def signature(name: bytes, **dtypes: int) -> bytes:
    """An entry of the map of signatures: inputs of shape (?, 4)."""
    shape = field(2, b"\x08" + b"\xff" * 9 + b"\x01") + field(2, field(1, 4))
    inputs = b"".join(
        field(1, field(1, key.encode()) + field(2, field(2, dtype) + field(3, shape))) for key, dtype in dtypes.items()
    )
    return field(1, name) + field(2, inputs)


def test_inputs_of_signatures() -> None:
    assert of_signatures([]) is None
    assert of_signatures([signature(b"__saved_model_init_op"), signature(b"infer", x=1)]) == X
    assert of_signatures([signature(b"infer", x=1), signature(b"serving_default", y=1, words=7)]) == {"words": WORDS, "y": X}
    with pytest.raises(FileError, match="TensorFlow's dtype 8"):
        of_signatures([signature(b"infer", x=8)])


class Tiny(kport.Model):
    """The file doesn't know its argument."""

    def __init__(self, width: int) -> None:
        super().__init__()


def holding(**attributes: Any) -> Any:
    """A model of the user's that calls the layer in its only attribute."""

    class Tiny(kport.Model):
        def __init__(self) -> None:
            super().__init__()
            vars(self).update({name: make() for name, make in attributes.items()})

        def call(self, x: Any) -> Any:
            (layer,) = self.layers
            return layer(x)

    return Tiny


def dense() -> Any:
    return kport.layers.Dense(3, name="dense")


WRONG: dict[str, tuple[Any, type[KportError], str]] = {
    "arguments": (Tiny, LayerError, r"expected arguments that Tiny can be made with.*'width'"),
    "attribute": (
        holding(other=dense),
        MissingPartError,
        r"expected an array at 'other/kernel' for weight 'dense/kernel'. Received: arrays at \['encoder'\]; attributes",
    ),
    "shape": (holding(encoder=dense), LayerError, r"layer 'dense': expected weight 'kernel' of shape \(96, 3\).*\(3, 2, 16\)"),
    "a layer": (kport.layers.Flatten, MissingPartError, "expected a model"),
}


@pytest.mark.parametrize("case", WRONG)
def test_code_that_does_not_fit(models: Path, case: str) -> None:
    code, error, message = WRONG[case]
    with pytest.raises(error, match=message):
        load(models / "TensorFlow.NET/tools/TensorFlowNET.Benchmarks/Leak/TestModel/saved_model", custom={"Tiny": code})
