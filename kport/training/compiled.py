"""What `compile` said, and what is made of it for training."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import losses, metrics, optimizers
from ..errors import UsageError
from .compiled_loss import CompiledLoss
from .compiled_metrics import CompiledMetrics
from .replicas import current_strategy


class Compiled:
    """A model's optimizer, loss and metrics. `arguments`: those of `compile`, for files."""

    def __init__(self, model: Any, arguments: dict[str, Any]):
        self.arguments = arguments
        self.strategy = current_strategy()
        loss, plain, weighted = arguments["loss"], arguments["metrics"], arguments["weighted_metrics"]
        _check_names("loss", loss, losses.get, ("crossentropy", "ce"))
        _check_names("metrics", plain, metrics.get, ("accuracy", "acc", "crossentropy", "ce"))
        _check_names("weighted_metrics", weighted, metrics.get, ("accuracy", "acc", "crossentropy", "ce"))
        names = output_names(model)
        self.optimizer = self._optimizer(model, arguments["optimizer"], arguments["auto_scale_loss"])
        self.loss = CompiledLoss(loss, arguments["loss_weights"], names) if loss is not None else None
        self.metrics = CompiledMetrics(plain, weighted, names) if plain or weighted else None
        self.loss_tracker = metrics.Mean(name="loss")

    @property
    def is_built(self) -> bool:
        """Whether the outputs are known, and with them the losses' and metrics' variables."""
        return all(part is None or part.outputs is not None for part in (self.loss, self.metrics))

    def build(self, y_true: Any, y_pred: Any) -> None:
        """Makes losses and metrics for outputs and labels like these."""
        for part in (self.loss, self.metrics):
            if part is not None and part.outputs is None:
                part.build(y_true, y_pred)

    def _optimizer(self, model: Any, given: Any, auto_scale_loss: bool) -> Any:
        optimizer = optimizers.get(given)
        mixed = model.dtype_policy.name == "mixed_float16"
        if optimizer is not None and auto_scale_loss and mixed and not isinstance(optimizer, optimizers.LossScaleOptimizer):
            return optimizers.LossScaleOptimizer(optimizer, name="loss_scale_optimizer")
        return optimizer


def output_names(model: Any) -> list[str] | None:
    """The names of a model's outputs in order; None if its outputs aren't known before it runs."""
    return model.output_names if model.outputs is not None else None


def _check_names(argument: str, given: Any, get: Callable[[Any], Any], more: tuple[str, ...]) -> None:
    """A wrong name is told when the model is compiled, not when it is first trained."""
    if isinstance(given, dict):
        given = list(given.values())
    for one in given if isinstance(given, (list, tuple)) else [given]:
        if isinstance(one, (list, tuple)):
            _check_names(argument, one, get, more)
        elif one is not None and not callable(one) and not (isinstance(one, str) and one.lower() in more):
            try:
                get(one)
            except Exception as error:
                raise UsageError(f"{error} Received: {argument}={given!r}") from error
