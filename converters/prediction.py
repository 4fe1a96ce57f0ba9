"""Running a model in the reference, or an artifact in its real runtime."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ..errors import MissingComponentError, UsageError
from ..interpret import interpret
from ..ir import Graph
from ..models.model import Model
from . import targets
from .files import read_arrays
from .samples import samples_for
from .source import open_source

IMAGES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp")


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
    if target is None:
        graph = open_source(model, weights, custom).graph
        return dict(zip(graph.output_names, interpret(graph, read_inputs(x, graph)), strict=True))
    targets.require(target)
    path = Path(model)  # type: ignore[arg-type]
    return dict(target.predict(path, _by_name(x)))


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
    """An image as (1, height, width, channels) float32, 0-255, resized to the sizes that `shape` fixes."""
    try:
        from PIL import Image
    except ImportError as error:
        raise MissingComponentError("reading an image needs Pillow: pip install pillow") from error
    if len(shape) != 4 or shape[-1] not in (1, 3, 4):
        raise UsageError(
            f"expected a model that takes images (batch, height, width, 1, 3 or 4 channels). Received: shape={shape}"
        )
    _, height, width, channels = shape
    try:
        image = Image.open(path).convert({1: "L", 3: "RGB", 4: "RGBA"}[channels])
    except OSError as error:
        raise UsageError(f"expected an image in {path}: {error}") from error
    if height is not None and width is not None:
        image = image.resize((width, height), Image.Resampling.BILINEAR)
    array = np.asarray(image, np.float32)
    return array.reshape(1, *array.shape[:2], channels)


def _by_name(x: Any) -> Any:
    """What a target's runner takes: a dict of arrays by name, or one array."""
    if not isinstance(x, (str, Path)):
        return x
    if Path(x).suffix.lower() in IMAGES:
        raise UsageError(f"expected arrays (.npz, .npy) for an artifact. Received: the image {x}")
    return read_arrays(Path(x))
