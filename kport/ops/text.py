"""Operations on text. Tensors of text have dtype "string": NumPy object arrays of str, TensorFlow tensors of UTF-8."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from ..errors import ShapeError
from ..ir import TensorType
from .backend import tf
from .casting import cast
from .op import Elementwise, Op, fail
from .promotion import dtype_of

WHITESPACE = "whitespace"
CHARACTER = "character"

_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


def as_text(item: Any) -> str:
    """A str, from str or UTF-8 bytes."""
    return item.decode("utf-8", "replace") if isinstance(item, bytes) else str(item)


def map_text(function: Callable[[str], str], x: np.ndarray) -> np.ndarray:
    """`function` of every element, as an object array."""
    result = np.empty(x.shape, object)
    result.ravel()[:] = [function(as_text(item)) for item in x.ravel()]
    return result


class TextUnary(Elementwise, abstract=True):
    """text → text, each element by itself."""

    differentiable = False

    def infer(self, x: TensorType) -> TensorType:
        if x.dtype != "string":
            raise fail(self, "text", x=x)
        return x


class StringLower(TextUnary):
    """y = x with the letters A to Z in lower case; other letters stay. x: (...) string → (...) string

    Source: `tf.strings.lower` without an encoding.
    """

    def numpy(self, x: np.ndarray) -> np.ndarray:
        return map_text(lambda s: s.translate(_LOWER), x)

    def tensorflow(self, x: Any) -> Any:
        return tf.strings.lower(x)


class RegexReplace(TextUnary):
    """y = x with every match of the regular expression `pattern` replaced. x: (...) string → (...) string

    The pattern is one that RE2 and Python understand alike.
    """

    pattern: str
    replacement: str

    def numpy(self, x: np.ndarray) -> np.ndarray:
        pattern = re.compile(self.pattern)
        return map_text(lambda s: pattern.sub(self.replacement, s), x)

    def tensorflow(self, x: Any) -> Any:
        return tf.strings.regex_replace(x, self.pattern, self.replacement)


class AsString(Elementwise):
    """y = the integers x in decimal. x: (...) integers → (...) string"""

    differentiable = False

    def infer(self, x: TensorType) -> TensorType:
        return x.with_dtype("string")

    def numpy(self, x: np.ndarray) -> np.ndarray:
        return map_text(str, x)

    def tensorflow(self, x: Any) -> Any:
        return tf.strings.as_string(x)


class StringSplit(Op):
    """The pieces of each text, a row a text; rows are filled with "" at the end.

    x: (batch,) string → (batch, T) string; T is `length` (rows are cut or filled to it), or the longest row's if None.
    `by`: "whitespace" (any run of ASCII white space separates) or "character" (each Unicode code point is a piece).
    """

    by: str
    length: int | None = None
    differentiable = False

    def infer(self, x: TensorType) -> TensorType:
        if x.dtype != "string" or x.rank != 1:
            raise fail(self, "text of rank 1", x=x)
        return TensorType("string", (x.shape[0], self.length))

    def numpy(self, x: np.ndarray) -> np.ndarray:
        if self.by == CHARACTER:
            return padded((list(as_text(s)) for s in x), self.length)
        return padded(([piece.decode() for piece in as_text(s).encode().split()] for s in x), self.length)

    def tensorflow(self, x: Any) -> Any:
        ragged = tf.strings.unicode_split(x, "UTF-8") if self.by == CHARACTER else tf.strings.split(x)
        return ragged.to_tensor("", shape=(None, self.length))


class NGrams(Op):
    """In each row all runs of widths[0] tokens joined by `separator`, then all runs of widths[1] tokens, ...

    x: (batch, T) string, rows filled with "" at the end → (batch, N) string, likewise; N is `length` (rows are cut or
    filled to it), or the longest row's if None. Source: `tf.strings.ngrams`.
    """

    widths: tuple[int, ...]
    separator: str = " "
    length: int | None = None
    differentiable = False

    def infer(self, x: TensorType) -> TensorType:
        if x.dtype != "string" or x.rank != 2:
            raise fail(self, "text of rank 2", x=x)
        return TensorType("string", (x.shape[0], self.length))

    def numpy(self, x: np.ndarray) -> np.ndarray:
        def grams(row: np.ndarray) -> list[str]:
            tokens = [as_text(token) for token in row]
            while tokens and not tokens[-1]:
                tokens.pop()
            runs = ((w, i) for w in self.widths for i in range(len(tokens) - w + 1))
            return [self.separator.join(tokens[i : i + w]) for w, i in runs]

        return padded(map(grams, x), self.length)

    def tensorflow(self, x: Any) -> Any:
        rows = tf.RaggedTensor.from_tensor(x, padding="")
        return tf.strings.ngrams(rows, self.widths, self.separator).to_tensor("", shape=(None, self.length))


def padded(rows: Iterable[list[str]], length: int | None) -> np.ndarray:
    """Rows of text as one array, filled with "" to the longest, or cut and filled to `length`."""
    pieces = list(rows)
    width = max((len(row) for row in pieces), default=0) if length is None else length
    result = np.full((len(pieces), width), "", object)
    for target, row in zip(result, pieces, strict=True):
        target[: len(row)] = row[:width]
    return result


Key = str | int


class Lookup(Elementwise):
    """y = values[k] where keys[k] is x, `default` where x is no key. x: (...) → (...)

    Keys and values are text ("string") or integers ("int64"), as Python values; x is of `key_dtype`.
    """

    keys: tuple[Key, ...]
    values: tuple[Key, ...]
    default: Key
    key_dtype: str
    differentiable = False

    @property
    def value_dtype(self) -> str:
        return "string" if isinstance(self.default, str) else "int64"

    def infer(self, x: TensorType) -> TensorType:
        if x.dtype != self.key_dtype:
            raise fail(self, f"{self.key_dtype} like the {len(self.keys)} keys", x=x)
        return x.with_dtype(self.value_dtype)

    @cached_property
    def _dict(self) -> dict[Key, Key]:
        return dict(zip(self.keys, self.values, strict=True))

    def numpy(self, x: np.ndarray) -> np.ndarray:
        items = x.ravel().tolist()
        if self.key_dtype == "string":
            items = [as_text(item) for item in items]
        result = np.empty(x.shape, object if self.value_dtype == "string" else np.int64)
        result.ravel()[:] = [self._dict.get(item, self.default) for item in items]
        return result

    @cached_property
    def _table(self) -> Any:
        with tf.init_scope():
            entries = tf.lookup.KeyValueTensorInitializer(self.keys, self.values, self.key_dtype, self.value_dtype)
            return tf.lookup.StaticHashTable(entries, self.default)

    def tensorflow(self, x: Any) -> Any:
        return self._table.lookup(x)

    def __repr__(self) -> str:
        return f"Lookup(keys={self.key_dtype}[{len(self.keys)}], values={self.value_dtype}, default={self.default!r})"


string_lower = StringLower()
as_string = AsString()


def regex_replace(x: Any, pattern: str, replacement: str) -> Any:
    """Every match of `pattern` replaced."""
    return RegexReplace(pattern=pattern, replacement=replacement)(x)


def string_split(x: Any, by: str = WHITESPACE, length: int | None = None) -> Any:
    """Words ("whitespace") or letters ("character") of texts (batch,), as (batch, T) filled with ""."""
    if by not in (WHITESPACE, CHARACTER):
        raise ShapeError(f"expected '{WHITESPACE}' or '{CHARACTER}'. Received: by={by!r}")
    return StringSplit(by=by, length=length)(x)


def ngrams(x: Any, widths: Iterable[int], separator: str = " ", length: int | None = None) -> Any:
    """Runs of tokens of each of the `widths`, joined."""
    return NGrams(widths=tuple(widths), separator=separator, length=length)(x)


def lookup(x: Any, keys: Iterable[Key], values: Iterable[Key], default: Key) -> Any:
    """The value of each key in x, `default` where there is none."""
    if dtype_of(x) == "string":
        return _lookup(tuple(keys), tuple(values), default, "string")(x)
    return _lookup(tuple(keys), tuple(values), default, "int64")(cast(x, "int64"))


@lru_cache(maxsize=64)
def _lookup(keys: tuple[Key, ...], values: tuple[Key, ...], default: Key, key_dtype: str) -> Lookup:
    """Kept, because a TensorFlow function that was traced needs the operation's table as long as it lives."""
    return Lookup(keys=keys, values=values, default=default, key_dtype=key_dtype)


__all__ = [
    "AsString",
    "Lookup",
    "NGrams",
    "RegexReplace",
    "StringLower",
    "StringSplit",
    "as_string",
    "lookup",
    "ngrams",
    "regex_replace",
    "string_lower",
    "string_split",
]
