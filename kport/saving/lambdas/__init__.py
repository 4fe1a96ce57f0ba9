"""Lambda layers: the function that a file's configuration means, read as data and never run as code."""

from __future__ import annotations

import base64
import binascii
import contextlib
from collections.abc import Iterator
from typing import Any

from ...registry import CUSTOM
from .formula import Formula, refusal
from .marshal_data import NotMarshal, parse_code

Config = dict[str, Any]


def upgrade_lambda(config: Config) -> tuple[str, Config]:
    """A Lambda layer of any generation with its function found; LayerError with the remedy where that can't be."""
    name = config.get("name", "lambda")
    kept = {k: config[k] for k in ("name", "trainable", "dtype", "arguments") if config.get(k) is not None}
    return "Lambda", {**kept, "function": CUSTOM.get(name) or _function(config.get("function"), name)}


def _function(stored: Any, layer: str) -> Any:
    """What `function` of the configuration means: a name, or bytecode as a list or a dictionary."""
    code, defaults, closure = _parts(stored)
    if code is None:
        return stored if not isinstance(stored, dict) else stored.get("config", stored)
    reason = "no code"
    for data in _decoded(code):
        try:
            formula = Formula(parse_code(data), layer, defaults, closure)
            formula.stored = {"code": code, "defaults": defaults, "closure": closure}
            return formula
        except NotMarshal as error:
            reason = str(error)
    raise refusal(layer, reason)


def _parts(stored: Any) -> tuple[str | None, Any, Any]:
    """Code, default arguments and enclosed values; no code for a function by name."""
    if isinstance(stored, list) and stored and isinstance(stored[0], str):
        return stored[0], *(stored[1:3] if len(stored) >= 3 else (None, None))
    if isinstance(stored, dict) and stored.get("class_name") == "__lambda__":
        value = stored.get("config", {})
        value = value.get("value", value)
        if isinstance(value, dict):
            return value.get("code"), value.get("defaults"), value.get("closure")
        return _parts(value)
    return None, None, None


def _decoded(code: str) -> Iterator[bytes]:
    """The bytes, which Keras has written as base64 and, before, as text with a character a byte."""
    with contextlib.suppress(binascii.Error, ValueError):
        yield base64.b64decode("".join(code.split()), validate=True)
    with contextlib.suppress(UnicodeEncodeError):
        yield code.encode("latin-1")
    yield code.encode("raw_unicode_escape")
