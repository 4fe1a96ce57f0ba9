"""What a layer's call knows of the calls around it: whether they train, and which masks go with which tensors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import Any

from ..ops.attached import attach_mask, mask_of

Keep = Callable[[Any, tuple[Any, ...], dict[str, Any]], Any]
"""(layer, args, kwargs) → outputs, in place of the layer's own `call`; NotImplemented if that is to compute them."""

_keep: ContextVar[Keep | None] = ContextVar("kport_keep", default=None)
_training: ContextVar[bool | None] = ContextVar("kport_training", default=None)
_masks: ContextVar[dict[int, tuple[Any, Any]] | None] = ContextVar("kport_masks", default=None)
_masks_given: ContextVar[bool] = ContextVar("kport_masks_given", default=False)


@contextmanager
def _set(variable: ContextVar[Any], value: Any) -> Iterator[None]:
    token = variable.set(value)
    try:
        yield
    finally:
        variable.reset(token)


def keeping(keep: Keep | None) -> AbstractContextManager[None]:
    """Within the block `keep` may take the place of `call`: targets that write layers keep them whole by it."""
    return _set(_keep, keep)


def calling() -> AbstractContextManager[None]:
    """Within the block every layer's own `call` computes."""
    return keeping(None)


def kept(layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """What takes the place of the layer's call; NotImplemented if nothing does."""
    keep = _keep.get()
    return NotImplemented if keep is None else keep(layer, args, kwargs)


def training_phase(training: Any) -> AbstractContextManager[None]:
    """Within the block layers that aren't told otherwise train (True), or don't (False)."""
    return _set(_training, training)


def current_phase() -> Any:
    """What `training` is for a layer that isn't told; None where no call around it said."""
    return _training.get()


# Within a call that a user wrote, a mask goes with its tensor from layer to layer, as in Keras. A model that is a graph
# of calls knows masks by itself (kport.models.masks).


def is_outermost() -> bool:
    """Whether no call is going on."""
    return _masks.get() is None


def own_masks() -> AbstractContextManager[None]:
    """Within the block masks are remembered until its end: the extent of an outermost call."""
    return _set(_masks, {})


def masks_given(given: bool) -> AbstractContextManager[None]:
    """Within the block (True), a call gets its masks from whoever calls."""
    return _set(_masks_given, given)


def are_masks_given() -> bool:
    return _masks_given.get()


def known_mask(x: Any) -> Any:
    """The mask that goes with a tensor; None if there is none."""
    known = _masks.get()
    found = known.get(id(x)) if known else None
    return mask_of(x) if found is None else found[1]


def remember_mask(x: Any, mask: Any) -> None:
    """Lets a mask go with a tensor: with TensorFlow's for good, with others until the outermost call ends."""
    attach_mask(x, mask)
    known = _masks.get()
    if known is not None and (mask is not None or id(x) in known):
        known[id(x)] = (x, mask)
