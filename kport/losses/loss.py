"""What a loss is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from .. import dtype_policies, ops
from ..configurable import Configurable, constructor_parameters, serialize
from ..errors import UsageError
from ..naming import UniqueNames, snake_case
from ..ops.attached import mask_of
from ..registry import losses, metric_functions
from ..tree import map_structure
from .reduction import align_ranks, check_reduction, reduce_losses

_names = UniqueNames()

DTYPE = "float32"
"""What losses are computed in unless they are told otherwise, even in a model of mixed precision."""


class Loss(Configurable):
    """Called with targets and predictions, gives what training lowers.

    A subclass defines `call(y_true, y_pred)`: the loss of each element, whose shape is (batch, ...). `reduction` says how one
    number comes from these (see `reduce_losses`); another word is a UsageError. Targets and predictions are cast to `dtype`,
    a name or a policy.
    """

    keras_module = "keras.losses"

    def __init__(self, name: str | None = None, reduction: str | None = "sum_over_batch_size", dtype: Any = None):
        self.name = name or _names.next(snake_case(type(self).__name__))
        self.reduction = check_reduction(reduction)
        self._dtype = dtype_policies.get(dtype or DTYPE).compute_dtype

    @property
    def dtype(self) -> str:
        """The dtype that the loss is computed in."""
        return self._dtype

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """The reduced loss. sample_weight: a factor for each sample or element. A mask of `y_pred` leaves elements out."""
        mask = mask_of(y_pred)
        y_true, y_pred = (map_structure(self._converted, y) for y in (y_true, y_pred))
        values = self.call(y_true, y_pred)
        if values is None:
            raise UsageError(f"expected the loss of each element. Received: None from loss '{self.name}'")
        valid = mask_of(values)
        if valid is not None:
            mask = valid if mask is None else ops.logical_and(mask, valid)
        return reduce_losses(values, sample_weight, mask, self.reduction, self.dtype)

    def _converted(self, x: Any) -> Any:
        return ops.cast(ops.convert_to_tensor(x), self.dtype)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The loss of each element."""
        raise NotImplementedError(f"loss {type(self).__name__} has no call(y_true, y_pred)")

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments, as JSON can hold them; the dtype only where it isn't the usual one."""
        kept = [p for p in constructor_parameters(type(self)) if hasattr(self, p) and (p != "dtype" or self.dtype != DTYPE)]
        return {name: serialize(getattr(self, name)) for name in kept}

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"


class FunctionLoss(Loss):
    """A loss that a function of targets and predictions computes, to which go what the constructor takes beyond Loss's."""

    function: ClassVar[Callable[..., Any]]

    def call(self, y_true: Any, y_pred: Any) -> Any:
        options = {p: getattr(self, p) for p in constructor_parameters(type(self)) if p not in ("name", "reduction", "dtype")}
        return type(self).function(*align_ranks(y_true, y_pred), **options)


@losses()
class LossFunctionWrapper(Loss):
    """Any function `fn(y_true, y_pred, **kwargs)` as a loss."""

    keras_module = "keras.src.losses.losses"

    def __init__(
        self,
        fn: Callable[..., Any],
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ):
        super().__init__(name, reduction, dtype)
        self.fn = fn
        self._options = kwargs

    def call(self, y_true: Any, y_pred: Any) -> Any:
        # where the predictions are nested, each is aligned with its own target
        pairs = map_structure(lambda p, t: _Pair(align_ranks(t, p)), y_pred, y_true)
        return self.fn(map_structure(lambda p: p.y_true, pairs), map_structure(lambda p: p.y_pred, pairs), **self._options)

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"fn": serialize(self.fn)} | serialize(self._options)

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        return cls(**config | {"fn": function_of(config["fn"])})


class _Pair:
    """A target and its prediction as one leaf."""

    def __init__(self, pair: tuple[Any, Any]):
        self.y_true, self.y_pred = pair


def function_of(identifier: Any) -> Any:
    """The function of targets and predictions (or the loss) that a name or a configuration means."""
    name = identifier.get("config") if isinstance(identifier, dict) else identifier
    known = metric_functions if isinstance(name, str) and name in metric_functions.items else losses
    return known.get(identifier)
