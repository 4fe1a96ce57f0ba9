"""Layers whose contents belong to another framework: kport can say what they are, and can't open them."""

from __future__ import annotations

from typing import Any, ClassVar

from ..errors import LayerError
from ..registry import layers
from .layer import Layer


class ForeignLayer(Layer):
    """Can't be made: that is a LayerError which says what the layer holds and what to do."""

    holds: ClassVar[str]
    remedy: ClassVar[str]

    def __init__(self, *args: Any, **kwargs: Any):
        raise LayerError(
            f"expected a layer that kport can open. Received: {type(self).__name__}, which holds {self.holds}. {self.remedy}",
            kwargs.get("name"),
        )

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        return cls(**config)


_REWRITE = "Write what it computes as a layer of the same name with kport.ops into a file and pass --custom FILE (API: custom=)"


@layers()
class FlaxLayer(ForeignLayer):
    """A Flax module."""

    holds = "a Flax module"
    remedy = _REWRITE


@layers()
class JaxLayer(ForeignLayer):
    """A JAX function."""

    holds = "a JAX function"
    remedy = _REWRITE


@layers()
class TorchModuleWrapper(ForeignLayer):
    """A pickled PyTorch module; unpickling would run code from the file."""

    holds = "a pickled PyTorch module"
    remedy = _REWRITE


@layers()
class TFSMLayer(ForeignLayer):
    """A TensorFlow SavedModel in a folder of its own."""

    holds = "the path of a TensorFlow SavedModel"
    remedy = "Open that folder itself instead of the model around it"
