"""Running a model in the reference, or an artifact in its real runtime."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import MissingComponentError, UsageError
from ..ir import Graph
from ..models.model import Model
from ..ops.shapes import to_channels_first
from . import targets
from .contract import KEY, PREPROCESSING
from .files import read_arrays
from .opening import open_source
from .preprocessing import Program
from .samples import samples_for
from .target import Target

IMAGES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp")
MODES: dict[int | None, str] = {1: "L", 3: "RGB", 4: "RGBA"}
"""Number of channels → Pillow's name of the mode."""


def predict(
    model: Model | str | Path,
    x: Any,
    *,
    weights: str | Path | None = None,
    custom: Any = None,
) -> dict[str, np.ndarray]:
    """The outputs by name, for a model (computed by the reference) or an artifact (run in its runtime).

    x: a .npz (arrays by input name), a .npy or an image file (one input), an array, a list in order or a dict by name.
    An image becomes float32 0-255 in the size and channels of the input: apply the model's own preprocessing yourself.
    """
    target = None if isinstance(model, Model) else targets.recognise(Path(model))
    if target is not None and target.is_model and target.read_contract(Path(model)) is None:  # type: ignore[arg-type]
        target = None
    if target is None:
        source = open_source(model, weights, custom)
        return dict(zip(source.output_names, source.compute(read_inputs(x, source.graph)), strict=True))
    targets.require(target)
    path = Path(model)  # type: ignore[arg-type]
    return dict(target.predict(path, preprocessed(target, path, _by_name(x))))


def preprocessed(target: Target, path: Path, x: Any) -> Any:
    """What the artifact takes: the model's own inputs by name go through the program that its contract has, if any. Where a
    program has no text, what has its inputs' names is taken for those."""
    contract = json.loads((target.read_contract(path) or {}).get(KEY, "{}"))
    if PREPROCESSING not in contract:
        return x
    program = Program.from_json(contract[PREPROCESSING])
    return program.run(x) if isinstance(x, Mapping) and are_inputs(x, program) else x


def are_inputs(x: Mapping[str, Any], program: Program) -> bool:
    """Whether arrays are for the program rather than for the artifact behind it, whose inputs may have the same names."""
    texts = [name for name, type in program.inputs.items() if type.dtype == "string"]
    return set(x) == set(program.inputs) and all(np.asarray(x[name]).dtype.kind in "OSU" for name in texts)


def read_inputs(x: Any, graph: Graph) -> list[np.ndarray]:
    """Arrays in the order of the model's inputs."""
    if isinstance(x, (str, Path)) and Path(x).suffix.lower() in IMAGES:
        if len(graph.inputs) != 1:
            raise UsageError(f"expected arrays for the inputs {graph.input_names}. Received: one image, {x}")
        x = [read_image(Path(x), graph.inputs[0].shape)]
    elif isinstance(x, np.ndarray):
        x = [x]
    return samples_for(graph, x)


def read_image(path: Path, shape: tuple[int | None, ...]) -> np.ndarray:
    """An image as float32, 0-255, in the layout of `shape` and resized to the sizes that it fixes."""
    try:
        from PIL import Image
    except ImportError as error:
        raise MissingComponentError("reading an image needs Pillow: pip install pillow") from error
    is_first = len(shape) == 4 and shape[-1] not in MODES and shape[1] in MODES
    height, width, channels = (shape[2], shape[3], shape[1]) if is_first else (shape[-3:] if len(shape) == 4 else (None,) * 3)
    if channels not in MODES:
        raise UsageError(f"expected a model that takes images with 1, 3 or 4 channels, first or last. Received: shape={shape}")
    try:
        image = Image.open(path).convert(MODES[channels])
    except (OSError, Image.DecompressionBombError) as error:
        raise UsageError(f"expected an image in {path}: {error}") from error
    if height is not None and width is not None:
        image = image.resize((width, height), Image.Resampling.BILINEAR)
    array = np.asarray(image, np.float32).reshape(1, image.height, image.width, -1)
    return array.transpose(to_channels_first(4)) if is_first else array


def _by_name(x: Any) -> Any:
    """What a target's runner takes: a dict of arrays by name, or one array."""
    if not isinstance(x, (str, Path)):
        return x
    if Path(x).suffix.lower() in IMAGES:
        raise UsageError(f"expected arrays (.npz, .npy) for an artifact. Received: the image {x}")
    return read_arrays(Path(x))
