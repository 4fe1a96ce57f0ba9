"""What of a model is written into event files."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from ..ops.backend import tf
from .weight_paths import weight_paths


def write_model(model: Any) -> None:
    """Writes the configuration of a functional or sequential model, which TensorBoard shows as a graph of layers."""
    if type(model).__name__ not in ("Functional", "Sequential"):
        return
    try:
        text = model.to_json()
    except Exception as error:  # a layer of the user's own; the training shall not fail for a picture
        warnings.warn(f"Model failed to serialize as JSON. Ignoring... {error}", stacklevel=2)
        return
    metadata = tf.compat.v1.SummaryMetadata()
    metadata.plugin_data.plugin_name = "graph_keras_model"
    metadata.plugin_data.content = b"1"
    with tf.summary.experimental.summary_scope("keras", "graph_keras_model") as (tag, _):
        tf.summary.write(tag=tag, tensor=text, step=0, metadata=metadata)


def write_train_graph(model: Any) -> None:
    """Writes the graph of a training step, once TensorFlow has traced one: the largest that the model's function holds."""
    function = getattr(model, "train_function", None)
    graphs = [
        concrete.graph
        for part in (function, *getattr(function, "__dict__", {}).values())
        for concrete in getattr(part, "_list_all_concrete_functions", list)()
    ]
    if graphs:
        tf.summary.graph(max(graphs, key=lambda graph: len(graph.get_operations())))


def write_weights(model: Any, epoch: int, as_images: bool) -> None:
    """Writes a histogram of every weight, and an image if wished."""
    for path, weight in weight_paths(model).items():
        name = path.replace(":", "_")
        array = weight.numpy()
        tf.summary.histogram(f"{name}/histogram", array, step=epoch)
        images = images_of(array) if as_images else None
        if images is not None:
            tf.summary.image(f"{name}/image", images, step=epoch)


def images_of(array: np.ndarray) -> np.ndarray | None:
    """A weight as images (count, height, width, channels); None if it has too many axes.

    A vector is one line, a matrix one image that is wider than high, and an array (height, width, n) n images.
    """
    array = np.squeeze(array)
    if array.ndim == 1:
        array = array.reshape(1, -1, 1, 1)
    elif array.ndim == 2:
        array = (array.T if array.shape[0] > array.shape[1] else array)[None, :, :, None]
    elif array.ndim == 3:
        array = np.transpose(array, (2, 0, 1))[..., None]
    return array if array.ndim == 4 and array.shape[-1] in (1, 3, 4) else None
