"""The callbacks of one training, called as one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..errors import UsageError
from ..tree import flatten
from .callback import Callback, is_default, takes_tensors
from .history import History
from .logs import as_floats
from .progress_logger import ProgbarLogger

BATCH_HOOKS = {
    "on_train_batch_begin": "on_batch_begin",
    "on_train_batch_end": "on_batch_end",
    "on_test_batch_begin": None,
    "on_test_batch_end": None,
    "on_predict_batch_begin": None,
    "on_predict_batch_end": None,
}
"""The hooks that are called for every batch, with the other name that a callback may have defined one by."""


class CallbackList(Callback):
    """Calls each hook of several callbacks in their order.

    callbacks: one or several, nested at will; add_history, add_progbar: adds a `History`, a `ProgbarLogger` at the end if
    there is none; model: the one they are to work with; params: what `Callback.set_params` is given ("verbose", "epochs",
    "steps").

    Hooks of batches that no callback has defined cost nothing, and logs become floats only for who reads them.
    """

    def __init__(
        self, callbacks: Any = None, add_history: bool = False, add_progbar: bool = False, model: Any = None, **params: Any
    ):
        super().__init__()
        self.callbacks: list[Any] = flatten(callbacks) if callbacks else []
        self._history = self._own(History, add_history)
        self._own(ProgbarLogger, add_progbar)
        self._open = 0
        self._hooks: dict[str, tuple[list[Callable[..., Any]], bool]] = {}
        self.set_model(model)
        self.set_params(params)
        self._find_hooks()

    def _own(self, kind: type[Callback], add: bool) -> Any:
        """The last callback of a kind; where there is none, a new one if wished."""
        own = [callback for callback in self.callbacks if isinstance(callback, kind)]
        if not own and add:
            own = [kind()]
            self.callbacks += own
        return own[-1] if own else None

    def set_params(self, params: Any) -> None:
        self.params = params
        if params:
            for callback in self.callbacks:
                callback.set_params(params)

    def set_model(self, model: Any) -> None:
        if model is None:
            return
        super().set_model(model)
        if self._history is not None:
            model.history = self._history
        for callback in self.callbacks:
            callback.set_model(model)

    def _find_hooks(self) -> None:
        """Notes for each hook of batches who has defined it, and whether all of them take logs as they were computed."""
        for name, other in BATCH_HOOKS.items():
            methods = [getattr(callback, name) for callback in self.callbacks]
            if other is not None:
                others = [getattr(callback, other) for callback in self.callbacks]
                methods = [o if is_default(m) else m for m, o in zip(methods, others, strict=True)]
            methods = [m for m in methods if not is_default(m)]
            self._hooks[name] = methods, all(getattr(m, "_takes_tensors", False) for m in methods)

    def _call_batch(self, hook: str, batch: int, logs: Any) -> None:
        methods, take_tensors = self._hooks[hook]
        if methods:
            logs = (logs or {}) if take_tensors else as_floats(logs)
            for method in methods:
                method(batch, logs=logs)

    def _call(self, hook: str, *args: Any) -> None:
        *position, logs = args
        logs = as_floats(logs)
        for callback in self.callbacks:
            getattr(callback, hook)(*position, logs)

    def _begin(self, hook: str, logs: Any) -> None:
        self._open += 1
        self._find_hooks()
        self._call(hook, logs)

    def _end(self, hook: str, logs: Any) -> None:
        if not self._open:
            raise UsageError(
                f"expected a call of `{hook.replace('_end', '_begin')}` before `{hook}`. Received: `{hook}` without one"
            )
        self._call(hook, logs)
        self._open -= 1

    # training

    def on_train_begin(self, logs: Any = None) -> None:
        self._begin("on_train_begin", logs)

    def on_train_end(self, logs: Any = None) -> None:
        self._end("on_train_end", logs)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._call("on_epoch_begin", epoch, logs)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._call("on_epoch_end", epoch, logs)

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        self._call_batch("on_train_batch_begin", batch, logs)

    @takes_tensors
    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self._call_batch("on_train_batch_end", batch, logs)

    def on_batch_begin(self, batch: int, logs: Any = None) -> None:
        logs = as_floats(logs)
        for callback in self.callbacks:
            callback.on_batch_begin(batch, logs=logs)

    def on_batch_end(self, batch: int, logs: Any = None) -> None:
        logs = as_floats(logs)
        for callback in self.callbacks:
            callback.on_batch_end(batch, logs=logs)

    # evaluation and validation

    def on_test_begin(self, logs: Any = None) -> None:
        self._begin("on_test_begin", logs)

    def on_test_end(self, logs: Any = None) -> None:
        self._end("on_test_end", logs)

    def on_test_batch_begin(self, batch: int, logs: Any = None) -> None:
        self._call_batch("on_test_batch_begin", batch, logs)

    @takes_tensors
    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        self._call_batch("on_test_batch_end", batch, logs)

    # prediction

    def on_predict_begin(self, logs: Any = None) -> None:
        self._begin("on_predict_begin", logs)

    def on_predict_end(self, logs: Any = None) -> None:
        self._end("on_predict_end", logs)

    def on_predict_batch_begin(self, batch: int, logs: Any = None) -> None:
        self._call_batch("on_predict_batch_begin", batch, logs)

    @takes_tensors
    def on_predict_batch_end(self, batch: int, logs: Any = None) -> None:
        self._call_batch("on_predict_batch_end", batch, logs)
