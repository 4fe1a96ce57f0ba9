"""A TensorFlow graph as what is converted: TensorFlow is its reference, and official converters write its artifacts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import KportError, LayerError, MissingComponentError, UnsupportedError, UsageError
from ...ir import Graph, TensorType
from ...ir.types import Shape
from ...saving.source import sha256_of
from ..contract import CONVERTER_KEY
from ..samples import make_samples
from ..source import DirectWriter, Source, timed
from ..target import Options, Target
from . import environment
from .recognition import refuse_programs

MOST = 600
"""Characters of a converter's own message that an error shows."""
HELP = "What may help: --input-shape for unknown sizes, or the Keras file (.keras, .h5) that the graph was made from"


class TensorFlowSource(Source):
    """A graph that only TensorFlow can run.

    format: what the file is; shapes: what the user fixes, by input name; reason: why it isn't opened as layers.
    """

    def __init__(self, path: Path, format: str, shapes: Mapping[str, Shape] | None, reason: str):
        super().__init__(path, [path])
        self.stem = path.name if path.is_dir() else path.stem
        self._shapes = {name: list(shape) for name, shape in (shapes or {}).items()}
        self._format = format
        refuse_programs(path)
        if not environment.is_installed():
            raise MissingComponentError(
                f"{reason}. Or as it is: the target's official converter takes a TensorFlow graph, in an environment of its own "
                "that this command makes: kport official install"
            )
        self._digest: Future[str] = in_background(path)
        with timed(self.seconds, "load"):
            self._graph = self._interface(environment.process().ask(self._request("open")))

    @property
    def graph(self) -> Graph:
        """The inputs and outputs alone."""
        return self._graph

    @property
    def description(self) -> dict[str, Any]:
        assert self.path is not None
        about = {"path": self.path.name, "sha256": self._digest.result(), "format": self._format}
        return about | {"keras_version": None, "backend": "tensorflow"}

    def compute(self, inputs: Sequence[np.ndarray]) -> list[np.ndarray]:
        assert self.path is not None
        names = self._graph.input_names
        arrays = {n: a.astype(str) if a.dtype == object else a for n, a in zip(names, inputs, strict=True)}
        try:
            found = environment.process().run(self.path, arrays, shapes=self._shapes).outputs
        except MissingComponentError:
            raise
        except KportError as error:
            raise LayerError(shortened(str(error))) from error
        return [y.astype(object) if y.dtype.kind == "U" else y for y in found.values()]

    def run(self, target: Target, artifact: Path, inputs: list[np.ndarray]) -> list[np.ndarray]:
        """By name, because converters keep no order; an artifact with other names than the graph's is taken in order."""
        try:
            found = target.predict(artifact, dict(zip(self._graph.input_names, inputs, strict=True)))
        except UsageError:
            return target.run(artifact, inputs)
        names = self.output_names
        return [found[name] for name in names] if found.keys() >= set(names) else list(found.values())

    def direct_writer(self, target: Target, options: Options) -> DirectWriter:
        if target.name not in environment.PACKAGES or target.from_layers(options):
            raise UnsupportedError(f"{target.title} is written from Keras layers. Received: {self.path}, a {self._format}")
        if options.input_layout is not None:
            raise UnsupportedError(f"--input-layout changes the graph of a Keras model. Received: {self.path}, a {self._format}")
        if target.name == "onnx" and options.precision != "float32":
            raise UnsupportedError("tf2onnx writes the precision of the graph: expected --precision float32")

        def write(place: Path, contract: Mapping[str, str]) -> str:
            try:
                converter: str = self._convert(target.name, place, options)
            except MissingComponentError:
                raise
            except KportError as error:
                raise UnsupportedError(f"its official converter can't convert this: {shortened(str(error))}. {HELP}") from error
            target.annotate(place, {**contract, CONVERTER_KEY: converter})
            return converter

        return write

    def _convert(self, target: str, place: Path, options: Options) -> str:
        asked = {"precision": options.precision, "opset": options.opset, "min_os": options.min_os}
        request = self._request("convert", to=target, place=str(place.resolve()), options=asked)
        answer = environment.converter(target).ask(request)
        return f"{answer['converter']} ({answer['runtime']})"

    def _request(self, what: str, **more: Any) -> dict[str, Any]:
        assert self.path is not None
        return {"ask": what, "artifact": str(self.path.resolve()), "shapes": self._shapes} | more

    def _interface(self, answer: Mapping[str, Any]) -> Graph:
        graph = Graph()
        for tensor in answer["inputs"]:
            name, shape = tensor["name"], tensor["shape"]
            if shape is None:
                raise UsageError(f"expected --input-shape {name}=..., because the graph doesn't say how many dimensions it has")
            graph.add_input(name, TensorType(tensor["dtype"], tuple(shape)))
        self._graph = graph
        outputs = answer["outputs"]
        if any(tensor["shape"] is None for tensor in outputs):
            ranks = [y.ndim for y in self.compute(make_samples(graph, compute=self.compute))]
            outputs = [{**t, "shape": t["shape"] or [None] * rank} for t, rank in zip(outputs, ranks, strict=True)]
        return with_outputs(graph, outputs)


def with_outputs(graph: Graph, outputs: Sequence[Mapping[str, Any]]) -> Graph:
    """Adds outputs that no node computes."""
    values = [graph.add_input(t["name"], TensorType(t["dtype"], tuple(t["shape"]))) for t in outputs]
    del graph.inputs[-len(values) :], graph.input_names[-len(values) :]
    graph.set_outputs(values, [t["name"] for t in outputs])
    return graph


def in_background(path: Path) -> Future[str]:
    """The digest of the file, computed beside the other work."""
    worker = ThreadPoolExecutor(1)
    digest = worker.submit(sha256_of, path)
    worker.shutdown(wait=False)
    return digest


def shortened(message: str) -> str:
    """A converter's message without the listing of the graph that it may hold, on one line."""
    lines = [
        re.sub(r"^(TensorFlow|the official converter): |<unknown>:0: (error: )?|loc\(.*?\): ", "", line).strip()
        for line in message.splitlines()
        if is_said(line)
    ]
    text = "; ".join(dict.fromkeys(line for line in lines if line)).rstrip(".")
    return text if len(text) <= MOST else f"{text[:MOST]} ..."


def is_said(line: str) -> bool:
    """Whether a line of a message is for people: no MLIR, no protobuf."""
    return "see current operation" not in line and not re.match(r'\s+[%"]|[%"^}].*[({>]|\s*}|\s*\w+ {|\s*\w+: "', line)
