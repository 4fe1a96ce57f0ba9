"""What a target is: a record that the pipeline reads. Adding a target is one folder and one line in `targets.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np

from ..ir import Graph, Node
from ..models.model import Model
from ..ops.op import Op
from ..trace import trace

Arrays = list[np.ndarray]


@dataclass(frozen=True)
class Options:
    """What the user asked for. A target that doesn't list an option among its own refuses it, or, if the option is about
    another of several targets (`PARTICULAR`), never sees it."""

    precision: str = "float32"
    input_layout: str | None = None
    opset: int | None = None
    min_os: str | None = None
    format: str | None = None
    split_preprocessing: bool = False

    def given(self) -> dict[str, Any]:
        """What differs from the default."""
        return {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) != f.default}


PARTICULAR = frozenset({"opset", "min_os", "format"})
"""Options that mean one target: beside it, others may be asked for that don't know them."""
SHARED = frozenset({"split_preprocessing"})
"""Options that no target needs to know: what it gets is changed before."""


@dataclass(frozen=True)
class Emission:
    """How a target says an operation: `emit(writer, node)`.

    accepts: whether it can say this node; gives the reason if not, None if it can. A node that isn't accepted is
    decomposed if it can be.
    """

    emit: Callable[[Any, Node], None]
    accepts: Callable[[Node, Options], str | None] = field(default=lambda node, options: None)


@dataclass(frozen=True)
class Tolerance:
    """|artifact - reference| ≤ min(atol, share · max |reference|) + rtol · max(|reference|, `parity.TINY`)

    `share` keeps atol from hiding everything where all of an output is small, such as a softmax over many classes;
    None: atol as it is.
    """

    rtol: float
    atol: float
    share: float | None = 1e-3


@dataclass(frozen=True)
class Target:
    """A platform that kport writes for.

    emissions: how each operation is said; unsupported: why an operation can't be said, a fact about the format;
    channels_first: operations that the target wants with channels first; most_axes: how many a tensor may have;
    channels_last: whether what a model does with channels first is moved to channels last as far as it can be;
    unfolds: whether an axis that was made one with the batch is taken apart, for targets that compute sample by sample;
    write: writes the artifact of a prepared graph: (graph, path, contract, options);
    write_model: writes it from the model's layers instead, where `from_layers(options)`: (model, path, contract, options);
    trace: the graph that the table of emissions is about, of a model;
    annotate: adds to the contract of a written artifact; read_contract: the contract of an artifact that kport wrote for
    this target, None for anything else; recognises: whether an artifact is of this target's kind, by whoever it was written;
    run: runs an artifact in the target's real runtime: (path, inputs in order) → outputs in order; runtime: its name and
    version; both raise MissingComponentError where there is no runtime, and then the artifact isn't checked;
    observe: the values of the artifact's inner tensors by name;
    predict: runs an artifact on arrays by input name (or the only input's array) → outputs by name;
    starts_slowly: writing or running it begins with seconds of imports: it goes first where several targets are asked for;
    beside: what the names of further files of an artifact end with, after its own name; they lie in the same folder;
    requires: packages without which it can't be written, and the extra that installs them; checked_by: which of
    `installation.RUNTIMES` runs it, if it is one of those;
    is_model: its artifacts are Keras models as well, so that one that kport didn't write is a model first.

    An artifact may be a file or a folder.
    """

    name: str
    title: str
    suffix: str
    emissions: Mapping[type[Op], Emission]
    write: Callable[[Graph, Path, Mapping[str, str], Options], None]
    annotate: Callable[[Path, Mapping[str, str]], None]
    read_contract: Callable[[Path], Mapping[str, str] | None]
    recognises: Callable[[Path], bool]
    run: Callable[[Path, Arrays], Arrays]
    predict: Callable[[Path, Any], Mapping[str, np.ndarray]]
    runtime: Callable[[], str]
    tolerances: Mapping[str, Tolerance]
    observe: Callable[[Path, Arrays], Mapping[str, np.ndarray]] | None = None
    write_model: Callable[[Model, Path, Mapping[str, str], Options], None] | None = None
    trace: Callable[[Model], Graph] = trace
    from_layers: Callable[[Options], bool] = field(default=lambda options: False)
    unsupported: Mapping[type[Op], str] = field(default_factory=dict)
    channels_first: frozenset[type[Op]] = frozenset()
    channels_last: bool = False
    most_axes: int | None = None
    unfolds: bool = False
    options: frozenset[str] = frozenset()
    starts_slowly: bool = False
    beside: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    extra: str = ""
    checked_by: str | None = None
    is_model: bool = False

    def files(self, artifact: Path) -> list[Path]:
        """Where the files of an artifact are, or would be: it, then those beside it."""
        return [artifact, *(artifact.with_name(artifact.name + suffix) for suffix in self.beside)]

    def refusal(self, node: Node, options: Options) -> str | None:
        """Why the target can't say this node as it is; None if it can."""
        kind: Any = type(node.op)
        emission = self.emissions.get(kind)
        if emission is None:
            return self.unsupported.get(kind, f"{self.title} has no operation for {node.op.name}")
        return emission.accepts(node, options)
