"""TF.js layers models: written from a model's layers, loaded by tf.loadLayersModel, computing the same, and trained further."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import kport
from kport import layers, models, ops
from kport.converters import installation
from kport.converters.parity import first_diverging_layer
from kport.converters.runtime_process import RuntimeProcess
from kport.converters.target import Options
from kport.converters.tfjs import runner
from kport.converters.tfjs.layers_model import config
from kport.converters.tfjs.layers_model.table import ABSENT, LAYERS, Row
from kport.converters.tfjs.layers_model.writer import write_model
from kport.converters.tfjs.target import TARGET
from kport.errors import KportError, UnsupportedError, UsageError
from kport.interpret import interpret
from kport.layers.layer import Layer
from kport.trace import trace
from tests.compare import ATOL, RTOL, assert_same
from tests.converters.grid import agrees, sampled
from tests.layers.case import LayerCase
from tests.layers.cases import CASES
from tests.layers.graphs import built_layer, model_of
from tests.layers.oracle import random_weights

FORMAT = Options(format="layers")
HARMLESS = {"Conv1DTranspose": "an output_padding that is the one that follows from the other arguments"}
"""Layers of which a case is refused that TF.js would compute right, and why."""


@pytest.fixture(autouse=True)
def browser(needs_runtime: Callable[[str], RuntimeProcess]) -> RuntimeProcess:
    return needs_runtime("browser")


def written(model: models.Model, path: Path, **options: Any) -> dict[str, Any]:
    """model.json of a model with random weights."""
    model.set_weights(random_weights(model.weights, "layers"))
    write_model(model, path, {}, replace(FORMAT, **options))
    return json.loads((path / "model.json").read_text())


def check(path: Path, model: models.Model, *arrays: np.ndarray) -> dict[str, Any]:
    """A model with random weights computes the same in TF.js. Gives model.json."""
    model.set_weights(random_weights(model.weights, "layers"))
    agrees(TARGET, model, trace(model), list(arrays), path, FORMAT)
    return json.loads((path / "model.json").read_text())


def floats(*shape: int) -> np.ndarray:
    return np.random.default_rng(sum(shape)).uniform(-1, 1, shape).astype(np.float32)


def refusal(model: models.Model, path: Path) -> str:
    with pytest.raises(UnsupportedError) as caught:
        write_model(model, path, {}, FORMAT)
    assert not path.exists()
    return str(caught.value)


# the grid


@pytest.mark.parametrize("case", sampled(0.2))
def test_layer(case: LayerCase, tmp_path: Path) -> None:
    """The same numbers, or a refusal that names the layer and what to do."""
    model, inputs = model_of(*built_layer(case))
    try:
        agrees(TARGET, model, trace(model), inputs, tmp_path / "model", FORMAT)
    except UnsupportedError as error:
        assert "\n  layer '" in str(error) and "--format graph" in str(error)


def refused_by_table(case: LayerCase) -> bool:
    try:
        Unwritten().model(model_of(*built_layer(case))[0])
    except Refusals as refusals:
        return refusals.by_table
    return False


class Refusals(Exception):
    def __init__(self, reasons: list[str]):
        self.by_table = any("(TF.js" in reason or reason in ABSENT.values() for reason in reasons)


class Unwritten(config.Writer):
    def model(self, model: Any, path: str = "") -> dict[str, Any]:
        config = super().model(model, path)
        if self.refused:
            raise Refusals([reason for _, reason in self.refused])
        return config


@pytest.mark.parametrize("case", [case for case in sampled(0.2) if case.values[0].layer in {*LAYERS, *ABSENT}])
def test_what_the_table_refuses_goes_wrong_in_tfjs(case: LayerCase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the table's word TF.js fails or computes something else."""
    if case.layer in HARMLESS or not refused_by_table(case):
        return
    unchecked = {name: replace(row, only={}, rank=None) for name, row in LAYERS.items()} | dict.fromkeys(ABSENT, Row())
    monkeypatch.setattr(config, "LAYERS", unchecked)
    monkeypatch.setattr(config, "ABSENT", {})
    model, inputs = model_of(*built_layer(case))
    expected = interpret(trace(model), inputs)
    try:
        write_model(model, tmp_path / "model", {}, FORMAT)
        outputs = runner.run(tmp_path / "model", inputs)
    except KportError:
        return
    with pytest.raises(AssertionError):
        assert_same(outputs, expected, RTOL, ATOL)


def test_every_row_of_the_table_is_used() -> None:
    """Each layer is written in at least one case."""
    found = set()
    for case in CASES:
        if case.layer in LAYERS and case.layer not in found and "graph" not in case.skip:
            try:
                Unwritten().model(model_of(*built_layer(case))[0])
            except Refusals:
                continue
            found.add(case.layer)
    assert LAYERS.keys() - found == {"LSTMCell", "GRUCell", "SimpleRNNCell"}  # within an RNN only


# models


def test_shared_layers_branches_and_nested_models(tmp_path: Path) -> None:
    inner = models.Sequential([layers.Input((5,)), layers.Dense(4, "relu", name="d"), layers.Dense(3)], name="tower")
    split = layers.Input((3,))
    outer = models.Functional(split, [layers.Dense(2, name="d")(split), layers.Activation("tanh")(split)], name="split")
    x, y = layers.Input((5,), name="x"), layers.Input((5,), name="y")
    a, b = outer(layers.Subtract()([inner(x), inner(y)]))
    model = models.Functional([y, x], [b, layers.Dense(1, name="d")(a)])
    found = check(tmp_path / "model", model, floats(2, 5), floats(2, 5))
    assert list(found["signature"]["inputs"]) == ["y", "x"]
    assert list(found["signature"]["outputs"]) == model.output_names
    names = [weight["name"] for group in found["weightsManifest"] for weight in group["weights"]]
    assert len(names) == len(set(names))


def test_an_encoder_and_a_decoder(tmp_path: Path) -> None:
    source, target = layers.Input((None, 3)), layers.Input((None, 4))
    _, *states = layers.LSTM(5, return_state=True)(source)
    decoded, _, _ = layers.LSTM(5, return_sequences=True, return_state=True)(target, initial_state=states)
    model = models.Functional([source, target], layers.Dense(6, "softmax")(decoded))
    check(tmp_path / "model", model, floats(2, 7, 3), floats(2, 4, 4))


def test_a_nested_model_at_each_step(tmp_path: Path) -> None:
    step = models.Sequential([layers.Input((5, 5, 1)), layers.Conv2D(2, 3), layers.BatchNormalization(), layers.Flatten()])
    model = models.Sequential([layers.Input((4, 5, 5, 1)), layers.TimeDistributed(step), layers.LSTM(3)])
    check(tmp_path / "model", model, floats(2, 4, 5, 5, 1))


def test_names_that_tfjs_has_no_tensors_of(tmp_path: Path) -> None:
    x = layers.Input((3,), name="_in put:0")
    model = models.Functional(x, layers.Dense(2, name="größe (cm)")(layers.Dense(4, name="größe_(cm)")(x)))
    found = check(tmp_path / "model", model, floats(2, 3))
    assert list(found["signature"]["inputs"]) == ["_in put:0"]
    assert list(found["signature"]["outputs"]) == ["größe (cm)"]


def test_a_layer_that_does_nothing_is_an_activation(tmp_path: Path) -> None:
    model = models.Sequential([layers.Input((4, 4, 3)), layers.RandomFlip(), layers.Identity(), layers.Flatten()])
    found = check(tmp_path / "model", model, floats(2, 4, 4, 3))
    assert [entry["class_name"] for entry in entries(found)] == ["InputLayer", "Activation", "Activation", "Flatten"]


def entries(model_json: dict[str, Any]) -> list[dict[str, Any]]:
    return model_json["modelTopology"]["model_config"]["config"]["layers"]


CHANNELS = np.array([103.9, 116.8, 123.7], np.float32)


@pytest.mark.parametrize(
    ("function", "classes"),
    [
        (lambda x: x / 127.5 - 1.0, ["Rescaling", "Rescaling"]),
        (lambda x: (x - CHANNELS) * 2, ["Rescaling", "Rescaling"]),
        (lambda x: ops.relu(x * 2 + x), ["Rescaling", "Add", "Activation"]),
        (lambda x: layers.Conv2D(3, 1)(x) - x, ["Conv2D", "Rescaling", "Add"]),
        (lambda x: ops.square(x), ["Multiply"]),
        (lambda x: 1.0 - (-x), ["Rescaling", "Rescaling"]),
        (lambda x: ops.maximum(ops.tanh(x), x), ["Activation", "Maximum"]),
        (lambda x: ops.relu6(ops.leaky_relu(x, 0.1)), ["LeakyReLU", "ReLU"]),
        (lambda x: ops.softmax(ops.concatenate([x, x], axis=-1)), ["Concatenate", "Activation"]),
        (lambda x: ops.mean(x, axis=(1, 2)), ["GlobalAveragePooling2D"]),
        (lambda x: ops.reshape(ops.transpose(x, (0, 3, 1, 2)), (-1, 60)), ["Permute", "Reshape"]),
    ],
)
def test_operations_are_layers(function: Callable[..., Any], classes: list[str], tmp_path: Path) -> None:
    x = layers.Input((4, 5, 3))
    found = check(tmp_path / "model", models.Functional(x, function(x)), floats(2, 4, 5, 3))
    assert [entry["class_name"] for entry in entries(found)] == ["InputLayer", *classes]


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (lambda x: x**3, "TF.js has no layer Power"),
        (lambda x: 1 / x, "TF.js has no layer Divide of such operands"),
        (lambda x: x * np.ones((4, 1, 1), np.float32), "TF.js rescales by one number, or by one for each channel"),
        (lambda x: ops.softmax(x, axis=1), "TF.js has softmax along the last axis only"),
        (lambda x: ops.gelu(x, approximate=True), "TF.js has no activation Gelu"),
        (lambda x: ops.reshape(x, (-1, 20)), "TF.js reshapes to known sizes only, and never the batch"),
        (lambda x: ops.cast(x, "int32") + 1, "TF.js's layers compute in float32. Received: Cast in int32"),
    ],
)
def test_operations_that_no_layer_computes(function: Callable[..., Any], reason: str, tmp_path: Path) -> None:
    x = layers.Input((4, 5, 3))
    assert reason in refusal(models.Functional(x, function(x)), tmp_path / "model")


# masks


def embedded(*then: Layer) -> models.Sequential:
    return models.Sequential([layers.Input((6,), dtype="int32"), layers.Embedding(9, 4, mask_zero=True), *then])


TOKENS = np.array([[1, 2, 3, 0, 0, 0], [4, 0, 5, 6, 7, 8], [1, 2, 3, 4, 5, 6]], np.int32)


@pytest.mark.parametrize(
    "then",
    [
        (layers.LSTM(3), layers.Dense(2)),
        (layers.Dropout(0.5), layers.Dense(5), layers.SimpleRNN(3, return_sequences=True), layers.LSTM(2, go_backwards=True)),
        (layers.Bidirectional(layers.LSTM(3)),),
        (layers.Flatten(), layers.Dense(2)),
        (layers.LSTM(3, return_sequences=True), layers.TimeDistributed(layers.Dense(2)), layers.LSTM(2), layers.Softmax()),
        (layers.LeakyReLU(0.1), layers.LSTM(3)),
        (layers.LeakyReLU(0.1), layers.Conv1D(3, 2, padding="causal")),
    ],
)
def test_masks_that_come_through(then: tuple[Layer, ...], tmp_path: Path) -> None:
    check(tmp_path / "model", embedded(*then), TOKENS)


@pytest.mark.parametrize(
    ("then", "reason"),
    [
        ((layers.GlobalAveragePooling1D(),), "TF.js doesn't leave out what is masked"),
        ((layers.Dense(5), layers.Reshape((6, 5, 1)), layers.TimeDistributed(layers.LSTM(2))), "goes on using a mask"),
        ((layers.LSTM(4), layers.Reshape((2, 2)), layers.LSTM(3)), "TF.js goes on using a mask that an earlier layer made"),
        ((layers.Bidirectional(layers.LSTM(3, return_sequences=True)),), "TF.js doesn't set masked steps of the output to zero"),
        ((layers.LSTM(3, return_sequences=True, zero_output_for_mask=True),), "set masked steps of the output to zero"),
    ],
)
def test_masks_that_tfjs_treats_otherwise(
    then: tuple[Layer, ...], reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is refused; and if it weren't, TF.js would compute something else."""
    model = embedded(*then)
    assert reason in refusal(model, tmp_path / "model")
    monkeypatch.setattr(config, "mask_problems", lambda calls: ())
    with pytest.raises((AssertionError, KportError)):
        check(tmp_path / "unchecked", model, TOKENS)


def test_two_masks_of_which_tfjs_takes_the_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    x, y = layers.Input((6,), dtype="int32"), layers.Input((6,), dtype="int32")
    a, b = (layers.Embedding(9, 4, mask_zero=True)(tokens) for tokens in (x, y))
    early = layers.LeakyReLU(0.1)(a)
    outputs = [layers.Flatten()(early), layers.LSTM(3)(layers.Dropout(0.5)(b)), layers.LSTM(3)(early)]
    model = models.Functional([x, y], outputs)
    assert "the mask doesn't come through the layers before it in TF.js" in refusal(model, tmp_path / "model")
    monkeypatch.setattr(config, "mask_problems", lambda calls: ())
    with pytest.raises(AssertionError):
        check(tmp_path / "unchecked", model, TOKENS, TOKENS[::-1].copy())


# refusals


def test_everything_unsupported_is_said_at_once(tmp_path: Path) -> None:
    x = layers.Input((4, 4, 3))
    y = layers.GroupNormalization(3, name="norm")(layers.Conv2D(3, 2, groups=3, name="conv")(x))
    model = models.Functional(x, layers.GRU(2, name="gru")(layers.Reshape((3, 9))(y)))
    said = refusal(model, tmp_path / "model")
    assert said == (
        "TF.js's layers can't express 3 layer(s) of this model:\n"
        "  layer 'conv': expected groups=1. Received: groups=3 (TF.js ignores it)\n"
        "  layer 'norm': TF.js has no layer GroupNormalization\n"
        "  layer 'gru': expected reset_after=False. Received: reset_after=True (TF.js has no other)\n"
        "What to do: --format graph, which has all of them; or replace these layers"
    )


def test_a_model_of_code_is_refused(tmp_path: Path) -> None:
    class Coded(models.Model):
        def call(self, x: Any) -> Any:
            return x + 1

    model = Coded()
    model(np.zeros((2, 3), np.float32))
    assert "expected a Sequential or functional model" in refusal(model, tmp_path / "model")


def test_half_precision_layers_are_refused(tmp_path: Path) -> None:
    model = models.Sequential([layers.Input((3,)), layers.Dense(2, dtype="mixed_float16", name="half")])
    assert "layer 'half': TF.js's layers compute in float32. Received: dtype=float16" in refusal(model, tmp_path / "model")


def test_another_input_layout_is_refused(tmp_path: Path) -> None:
    model = models.Sequential([layers.Input((4, 4, 3)), layers.Flatten()])
    with pytest.raises(UsageError, match="leave --input-layout out, or use --format graph"):
        write_model(model, tmp_path / "model", {}, replace(FORMAT, input_layout="nchw"))


# files


def large() -> models.Model:
    return models.Sequential([layers.Input((600,)), layers.Dense(2000, "relu", name="wide"), layers.Dense(3)])


def test_shards_and_bytes(tmp_path: Path) -> None:
    found = written(large(), tmp_path / "a")
    written(large(), tmp_path / "b")
    paths = [path for group in found["weightsManifest"] for path in group["paths"]]
    assert [(tmp_path / "a" / p).stat().st_size for p in paths[:-1]] == [4 << 20]
    assert sorted(p.name for p in (tmp_path / "a").iterdir()) == sorted([*paths, "model.json"])
    for name in paths:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_half_precision_weights(tmp_path: Path) -> None:
    model = large()
    agrees(TARGET, model, trace(model), [floats(2, 600)], tmp_path / "half", replace(FORMAT, precision="float16"))
    sizes = sum(p.stat().st_size for p in (tmp_path / "half").glob("*.bin"))
    assert sizes < 0.51 * 4 * sum(int(np.prod(w.shape)) for w in model.weights)


# training


TRAIN = """
import { readFile } from 'node:fs/promises';
import { node } from './node.mjs';
const { tf } = node;
const folder = process.argv[1];
const json = JSON.parse(await readFile(`${folder}/model.json`, 'utf8'));
await tf.setBackend('cpu');
const model = await tf.loadLayersModel({
  load: () => tf.io.getModelArtifactsForJSON(json, async (manifest) => {
    const shards = await Promise.all(manifest.flatMap((group) => group.paths).map((path) => readFile(`${folder}/${path}`)));
    return [manifest.flatMap((group) => group.weights), new Uint8Array(Buffer.concat(shards)).buffer];
  }),
});
model.compile({ optimizer: tf.train.sgd(0.05), loss: 'meanSquaredError' });
const shapes = model.inputs.map((input) => input.shape.map((size) => size ?? 4));
const x = shapes.map((shape) => tf.randomUniform(shape, -1, 1, 'float32', 7));
const y = tf.ones(model.outputs[0].shape.map((size) => size ?? 4));
const history = await model.fit(x, y, { epochs: 5, verbose: 0 });
console.log(JSON.stringify({ losses: history.history.loss, trainable: model.trainableWeights.length }));
"""


def train(path: Path) -> dict[str, Any]:
    command = ["node", "--input-type=module", "-e", TRAIN, str(path)]
    done = subprocess.run(command, cwd=installation.get("browser").folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize(
    ("model", "trainable"),
    [
        (
            [
                layers.Input((6, 6, 2)),
                layers.Conv2D(4, 3, kernel_regularizer="l2", kernel_initializer="lecun_normal"),
                layers.BatchNormalization(scale=False),
                layers.ReLU(),
                layers.SpatialDropout2D(0.1),
                layers.GlobalAveragePooling2D(),
                layers.Dense(3, kernel_constraint="max_norm"),
            ],
            6,  # TF.js trains a gamma that the layer hadn't
        ),
        (
            [
                layers.Input((5, 3)),
                layers.LSTM(4, return_sequences=True),
                layers.Bidirectional(layers.SimpleRNN(2)),
                layers.Dense(1),
            ],
            11,
        ),
        ([layers.Input((8,)), layers.Dense(4, trainable=False), layers.Dense(2)], 2),
    ],
    ids=["images", "sequences", "frozen"],
)
def test_training_goes_on(model: list[Any], trainable: int, tmp_path: Path) -> None:
    """The loss falls from the first step on; layers that don't train stay as they are."""
    written(models.Sequential(model), tmp_path / "model")
    found = train(tmp_path / "model")
    assert found["trainable"] == trainable
    assert found["losses"][-1] < found["losses"][0]


# as users do it


def test_the_first_layer_that_differs_is_named(tmp_path: Path) -> None:
    """Of a model whose weights were changed after it was written."""
    layered = [layers.Input((6, 6, 1)), layers.Conv2D(2, 3, name="first"), layers.Flatten(), layers.Dense(3, name="second")]
    model = models.Sequential([*layered, layers.Dense(2, "softmax", name="third")])
    written(model, tmp_path / "model")
    inputs, graph = [floats(2, 6, 6, 1)], trace(model)
    observed = TARGET.observe(tmp_path / "model", inputs)
    assert {"layer:first", "layer:flatten", "layer:second", "layer:third"} <= {name.rstrip("_0123456789") for name in observed}
    bound = TARGET.tolerances["float32"]
    model.get_layer("second").kernel.assign(model.get_layer("second").kernel.numpy() + 1)
    assert first_diverging_layer(trace(model), inputs, observed, bound, graph.output_names[0]) == "second"


def test_a_real_model_by_the_command(tmp_path: Path) -> None:
    source = Path(__file__).parents[2] / "fixtures" / "gender_mini_xception.h5"
    report = kport.convert(source, to="tfjs", output=tmp_path / "gender.tfjs", format="layers")
    (target,) = report.targets
    assert target.status == "passed", target.reason
    assert target.max_abs_error < 1e-5
    assert kport.verify(source, tmp_path / "gender.tfjs").targets[0].status == "passed"
