"""Names of layers: Keras 3 takes none with a slash, and each once in a model."""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType

from ...layers.layer import Layer
from ...models.model import Model
from .known import inside


def plain(name: str) -> str:
    """conv1_bn for conv1/bn, as older generations named layers."""
    return name.replace("/", "_")


class Names:
    """Gives layers names that Keras 3 takes while a model is written, and in the end their own back."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._reserved: set[str] = set()
        self._claiming: set[int] = set()
        self._given: dict[int, tuple[Layer, str]] = {}

    def __enter__(self) -> Names:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for layer, name in self._given.values():
            layer.name = name

    def reserve(self, names: Iterable[str], layers: Iterable[Layer]) -> None:
        """Keeps the names of outputs for these layers, and for who claims them."""
        self._reserved |= set(names)
        self._claiming |= {id(layer) for layer in layers if plain(layer.name) in self._reserved}

    def claim(self, name: str) -> bool:
        """Takes the name of an output, if it is still free."""
        free = name not in self._taken
        self._taken.add(name)
        return free

    def unique(self, name: str) -> str:
        """A name like this one that nothing has."""
        base = name = plain(name)
        count = 0
        while name in self._taken or name in self._reserved:
            count += 1
            name = f"{base}_{count}"
        self._taken.add(name)
        return name

    def keep(self, layer: Layer) -> None:
        """Renames the layer, where it must be."""
        if id(layer) not in self._given:
            name = plain(layer.name)
            self.give(layer, name if id(layer) in self._claiming and self.claim(name) else self.unique(name))

    def give(self, layer: Layer, name: str) -> None:
        """Names the layer until the model is written."""
        self._given.setdefault(id(layer), (layer, layer.name))
        layer.name = name


def rename_layers(model: Layer, names: Names) -> None:
    """Gives the layers of a model, and of models in it, names that Keras 3 takes, where theirs have a slash."""
    layers = list(inside(model))
    if isinstance(model, Model):
        layers += [t.call.layer for t in model.input_tensors if t.call is not None]
    siblings = {layer.name for layer in layers}
    for layer in layers:
        if "/" in layer.name:
            name = plain(layer.name)
            while name in siblings:
                name += "_"
            siblings.add(name)
            names.give(layer, name)
        rename_layers(layer, names)
