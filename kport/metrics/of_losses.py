"""Losses as metrics: means over all samples."""

from __future__ import annotations

from typing import Any

from .. import losses, ops
from ..losses.reduction import aligned_pair
from ..registry import metrics
from .reduction import Mean, MeanMetricWrapper


@metrics("mean_squared_error", "mse", "MSE")
class MeanSquaredError(MeanMetricWrapper):
    """mean (y_true - y_pred)²"""

    def __init__(self, name: str | None = "mean_squared_error", dtype: Any = None):
        super().__init__(losses.mean_squared_error, name, dtype)


@metrics("root_mean_squared_error")
class RootMeanSquaredError(Mean):
    """√ mean (y_true - y_pred)²"""

    def __init__(self, name: str | None = "root_mean_squared_error", dtype: Any = None):
        super().__init__(name, dtype)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:  # type: ignore[override]
        y_true, y_pred = aligned_pair(y_true, ops.cast(ops.convert_to_tensor(y_pred), self.dtype))
        super().update_state(ops.square(ops.subtract(y_pred, y_true)), sample_weight)

    def result(self) -> Any:
        return ops.sqrt(super().result())


@metrics("mean_absolute_error", "mae", "MAE")
class MeanAbsoluteError(MeanMetricWrapper):
    """mean |y_true - y_pred|"""

    def __init__(self, name: str | None = "mean_absolute_error", dtype: Any = None):
        super().__init__(losses.mean_absolute_error, name, dtype)


@metrics("mean_absolute_percentage_error", "mape", "MAPE")
class MeanAbsolutePercentageError(MeanMetricWrapper):
    """100 · mean (|y_true - y_pred| / |y_true|), in percent"""

    def __init__(self, name: str | None = "mean_absolute_percentage_error", dtype: Any = None):
        super().__init__(losses.mean_absolute_percentage_error, name, dtype)


@metrics("mean_squared_logarithmic_error", "msle", "MSLE")
class MeanSquaredLogarithmicError(MeanMetricWrapper):
    """mean (ln(1 + y_true) - ln(1 + y_pred))²"""

    def __init__(self, name: str | None = "mean_squared_logarithmic_error", dtype: Any = None):
        super().__init__(losses.mean_squared_logarithmic_error, name, dtype)


def cosine_of(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """The cosine of the angle along `axis`: 1 for the same direction."""
    return ops.negative(losses.cosine_similarity(y_true, y_pred, axis))


@metrics("cosine_similarity")
class CosineSimilarity(MeanMetricWrapper):
    """The cosine of the angle between y_true and y_pred along `axis`; the loss of this name is its negative."""

    def __init__(self, name: str | None = "cosine_similarity", dtype: Any = None, axis: int = -1):
        super().__init__(cosine_of, name, dtype, axis=axis)
        self.axis = axis


@metrics("log_cosh_error", "logcosh")
class LogCoshError(MeanMetricWrapper):
    """mean ln cosh (y_pred - y_true)"""

    def __init__(self, name: str | None = "logcosh", dtype: Any = None):
        super().__init__(losses.log_cosh, name, dtype)


@metrics("hinge")
class Hinge(MeanMetricWrapper):
    """mean max(1 - y_true · y_pred, 0), for targets -1 and 1 or 0 and 1"""

    def __init__(self, name: str | None = "hinge", dtype: Any = None):
        super().__init__(losses.hinge, name, dtype)


@metrics("squared_hinge")
class SquaredHinge(MeanMetricWrapper):
    """mean max(1 - y_true · y_pred, 0)², for targets -1 and 1 or 0 and 1"""

    def __init__(self, name: str | None = "squared_hinge", dtype: Any = None):
        super().__init__(losses.squared_hinge, name, dtype)


@metrics("categorical_hinge")
class CategoricalHinge(MeanMetricWrapper):
    """max(neg - pos + 1, 0) of one-hot targets"""

    def __init__(self, name: str | None = "categorical_hinge", dtype: Any = None):
        super().__init__(losses.categorical_hinge, name, dtype)


@metrics("kl_divergence")
class KLDivergence(MeanMetricWrapper):
    """Σ y_true · ln(y_true / y_pred)"""

    def __init__(self, name: str | None = "kl_divergence", dtype: Any = None):
        super().__init__(losses.kl_divergence, name, dtype)


@metrics("poisson")
class Poisson(MeanMetricWrapper):
    """mean (y_pred - y_true · ln y_pred)"""

    def __init__(self, name: str | None = "poisson", dtype: Any = None):
        super().__init__(losses.poisson, name, dtype)


@metrics("binary_crossentropy", "bce", "BCE")
class BinaryCrossentropy(MeanMetricWrapper):
    """Cross-entropy of independent yes-or-no questions."""

    def __init__(
        self,
        name: str | None = "binary_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
    ):
        super().__init__(losses.binary_crossentropy, name, dtype, from_logits=from_logits, label_smoothing=label_smoothing)
        self.from_logits = from_logits
        self.label_smoothing = label_smoothing


@metrics("categorical_crossentropy")
class CategoricalCrossentropy(MeanMetricWrapper):
    """Cross-entropy of classes, with one-hot targets."""

    def __init__(
        self,
        name: str | None = "categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
        axis: int = -1,
    ):
        options = {"from_logits": from_logits, "label_smoothing": label_smoothing, "axis": axis}
        super().__init__(losses.categorical_crossentropy, name, dtype, **options)
        self.from_logits = from_logits
        self.label_smoothing = label_smoothing
        self.axis = axis


@metrics("sparse_categorical_crossentropy")
class SparseCategoricalCrossentropy(MeanMetricWrapper):
    """Cross-entropy of classes, with their numbers as targets. What has the target `ignore_class` is 0 and counts, but with
    sample weights it is left out, as in Keras."""

    def __init__(
        self,
        name: str | None = "sparse_categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        ignore_class: int | None = None,
        axis: int = -1,
    ):
        options = {"from_logits": from_logits, "ignore_class": ignore_class, "axis": axis}
        super().__init__(losses.sparse_categorical_crossentropy, name, dtype, **options)
        self.from_logits = from_logits
        self.ignore_class = ignore_class
        self.axis = axis
