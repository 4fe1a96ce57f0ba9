"""Architectures as JSON or YAML, which Keras 0 to 2 kept beside a file of weights."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ...errors import FileError, MissingComponentError, MissingPartError, UnsafeFileError
from ..archive import Archive, reading

MAX_BYTES = 256 << 20
_MAX_ITEMS = 1_000_000


def open_text(path: Path) -> Archive:
    """The architecture in a JSON or YAML file; FileError for any other text."""
    with reading(path, "an architecture as JSON or YAML"):
        if path.stat().st_size > MAX_BYTES:
            raise FileError(f"expected an architecture of at most {MAX_BYTES} bytes. Received: {path}")
        text = path.read_bytes().decode("utf-8")
        data = json.loads(text) if text.lstrip()[:1] in ("{", "[", '"') else _yaml(text, path)
        architecture = _architecture(data, path)
        return Archive(
            path,
            "architecture",
            architecture,
            keras_version=architecture.get("keras_version"),
            backend=architecture.get("backend"),
        )


def _architecture(data: Any, path: Path) -> dict[str, Any]:
    """The model's configuration, which may be wrapped or be text within the text."""
    if isinstance(data, str):
        data = json.loads(data)
    if not isinstance(data, dict):
        raise FileError(f"expected the configuration of a Keras model in {path}. Received: {type(data).__name__}")
    if "modelTopology" in data:
        raise MissingPartError(
            f"expected a Keras file. Received: {path}, a TensorFlow.js model; give the Keras file that it was made from"
        )
    wrapped = data.get("keras_model")
    if isinstance(wrapped, str):
        return _architecture(json.loads(wrapped), path)
    if isinstance(wrapped, dict):
        return _architecture(wrapped, path)
    is_keras = "class_name" in data and "config" in data
    is_keras_0 = isinstance(data.get("layers"), list) and data.get("name") in ("Sequential", "Graph")
    if not (is_keras or is_keras_0):
        raise FileError(
            f"expected the configuration of a Keras model in {path}: 'class_name' and 'config'. Received: keys {sorted(data)[:8]}"
        )
    return data


def _yaml(text: str, path: Path) -> Any:
    try:
        import yaml
    except ImportError:
        raise MissingComponentError(
            f"reading the YAML architecture {path} needs the package pyyaml: pip install 'kport[yaml]'"
        ) from None

    def _scalar(loader: Any, node: Any) -> Any:
        return loader.construct_scalar(node)

    class Loader(yaml.SafeLoader):
        """Plain data, and the tuples and texts that Keras on Python 2 marked with tags of Python's."""

        def flatten_mapping(self, node: Any) -> None:
            """Keys `<<` stay unknown: Keras writes none, and those that merge one another multiply."""

    Loader.add_constructor(
        "tag:yaml.org,2002:python/tuple", lambda loader, node: [loader.construct_object(n, deep=True) for n in node.value]
    )
    Loader.add_constructor("tag:yaml.org,2002:python/unicode", _scalar)
    Loader.add_constructor("tag:yaml.org,2002:python/str", _scalar)
    try:
        data = yaml.load(text, Loader=Loader)
    except yaml.YAMLError as error:
        raise FileError(
            f"expected an architecture as JSON or YAML in {path}. Received: {' '.join(str(error).split())[:200]}"
        ) from error
    if _items(data, {}) > _MAX_ITEMS:
        raise UnsafeFileError(f"expected at most {_MAX_ITEMS} items in {path}. Received: references that multiply to more")
    return data


def _items(x: Any, known: dict[int, int]) -> int:
    """How many items there are when references are followed: those of the same object are counted each time."""
    if not isinstance(x, (list, dict)):
        return 1
    if id(x) not in known:
        known[id(x)] = 1 + sum(_items(item, known) for item in (x.values() if isinstance(x, dict) else x))
    return known[id(x)]
