"""What "crossentropy" means for an output: Keras tells by the shapes."""

from __future__ import annotations

from typing import Any

from ..errors import UsageError
from ..registry import losses
from .crossentropy import binary_crossentropy, categorical_crossentropy, sparse_categorical_crossentropy
from .loss import Loss, LossFunctionWrapper

CROSSENTROPY = ("crossentropy", "ce")


def output_kind(y_true: Any, y_pred: Any) -> str:
    """ "binary" for a single number, "sparse" for numbers of classes as targets, "categorical" for targets like the output."""
    true, pred = y_true.shape, y_pred.shape
    if not len(pred):
        raise UsageError(f"expected an output with an axis of classes. Received: y_pred.shape={tuple(pred)}")
    if pred[-1] == 1:
        return "binary"
    numbers = len(true) < len(pred) or (true[-1] == 1 and (pred[-1] or 0) > 1)
    return "sparse" if numbers else "categorical"


_CROSSENTROPIES = {
    "binary": binary_crossentropy,
    "sparse": sparse_categorical_crossentropy,
    "categorical": categorical_crossentropy,
}


def loss_for(identifier: Any, y_true: Any, y_pred: Any) -> Loss | None:
    """The loss that `compile` means for an output by None, a name ("crossentropy" and "ce" go by the shapes), a configuration, a
    function or a loss."""
    if identifier is None:
        return None
    if isinstance(identifier, str) and identifier.lower() in CROSSENTROPY:
        found = _CROSSENTROPIES[output_kind(y_true, y_pred)]
    else:
        found = losses.get(identifier)
    if isinstance(found, Loss):
        return found
    name = identifier if isinstance(identifier, str) else getattr(found, "__name__", None)
    return LossFunctionWrapper(found, name=name)
