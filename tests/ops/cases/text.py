"""Text, with TensorFlow as the source."""

from typing import Any

from kport import ops
from tests.data import Exactly, Floats, Ints
from tests.ops.case import OpCase

WORDS = Exactly(["The quick  brown\tfox", "", "ÄÖÜ ärger\u00a0x, it's A-1!", "one", "日本 語"], "string")
WORD_ROWS = Exactly([["a", "b", "c", "d"], ["e", "", "", ""], ["", "", "", ""]], "string")
LONG = Exactly([["x" * n] for n in (0, 1, 3, 4, 7, 8, 16, 17, 32, 33, 64, 65, 128, 129, 300)], "string")
PUNCTUATION = r"[!'\-,]"


def tf_strings(function: Any) -> Any:
    """`function` of the module tf.strings and the tensors."""

    def call(*tensors: Any) -> Any:
        import tensorflow as tf

        return function(tf, *tensors)

    return call


def row(op: str, call: Any, inputs: list[Any], function: Any, **options: Any) -> OpCase:
    return OpCase(op, call, inputs, expected_tf=tf_strings(function), source="TensorFlow", **options)


BY_DATA = {"static shape": "the longest row decides the size"}


CASES = [
    row("StringLower", ops.string_lower, [WORDS], lambda tf, x: tf.strings.lower(x)),
    row(
        "RegexReplace",
        lambda x: ops.regex_replace(x, PUNCTUATION, "_"),
        [WORDS],
        lambda tf, x: tf.strings.regex_replace(x, PUNCTUATION, "_"),
    ),
    row("AsString", ops.as_string, [Ints((2, 3), low=-200, high=200, dtype="int64")], lambda tf, x: tf.strings.as_string(x)),
    row("StringSplit", ops.string_split, [WORDS], lambda tf, x: tf.strings.split(x).to_tensor(""), skip=BY_DATA),
    row(
        "StringSplit",
        lambda x: ops.string_split(x, "character", 6),
        [WORDS],
        lambda tf, x: tf.strings.unicode_split(x, "UTF-8").to_tensor("", shape=(None, 6)),
    ),
    row(
        "NGrams",
        lambda x: ops.ngrams(x, (1, 2, 3)),
        [WORD_ROWS],
        lambda tf, x: tf.strings.ngrams(tf.RaggedTensor.from_tensor(x, padding=""), (1, 2, 3)).to_tensor(""),
        skip=BY_DATA,
    ),
    row(
        "NGrams",
        lambda x: ops.ngrams(x, (2,), "-", 2),
        [WORD_ROWS],
        lambda tf, x: tf.strings.ngrams(tf.RaggedTensor.from_tensor(x, padding=""), 2, "-").to_tensor("", shape=(None, 2)),
    ),
    OpCase(
        "Lookup",
        lambda x: ops.lookup(x, ["a", "b", "é"], [5, 6, 7], -1),
        [Exactly([["a", "é", "", "c"]], "string")],
        lambda x: [[5, 7, -1, -1]],
    ),
    OpCase("Lookup", lambda x: ops.lookup(x, [3, 9], [0, 4], 1), [Exactly([9, 3, 4], "int64")], lambda x: [4, 0, 1]),
    OpCase("Lookup", lambda x: ops.lookup(x, [0, 1], ["", "ü"], "?"), [Exactly([1, 0, 2], "int64")], lambda x: ["ü", "", "?"]),
    row(
        "StringHash",
        lambda x: ops.string_hash(x, 2**61),
        [LONG],
        lambda tf, x: tf.strings.to_hash_bucket_fast(x, 2**61),
    ),
    row(
        "StringHash",
        lambda x: ops.string_hash(x, 1000, (133, 137)),
        [LONG],
        lambda tf, x: tf.strings.to_hash_bucket_strong(x, 1000, [133, 137]),
    ),
    row(
        "CrossHash",
        lambda a, b: ops.cross_hash([a, b], 2**61),
        [Exactly([["a"], ["b"], ["ü"]], "string"), Exactly([[1], [-7], [3]], "int32")],
        lambda tf, a, b: tf.sparse.to_dense(tf.sparse.cross_hashed([a, b], 2**61)),
    ),
    row(
        "Bucketize",
        lambda x: ops.bucketize(x, (-0.5, 0.0, 0.25)),
        [Floats((4, 5))],
        lambda tf, x: tf.raw_ops.Bucketize(input=x, boundaries=[-0.5, 0.0, 0.25]),
    ),
    row(
        "Bucketize",
        lambda x: ops.bucketize(x, (0.0, 2.0, 5.5)),
        [Ints((4, 5))],
        lambda tf, x: tf.raw_ops.Bucketize(input=x, boundaries=[0.0, 2.0, 5.5]),
    ),
    row(
        "CountIndices",
        lambda x: ops.count_indices(x, 6, dtype="int64"),
        [Ints((3, 8))],
        lambda tf, x: tf.reduce_sum(tf.one_hot(x, 6, dtype="int64"), -2),
    ),
    row(
        "CountIndices",
        lambda x: ops.count_indices(x, 6, binary=True),
        [Ints((2, 3, 4), dtype="int64")],
        lambda tf, x: tf.reduce_max(tf.one_hot(x, 6), -2),
    ),
    row(
        "CountIndices",
        lambda x, w: ops.count_indices(x, 6, w),
        [Ints((3, 8)), (3, 8)],
        lambda tf, x, w: tf.reduce_sum(tf.one_hot(x, 6) * w[..., None], -2),
    ),
]
