"""What "accuracy" and "crossentropy" mean for an output: Keras tells by the shapes."""

from __future__ import annotations

from typing import Any

from ..losses.by_output import CROSSENTROPY, output_kind
from ..naming import snake_case
from ..registry import metrics
from .accuracy import BinaryAccuracy, CategoricalAccuracy, SparseCategoricalAccuracy
from .metric import Metric
from .of_losses import BinaryCrossentropy, CategoricalCrossentropy, SparseCategoricalCrossentropy
from .reduction import MeanMetricWrapper

_BY_KIND: dict[str, dict[str, type[Metric]]] = {
    "accuracy": {"binary": BinaryAccuracy, "sparse": SparseCategoricalAccuracy, "categorical": CategoricalAccuracy},
    "crossentropy": {
        "binary": BinaryCrossentropy,
        "sparse": SparseCategoricalCrossentropy,
        "categorical": CategoricalCrossentropy,
    },
}
_MEANINGS = {"accuracy": "accuracy", "acc": "accuracy", **dict.fromkeys(CROSSENTROPY, "crossentropy")}


def metric_for(identifier: Any, y_true: Any, y_pred: Any) -> Metric:
    """The metric that `compile` means for an output by a name, a configuration, a function or a metric.

    "accuracy", "acc", "crossentropy" and "ce" go by the shapes of targets and output. A name becomes the metric's name. None is a
    UsageError.
    """
    meaning = _MEANINGS.get(identifier.lower()) if isinstance(identifier, str) else None
    if meaning is not None:
        found = _BY_KIND[meaning][output_kind(y_true, y_pred)]()
    else:
        found = metrics.get(identifier)
    if found is None:
        raise metrics.wrong("expected a metric. Received: None")
    if isinstance(identifier, str):
        name = identifier
    else:
        name = getattr(found, "name", None) or getattr(found, "__name__", None) or snake_case(type(found).__name__)
    metric = found if isinstance(found, Metric) else MeanMetricWrapper(found)
    metric.name = name
    return metric
