"""What a whole program sets once: the usual dtype, the smallest number, where images have their channels."""

from __future__ import annotations

from typing import Any

from .errors import UsageError

FLOATS = ("float16", "bfloat16", "float32", "float64")
DATA_FORMATS = ("channels_last", "channels_first")

_values: dict[str, Any] = {
    "floatx": "float32",
    "epsilon": 1e-7,
    "image_data_format": "channels_last",
    "max_epochs": None,
    "max_steps_per_epoch": None,
    "traceback_filtering": True,
    "flash_attention": None,
}


def _one_of(name: str, value: Any, accepted: tuple[str, ...]) -> None:
    if value not in accepted:
        raise UsageError(f"expected one of {', '.join(accepted)}. Received: {name}={value!r}")
    _values[name] = str(value)


def floatx() -> str:
    """The dtype of weights and computation where none is given: "float32" from the start."""
    return _values["floatx"]


def set_floatx(value: str) -> None:
    """Sets the dtype of what is made from now on: "float16", "bfloat16", "float32" or "float64"."""
    _one_of("floatx", value, FLOATS)


def epsilon() -> float:
    """A small number that keeps divisions and logarithms finite: 1e-7 from the start."""
    return _values["epsilon"]


def set_epsilon(value: float) -> None:
    """Sets `epsilon()`."""
    _values["epsilon"] = float(value)


def image_data_format() -> str:
    """Where images have their channels where nothing is said: "channels_last" from the start."""
    return _values["image_data_format"]


def set_image_data_format(data_format: str) -> None:
    """Sets the data format of layers that are made from now on without one."""
    _one_of("image_data_format", str(data_format).lower(), DATA_FORMATS)


def max_epochs() -> int | None:
    """The most epochs that any `fit` runs; None: as many as it is told."""
    return _values["max_epochs"]


def set_max_epochs(max_epochs: int | None) -> None:
    """Limits the epochs of every `fit` from now on: to try a long script quickly."""
    _values["max_epochs"] = max_epochs


def max_steps_per_epoch() -> int | None:
    """The most steps in any epoch, evaluation or prediction; None: as many as there are."""
    return _values["max_steps_per_epoch"]


def set_max_steps_per_epoch(max_steps_per_epoch: int | None) -> None:
    """Limits the steps of every epoch, evaluation and prediction from now on."""
    _values["max_steps_per_epoch"] = max_steps_per_epoch


def is_traceback_filtering_enabled() -> bool:
    """What was set last. kport's errors name layer, argument and remedy themselves; tracebacks are always whole."""
    return _values["traceback_filtering"]


def enable_traceback_filtering() -> None:
    """Kept for code that says it: see `is_traceback_filtering_enabled`."""
    _values["traceback_filtering"] = True


def disable_traceback_filtering() -> None:
    """Kept for code that says it: see `is_traceback_filtering_enabled`."""
    _values["traceback_filtering"] = False


def is_flash_attention_enabled() -> bool | None:
    """What was set last; None from the start. TensorFlow has no such kernel: attention computes the same either way."""
    return _values["flash_attention"]


def enable_flash_attention() -> None:
    """Kept for code that says it: see `is_flash_attention_enabled`."""
    _values["flash_attention"] = True


def disable_flash_attention() -> None:
    """Kept for code that says it: see `is_flash_attention_enabled`."""
    _values["flash_attention"] = False
