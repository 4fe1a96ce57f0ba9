"""`keras.preprocessing.text`: texts to numbers, as Keras 1 and 2 did it. The layer TextVectorization is newer."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..errors import UsageError
from ..legacy import warn

FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'


def text_to_word_sequence(input_text: str, filters: str = FILTERS, lower: bool = True, split: str = " ") -> list[str]:
    """The words of a text: what is between `split`, which the characters of `filters` are taken for, too."""
    text = input_text.lower() if lower else input_text
    table: dict[int, str] = dict.fromkeys(map(ord, filters), split)
    return [word for word in text.translate(table).split(split) if word]


def hashing_trick(
    text: str,
    n: int,
    hash_function: Any = None,
    filters: str = FILTERS,
    lower: bool = True,
    split: str = " ",
    analyzer: Callable[[str], list[str]] | None = None,
) -> list[int]:
    """A number from 1 to n - 1 for each word: its hash modulo n - 1, and 1. Different words may have the same.

    hash_function: Python's `hash` (which differs from run to run), "md5" (which doesn't), or a function of a word.
    """
    if hash_function == "md5":
        hash_function = lambda word: int(hashlib.md5(word.encode()).hexdigest(), 16)
    words = analyzer(text) if analyzer else text_to_word_sequence(text, filters, lower, split)
    return [(hash_function or hash)(word) % (n - 1) + 1 for word in words]


def one_hot(
    input_text: str,
    n: int,
    filters: str = FILTERS,
    lower: bool = True,
    split: str = " ",
    analyzer: Callable[[str], list[str]] | None = None,
) -> list[int]:
    """`hashing_trick` with Python's `hash`."""
    return hashing_trick(input_text, n, hash, filters, lower, split, analyzer)


class Tokenizer:
    """Words as numbers from 1 on, the most frequent first.

    Arguments: num_words (numbers below it are used, all by default); filters, lower, split (see `text_to_word_sequence`);
    char_level (characters in place of words); oov_token (number 1, for words that aren't known); analyzer (text → words).
    After `fit_on_texts`: word_counts, word_docs (in how many texts), word_index, index_word, index_docs, document_count.
    """

    def __init__(
        self,
        num_words: int | None = None,
        filters: str = FILTERS,
        lower: bool = True,
        split: str = " ",
        char_level: bool = False,
        oov_token: str | None = None,
        analyzer: Callable[[str], list[str]] | None = None,
        document_count: int = 0,
        nb_words: int | None = None,
    ):
        if nb_words is not None:
            warn("Tokenizer(nb_words=...) is an old form of Tokenizer(num_words=...)")
            num_words = nb_words
        self.num_words = num_words
        self.filters = filters
        self.lower = lower
        self.split = split
        self.char_level = char_level
        self.oov_token = oov_token
        self.analyzer = analyzer
        self.document_count = document_count
        self.word_counts: Counter[str] = Counter()
        self.word_docs: Counter[str] = Counter()
        self.index_docs: Counter[int] = Counter()
        self.word_index: dict[str, int] = {}
        self.index_word: dict[int, str] = {}

    def _words(self, text: Any) -> Any:
        if self.char_level or isinstance(text, list):
            if not self.lower:
                return text
            return [word.lower() for word in text] if isinstance(text, list) else text.lower()
        return self.analyzer(text) if self.analyzer else text_to_word_sequence(text, self.filters, self.lower, self.split)

    def fit_on_texts(self, texts: Any) -> None:
        """Learns the words of texts (or of lists of words); it may be called again with more."""
        for text in texts:
            self.document_count += 1
            words = self._words(text)
            self.word_counts.update(words)
            self.word_docs.update(set(words))
        by_count = sorted(self.word_counts, key=lambda word: -self.word_counts[word])
        vocabulary = [*([] if self.oov_token is None else [self.oov_token]), *by_count]
        self.word_index = {}
        for number, word in enumerate(vocabulary, 1):
            self.word_index[word] = number
        self.index_word = {number: word for word, number in self.word_index.items()}
        for word, count in self.word_docs.items():
            self.index_docs[self.word_index[word]] = count

    def fit_on_sequences(self, sequences: Any) -> None:
        """Learns in how many sequences each number is, for `sequences_to_matrix` without texts."""
        self.document_count += len(sequences)
        for sequence in sequences:
            self.index_docs.update(set(sequence))

    def _numbers(self, words: Any) -> Iterator[int]:
        unknown = self.word_index.get(self.oov_token) if self.oov_token is not None else None
        for word in words:
            number = self.word_index.get(word)
            if number is None or (self.num_words and number >= self.num_words):
                number = unknown
            if number is not None:
                yield number

    def texts_to_sequences_generator(self, texts: Any) -> Iterator[list[int]]:
        """The numbers of each text, one after the other."""
        for text in texts:
            yield list(self._numbers(self._words(text)))

    def texts_to_sequences(self, texts: Any) -> list[list[int]]:
        """The numbers of each text. Words that aren't known are left out, or are oov_token."""
        return list(self.texts_to_sequences_generator(texts))

    def sequences_to_texts_generator(self, sequences: Any) -> Iterator[str]:
        """The words of each sequence of numbers, one after the other."""
        for sequence in sequences:
            words = (self.index_word.get(number) for number in sequence)
            known = [
                self.oov_token if word is None or (self.num_words and self.word_index[word] >= self.num_words) else word
                for word in words
            ]
            yield " ".join(word for word in known if word is not None)

    def sequences_to_texts(self, sequences: Any) -> list[str]:
        """The words of each sequence of numbers, with a space between them."""
        return list(self.sequences_to_texts_generator(sequences))

    def texts_to_matrix(self, texts: Any, mode: str = "binary") -> np.ndarray:
        """`sequences_to_matrix` of the texts' numbers."""
        return self.sequences_to_matrix(self.texts_to_sequences(texts), mode)

    def sequences_to_matrix(self, sequences: Any, mode: str = "binary") -> np.ndarray:
        """A row for each sequence, a column for each number c times in it: (sequences, num_words), float64.

        mode: "binary" (1), "count" (c), "freq" (c / length) or "tfidf" ((1 + ln c) · ln(1 + N / (1 + n)), N texts having been
        learned, n of them with this number).
        """
        width = self.num_words or (len(self.word_index) + 1 if self.word_index else None)
        if width is None:
            raise UsageError("expected num_words, or texts to have been learned (fit_on_texts). Received: neither")
        if mode not in ("binary", "count", "freq", "tfidf"):
            raise UsageError(f"expected 'binary', 'count', 'freq' or 'tfidf'. Received: mode={mode!r}")
        if mode == "tfidf" and not self.document_count:
            raise UsageError("expected texts to have been learned (fit_on_texts) for mode='tfidf'. Received: none")
        matrix = np.zeros((len(sequences), width))
        for row, sequence in zip(matrix, sequences, strict=True):
            for number, count in Counter(sequence).items():
                if number < width:
                    row[number] = self._cell(mode, number, count, len(sequence))
        return matrix

    def _cell(self, mode: str, number: int, count: int, length: int) -> float:
        if mode == "tfidf":
            return float((1 + np.log(count)) * np.log(1 + self.document_count / (1 + self.index_docs.get(number, 0))))
        return {"binary": 1, "count": count, "freq": count / length}[mode]

    def get_config(self) -> dict[str, Any]:
        """The arguments, and what was learned as JSON."""
        names = ("num_words", "filters", "lower", "split", "char_level", "oov_token", "document_count")
        learned = ("word_counts", "word_docs", "index_docs", "index_word", "word_index")
        return {n: getattr(self, n) for n in names} | {n: json.dumps(getattr(self, n)) for n in learned}

    def to_json(self, **kwargs: Any) -> str:
        """As JSON, which `tokenizer_from_json` reads. kwargs: of `json.dumps`."""
        return json.dumps({"class_name": "Tokenizer", "config": self.get_config()}, **kwargs)


def tokenizer_from_json(json_string: str) -> Tokenizer:
    """The tokenizer that `to_json` wrote, here or in Keras."""
    config = json.loads(json_string)["config"]
    learned = {name: json.loads(config.pop(name)) for name in ("word_counts", "word_docs", "word_index")}
    by_number = {name: json.loads(config.pop(name)) for name in ("index_docs", "index_word")}
    tokenizer = Tokenizer(**config)
    tokenizer.word_counts, tokenizer.word_docs = Counter(learned["word_counts"]), Counter(learned["word_docs"])
    tokenizer.word_index = learned["word_index"]
    tokenizer.index_docs = Counter({int(n): count for n, count in by_number["index_docs"].items()})
    tokenizer.index_word = {int(n): word for n, word in by_number["index_word"].items()}
    return tokenizer
