"""Conversion end to end: artifacts, reports, refusals, and what happens when numbers differ."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

import kport
from kport import layers
from kport.converters import contract, targets
from kport.converters.onnx import writer
from kport.converters.report import Report
from kport.errors import UsageError
from kport.registry import CUSTOM

FIXTURE = Path(__file__).parent.parent.parent / "fixtures" / "gender_mini_xception.h5"


def small_model() -> Any:
    """Three dense layers, named; seeded."""
    x = inputs = kport.Input((6,), name="measurements")
    for i, units in enumerate((8, 7)):
        x = layers.Dense(units, activation="relu", name=f"hidden_{i}", kernel_initializer=_seeded(i))(x)
    return kport.Model(inputs, layers.Dense(3, name="scores", kernel_initializer=_seeded(9))(x), name="small")


def _seeded(seed: int) -> Any:
    return kport.initializers.GlorotUniform(seed=seed)


def convert(model: Any, path: Path, **options: Any) -> Report:
    report: Report = kport.convert(model, "onnx", path, **options)
    return report


def test_a_real_model_of_2017_is_converted_and_checked(tmp_path: Path) -> None:
    report = convert(FIXTURE, tmp_path / "gender.onnx")
    (found,) = report.targets
    assert (report.exit_status, found.status) == (0, "passed")
    assert found.max_abs_error is not None
    assert found.max_abs_error < 1e-5
    assert found.runtime is not None
    assert found.runtime.startswith("onnxruntime")
    assert found.bytes == (tmp_path / "gender.onnx").stat().st_size
    assert report.source["keras_version"] == "2.0.5"
    assert [p.name for p in tmp_path.iterdir()] == ["gender.onnx"]


def test_names_shapes_and_dtypes_are_those_of_the_model(tmp_path: Path) -> None:
    convert(small_model(), tmp_path / "m.onnx")
    graph = onnx.load(tmp_path / "m.onnx").graph
    assert [i.name for i in graph.input] == ["measurements"]
    assert [o.name for o in graph.output] == ["scores"]
    assert graph.input[0].type.tensor_type.elem_type == onnx.TensorProto.FLOAT


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.onnx", "b.onnx"):
        convert(FIXTURE, tmp_path / name)
    assert (tmp_path / "a.onnx").read_bytes() == (tmp_path / "b.onnx").read_bytes()


def test_the_contract_holds_a_case_that_the_artifact_reproduces(tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    convert(FIXTURE, path)
    target = targets.get("onnx")
    entries = target.read_contract(path)
    assert entries is not None
    data = json.loads(entries[contract.KEY])
    assert data["source"]["path"] == FIXTURE.name
    assert len(data["source"]["sha256"]) == 64
    inputs = [contract.decode(a) for a in data["golden"]["inputs"].values()]
    outputs = [contract.decode(a) for a in data["golden"]["outputs"].values()]
    np.testing.assert_allclose(target.run(path, inputs)[0], outputs[0], rtol=1e-4, atol=1e-5)
    assert entries[contract.PARITY_KEY].startswith("passed in onnxruntime")


def corrupt(path: Path, part: str) -> None:
    """Doubles the largest number of the first kernel whose name holds `part`."""
    model = onnx.load(path)
    tensor = next(t for t in model.graph.initializer if part in t.name and len(t.dims) > 1)
    array = numpy_helper.to_array(tensor).copy()
    array.flat[np.abs(array).argmax()] *= 2
    tensor.CopyFrom(numpy_helper.from_array(array, tensor.name))
    onnx.save(model, path)


@pytest.mark.parametrize("precision", ["float32", "float16"])
@pytest.mark.parametrize("layer", ["hidden_1", "scores"])
def test_a_corrupted_weight_fails_and_its_layer_is_named(layer: str, precision: str, tmp_path: Path) -> None:
    model, path = small_model(), tmp_path / "m.onnx"
    convert(model, path, precision=precision)
    assert kport.verify(model, path).exit_status == 0
    corrupt(path, f"{layer}/kernel")
    report = kport.verify(model, path)
    assert (report.exit_status, report.targets[0].status) == (1, "failed")
    assert report.targets[0].first_diverging_layer == layer


def test_a_corrupted_weight_in_the_middle_of_a_real_model_is_found(tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    convert(FIXTURE, path)
    corrupt(path, "separable_conv2d_5/pointwise_kernel")
    found = kport.verify(FIXTURE, path).targets[0]
    assert found.status == "failed"
    assert found.first_diverging_layer == "batch_normalization_10"  # which is folded into separable_conv2d_5


@pytest.fixture
def broken_target(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ONNX target with a runtime that gets everything slightly wrong."""

    real = targets.get("onnx")
    wrong = replace(real, run=lambda path, arrays: [a + 0.01 for a in real.run(path, arrays)])
    monkeypatch.setattr(targets, "get", lambda name: wrong)


@pytest.mark.usefixtures("broken_target")
def test_a_failed_check_withholds_the_artifact(tmp_path: Path) -> None:
    report = convert(small_model(), tmp_path / "m.onnx")
    (found,) = report.targets
    assert (report.exit_status, found.status, found.path) == (1, "failed", None)
    assert found.worst_output == "scores"
    assert found.max_abs_error == pytest.approx(0.01, rel=1e-3)
    assert "withheld" in str(found.reason)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("broken_target")
def test_a_mismatch_is_kept_if_allowed(tmp_path: Path) -> None:
    report = convert(small_model(), tmp_path / "m.onnx", allow_mismatch=True)
    assert (report.exit_status, report.targets[0].status) == (0, "failed")
    assert (tmp_path / "m.onnx").exists()


@pytest.mark.usefixtures("broken_target")
def test_a_looser_tolerance_is_in_the_report(tmp_path: Path) -> None:
    report = convert(small_model(), tmp_path / "m.onnx", atol=0.1)
    assert report.targets[0].status == "passed"
    assert report.targets[0].atol == 0.1
    assert "looser" in str(report.targets[0].reason)


def test_unverified_is_said(tmp_path: Path) -> None:
    report = convert(small_model(), tmp_path / "m.onnx", verify=False)
    assert report.exit_status == 0
    assert report.targets[0].status == "not run"
    assert report.targets[0].reason == "not verified, as asked"


def test_a_file_of_somebody_else_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    path.write_text("precious")
    with pytest.raises(UsageError, match="was not written by kport"):
        convert(small_model(), path)
    assert path.read_text() == "precious"
    assert convert(small_model(), path, force=True).exit_status == 0
    assert convert(small_model(), path).exit_status == 0  # now it is kport's own


def test_the_source_is_never_replaced(tmp_path: Path) -> None:
    source = tmp_path / "model.onnx"
    source.write_bytes(FIXTURE.read_bytes())
    with pytest.raises(UsageError, match="would replace the source"):
        convert(source, source, force=True)
    assert source.read_bytes() == FIXTURE.read_bytes()


def test_an_unknown_target_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nearest: onnx"):
        kport.convert(small_model(), "onx", tmp_path)


def test_everything_goes_into_a_directory(tmp_path: Path) -> None:
    report = kport.convert(FIXTURE, "all", f"{tmp_path}/new/")
    assert report.exit_status == 0
    assert (tmp_path / "new" / "gender_mini_xception.onnx").exists()


def test_unknown_sizes_can_be_fixed(tmp_path: Path) -> None:
    convert(small_model(), tmp_path / "m.onnx", input_shape={"measurements": (5, 6)})
    dims = onnx.load(tmp_path / "m.onnx").graph.input[0].type.tensor_type.shape.dim
    assert [d.dim_value for d in dims] == [5, 6]
    with pytest.raises(UsageError, match="fits"):
        convert(small_model(), tmp_path / "n.onnx", input_shape=(None, 7))
    with pytest.raises(UsageError, match="names of inputs"):
        convert(small_model(), tmp_path / "n.onnx", input_shape={"other": (None, 6)})


def test_samples_of_the_user(tmp_path: Path) -> None:
    model, path = small_model(), tmp_path / "m.onnx"
    np.savez(tmp_path / "s.npz", measurements=np.ones((4, 6), np.float32))
    assert convert(model, path, samples=tmp_path / "s.npz").exit_status == 0
    with pytest.raises(UsageError, match="expected samples of"):
        convert(model, path, samples=[np.ones((4, 5), np.float32)])
    with pytest.raises(UsageError, match="No such file"):
        convert(model, path, samples=tmp_path / "none.npz")


@pytest.mark.parametrize("layout", ["nchw", "nhwc"])
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_the_layout_at_the_border(tmp_path: Path, layout: str, data_format: str) -> None:
    shape = (8, 9, 3) if data_format == "channels_last" else (3, 8, 9)
    inputs = kport.Input(shape)
    x = layers.Conv2D(4, 3, data_format=data_format, activation="relu", kernel_initializer=_seeded(3))(inputs)
    model = kport.Model(inputs, layers.MaxPooling2D(data_format=data_format)(x))
    report = convert(model, tmp_path / "m.onnx", input_layout=layout)
    assert report.targets[0].status == "passed"
    graph = onnx.load(tmp_path / "m.onnx").graph
    sizes = [d.dim_value for d in graph.input[0].type.tensor_type.shape.dim][1:]
    assert sizes == ([3, 8, 9] if layout == "nchw" else [8, 9, 3])
    transposes = sum(n.op_type == "Transpose" for n in graph.node)
    assert transposes == (0 if layout == "nchw" else 2)


@pytest.mark.parametrize("options", [{"input_layout": "nchw"}, {"precision": "float16"}, {"input_shape": (5, 64, 64, 1)}])
def test_an_artifact_is_verified_as_it_was_written(tmp_path: Path, options: dict[str, Any]) -> None:
    path = tmp_path / "m.onnx"
    assert convert(FIXTURE, path, **options).exit_status == 0
    report = kport.verify(FIXTURE, path)
    assert (report.exit_status, report.targets[0].status) == (0, "passed")


@pytest.mark.parametrize("shape", [(2, 3), (None, 3)])
def test_the_golden_case_holds_where_samples_depend_on_each_other(tmp_path: Path, shape: tuple[int | None, int]) -> None:
    inputs = kport.Input(batch_shape=shape)
    model = kport.Model(inputs, inputs - kport.ops.mean(inputs, axis=0, keepdims=True))
    path = tmp_path / "m.onnx"
    assert convert(model, path).exit_status == 0
    target = targets.get("onnx")
    golden = json.loads((target.read_contract(path) or {})[contract.KEY])["golden"]
    (x,), (y,) = ([contract.decode(a) for a in golden[side].values()] for side in ("inputs", "outputs"))
    np.testing.assert_allclose(target.run(path, [x])[0], y, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("dtype", ["float16", "float64", "uint8", "int8", "int64", "bool"])
def test_inputs_of_every_dtype(tmp_path: Path, dtype: str) -> None:
    x, unused = kport.Input((4,), dtype=dtype), kport.Input((None, 2), dtype="int32")
    report = convert(kport.Model([x, unused], kport.ops.cast(x, "float32") * 2.0), tmp_path / "m.onnx")
    assert report.targets[0].status == "passed", report.targets[0].reason


@pytest.fixture
def all_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights lie in a file of their own, whatever their size."""
    monkeypatch.setattr(writer.write, "__kwdefaults__", {"limit": 0})
    monkeypatch.setattr(writer, "OUTSIDE", 0)


def test_weights_in_a_file_beside_the_artifact(tmp_path: Path, all_outside: None, monkeypatch: pytest.MonkeyPatch) -> None:
    model, path = small_model(), tmp_path / "a" / "m.onnx"
    (found,) = convert(model, path).targets
    assert (found.status, found.bytes) == ("passed", sum(p.stat().st_size for p in path.parent.iterdir()))
    assert sorted(p.name for p in path.parent.iterdir()) == ["m.onnx", "m.onnx.data"]
    assert kport.verify(model, path).targets[0].bytes == found.bytes
    moved = path.parent.rename(tmp_path / "b") / "m.onnx"
    assert kport.verify(model, moved).exit_status == 0
    (tmp_path / "n.onnx.data").write_text("precious")
    with pytest.raises(UsageError, match=r"n.onnx.data exists and was not written by kport"):
        convert(model, tmp_path / "n.onnx")
    monkeypatch.undo()
    assert convert(model, moved).exit_status == 0  # which is small now
    assert [p.name for p in moved.parent.iterdir()] == ["m.onnx"]


def test_bfloat16_at_the_border(tmp_path: Path) -> None:
    x, y = kport.Input((4,), dtype="bfloat16"), kport.Input((4,))
    report = convert(kport.Model([x, y], [x * 2, y + 1.0]), tmp_path / "m.onnx")
    assert report.targets[0].status == "passed", report.targets[0].reason
    golden = json.loads((targets.get("onnx").read_contract(tmp_path / "m.onnx") or {})[contract.KEY])["golden"]
    assert [contract.decode(a).dtype.name for a in golden["outputs"].values()] == ["bfloat16", "float32"]


def test_a_scalar_input(tmp_path: Path) -> None:
    for dtype in ("float32", "bool", "int32"):
        x = kport.Input(batch_shape=(), dtype=dtype)
        report = convert(kport.Model(x, kport.ops.cast(x, "float32") + 1.0), tmp_path / "m.onnx")
        assert report.targets[0].status == "passed", report.targets[0].reason


def test_a_tolerance_that_is_the_targets_own_is_not_looser(tmp_path: Path) -> None:
    from kport.converters.pipeline import Request, chosen_tolerance

    target = targets.get("onnx")
    own = target.tolerances["float32"]
    assert chosen_tolerance(target, Request(rtol=own.rtol, atol=own.atol)) == own
    assert chosen_tolerance(target, Request(atol=1.0)).share is None


def test_directories_of_others_are_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "small.onnx" / "precious").mkdir(parents=True)
    with pytest.raises(UsageError, match="directory that was not written"):
        convert(small_model(), tmp_path, force=True)
    assert (tmp_path / "small.onnx" / "precious").exists()


def test_weights_and_custom_code_are_never_replaced(tmp_path: Path) -> None:
    custom, weights = tmp_path / "mine.py", tmp_path / "weights.h5"
    custom.write_text("")
    weights.write_bytes(FIXTURE.read_bytes())
    for path in (custom, weights):
        with pytest.raises(UsageError, match="would replace"):
            convert(FIXTURE, path, custom=custom, weights=weights, force=True)


def test_several_artifacts_need_a_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    onnx_target = targets.get("onnx")
    both = [onnx_target, replace(onnx_target, name="other", suffix=".other")]
    monkeypatch.setattr(targets, "parse", lambda names: both)
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="expected a directory for 2"):
        convert(small_model(), tmp_path / "file", force=True)
    assert convert(small_model(), tmp_path / "new" / "folder").exit_status == 0
    assert sorted(p.name for p in (tmp_path / "new" / "folder").iterdir()) == ["small.onnx", "small.other"]


def test_what_fails_leaves_no_folder(tmp_path: Path, broken_target: None) -> None:
    assert convert(small_model(), tmp_path / "a" / "b" / "m.onnx").exit_status == 1
    assert list(tmp_path.iterdir()) == []


def test_samples_that_the_input_cannot_hold(tmp_path: Path) -> None:
    x = kport.Input((2,), dtype="int32")
    model = kport.Model(x, x + 1)
    for wrong in ([[0.5, 1.0]], [[1j, 0]], [["a", "b"]], [[2**40, 0]], [[np.nan, 0]]):
        with pytest.raises(UsageError, match="int32 holds"):
            convert(model, tmp_path / "m.onnx", samples=[np.array(wrong)])
    assert convert(model, tmp_path / "m.onnx", samples=[np.array([[1.0, 2.0]])]).exit_status == 0


def test_models_whose_reference_is_not_finite_are_not_called_passed(tmp_path: Path) -> None:
    inputs = kport.Input((3,))
    model = kport.Model(inputs, layers.Activation("relu")(inputs / 0.0 * 0.0))
    with np.errstate(all="ignore"):
        report = convert(model, tmp_path / "m.onnx")
    assert report.targets[0].status == "not run"
    assert "not finite" in str(report.targets[0].reason)


def test_the_report_is_what_the_command_line_promises(tmp_path: Path) -> None:
    data = convert(FIXTURE, tmp_path / "m.onnx").to_json()
    assert set(data) == {"kport", "source", "inputs", "outputs", "targets"}
    assert set(data["source"]) == {"path", "sha256", "format", "keras_version", "backend"}
    assert set(data["targets"][0]) == {
        "target", "path", "bytes", "status", "reason", "runtime", "max_abs_error", "max_rel_error",
        "worst_output", "first_diverging_layer", "rtol", "atol", "seconds",
    }  # fmt: skip
    assert set(data["targets"][0]["seconds"]) == {"load", "lower", "write", "verify"}
    json.dumps(data, allow_nan=False)


def test_an_infinite_error_is_valid_json(tmp_path: Path) -> None:
    convert(small_model(), tmp_path / "m.onnx")
    inputs = kport.Input((6,))
    report = kport.verify(kport.Model(inputs, layers.Dense(4)(inputs)), tmp_path / "m.onnx")
    data = json.loads(json.dumps(report.to_json(), allow_nan=False))
    assert data["targets"][0]["max_abs_error"] is None
    assert "shape (2, 3), expected (2, 4)" in data["targets"][0]["reason"]


def test_custom_layers_are_converted(tmp_path: Path) -> None:
    @kport.register
    class Doubled(layers.Layer):
        def call(self, inputs: Any) -> Any:
            return inputs * 2

    try:
        inputs = kport.Input((3,))
        assert convert(kport.Model(inputs, Doubled()(inputs)), tmp_path / "m.onnx").exit_status == 0
    finally:
        for key in ("Doubled", "Custom>Doubled"):
            CUSTOM.pop(key)


@pytest.mark.parametrize(("pool_size", "strides", "padding"), [(3, 2, "valid"), (2, 1, "valid"), (3, 2, "same")])
def test_zeros_padded_before_a_maximum_count(tmp_path: Path, pool_size: int, strides: int, padding: str) -> None:
    """ONNX Runtime would take them for -∞, as in every ResNetV2."""
    inputs = kport.Input((9, 10, 3))
    x = layers.ZeroPadding2D(1)(layers.Conv2D(4, 1, kernel_initializer=_seeded(1))(inputs))
    model = kport.Model(inputs, layers.MaxPooling2D(pool_size, strides, padding)(x))
    assert convert(model, tmp_path / "m.onnx").targets[0].status == "passed"


def test_one_targets_failure_never_stops_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a refusal, nor a missing component, nor a defect of kport's own."""

    def defective(*arguments: Any) -> None:
        raise ZeroDivisionError("of the test")

    real = targets.get
    changed = {
        "tflite": replace(real("tflite"), write=defective),
        "coreml": replace(real("coreml"), requires=("nowhere_to_be_found",)),
        "tfjs": replace(real("tfjs"), emissions={}, unsupported={}),
    }
    monkeypatch.setattr(targets, "get", lambda name: changed.get(name) or real(name))
    told: list[str] = []
    names = ["coreml", "tflite", "tfjs", "onnx"]
    report = kport.convert(small_model(), names, tmp_path, progress=lambda result: told.append(result.target))
    by_name = {found.target: found for found in report.targets}
    assert list(by_name) == names and sorted(told) == sorted(names)
    assert by_name["onnx"].status == "passed"
    assert by_name["coreml"].exit_status == 3 and "nowhere_to_be_found" in str(by_name["coreml"].reason)
    assert "a defect of kport: ZeroDivisionError: of the test" in str(by_name["tflite"].reason)
    assert "TF.js has no operation for" in str(by_name["tfjs"].reason)
    assert report.exit_status == 3
    assert [p.name for p in tmp_path.iterdir()] == ["small.onnx"]


def test_what_only_one_target_knows_is_no_other_targets_matter(tmp_path: Path) -> None:
    report = kport.convert(small_model(), ["onnx", "tflite"], tmp_path, opset=15)
    assert [found.status for found in report.targets] == ["passed", "passed"]
    assert onnx.load(tmp_path / "small.onnx").opset_import[0].version == 15
    with pytest.raises(UsageError, match="has no option --min-os"):
        kport.convert(small_model(), ["onnx", "tflite"], tmp_path, min_os="ios16")


def test_the_source_is_never_the_default_place(tmp_path: Path) -> None:
    """A .keras upgraded where it lies gets another name."""
    kport.convert(small_model(), "keras", tmp_path / "m.keras", verify=False)
    before = (tmp_path / "m.keras").read_bytes()
    (found,) = kport.convert(tmp_path / "m.keras", "keras", f"{tmp_path}/", verify=False).targets
    assert found.path == str(tmp_path / "m_kport.keras")
    assert (tmp_path / "m.keras").read_bytes() == before
