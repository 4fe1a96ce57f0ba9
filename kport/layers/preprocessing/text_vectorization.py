"""Text to numbers of its words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from ... import ops
from ...errors import LayerError
from ...registry import CUSTOM, layers
from ..layer import Layer
from .index_lookup import VECTOR_DTYPE, without_vector_dtype
from .lookup import StringLookup

PUNCTUATION = r"""[!"#$%&()\*\+,-\./:;<=>?@\[\\\]^_`{|}~\']"""
"""What "strip_punctuation" removes."""


@layers()
class TextVectorization(Layer):
    """Text in lower case without punctuation, split into words, perhaps joined to n-grams, each looked up.

    x: (batch,) or (batch, 1) string → "int": (batch, T) int64, filled with 0, where T is `output_sequence_length` or the
    longest text's; "multi_hot", "count": (batch, size) int64; "tf_idf": float32.
    Arguments: standardize ("lower_and_strip_punctuation", "lower", "strip_punctuation", None or a function in kport.ops);
    split ("whitespace", "character", None or a function that gives (batch, T) filled with ""); ngrams (the longest, or a
    tuple of lengths); the others as of StringLookup. `ragged` must be False.

    Weights and vocabulary come from files as for StringLookup; the inner layer is `_lookup_layer`.
    """

    def __init__(
        self,
        max_tokens: int | None = None,
        standardize: Any = "lower_and_strip_punctuation",
        split: Any = "whitespace",
        ngrams: Any = None,
        output_mode: str = "int",
        output_sequence_length: int | None = None,
        pad_to_max_tokens: bool = False,
        vocabulary: Any = None,
        idf_weights: Any = None,
        sparse: bool = False,
        ragged: bool = False,
        encoding: str = "utf-8",
        *,
        vocabulary_size: int | None = None,
        vector_dtype: str = VECTOR_DTYPE,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        if ragged:
            raise LayerError(
                "expected ragged=False: tensors are dense. Received: ragged=True; rows filled with 0 hold the same numbers",
                self.name,
            )
        self.standardize = function_of(standardize, ("lower_and_strip_punctuation", "lower", "strip_punctuation"), self.name)
        self.split = function_of(split, ("whitespace", "character"), self.name)
        self.ngrams = tuple(ngrams) if isinstance(ngrams, list) else ngrams
        self.output_sequence_length = output_sequence_length
        self.ragged = ragged
        self._lookup_layer = StringLookup(
            max_tokens,
            vocabulary=vocabulary,
            idf_weights=idf_weights,
            pad_to_max_tokens=pad_to_max_tokens,
            mask_token="",
            output_mode=output_mode,
            sparse=sparse,
            encoding=encoding,
            vocabulary_size=vocabulary_size,
            vector_dtype=vector_dtype,
            name=f"{self.name}_lookup",
        )
        self.max_tokens = max_tokens
        self.output_mode = self._lookup_layer.output_mode
        self.pad_to_max_tokens = pad_to_max_tokens
        self.vocabulary = self._lookup_layer.vocabulary
        self.idf_weights = self._lookup_layer.idf_weights
        self.sparse = sparse
        self.encoding = encoding
        self.vector_dtype = vector_dtype

    def get_config(self) -> dict[str, Any]:
        config = super().get_config() | {"vocabulary_size": self._lookup_layer.get_config()["vocabulary_size"]}
        return without_vector_dtype(config)

    def get_vocabulary(self, include_special_tokens: bool = True) -> list[str]:
        """The tokens in the order of their numbers."""
        return self._lookup_layer.get_vocabulary(include_special_tokens)

    def vocabulary_size(self) -> int:
        """How many numbers there are, those of the mask and OOV tokens included."""
        return self._lookup_layer.vocabulary_size()

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Replaces the vocabulary: tokens, with or without "" and "[UNK]" at the front."""
        self._lookup_layer.set_vocabulary(vocabulary, idf_weights)

    def adapt(self, data: Any) -> None:
        """Takes the vocabulary from an array or list of texts, or from an iterable of batches."""
        texts: Iterable[Any] = data
        if isinstance(data, (list, tuple, np.ndarray)):
            array = np.asarray(data, object)
            texts = [array.reshape(-1, 1) if array.ndim == 1 else array]
        self._lookup_layer.adapt(self.tokens(np.asarray(batch, object)) for batch in texts)

    def load_assets(self, files: dict[str, bytes]) -> None:
        """As of StringLookup."""
        self._lookup_layer.load_assets(files)

    def save_assets(self) -> dict[str, bytes]:
        """As of StringLookup."""
        return self._lookup_layer.save_assets()

    def load_own_variables(self, store: Any) -> None:
        """As of StringLookup."""
        self._lookup_layer.load_own_variables(store)

    def save_own_variables(self, store: Any) -> None:
        """As of StringLookup."""
        self._lookup_layer.save_own_variables(store)

    def call(self, inputs: Any) -> Any:
        tokens = self.tokens(inputs, self.output_sequence_length)
        numbers = self._lookup_layer(tokens)
        if self.output_mode != "int" or self.output_sequence_length in (None, numbers.shape[-1]):
            return numbers
        return self._cut(numbers)

    def tokens(self, x: Any, length: int | None = None) -> Any:
        """The tokens of each text, (batch, T) filled with "", cut and filled to `length` where splitting decides it."""
        if callable(self.standardize):
            x = self.standardize(x)
        elif self.standardize is not None:
            x = ops.string_lower(x) if "lower" in self.standardize else x
            x = ops.regex_replace(x, PUNCTUATION, "") if "strip_punctuation" in self.standardize else x
        if self.split is not None:
            if len(x.shape) > 1:
                if x.shape[-1] != 1:
                    raise LayerError(
                        f"expected texts (batch,) or (batch, 1) to split. Received: shape={tuple(x.shape)}", self.name
                    )
                x = ops.squeeze(x, -1)
            own = None if self.ngrams is not None else length
            x = self.split(x) if callable(self.split) else ops.string_split(x, self.split, own)
        if self.ngrams is not None:
            widths = range(1, self.ngrams + 1) if isinstance(self.ngrams, int) else self.ngrams
            x = ops.ngrams(x, widths, length=length)
        return x

    def _cut(self, numbers: Any) -> Any:
        """Rows that no splitting has cut to `output_sequence_length`, cut or filled with 0."""
        length, last = self.output_sequence_length or 0, len(numbers.shape) - 1
        filled = ops.pad(numbers, (*(((0, 0),) * last), (0, length)))
        return ops.getitem(filled, (..., slice(length)))


def function_of(value: Any, names: tuple[str, ...], layer: str) -> str | Callable[..., Any] | None:
    """One of the `names`, None, or a function: itself, or by the name under which the user registered it."""
    if value is None or value in names or callable(value):
        return value
    name = value.get("registered_name") or value.get("config") if isinstance(value, dict) else value
    if name in CUSTOM:
        return CUSTOM[name]
    raise LayerError(
        f"expected {', '.join(names)}, None or a function. Received: {value!r}; if it is your own, write it in kport.ops "
        "and register it with @kport.register",
        layer,
    )
