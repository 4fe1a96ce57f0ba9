"""Text or integers to numbers, and back."""

from __future__ import annotations

from typing import Any

from ...errors import LayerError
from ...registry import layers
from .index_lookup import IndexLookup


@layers()
class StringLookup(IndexLookup):
    """Text to numbers, or numbers to text with `invert`: see IndexLookup.

    x: (...) string → (...) int64, or vectors by `output_mode`; with `invert`: (...) integers → (...) string.
    """

    token_dtype = "string"

    def __init__(self, max_tokens: int | None = None, *, oov_token: Any = "[UNK]", encoding: str = "utf-8", **kwargs: Any):
        super().__init__(max_tokens, oov_token=oov_token, **kwargs)
        self.encoding = encoding


@layers()
class IntegerLookup(IndexLookup):
    """Integers to numbers, or back with `invert`: see IndexLookup.

    x: (...) integers → (...) int64, or vectors by `output_mode`.
    """

    token_dtype = "int64"

    def __init__(self, max_tokens: int | None = None, *, oov_token: Any = -1, vocabulary_dtype: str = "int64", **kwargs: Any):
        super().__init__(max_tokens, oov_token=oov_token, **kwargs)
        if vocabulary_dtype != "int64":
            raise LayerError(f"expected vocabulary_dtype='int64'. Received: {vocabulary_dtype=}", self.name)
        self.vocabulary_dtype = vocabulary_dtype
