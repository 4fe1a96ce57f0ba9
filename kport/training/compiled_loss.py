"""The loss of a model: those of its outputs, weighted and summed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from .. import metrics, ops
from ..errors import UsageError
from ..losses.by_output import loss_for
from ..losses.reduction import MEANS, unscale_loss_for_distribution
from ..ops.backend import tf
from ..tree import flatten
from .outputs import Outputs, unwrapped
from .replicas import share_of_batch


class OutputLoss(NamedTuple):
    """A loss of the output of this number. name: of the output, where it has one, else of the loss."""

    output: int
    loss: Any
    weight: float | None
    name: str


class CompiledLoss:
    """What `compile(loss=..., loss_weights=...)` said. Built when the outputs are first known.

    With several losses, `metrics` has a mean of each.
    """

    def __init__(self, loss: Any, loss_weights: Any, output_names: Sequence[str] | None):
        self.loss = loss
        self.loss_weights = loss_weights
        self.output_names = output_names
        self.outputs: Outputs | None = None
        self.metrics: list[Any] = []
        self._parts: list[OutputLoss] = []

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """The scalar loss, or this replica's part of it, where several share the batch; None if no output has a loss."""
        predicted = flatten(y_pred)
        if self.outputs is None:
            self.build(y_true, y_pred)
        assert self.outputs is not None
        wanted = self._labels(y_true)
        weights = self.outputs.each(unwrapped(sample_weight, self.outputs.count), "sample_weight", repeat=True)
        total: Any = None
        share = share_of_batch()
        trackers = self.metrics or [None] * len(self._parts)
        for part, tracker in zip(self._parts, trackers, strict=True):
            y = predicted[part.output]
            value = ops.cast(part.loss(_given(part, wanted[part.output]), y, weights[part.output]), "float32")
            if share is not None and getattr(part.loss, "reduction", None) in MEANS:
                value = ops.multiply(unscale_loss_for_distribution(value), share)
            if tracker is not None:
                whole = value if share is None else ops.divide(value, share)
                # as in Keras: in a compiled function all batches count alike, elsewhere by their samples
                by_samples = share is not None or tf.executing_eagerly()
                tracker.update_state(whole, sample_weight=ops.shape(y)[0] if by_samples else None)
            if part.weight is not None:
                value = ops.multiply(value, part.weight)
            total = value if total is None else ops.add(total, value)
        return total

    def _labels(self, y_true: Any) -> list[Any]:
        """The labels of each output. Those without a loss need none."""
        assert self.outputs is not None
        judged = sorted({part.output for part in self._parts})
        return self.outputs.labels(y_true, judged)

    def build(self, y_true: Any, y_pred: Any) -> None:
        """Takes the outputs to be like these."""
        self.outputs = outputs = Outputs(y_pred, self.output_names)
        said = outputs.each(self.loss, "loss", repeat=True) if outputs.count > 1 else [self._of_one(outputs)]
        weights = [None] * outputs.count if self.loss_weights is None else self._weights(outputs)
        for i, (one, weight) in enumerate(zip(said, weights, strict=True)):
            several = list(one) if isinstance(one, (list, tuple)) else [one]
            weight_of = list(weight) if isinstance(weight, (list, tuple)) else [weight] * len(several)
            for identifier, factor in zip(several, weight_of, strict=True):
                if identifier is not None:
                    self._parts.append(OutputLoss(i, identifier, factor, outputs.names[i] if outputs.names else ""))
        wanted, predicted = self._labels(y_true), flatten(y_pred)
        self._parts = [self._resolved(part, wanted[part.output], predicted[part.output]) for part in self._parts]
        if len(self._parts) > 1:
            self.metrics = [metrics.Mean(name=f"{part.name}_loss") for part in self._parts]

    def _of_one(self, outputs: Outputs) -> Any:
        return outputs.each(self.loss, "loss")[0] if isinstance(self.loss, dict) else self.loss

    def _weights(self, outputs: Outputs) -> list[Any]:
        several = outputs.count == 1 and isinstance(self.loss, (list, tuple))
        return [self.loss_weights] if several else outputs.each(unwrapped(self.loss_weights, outputs.count), "loss_weights")

    def _resolved(self, part: OutputLoss, y_true: Any, y_pred: Any) -> OutputLoss:
        loss: Any = loss_for(part.loss, y_true, y_pred)
        return part._replace(loss=loss, name=part.name or loss.name)


def _given(part: OutputLoss, y_true: Any) -> Any:
    if y_true is None:
        output = f" of output '{part.name}'" if part.name else ""
        raise UsageError(f"expected labels for the loss '{part.loss.name}'{output}. Received: y=None; pass y, or data as (x, y)")
    return y_true
