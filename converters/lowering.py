"""What all targets of one conversion share: the model's graph in the layout that was asked for, lowered once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Lock

from ..ir import Graph
from .border import Border, ask_layout
from .prepare import lower
from .source import Source
from .target import Options


class Lowering:
    """Made when a target first asks for it, and let go when the last one has written.

    writers: how many targets will write; release: whether the source's weights are let go then, too, because runtimes
    will need the memory.
    """

    def __init__(self, source: Source, options: Options, writers: int, *, release: bool):
        self.source = source
        self._options = options
        self._writers = writers
        self._release = release
        self._lock = Lock()
        self._made: tuple[Graph, Border] | None = None

    def get(self) -> tuple[Graph, Border]:
        """The lowered graph, and how its border differs from the Keras model's."""
        with self._lock:
            if self._made is None:
                bordered, border = bordered_graph(self.source, self._options)
                self._made = lower(bordered, self._options), border
            return self._made

    @contextmanager
    def writing(self) -> Iterator[None]:
        """After the block one target needs neither graph nor weights any more."""
        try:
            yield
        finally:
            with self._lock:
                self._writers -= 1
                if not self._writers:
                    self._made = None
                    if self._release:
                        self.source.release()


def bordered_graph(source: Source, options: Options) -> tuple[Graph, Border]:
    """The source's graph as artifacts are to have it, without its preprocessing where that is asked for."""
    if not options.split_preprocessing:
        return ask_layout(source.graph, options.input_layout)
    graph, program = source.split()
    bordered, border = ask_layout(graph, options.input_layout)
    return bordered, replace(border, program=program)
