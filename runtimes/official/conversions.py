"""One function for each target: the target's official converter on a graph's SavedModel, under the graph's own names.

Each takes the graph, the place of the artifact and the options, and gives the converter's name and version.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

import canonical
import tensorflow as tf
from graphs import SIGNATURE, Graph

MOST = 1 << 16
Options = Mapping[str, Any]


def onnx(graph: Graph, place: Path, options: Options) -> str:
    """tf2onnx, as its command line runs it: unlike its functions, that reads tables and doesn't go on after an error."""
    from tf2onnx import convert, utils
    from tf2onnx.graph import Node

    utils.INTERNAL_NAME = 1  # names in the file count from here
    Node.__hash__ = lambda node: hash(node.name)  # by default the address, by which its sets would be in any order
    if graph.frozen is None:
        arguments = ["--saved-model", graph.saved.name, "--signature_def", SIGNATURE, "--tag", "serve"]
    else:
        inputs, outputs = (",".join(names) for names in sides(graph))
        tensors = (",".join(f"{name}:0" for name in names) for names in sides(graph))
        named = ["--rename-inputs", inputs, "--rename-outputs", outputs]
        arguments = ["--graphdef", graph.frozen.name, "--inputs", next(tensors), "--outputs", next(tensors), *named]
    opset = ["--opset", str(options["opset"])] if options.get("opset") else []
    with inside(graph.folder, ["tf2onnx", *arguments, "--output", str(place), *opset]):
        convert.main()
    unknown = canonical.onnx_file(place)
    if unknown:  # tf2onnx writes what it can't convert as it is
        raise ValueError(f"ONNX has no form for these operations of TensorFlow: {', '.join(unknown)}")
    return version("tf2onnx")


@contextlib.contextmanager
def inside(folder: Path, arguments: list[str]) -> Iterator[None]:
    """As a command that is run in a folder: what it writes into the artifact of its arguments is the same everywhere."""
    before = Path.cwd(), sys.argv
    os.chdir(folder)
    sys.argv = arguments
    try:
        yield
    finally:
        os.chdir(before[0])
        sys.argv = before[1]


def sides(graph: Graph) -> tuple[list[str], list[str]]:
    """The names of the inputs and of the outputs."""
    return list(graph.specs), list(graph.function.structured_outputs)


def tflite(graph: Graph, place: Path, options: Options) -> str:
    """TFLiteConverter, to TFLite's own operations."""
    if graph.frozen is not None:
        converter = tf.compat.v1.lite.TFLiteConverter.from_frozen_graph(str(graph.frozen), *sides(graph))
    else:
        converter = tf.lite.TFLiteConverter.from_saved_model(str(graph.saved), signature_keys=[SIGNATURE])
    if options["precision"] == "float16":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.target_spec.supported_types = [tf.float16]
    place.write_bytes(canonical.tflite_file(converter.convert()))
    return f"TFLiteConverter {tf.__version__}"


def tfjs(graph: Graph, place: Path, options: Options) -> str:
    """tensorflowjs_converter, to a graph model without assertions."""
    from tensorflowjs.converters import tf_saved_model_conversion_v2 as converter

    halves = {"float16": "*"} if options["precision"] == "float16" else None
    more: dict[str, Any] = {"quantization_dtype_map": halves, "strip_debug_ops": True}
    if graph.frozen is not None:
        converter.convert_tf_frozen_model(str(graph.frozen), ",".join(sides(graph)[1]), str(place), **more)
    else:
        converter.convert_tf_saved_model(str(graph.saved), str(place), SIGNATURE, use_structured_outputs_names=True, **more)
    canonical.tfjs_folder(place, graph.signature())
    return version("tensorflowjs")


def coreml(graph: Graph, place: Path, options: Options) -> str:
    """coremltools' TensorFlow front end, to an ML program; its outputs get the graph's names."""
    import coremltools as ct

    oldest = getattr(ct.target, (options.get("min_os") or "ios15").replace("ios", "iOS"))
    half = options["precision"] == "float16"
    model = ct.convert(
        [graph.function],
        source="tensorflow",
        convert_to="mlprogram",
        inputs=[ct.TensorType(n, flexible(ct, s.shape), coreml_dtype(s.dtype)) for n, s in graph.specs.items()],
        minimum_deployment_target=oldest,
        compute_precision=ct.precision.FLOAT16 if half else ct.precision.FLOAT32,
        skip_model_load=True,
    )
    specification = model.get_spec()
    for name, operation in graph.operations().items():
        if name != operation:
            ct.utils.rename_feature(specification, operation, name)
    made = graph.folder / "made.mlpackage"  # coremltools refuses other names
    ct.models.MLModel(specification, weights_dir=model.weights_dir, skip_model_load=True).save(str(made))
    canonical.package(made)
    shutil.move(made, place)
    return version("coremltools")


def flexible(ct: Any, shape: tf.TensorShape) -> tuple[Any, ...]:
    """The shape with a range, without an upper bound, for each unknown size."""
    return tuple(ct.RangeDim(lower_bound=1, upper_bound=MOST, default=1) if d is None else d for d in shape.as_list())


def coreml_dtype(dtype: tf.DType) -> Any:
    """Core ML's inputs are float32 or int32."""
    import numpy as np

    return np.float32 if dtype.is_floating else np.int32


def savedmodel(graph: Graph, place: Path, options: Options) -> str:
    """TensorFlow's own saving, of a graph of TensorFlow 1 as such: functions can't hold its loops."""
    if graph.frozen is None:
        shutil.copytree(graph.saved, place)
    else:
        save_session(graph, place)
    canonical.saved_model(place)
    return f"tensorflow {tf.__version__}"


def save_session(graph: Graph, place: Path) -> None:
    """A frozen graph as a SavedModel of TensorFlow 1."""
    v1 = tf.compat.v1
    assert graph.frozen is not None
    with tf.Graph().as_default() as made, v1.Session() as session:
        tf.graph_util.import_graph_def(v1.GraphDef.FromString(graph.frozen.read_bytes()), name="")
        inputs, outputs = ({n: made.get_tensor_by_name(f"{n}:0") for n in names} for names in sides(graph))
        signature = v1.saved_model.predict_signature_def(inputs, outputs)
        builder = v1.saved_model.Builder(str(place))
        builder.add_meta_graph_and_variables(session, ["serve"], {SIGNATURE: signature})
        builder.save()


def version(package: str) -> str:
    return f"{package} {metadata.version(package)}"


CONVERTERS: dict[str, Callable[[Graph, Path, Options], str]] = {
    "onnx": onnx,
    "tflite": tflite,
    "tfjs": tfjs,
    "coreml": coreml,
    "savedmodel": savedmodel,
}


def convert(target: str, graph: Graph, place: Path, options: Options) -> str:
    """Writes the artifact; gives the converter's name and version. What it prints goes to standard error."""
    with contextlib.redirect_stdout(sys.stderr):
        return CONVERTERS[target](graph, place, options)
