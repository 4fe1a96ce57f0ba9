"""A model from a file or from memory as a traced graph, with what its reference computes."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from ..check import check
from ..errors import UsageError
from ..interpret import interpret
from ..ir import Graph
from ..ir.types import Shape
from ..models.model import Model
from ..trace import trace
from .samples import Samples, samples_for


class Source:
    """A traced model, where it comes from, and the reference's outputs.

    path: the model's file; files: every file that it is made from.
    A model from a file can be let go while a runtime needs the memory; it is opened again if it is asked for.
    """

    def __init__(
        self,
        open_model: Callable[[], tuple[Model, dict[str, Any]]],
        shapes: Mapping[str, Shape] | None,
        path: Path | None = None,
        files: Sequence[Path] = (),
    ):
        self.path = path
        self.files = files
        self.inputs: list[np.ndarray] | None = None
        self.expected: list[np.ndarray] | None = None
        self.seconds: dict[str, float] = {}
        self._open = open_model
        self._shapes = shapes
        self._model: Model | None = None
        self._graph: Graph | None = None
        self.output_names = self.graph.output_names

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
    def model(self) -> Model:
        """The model that the graph is of."""
        if self._model is None:
            self._graph = None
        _ = self.graph
        assert self._model is not None
        return self._model

    @property
    def description(self) -> dict[str, Any]:
        """What reports and contracts say of the file; its digest is computed beside the other work."""
        return {k: v.result() if isinstance(v, Future) else v for k, v in self._description.items()}

    def release(self) -> None:
        """Lets the weights go, if they can be read again."""
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


def open_source(
    model: Model | str | Path,
    weights: str | Path | None = None,
    custom: Any = None,
    input_shapes: Mapping[str, Shape] | None = None,
) -> Source:
    """A model (or the file that holds one) as a checked graph."""
    if isinstance(model, Model):
        nowhere = {"path": None, "sha256": None, "format": "model in memory", "keras_version": None, "backend": None}
        return Source(lambda: (model, nowhere), input_shapes)
    path = Path(model)

    def open_file() -> tuple[Model, dict[str, Any]]:
        from ..saving import load_source

        loaded, found = load_source(path, weights=weights, custom=custom)
        background = ThreadPoolExecutor(1)
        digest = background.submit(lambda: found.sha256)
        background.shutdown(wait=False)
        description = {"path": path.name, "sha256": digest}
        return loaded, description | {k: getattr(found, k) for k in ("format", "keras_version", "backend")}

    files = [Path(f) for f in (path, weights, custom) if isinstance(f, (str, Path))]
    return Source(open_file, input_shapes, path, files)


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
        source.inputs = samples_for(source.graph, samples)
        source.expected = interpret(source.graph, source.inputs)


def whereabouts(source: Source) -> dict[str, Any]:
    """The source as the report has it: its path is the one that was given, the artifact's contract has the name alone."""
    return source.description | {"path": str(source.path) if source.path else None}
