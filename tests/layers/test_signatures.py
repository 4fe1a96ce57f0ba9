"""Constructors are those of Keras 3: every argument, default, and key of a configuration, for each layer class."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from kport import layers
from kport.configurable import constructor_parameters
from kport.registry import layers as registry
from tests.layers.case import LayerCase
from tests.layers.cases import CASES

keras = pytest.importorskip("keras", reason="not run: Keras is the judge")
pytestmark = pytest.mark.filterwarnings("ignore")  # the oracle's own

FOREIGN = {"FlaxLayer", "JaxLayer", "TFSMLayer", "TorchModuleWrapper"}
"""Wrap another framework: refused, whatever their arguments."""

ABSENT = {
    ("Bidirectional", "weights"): "initial weights, never in a configuration: set_weights gives them",
    ("InputLayer", "input_tensor"): "a tensor of a backend, never in a configuration",
}
OTHER_DEFAULT = {
    **{
        (f"AveragePooling{n}D", "pool_size"): "Keras requires it; 2 was the default before, and is MaxPooling's"
        for n in (1, 2, 3)
    },
    ("CategoryEncoding", "num_tokens"): "Keras refuses its own default",
    ("Cropping2D", "cropping"): "None stands for the class's number",
    ("Cropping3D", "cropping"): "None stands for the class's number",
    ("InputLayer", "ragged"): "None means False",
    ("InputLayer", "sparse"): "None means False",
}
NAMES = sorted(
    name
    for name, cls in vars(keras.layers).items()
    if inspect.isclass(cls) and issubclass(cls, keras.layers.Layer) and cls is not keras.layers.Layer and name not in FOREIGN
)
FUNCTIONS = sorted(
    name for name, f in vars(keras.layers).items() if inspect.isfunction(f) and name not in ("deserialize", "serialize")
)


def parameters(cls: Any) -> dict[str, inspect.Parameter]:
    """The constructor's named parameters, and those of the bases that it passes keywords on to."""
    found: dict[str, inspect.Parameter] = {}
    for base in cls.__mro__:
        own = inspect.signature(base.__init__).parameters.values() if "__init__" in base.__dict__ else ()
        for p in own:
            if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY):
                found.setdefault(p.name, p)
        if own and not any(p.kind is p.VAR_KEYWORD for p in own):
            break
    return found


def comparable(default: Any) -> Any:
    """One number stands for the same number on each axis; names of initializers count in any case."""
    while isinstance(default, (list, tuple)) and default and all(item == default[0] for item in default):
        default = default[0]
    return default.lower() if isinstance(default, str) else default


def named(cls: Any) -> list[inspect.Parameter]:
    own = inspect.signature(cls.__init__).parameters.values()
    return [p for p in own if p.name != "self" and p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]


@pytest.mark.parametrize("name", NAMES)
def test_constructor_takes_what_keras_takes(name: str) -> None:
    """An alias (MaxPool2D) is the class it is in Keras."""
    theirs, ours = getattr(keras.layers, name), getattr(layers, name)
    assert ours.__name__ == theirs.__name__
    known = parameters(ours)
    common = ("name", "trainable", "dtype", "autocast", "activity_regularizer")
    passes_on = any(p.kind is p.VAR_KEYWORD for p in inspect.signature(theirs.__init__).parameters.values())
    wanted = {p.name for p in named(theirs)} | set(common if passes_on else ())
    assert not sorted(p for p in wanted if p not in known and (theirs.__name__, p) not in ABSENT)
    differing = {
        p.name: (known[p.name].default, p.default)
        for p in named(theirs)
        if p.name in known and comparable(known[p.name].default) != comparable(p.default)
    }
    assert not {p: v for p, v in differing.items() if (theirs.__name__, p) not in OTHER_DEFAULT}


@pytest.mark.parametrize("name", NAMES)
def test_positional_arguments_are_those_of_keras(name: str) -> None:
    """As far as they go; what isn't in Keras's place can only be given by name."""
    theirs, ours = (
        [p.name for p in named(cls) if p.kind is p.POSITIONAL_OR_KEYWORD]
        for cls in (getattr(keras.layers, name), getattr(layers, name))
    )
    assert ours == theirs[: len(ours)]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_function_takes_what_keras_takes(name: str) -> None:
    """The functional forms of the merging layers, and Input."""
    ours, theirs = getattr(layers, name), getattr(keras.layers, name)
    if name == "Input":
        ours, theirs = layers.InputLayer.__init__, keras.layers.InputLayer.__init__
        missing = set(inspect.signature(theirs).parameters) - set(constructor_parameters(layers.InputLayer)) - {"self", "kwargs"}
        assert missing == {"input_tensor"}
        return
    assert [(p.name, p.default) for p in inspect.signature(ours).parameters.values()] == [
        (p.name, p.default) for p in inspect.signature(theirs).parameters.values()
    ]


@pytest.mark.parametrize("case", {c.layer: c for c in CASES if c.oracle == "keras"}.values(), ids=lambda case: case.layer)
def test_configuration_says_what_that_of_keras_says(case: LayerCase) -> None:
    """Of Keras's keys only None may be left out, which is what a missing one means."""
    theirs = getattr(keras.layers, case.layer).from_config(case.layer_config()).get_config()
    ours = registry.find(case.layer).from_config(theirs).get_config()
    assert not sorted(key for key, value in theirs.items() if value is not None and key not in ours)
    plain = {k: v for k, v in theirs.items() if k != "dtype" and isinstance(v, (bool, int, float, str))}
    assert {k: ours[k] for k in plain} == plain


def test_exceptions_are_for_arguments_that_exist() -> None:
    for name, argument in [*ABSENT, *OTHER_DEFAULT]:
        assert argument in parameters(getattr(keras.layers, name)), (name, argument)
    for name, argument in ABSENT:
        assert argument not in parameters(getattr(layers, name)), (name, argument)
