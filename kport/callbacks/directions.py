"""Whether more of a metric is better, or less."""

from __future__ import annotations

from typing import Any

MORE_IS_BETTER = frozenset(
    {
        "AUC",
        "Accuracy",
        "BinaryAccuracy",
        "CategoricalAccuracy",
        "ConcordanceCorrelation",
        "CosineSimilarity",
        "FBetaScore",
        "IoU",
        "PearsonCorrelation",
        "Precision",
        "PrecisionAtRecall",
        "R2Score",
        "Recall",
        "RecallAtPrecision",
        "SensitivityAtSpecificity",
        "SparseCategoricalAccuracy",
        "SparseTopKCategoricalAccuracy",
        "SpecificityAtSensitivity",
        "TopKCategoricalAccuracy",
    }
)
LESS_IS_BETTER = frozenset(
    {
        "BinaryCrossentropy",
        "CategoricalCrossentropy",
        "CategoricalHinge",
        "Hinge",
        "KLDivergence",
        "LogCoshError",
        "MeanAbsoluteError",
        "MeanAbsolutePercentageError",
        "MeanSquaredError",
        "MeanSquaredLogarithmicError",
        "Poisson",
        "RootMeanSquaredError",
        "SparseCategoricalCrossentropy",
        "SquaredHinge",
    }
)
"""Names of built-in metrics; classes derived from them are alike."""

_MODES = {"up": "max", "down": "min"}


def mode_of(metric: Any) -> str | None:
    """What is best of the metric, "max" or "min"; None if that isn't known.

    A metric of the user's own says it with the attribute `_direction`, "up" or "down", as in Keras. A mean of a loss is
    better when it is less.
    """
    direction = getattr(metric, "_direction", None)
    if direction is not None:
        return _MODES.get(direction, "min")
    names = {cls.__name__ for cls in type(metric).__mro__ if cls.__module__.startswith("kport.metrics")}
    if names & MORE_IS_BETTER:
        return "max"
    of_loss = (getattr(getattr(metric, "fn", None), "__module__", "") or "").startswith("kport.losses")
    return "min" if names & LESS_IS_BETTER or of_loss else None
