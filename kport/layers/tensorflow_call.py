"""Layers whose `call` a user wrote in TensorFlow: they train, and can't be converted."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from ..ir import Symbolic
from ..ops.backend import tf
from ..tree import flatten, map_structure, pack_like
from .arguments import type_of

if TYPE_CHECKING:
    from .layer import Layer

REMEDY = (
    "Its call is written in TensorFlow, which trains but can't be converted: write it with kport.ops, whose functions have "
    "the names of keras.ops"
)


def is_written_in_tensorflow(cls: Any) -> bool:
    """Whether the module that defines `call` is a user's and uses TensorFlow."""
    call = inspect.unwrap(cls.call)
    if not inspect.isfunction(call) or call.__module__.startswith("kport."):
        return False
    used = {name: thing for name, thing in call.__globals__.items() if name in call.__code__.co_names}
    used |= inspect.getclosurevars(call).nonlocals
    return any(
        getattr(thing, "__name__", "").partition(".")[0] == "tensorflow" for thing in used.values() if inspect.ismodule(thing)
    )


def infer_by_tensorflow(layer: Layer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """As `Layer.infer`: TensorFlow traces the call."""
    leaves = flatten([args, kwargs])
    symbolic = [x for x in leaves if isinstance(x, Symbolic)]

    def called(*tensors: Any) -> Any:
        given = iter(tensors)
        arguments, keywords = pack_like([args, kwargs], [next(given) if isinstance(x, Symbolic) else x for x in leaves])
        return layer(*arguments, **keywords)

    specs = [tf.TensorSpec(x.type.shape, x.type.dtype) for x in symbolic]
    traced = tf.function(called, autograph=False).get_concrete_function(*specs)
    return map_structure(type_of, traced.structured_outputs)
