"""Constructors that take the arguments of Keras 1 and 2, too."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection
from functools import cache, wraps
from typing import Any

from ..errors import ArgumentError, UsageError
from ..signatures import refused, written
from .names import KERAS_1, KERAS_1_TRAINING, KERAS_2, KERNEL_SIZES, NEUTRAL, OF_CLASS, UNUSED, VALUES, WINDOWS
from .warning import warn

Named = dict[str, Any]
"""Keyword arguments."""
ALL = KERAS_1 | WINDOWS | KERAS_1_TRAINING | KERAS_2
SEQUENCES = ("RNN", "LSTM", "GRU", "SimpleRNN", "Conv1D", "SeparableConv1D", "LocallyConnected1D")
"""Classes for which `input_dim` is the size of one step."""
AFTERWARDS = {"weights": "initial_weights"}
"""Arguments that become attributes when the constructor is done."""


def accept_old_arguments(cls: type, parameters: Callable[[type], Collection[str]]) -> None:
    """Lets the constructor that `cls` defines (if it does) take old arguments. `parameters` names those it has.

    Arguments that it has keep their meaning, whatever they were once. A call with old ones gives one warning.
    """
    original: Any = vars(cls).get("__init__")
    if original is None or not cls.__module__.startswith("kport."):
        return
    known = cache(lambda: frozenset(parameters(cls)))

    @wraps(original)
    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        if kwargs and not known().issuperset(kwargs):
            later = {
                attribute: kwargs.pop(argument)
                for argument, attribute in AFTERWARDS.items()
                if argument in kwargs and argument not in known() and hasattr(cls, attribute)
            }
            kwargs, old, new = converted(type(self), kwargs)
            if old:
                warn(f"{written(cls.__name__, old)} is an old form of {written(cls.__name__, new)}")
            construct(self, args, kwargs)
            vars(self).update({key: value for key, value in later.items() if value is not None})
        else:
            construct(self, args, kwargs)

    def construct(self: Any, args: Any, kwargs: Named) -> None:
        try:
            original(self, *args, **kwargs)
        except ArgumentError:
            raise
        except TypeError as error:
            raise refused(original, self, args, kwargs, parameters(type(self))) or error from None

    def converted(made: type, arguments: Named) -> tuple[Named, Named, Named]:
        return _modern(made, original, known(), arguments)

    init.modern = converted  # type: ignore[attr-defined]
    cls.__init__ = init  # type: ignore[misc]


def modern(cls: type, arguments: Named) -> Named:
    """The keyword arguments for a class of kport by their names in Keras 3, without a warning."""
    return cls.__init__.modern(cls, arguments)[0]  # type: ignore[misc]


def _modern(cls: type, constructor: Any, known: Collection[str], arguments: Named) -> tuple[Named, Named, Named]:
    """The same arguments by their names in Keras 3, those of them that were old, and what these became.

    What is neither old nor known stays, for Python to refuse.
    """
    kept = {key: value for key, value in arguments.items() if key in known}
    old = {key: value for key, value in arguments.items() if key not in known}
    new: Named = {}
    for convert in (_unused, _kernel_size, _input_shape, _decay, _renamed):
        old, found = convert(cls, constructor, known, old)
        new |= found
    done = {key: value for key, value in arguments.items() if key not in kept and key not in old}
    if done and kept.get("epsilon", 0) is None:  # Keras 2's name for the default
        done["epsilon"] = kept.pop("epsilon")
    if kept.keys() & new.keys():
        raise UsageError(f"expected one of each old argument and its new name. Received: {written(cls.__name__, arguments)}")
    return kept | new | old, done, new


Converted = tuple[Named, Named]
"""The old arguments that are left, the new ones that were found."""


def _unused(cls: type, _: Any, known: Collection[str], old: Named) -> Converted:
    for key, value in old.items():
        if key in NEUTRAL and value not in (None, NEUTRAL[key]):
            raise UsageError(
                f"expected {key}={NEUTRAL[key]!r}, which {cls.__name__} always does. Received: {written(cls.__name__, old)}"
            )
    return {key: value for key, value in old.items() if key not in UNUSED and key not in NEUTRAL}, {}


def _kernel_size(cls: type, _: Any, known: Collection[str], old: Named) -> Converted:
    if "kernel_size" not in known:
        return old, {}
    sizes = tuple(old[key] for key in KERNEL_SIZES if key in old)
    left = {key: value for key, value in old.items() if key not in KERNEL_SIZES}
    return left, {"kernel_size": sizes} if sizes else {}


def _input_shape(cls: type, _: Any, known: Collection[str], old: Named) -> Converted:
    """input_dim and input_length are sizes of the input's shape. An Embedding's input_dim is something else."""
    left = {key: value for key, value in old.items() if key not in ("input_dim", "input_length")}
    if "input_shape" not in known or len(left) == len(old):
        return old, {}
    dim, length = old.get("input_dim"), old.get("input_length")
    names = {base.__name__ for base in cls.__mro__}
    steps = tuple(length) if isinstance(length, (list, tuple)) else (length,) if length or names & {*SEQUENCES} else ()
    shape = (*steps, *(() if dim is None else (dim,)))
    return left, {"input_shape": shape} if any(shape) else {}


def _decay(cls: type, constructor: Any, known: Collection[str], old: Named) -> Converted:
    """`lr` and `decay` of an optimizer: lr / (1 + decay * iterations)."""
    if "learning_rate" not in known or "decay" not in old:
        return old, {}
    left = {key: value for key, value in old.items() if key not in ("decay", "lr")}
    rate = old.get("lr", inspect.signature(constructor).parameters["learning_rate"].default)
    if old["decay"]:
        config = {"initial_learning_rate": rate, "decay_steps": 1, "decay_rate": old["decay"]}
        return left, {"learning_rate": {"class_name": "InverseTimeDecay", "config": config}}
    return left, {"learning_rate": rate}


def _renamed(cls: type, _: Any, known: Collection[str], old: Named) -> Converted:
    own = next((OF_CLASS[base.__name__] for base in cls.__mro__ if base.__name__ in OF_CLASS), {})
    left, new = {}, {}
    for key, value in old.items():
        name = ALL.get(key, key)
        name = own.get(name, name)
        if name != key and name in known:
            new[name] = VALUES[key].get(value, value) if key in VALUES else value
        else:
            left[key] = value
    return left, new
