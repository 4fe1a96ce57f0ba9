"""What tests of DL4J share: Keras 2 files written by hand, and graphs converted and run."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from kport.converters.dl4j.keras2 import Layer, write
from kport.converters.runtime_process import Answer, RuntimeProcess

LINEAR = {"activation": "linear"}
RNG = np.random.default_rng(7)
COUNT = itertools.count()


def floats(*shape: int) -> np.ndarray:
    return RNG.uniform(-1, 1, shape).astype(np.float32)


@dataclass(frozen=True)
class By:
    """A layer by hand: `inbound` are numbers of inputs ("in0") and of layers before ("l0"), by default the one before."""

    class_name: str
    config: dict[str, Any] = field(default_factory=dict)
    weights: dict[str, np.ndarray] = field(default_factory=dict)
    inbound: Sequence[str] = ()


def by_hand(path: Path, layers: Sequence[By], *inputs: np.ndarray) -> Path:
    """A file of these layers, as any Keras 2 would have written it, with a layer at the end that changes nothing."""
    written = [
        Layer(f"in{i}", "InputLayer", {"batch_input_shape": [None, *x.shape[1:]], "sparse": False}) for i, x in enumerate(inputs)
    ]
    previous = "in0"
    for i, layer in enumerate(layers):
        zeros = {f"{name}_initializer": {"class_name": "Zeros", "config": {}} for name in INITIALIZED}
        written.append(Layer(f"l{i}", layer.class_name, {**zeros, **layer.config}, layer.inbound or [previous], layer.weights))
        previous = f"l{i}"
    written.append(Layer("end", "Activation", LINEAR, [previous]))
    file = path / f"model{next(COUNT)}.h5"
    write(file, "model", written, [f"in{i}" for i in range(len(inputs))], ["end"], {})
    return file


INITIALIZED = (
    "alpha",
    "beta",
    "bias",
    "depthwise",
    "embeddings",
    "gamma",
    "kernel",
    "moving_mean",
    "moving_variance",
    "recurrent",
)


def run(dl4j: RuntimeProcess, path: Path, layers: Sequence[By], *inputs: np.ndarray) -> np.ndarray:
    """What DL4J computes."""
    answer: Answer = dl4j.run(by_hand(path, layers, *inputs), {f"in{i}": x for i, x in enumerate(inputs)})
    return answer.outputs["end"]
