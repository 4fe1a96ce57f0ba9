"""`keras.config`: what a whole program sets once."""

from __future__ import annotations

from .dtype_policies import dtype_policy as dtype_policy
from .dtype_policies import set_dtype_policy as set_dtype_policy
from .errors import UsageError
from .messages import disable_interactive_logging as disable_interactive_logging
from .messages import enable_interactive_logging as enable_interactive_logging
from .messages import is_interactive_logging_enabled as is_interactive_logging_enabled
from .settings import disable_flash_attention as disable_flash_attention
from .settings import disable_traceback_filtering as disable_traceback_filtering
from .settings import enable_flash_attention as enable_flash_attention
from .settings import enable_traceback_filtering as enable_traceback_filtering
from .settings import epsilon as epsilon
from .settings import floatx as floatx
from .settings import image_data_format as image_data_format
from .settings import is_flash_attention_enabled as is_flash_attention_enabled
from .settings import is_traceback_filtering_enabled as is_traceback_filtering_enabled
from .settings import max_epochs as max_epochs
from .settings import max_steps_per_epoch as max_steps_per_epoch
from .settings import set_epsilon as set_epsilon
from .settings import set_floatx as set_floatx
from .settings import set_image_data_format as set_image_data_format
from .settings import set_max_epochs as set_max_epochs
from .settings import set_max_steps_per_epoch as set_max_steps_per_epoch


def backend() -> str:
    """The name of what models train on: "tensorflow"."""
    return "tensorflow"


def set_backend(backend: str) -> None:
    """Only "tensorflow" is there; anything else is a UsageError."""
    if backend != "tensorflow":
        raise UsageError(f"expected 'tensorflow', on which kport trains. Received: backend={backend!r}")


def is_nnx_enabled() -> bool:
    """False: NNX belongs to JAX."""
    return False


def enable_unsafe_deserialization() -> None:
    """A UsageError: there is no way to make kport run code that a file brings."""
    raise UsageError(
        "expected code from where you trust it. Received: enable_unsafe_deserialization(); kport never runs code that a file "
        "brings: define the function or class in your own code and register it with @kport.register"
    )
