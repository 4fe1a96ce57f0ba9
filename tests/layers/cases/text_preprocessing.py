"""Layers on text and vocabularies."""

from typing import Any

from tests.data import Exactly
from tests.layers.case import LayerCase

WORDS = ["the", "cat", "sat", "é"]
TOKENS = Exactly([["the", "dog", "é"], ["cat", "", "[UNK]"]], "string")
COLUMN = Exactly([["the"], ["dog"]], "string")
IDF = [0.5, 1.0, 2.0, 0.25]
NUMBERS = [12, 36, 1138]
INTEGERS = Exactly([[12, 1138, 7], [0, -5, 36]], "int64")
TEXTS = Exactly(["The cat -- sat!", "", "dog é the the", "\tCAT\n it's"], "string")
TEXT_COLUMN = Exactly([["The cat sat on"], ["é"]], "string")


def strings(config: dict[str, Any] | None = None, inputs: Any = TOKENS) -> LayerCase:
    return LayerCase("StringLookup", inputs, {"vocabulary": WORDS, **(config or {})})


def integers(config: dict[str, Any] | None = None, inputs: Any = INTEGERS) -> LayerCase:
    return LayerCase("IntegerLookup", inputs, {"vocabulary": NUMBERS, **(config or {})})


def text(config: dict[str, Any] | None = None, inputs: Any = TEXTS) -> LayerCase:
    whole = {"standardize": "lower_and_strip_punctuation", "split": "whitespace", "ngrams": None, "vocabulary": WORDS}
    return LayerCase("TextVectorization", inputs, {**whole, **(config or {})})


VECTORS: list[dict[str, Any]] = [
    {"output_mode": "multi_hot"},
    {"output_mode": "count"},
    {"output_mode": "multi_hot", "max_tokens": 9, "pad_to_max_tokens": True},
]

CASES = [
    strings(),
    strings({"mask_token": ""}),
    strings({"num_oov_indices": 3}),
    strings({"num_oov_indices": 2, "salt": [7, 9], "mask_token": "", "oov_token": "?"}),
    strings({"vocabulary": ["", "[UNK]", *WORDS], "mask_token": ""}),
    strings({"num_oov_indices": 0}, Exactly([["cat", "sat"]], "string")),
    *(strings({**config, "mask_token": ""}) for config in VECTORS),
    strings({"output_mode": "one_hot"}, COLUMN),
    strings({"output_mode": "one_hot"}),
    strings({"output_mode": "tf_idf", "idf_weights": IDF}),
    strings({"output_mode": "tf_idf", "idf_weights": IDF, "max_tokens": 7, "pad_to_max_tokens": True, "num_oov_indices": 2}),
    strings({"invert": True}, Exactly([[1, 3], [0, 9]], "int64")),
    strings({"invert": True, "mask_token": "-", "num_oov_indices": 2}, Exactly([[1, 3], [0, 9]], "int64")),
    integers(),
    integers({"mask_token": 0, "num_oov_indices": 3}),
    integers({"num_oov_indices": 3, "oov_method": "farmhash"}),
    integers({"num_oov_indices": 4, "oov_method": "farmhash", "salt": 11}),
    integers({"invert": True, "oov_token": -7}, Exactly([[1, 3], [0, 9]], "int64")),
    integers({"mask_token": 7}, Exactly([[7, 36]], "int32")),
    *(integers(config) for config in VECTORS),
    integers({"output_mode": "one_hot"}, Exactly([[36], [1]], "int64")),
    text(),
    text({"output_sequence_length": 3}),
    text({"output_sequence_length": 6}, TEXT_COLUMN),
    text({"standardize": None}),
    text({"standardize": "lower"}),
    text({"standardize": "strip_punctuation", "split": "character", "vocabulary": ["T", "h", "é"]}),
    text({"split": None}, TOKENS),
    text({"split": None, "output_sequence_length": 5}, TOKENS),
    text({"split": None, "output_sequence_length": 2}, TOKENS),
    text({"ngrams": 2, "vocabulary": [*WORDS, "the cat", "the the"]}),
    text({"ngrams": (2, 3), "vocabulary": ["the cat", "the cat sat"], "output_sequence_length": 3}),
    text({"ngrams": 2, "output_mode": "count", "vocabulary": [*WORDS, "the cat"]}),
    *(text(config) for config in VECTORS),
    text({"output_mode": "tf_idf", "idf_weights": IDF}),
]
