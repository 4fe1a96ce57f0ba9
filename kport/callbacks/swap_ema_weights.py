"""Evaluates with the averages of the weights that the optimizer keeps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..errors import UsageError
from .callback import Callback


class SwapEMAWeights(Callback):
    """While the model is evaluated or predicts, its weights are the moving averages of an optimizer with `use_ema=True`.

    swap_on_epoch: they are so at the end of epochs, too, until the next begins, for callbacks after this one, such as
    `ModelCheckpoint`.
    """

    def __init__(self, swap_on_epoch: bool = False):
        super().__init__()
        self.swap_on_epoch = swap_on_epoch
        self._has_averages = False

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        if self.swap_on_epoch:
            self._put_averages(False)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if not self.swap_on_epoch:
            return
        self._put_averages(True)
        if epoch == self.params["epochs"] - 1:
            # at the end of training the optimizer gives the model its averages: they have to be the ones
            for weight, average in self._pairs():
                average.assign(weight)

    def on_test_begin(self, logs: Any = None) -> None:
        self._put_averages(True)

    def on_test_end(self, logs: Any = None) -> None:
        self._put_averages(False)

    def on_predict_begin(self, logs: Any = None) -> None:
        self._put_averages(True)

    def on_predict_end(self, logs: Any = None) -> None:
        self._put_averages(False)

    def _put_averages(self, wanted: bool) -> None:
        """Has the model hold the averages, or its own weights."""
        if self._has_averages == wanted:
            return
        for weight, average in self._pairs():
            of_weight = weight.numpy()
            weight.assign(average.numpy())
            average.assign(of_weight)
        self._has_averages = wanted

    def _pairs(self) -> Iterator[tuple[Any, Any]]:
        """The weights with their averages."""
        optimizer = self.model.optimizer
        optimizer = getattr(optimizer, "inner_optimizer", optimizer)
        optimizers = [o for o in getattr(optimizer, "optimizers", [optimizer]) if getattr(o, "use_ema", False) and o.built]
        if not optimizers:
            raise UsageError(
                f"expected an optimizer with use_ema=True that has trained, for SwapEMAWeights. Received: optimizer={optimizer!r}"
            )
        for one in optimizers:
            yield from zip(one._trainable_variables, one._averages, strict=True)
