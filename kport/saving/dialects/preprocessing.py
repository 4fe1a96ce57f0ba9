"""Preprocessing layers of tf.keras 2.2 to 2.15 (first under `experimental.preprocessing`) to Keras 3."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .plain import renamed

Config = dict[str, Any]


def _discretization(config: Config) -> tuple[str, Config]:
    """`bins` was a list of boundaries, or how many bins there are."""
    bins = config.get("bins")
    return "Discretization", renamed(config, bins="num_bins" if isinstance(bins, int) else "bin_boundaries")


def _lookup(config: Config) -> Config:
    """Vectors of counts were floats. SavedModels note that there was a vocabulary, which is in the TensorFlow graph alone."""
    kept = {key: value for key, value in config.items() if key != "has_input_vocabulary"}
    return kept if config.get("output_mode", "int") == "int" else {"vector_dtype": "float32", **kept}


def _integer_lookup(config: Config) -> tuple[str, Config]:
    return "IntegerLookup", renamed(_lookup(config), max_values="max_tokens", mask_value="mask_token", oov_value="oov_token")


def _category_encoding(config: Config) -> tuple[str, Config]:
    return "CategoryEncoding", renamed(config, max_tokens="num_tokens")


def _string_lookup(config: Config) -> tuple[str, Config]:
    return "StringLookup", renamed(_lookup(config), num_oov_tokens="num_oov_indices")


def _text_vectorization(config: Config) -> tuple[str, Config]:
    return "TextVectorization", _lookup(config)


def _random_crop(config: Config) -> tuple[str, Config]:
    """At inference Keras 2 resizes the largest part of the wanted aspect ratio; Keras 3.15 leaves the image as it is."""
    kept = {key: value for key, value in config.items() if key != "seed"}
    return "Resizing", {**kept, "crop_to_aspect_ratio": True}


PREPROCESSING: dict[str, Callable[[Config], tuple[str, Config]]] = {
    "CategoryEncoding": _category_encoding,
    "Discretization": _discretization,
    "IntegerLookup": _integer_lookup,
    "RandomCrop": _random_crop,
    "StringLookup": _string_lookup,
    "TextVectorization": _text_vectorization,
}
"""The layer's class name and configuration in Keras 3, by its class name in Keras 2."""
