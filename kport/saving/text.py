"""A model's architecture as text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import FileError
from ..models.model import Model
from ..registry import known
from .archive import Archive
from .compiling import compile_as_stored
from .containers.keras_zip import inputs_of
from .opening import model_of


def model_of_json(text: str, custom_objects: Mapping[str, Any] | None = None) -> Model:
    """The model of a configuration in JSON; FileError for text that is none."""
    try:
        config = json.loads(text)
    except ValueError as error:
        raise FileError(f"expected the configuration of a model as JSON. Received: {text[:80]!r} ({error})") from error
    config = config if isinstance(config, dict) else {}
    archive = Archive(Path("JSON"), "JSON", config, keras_version=config.get("keras_version"), inputs=inputs_of(config))
    archive.training = config.get("compile_config")
    with known(custom_objects):
        model = model_of(archive)[0]
        compile_as_stored(model, archive)
    return model
