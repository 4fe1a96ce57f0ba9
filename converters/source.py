"""What is converted, with what its reference computes."""

from __future__ import annotations

import gc
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from ..check import check
from ..errors import UnsupportedError, UsageError
from ..interpret import interpret
from ..ir import Graph
from ..ir.types import Shape
from ..models.model import Model
from ..trace import trace
from .preprocessing import Program
from .samples import Samples, samples_for
from .splitting import split
from .target import Options, Target


class Source(ABC):
    """What is converted: its interface, where it comes from, and its reference's outputs.

    path: the model's file; files: every file that it is made from; stem: what artifacts are called by default;
    graph: the traced model, or its inputs and outputs alone where no more is known; description: what reports and
    contracts say of the file; inputs, expected: what artifacts are checked with.
    """

    path: Path | None
    files: Sequence[Path]
    stem: str

    def __init__(self, path: Path | None = None, files: Sequence[Path] = ()):
        self.path = path
        self.files = files
        self.inputs: list[np.ndarray] | None = None
        self.expected: list[np.ndarray] | None = None
        self.seconds: dict[str, float] = {}

    @property
    @abstractmethod
    def graph(self) -> Graph: ...

    @property
    @abstractmethod
    def description(self) -> dict[str, Any]: ...

    @property
    def output_names(self) -> list[str]:
        return self.graph.output_names

    @abstractmethod
    def compute(self, inputs: Sequence[np.ndarray]) -> list[np.ndarray]:
        """The reference's outputs. LayerError where the model can't take such inputs."""

    def run(self, target: Target, artifact: Path, inputs: list[np.ndarray]) -> list[np.ndarray]:
        """An artifact's outputs in its real runtime, both in the model's order."""
        return target.run(artifact, inputs)

    def direct_writer(self, target: Target, options: Options) -> DirectWriter | None:
        """What writes the artifact (path, contract) → the converter's name, if it isn't kport, from the model as it is;
        None where the target takes the lowered graph."""
        return None

    def split(self) -> tuple[Graph, Program]:
        """The graph without its preprocessing, and that. UsageError where it has none that can be told from the rest."""
        raise UsageError(f"--split-preprocessing: expected a model of Keras layers. Received: {self.path}")

    def release(self) -> None:  # noqa: B027  most have nothing to let go
        """Lets memory go that can be filled again."""


DirectWriter = Callable[[Path, Mapping[str, str]], str | None]


class KerasSource(Source):
    """A model of layers, traced, whose reference is the interpreter.

    A model from a file can be let go while a runtime needs the memory; it is opened again if it is asked for.
    """

    def __init__(
        self,
        open_model: Callable[[], tuple[Model, dict[str, Any]]],
        shapes: Mapping[str, Shape] | None,
        path: Path | None = None,
        files: Sequence[Path] = (),
    ):
        super().__init__(path, files)
        self._open = open_model
        self._shapes = shapes
        self._model: Model | None = None
        self._graph: Graph | None = None
        self._output_names = self.graph.output_names

    @property
    def graph(self) -> Graph:
        if self._graph is None:
            with timed(self.seconds, "load"):
                model, self._description = self._open()
                self._model = model
                self.stem = model.name if self.path is None else self.path.name if self.path.is_dir() else self.path.stem
                self._graph = trace(model, named_shapes(model, self._shapes))
                check(self._graph)
        return self._graph

    @property
    def output_names(self) -> list[str]:
        return self._output_names  # known when the model was let go

    @property
    def model(self) -> Model:
        """The model that the graph is of."""
        if self._model is None:
            self._graph = None
        _ = self.graph
        assert self._model is not None
        return self._model

    @property
    def description(self) -> dict[str, Any]:
        """The digest is computed beside the other work."""
        return {k: v.result() if isinstance(v, Future) else v for k, v in self._description.items()}

    def compute(self, inputs: Sequence[np.ndarray]) -> list[np.ndarray]:
        return interpret(self.graph, inputs)

    def direct_writer(self, target: Target, options: Options) -> DirectWriter | None:
        write_model = target.write_model
        if options.split_preprocessing and target.from_layers(options):
            raise UnsupportedError(
                f"{target.title} is written from the model's layers, which --split-preprocessing doesn't cut: "
                "take a model that begins behind its preprocessing layers"
            )
        if write_model is None or not target.from_layers(options):
            return None
        return lambda path, contract: write_model(self.model, path, contract, options)

    def split(self) -> tuple[Graph, Program]:
        return split(self.graph, self.model)

    def release(self) -> None:
        if self.path is not None:
            self._graph = self._model = None
            gc.collect()  # layers and their calls refer to one another


@contextmanager
def timed(seconds: dict[str, float], what: str) -> Iterator[None]:
    start = time.perf_counter()
    try:
        yield
    finally:
        seconds[what] = seconds.get(what, 0.0) + time.perf_counter() - start


def named_shapes(model: Model, shapes: Mapping[str, Shape] | None) -> dict[str, Shape]:
    """Shapes by input name; the name "" means the only input."""
    shapes = dict(shapes or {})
    if "" in shapes:
        if len(model.input_names) != 1:
            raise UsageError(f"expected NAME=SHAPE, because the model has several inputs: {model.input_names}")
        shapes[model.input_names[0]] = shapes.pop("")
    return shapes


def run_reference(source: Source, samples: Samples) -> None:
    """Computes what every artifact is compared with."""
    with timed(source.seconds, "reference"):
        source.inputs = samples_for(source.graph, samples, source.compute)
        source.expected = source.compute(source.inputs)


def whereabouts(source: Source) -> dict[str, Any]:
    """The source as the report has it: its path is the one that was given, the artifact's contract has the name alone."""
    return source.description | {"path": str(source.path) if source.path else None}
