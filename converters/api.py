"""The functions that `kport.convert`, `kport.verify`, `kport.inspect` and `kport.predict` are."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..ir.types import Shape
from ..models.model import Model
from . import pipeline, verification
from .inspection import inspect_source
from .pipeline import Request
from .prediction import predict as predict
from .report import Report, TargetReport
from .samples import Samples
from .target import Options


def convert(
    model: Model | str | Path,
    to: str | Sequence[str],
    output: str | Path | None = None,
    *,
    weights: str | Path | None = None,
    custom: Any = None,
    input_shape: Mapping[str, Shape] | Shape | None = None,
    precision: str = "float32",
    opset: int | None = None,
    input_layout: str | None = None,
    min_os: str | None = None,
    format: str | None = None,
    split_preprocessing: bool = False,
    samples: Samples = None,
    rtol: float | None = None,
    atol: float | None = None,
    verify: bool = True,
    allow_mismatch: bool = False,
    force: bool = False,
    progress: Callable[[TargetReport], None] = lambda _: None,
) -> Report:
    """Writes `model` for each target of `to`, checks each artifact in its real runtime, and hands over what agrees.

    model: a Model, or the path of a file; to: "onnx", "all", several joined by commas or in a list;
    output: a file (one target) or a directory, which a path that ends with "/" always is;
    default: the model's name with the target's suffix, in the current directory;
    weights, custom: as for `kport.load`; input_shape: fixes unknown dimensions, a shape or a dict by input name;
    split_preprocessing: text, lookup and statistics at the model's inputs become a program beside the artifact;
    samples: inputs to verify with (a .npz, arrays in order, or a dict by name) instead of the seeded ones;
    rtol, atol: instead of the target's own. The other arguments are the command line's options.

    Returns the report; its `exit_status` is 0 if every artifact was written and passed. Raises KportError for what
    concerns the model or the call as a whole; what concerns one target is in that target's report.
    """
    shapes = input_shape if isinstance(input_shape, Mapping) or input_shape is None else {"": tuple(input_shape)}
    request = Request(
        output=None if output is None else Path(output),
        into_directory=output is not None and str(output).endswith(("/", os.sep)),
        options=Options(precision, input_layout, opset, min_os, format, split_preprocessing),
        samples=samples,
        rtol=rtol,
        atol=atol,
        verify=verify,
        allow_mismatch=allow_mismatch,
        force=force,
    )
    return pipeline.convert(model, to, request, weights=weights, custom=custom, input_shapes=shapes, progress=progress)


def verify(
    model: Model | str | Path,
    artifact: str | Path,
    *,
    weights: str | Path | None = None,
    custom: Any = None,
    samples: Samples = None,
    rtol: float | None = None,
    atol: float | None = None,
) -> Report:
    """Checks an artifact, by whomever it was written, against `model`; nothing is changed."""
    request = Request(samples=samples, rtol=rtol, atol=atol)
    return verification.verify(model, artifact, request, weights=weights, custom=custom)


def inspect(model: Model | str | Path, *, weights: str | Path | None = None, custom: Any = None) -> dict[str, Any]:
    """What is in a model: inputs, outputs, layers, parameters, multiply-accumulates, and what each target can't take."""
    return inspect_source(model, weights, custom)
