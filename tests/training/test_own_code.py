"""What users write themselves trains as with Keras: the same code, weights and data, and then the same numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("tensorflow")

import kport
from kport.errors import LayerError
from tests.compare import assert_same
from tests.training.callback_twins import both
from tests.training.own_code import CASES

EPOCHS, BATCH = 3, 7  # the last batch is a smaller one

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's variables


def begun(keras: Any, case: str) -> tuple[Any, Any, Any, list[np.ndarray]]:
    """The model with weights that a seed says, its data, and the weights that it began with by itself."""
    model, x, y = CASES[case](keras)
    model.predict((y if case == "adversarial" else x)[:2], verbose=0)  # a model that is a class makes its weights now
    if case == "adversarial":
        model.discriminator(x[:2])
    own = [np.asarray(w) for w in model.get_weights()]
    rng = np.random.default_rng(11)
    model.set_weights([rng.normal(size=w.shape, scale=0.5).astype("float32") for w in own])
    return model, x, y, own


def trained(keras: Any, case: str) -> Any:
    model, x, y, own = begun(keras, case)
    history = model.fit(x, y, batch_size=BATCH, epochs=EPOCHS, shuffle=False, verbose=0).history
    if case == "adversarial":
        evaluated = None
    else:
        evaluated = model.evaluate(x, y, batch_size=BATCH, verbose=0, return_dict=True)
        evaluated = {name: float(evaluated[name]) for name in sorted(evaluated)}
    predicted = np.asarray(model.predict(y if case == "adversarial" else x, batch_size=BATCH, verbose=0))
    return model, own, {name: history[name] for name in sorted(history)}, evaluated, predicted


@pytest.mark.parametrize("case", CASES)
def test_it_trains_as_with_keras(case: str) -> None:
    (theirs, own, *expected), (ours, own_of_ours, *actual) = [trained(keras, case) for keras in both()]
    assert [w.shape for w in ours.weights] == [tuple(w.shape) for w in theirs.weights]
    assert [w.name for w in ours.weights] == [w.name for w in theirs.weights]
    for name, mine, other in zip(("history", "evaluate", "predict"), actual, expected, strict=True):
        assert_same(mine, other, rtol=2e-4, atol=2e-5, what=name)
    for weight, mine, other in zip(ours.weights, ours.get_weights(), theirs.get_weights(), strict=True):
        assert_same(mine, np.asarray(other), rtol=2e-4, atol=2e-5, what=weight.path)
    if case in ("functions", "classes"):  # their initial weights aren't drawn
        assert_same(own_of_ours[0], own[0], what="initial weights")


CONVERTED = sorted(set(CASES) - {"layer_in_tensorflow", "layer_with_metric"})


@pytest.mark.parametrize("case", CONVERTED)
def test_what_is_written_in_ops_converts_when_it_is_trained(case: str, tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    model, x, y, _ = begun(kport, case)
    model.fit(x, y, batch_size=BATCH, epochs=1, verbose=0)
    sample = (y if case == "adversarial" else x)[:3]
    report = kport.convert(model, to="onnx", output=tmp_path / "model.onnx", samples=[sample])
    (result,) = report.targets
    assert result.status == "passed", result.reason
    kport.verify(model, tmp_path / "model.onnx", samples=[sample])


def test_a_layer_in_tensorflow_does_not_convert_and_says_what_to_change(tmp_path: Path) -> None:
    model, x, y, _ = begun(kport, "layer_in_tensorflow")
    model.fit(x, y, batch_size=BATCH, epochs=1, verbose=0)
    with pytest.raises(LayerError, match=r"layer 'wave\w*'.*Wave.*kport\.ops"):
        kport.convert(model, to="onnx", output=tmp_path / "model.onnx")
    assert not list(tmp_path.iterdir())


def test_a_layer_that_its_parent_builds_has_its_weights_once() -> None:
    dense = kport.layers.Dense(3)
    dense.build((None, 2))
    assert dense.built
    weights = dense.weights
    dense(np.ones((4, 2), "float32"))
    assert list(map(id, dense.weights)) == list(map(id, weights)) and len(weights) == 2


def test_a_subclass_made_of_inputs_and_outputs_is_functional() -> None:
    (theirs, *_), (ours, *_) = [CASES["functional_subclass"](keras) for keras in both()]
    for model in (ours, theirs):
        assert type(model).__mro__[1].__name__ == "Functional"
        assert [layer.__class__.__name__ for layer in model.layers] == ["InputLayer", "Dense", "Dense"]
    assert sorted(ours.get_config()) == sorted(theirs.get_config())
    copy = type(ours).from_config(ours.get_config())
    assert type(copy) is type(ours) and copy.count_params() == ours.count_params()


def test_a_subclass_that_makes_its_graph_is_its_arguments() -> None:
    model = CASES["graph_in_constructor"](kport)[0]
    config = model.get_config()
    assert config["units"] == 5 and "layers" not in config
    assert type(model).from_config({"units": 6}).count_params() == 4 * 6 + 6 + 6 + 1
