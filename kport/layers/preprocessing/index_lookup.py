"""What StringLookup and IntegerLookup share: tokens to numbers and back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

import numpy as np

from ... import ops
from ...errors import LayerError
from ...ops.promotion import dtype_of
from ..layer import Layer
from .encoding import OUTPUT_MODES, encode, only_types, output_mode_of
from .hashing import salt_of

VOCABULARY_FILE = "vocabulary.txt"

_MASKED = np.iinfo(np.int64).max
"""The number of the mask token where tokens are counted: beyond every vocabulary, so it counts nothing."""

MODES = (*OUTPUT_MODES, "tf_idf")


VECTOR_DTYPE = "int64"
"""What Keras 3's vectors of counts are."""


def without_vector_dtype(config: dict[str, Any]) -> dict[str, Any]:
    """A configuration without what Keras 3 doesn't know, if it has Keras 3's value."""
    return {k: v for k, v in config.items() if k != "vector_dtype" or v != VECTOR_DTYPE}


class IndexLookup(Layer):
    """Base of the lookup layers. The numbers are, in this order: the mask token's (only if there is a `mask_token` and the
    `output_mode` is "int"), `num_oov_indices` for tokens that aren't in the vocabulary, one for each token of it.

    Arguments: max_tokens (the most numbers there may be); num_oov_indices (a token outside of the vocabulary goes to one
    of them by its hash, or an integer by its remainder unless `oov_method` is "farmhash"; with 0 such a token gives -1);
    mask_token; oov_token (what `invert` gives for unknown numbers); vocabulary (tokens with or without those two at the
    front); idf_weights (for "tf_idf", one for each token); invert (numbers to tokens); output_mode ("int" or vectors:
    "one_hot", "multi_hot", "count", "tf_idf"); pad_to_max_tokens (vectors have max_tokens numbers); salt (hashes keyed);
    vocabulary_size (of vectors, until the vocabulary is known); vector_dtype (of vectors but tf_idf's; Keras 2's were floats,
    Keras 3's are integers). `sparse` is kept for files; the output is always dense.

    A file that holds the vocabulary apart gives it to `load_assets`, and the idf weights to `load_own_variables`.
    """

    token_dtype: ClassVar[str]

    def __init__(
        self,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        mask_token: Any = None,
        oov_token: Any = None,
        vocabulary: Any = None,
        idf_weights: Any = None,
        invert: bool = False,
        output_mode: str = "int",
        pad_to_max_tokens: bool = False,
        sparse: bool = False,
        salt: Any = None,
        oov_method: str = "floormod",
        vocabulary_size: int | None = None,
        vector_dtype: str = VECTOR_DTYPE,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.max_tokens = max_tokens
        self.num_oov_indices = num_oov_indices
        self.mask_token = mask_token
        self.oov_token = oov_token
        self.invert = invert
        self.output_mode = output_mode_of(output_mode, MODES, self.name)
        self.pad_to_max_tokens = pad_to_max_tokens
        self.sparse = sparse
        self.salt = salt_of(salt, self.name)
        self.oov_method = oov_method
        self.vector_dtype = vector_dtype
        self._expected_size = vocabulary_size
        self._tokens: list[Any] | None = None
        self._idf: np.ndarray | None = None
        if isinstance(vocabulary, str):
            raise LayerError(
                f"expected a list of tokens. Received: vocabulary={vocabulary!r}; read the file, as in "
                f"vocabulary=open({vocabulary!r}).read().splitlines()",
                self.name,
            )
        if invert and self.output_mode != "int":
            raise LayerError(f"expected output_mode='int' with invert. Received: {output_mode=}", self.name)
        if pad_to_max_tokens and max_tokens is None:
            raise LayerError("expected max_tokens with pad_to_max_tokens. Received: max_tokens=None", self.name)
        self.vocabulary = None if vocabulary is None else self._as_tokens(vocabulary)
        self.idf_weights = None if idf_weights is None else np.asarray(idf_weights, np.float32).tolist()
        if self.vocabulary is not None:
            self.set_vocabulary(self.vocabulary, self.idf_weights)

    def get_config(self) -> dict[str, Any]:
        known = self._tokens is not None or self._expected_size is not None
        config = super().get_config() | {"vocabulary_size": self.vocabulary_size() if known else None}
        return without_vector_dtype(config)

    # the vocabulary

    @property
    def _oov_start(self) -> int:
        return int(self.mask_token is not None and self.output_mode == "int")

    @property
    def _token_start(self) -> int:
        return self._oov_start + self.num_oov_indices

    def _as_tokens(self, values: Iterable[Any]) -> list[Any]:
        return [int(v) if self.token_dtype == "int64" else v.decode() if isinstance(v, bytes) else str(v) for v in values]

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Replaces the vocabulary: tokens, with or without the mask and OOV tokens at the front."""
        tokens = self._as_tokens(vocabulary)
        special = [self.mask_token] * self._oov_start + [self.oov_token] * self.num_oov_indices
        has_special = tokens[: len(special)] == special
        own = tokens[len(special) :] if has_special else tokens
        repeated = [token for token, count in Counter(own).items() if count > 1]
        if not tokens or repeated:
            raise LayerError(
                f"expected tokens, each once. Received: {len(tokens)} tokens, of which repeat: {repeated}", self.name
            )
        if self.mask_token is not None and self.mask_token in own:
            raise LayerError(f"expected special tokens only at the front: {special}. Received: {own[:10]}, ...", self.name)
        if self.max_tokens is not None and self._token_start + len(own) > self.max_tokens:
            raise LayerError(f"expected at most {self.max_tokens} tokens. Received: {self._token_start + len(own)}", self.name)
        if self.output_mode == "tf_idf":
            self._set_idf(idf_weights, len(tokens), has_special)
        self._tokens = own

    def _set_idf(self, idf_weights: Any, tokens: int, has_special: bool) -> None:
        """Weights for the tokens given; OOV tokens get the mean, padding zero."""
        if idf_weights is None:
            raise LayerError("expected idf_weights with output_mode='tf_idf'. Received: idf_weights=None", self.name)
        weights = np.asarray(idf_weights, np.float32)
        if len(weights) == tokens:
            front = 0 if has_special else self._token_start
            weights = np.concatenate([np.full(front, weights.mean(), np.float32), weights])
            if self.pad_to_max_tokens:
                weights = np.pad(weights, (0, (self.max_tokens or 0) - len(weights)))
        elif not (self.pad_to_max_tokens and len(weights) == self.max_tokens):  # as a file holds them
            raise LayerError(f"expected {tokens} idf_weights. Received: {len(weights)}", self.name)
        self._idf = weights

    def get_vocabulary(self, include_special_tokens: bool = True) -> list[Any]:
        """The tokens in the order of their numbers."""
        special = [self.mask_token] * self._oov_start + [self.oov_token] * self.num_oov_indices
        return [*(special if include_special_tokens else ()), *(self._tokens or ())]

    def vocabulary_size(self) -> int:
        """How many numbers there are, those of the mask and OOV tokens included; as configured while it isn't known."""
        if self._tokens is None and self._expected_size is not None:
            return self._expected_size
        return self._token_start + len(self._tokens or ())

    def adapt(self, data: Any) -> None:
        """Takes the vocabulary from an array or list of tokens, or from an iterable of batches: the most frequent first."""
        if self.vocabulary is not None:
            raise LayerError("expected a layer without a vocabulary of its own to adapt", self.name)
        counts: Counter[Any] = Counter()
        documents: Counter[Any] = Counter()
        total = 0
        for batch in batches(data):
            for row in batch:
                tokens = self._as_tokens(np.ravel(row))
                counts.update(tokens)
                documents.update(set(tokens))
            total += len(batch)
        for token in (self.mask_token, self.oov_token):
            counts.pop(token, None)

        def rank(token: Any) -> tuple[int, Any]:
            return counts[token], token.encode() if isinstance(token, str) else token

        most = None if self.max_tokens is None else self.max_tokens - self._token_start
        tokens = sorted(counts, key=rank, reverse=True)[:most]
        found = np.array([documents[token] for token in tokens], np.float64)
        self.set_vocabulary(tokens, np.log(1 + total / (1 + found)) if self.output_mode == "tf_idf" else None)

    # files

    def load_assets(self, files: dict[str, bytes]) -> None:
        """Takes the vocabulary from "vocabulary.txt", a token a line, unless the configuration held one."""
        if self.vocabulary is not None:
            return
        if VOCABULARY_FILE not in files:
            raise LayerError(f"expected the asset {VOCABULARY_FILE}. Received: {sorted(files)}", self.name)
        lines = files[VOCABULARY_FILE].decode("utf-8").replace("\r\n", "\n").split("\n")
        while lines and not lines[-1] and len(lines) != self._expected_size:  # else the last token is ""
            lines.pop()
        self.set_vocabulary(lines, self._idf)

    def save_assets(self) -> dict[str, bytes]:
        """What `load_assets` takes; nothing if the configuration holds the vocabulary."""
        if self.vocabulary is not None or self._tokens is None:
            return {}
        return {VOCABULARY_FILE: "\n".join(map(str, self.get_vocabulary())).encode()}

    def load_own_variables(self, store: Any) -> None:
        """Takes "idf_weights", one for each number; call it before `load_assets`."""
        if "idf_weights" in store:
            self._idf = np.asarray(store["idf_weights"], np.float32)

    def save_own_variables(self, store: Any) -> None:
        """Gives what `load_own_variables` takes."""
        if self._idf is not None:
            store["idf_weights"] = self._idf

    # computing

    def check_ready(self) -> None:
        """LayerError while there is no vocabulary."""
        if self._tokens is None:
            raise LayerError("expected a vocabulary: give one, call adapt(), or load a file that holds it", self.name)

    def call(self, inputs: Any) -> Any:
        if not only_types(inputs):
            self.check_ready()
        tokens = self._tokens or []
        numbers = range(self._token_start, self._token_start + len(tokens))
        if self.invert:
            mask = [] if self.mask_token is None else [(0, self.mask_token)]
            keys, values = zip(*mask, *zip(numbers, tokens, strict=True), strict=True) if mask or tokens else ((), ())
            return ops.lookup(inputs, keys, values, self.oov_token)
        indices = self._indices(inputs, tokens, numbers)
        if self.output_mode == "int":
            return indices
        depth = self._depth()
        if self.output_mode != "tf_idf":
            return encode(indices, self.output_mode, depth, self.vector_dtype)
        weights = np.zeros(depth, np.float32) if self._idf is None else self._idf
        return ops.multiply(encode(indices, "count", depth, "float32"), weights)

    def _indices(self, inputs: Any, tokens: Sequence[Any], numbers: Sequence[int]) -> Any:
        """The number of each token, int64."""
        if self.mask_token is not None:
            tokens = [self.mask_token, *tokens]
            numbers = [0 if self.output_mode == "int" else _MASKED, *numbers]
        if self.num_oov_indices < 2:
            return ops.lookup(inputs, tokens, numbers, self._oov_start if self.num_oov_indices else -1)
        inputs = inputs if self.token_dtype == "string" else ops.cast(inputs, "int64")
        found = ops.lookup(inputs, tokens, numbers, -1)
        return ops.where(ops.equal(found, -1), ops.add(self._oov_bins(inputs), self._oov_start), found)

    def _oov_bins(self, inputs: Any) -> Any:
        """Which of the OOV numbers each token would get."""
        if self.token_dtype == "int64" and self.oov_method != "farmhash":
            return ops.mod(inputs, self.num_oov_indices)
        text = inputs if dtype_of(inputs) == "string" else ops.as_string(inputs)
        return ops.string_hash(text, self.num_oov_indices, self.salt)

    def _depth(self) -> int:
        if self.pad_to_max_tokens:
            return self.max_tokens or 0
        if self._tokens is None and self._expected_size is None:
            raise LayerError(f"expected a vocabulary before a call with {self.output_mode=}", self.name)
        return self.vocabulary_size()


def batches(data: Any) -> Iterable[Any]:
    """Batches of rows: of an array or list itself (each element of a vector is a row), or of an iterable of batches."""
    if isinstance(data, (list, tuple, np.ndarray)):
        return [np.asarray(data)]
    return (array if array.ndim > 1 else array.reshape(1, -1) for array in map(np.asarray, data))
