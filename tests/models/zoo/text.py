"""Networks over words: embeddings, convolutions, Transformers."""

from __future__ import annotations

from typing import Any

from tests.data import Ints

from .zoo import KERAS3, animal

WORDS = Ints((3, 8), 11)


@animal([Ints((4, 1), 20), Ints((4, 3), 20)])
def word2vec(k: Any) -> Any:
    target, context = k.Input((1,), dtype="int32", name="target"), k.Input((3,), dtype="int32", name="context")
    u, v = k.layers.Embedding(20, 4, name="w2v")(target), k.layers.Embedding(20, 4)(context)
    x = k.layers.Flatten()(k.layers.Dot(axes=(2, 2))([v, u]))
    similarity = k.layers.Dot(axes=-1, normalize=True)([k.layers.Flatten()(u), k.layers.GlobalAveragePooling1D()(v)])
    return k.Model([target, context], [k.layers.Activation("sigmoid")(x), similarity])


@animal(Ints((3, 8), 11, dtype="int64"))
def text_cnn(k: Any) -> Any:
    inputs = k.Input((8,), dtype="int64")
    x = k.layers.Embedding(11, 5)(inputs)
    towers = [k.layers.GlobalMaxPooling1D()(k.layers.Conv1D(3, n, activation="relu")(x)) for n in (2, 3, 4)]
    towers.append(k.layers.Flatten()(k.layers.AveragePooling1D(3, 2, padding="same")(x)))
    return k.Model(inputs, k.layers.Dense(1, activation="sigmoid")(k.layers.Dropout(0.5)(k.layers.concatenate(towers))))


@animal((3, 8))
def words_as_floats(k: Any) -> Any:
    """Inputs that nobody gave a dtype, into an embedding."""
    return k.Sequential([k.Input((8,)), k.layers.Embedding(11, 5), k.layers.Flatten(), k.layers.Dense(1)])


@animal([WORDS, Ints((3, 8, 4), 7)])
def tagger(k: Any) -> Any:
    """Words and their characters, masked; every token gets a tag."""
    words, characters = k.Input((8,), dtype="int32", name="words"), k.Input((8, 4), dtype="int32", name="characters")
    x = k.layers.Embedding(11, 5, mask_zero=True)(words)
    y = k.layers.TimeDistributed(k.layers.Embedding(7, 3))(characters)
    y = k.layers.TimeDistributed(k.layers.Bidirectional(k.layers.LSTM(2)))(y)
    x = k.layers.Concatenate()([x, y])
    x = k.layers.Bidirectional(k.layers.LSTM(3, return_sequences=True, recurrent_dropout=0.1))(x)
    return k.Model([words, characters], k.layers.TimeDistributed(k.layers.Dense(4, activation="softmax"))(x))


def feed_forward(k: Any, x: Any, width: int) -> Any:
    y = k.layers.Dense(width)(k.layers.Dense(2 * width, activation="relu")(x))
    return k.layers.LayerNormalization(epsilon=1e-6)(k.layers.Add()([x, k.layers.Dropout(0.1)(y)]))


@animal([WORDS, Ints((3, 6), 11)])
def transformer(k: Any) -> Any:
    """Encoder and decoder with padding and causal masks."""
    a, b = k.Input((None,), dtype="int32"), k.Input((None,), dtype="int32")
    x = k.layers.Embedding(11, 6, mask_zero=True)(a)
    y = k.layers.MultiHeadAttention(2, 3, dropout=0.1)(x, x)
    memory = feed_forward(k, k.layers.LayerNormalization()(k.layers.Add()([x, y])), 6)
    x = k.layers.Embedding(11, 6, mask_zero=True)(b)
    y = k.layers.MultiHeadAttention(2, 3)(query=x, value=x, key=x, use_causal_mask=True)
    x = k.layers.LayerNormalization()(x + y)
    y = k.layers.MultiHeadAttention(2, 3, value_dim=2, output_shape=6)(query=x, value=memory)
    x = feed_forward(k, k.layers.LayerNormalization()(k.layers.Add()([x, y])), 6)
    return k.Model([a, b], k.layers.Dense(11)(x))


@animal({"input_ids": WORDS, "attention_mask": Ints((3, 8), 2)}, *KERAS3)
def bert(k: Any) -> Any:
    """Tokens and their mask as inputs, as from a tokenizer; positions from a range."""
    ids, mask = k.Input((8,), dtype="int32", name="input_ids"), k.Input((8,), dtype="int32", name="attention_mask")
    positions = k.layers.Embedding(8, 6)(k.ops.arange(8))
    x = k.layers.LayerNormalization()(k.layers.Embedding(11, 6)(ids) + positions)
    attention_mask = k.ops.cast(k.ops.expand_dims(mask, 1), "bool")
    y = k.layers.MultiHeadAttention(3, 2)(x, x, attention_mask=attention_mask)
    x = feed_forward(k, k.layers.LayerNormalization()(x + y), 6)
    pooled = k.layers.Dense(6, activation="tanh", name="pooler")(x[:, 0, :])
    return k.Model({"input_ids": ids, "attention_mask": mask}, {"sequence": x, "pooled": pooled})


@animal(WORDS, *KERAS3)
def decoder_only(k: Any) -> Any:
    """As language models of today: grouped queries, gated units, root-mean-square norms, tied embeddings."""
    inputs = k.Input((None,), dtype="int32")
    embedding = k.layers.ReversibleEmbedding(11, 8)
    x = embedding(inputs)
    y = k.layers.RMSNormalization()(x)
    x = x + k.layers.GroupQueryAttention(4, 4, 2)(y, y, use_causal_mask=True)
    y = k.layers.RMSNormalization()(x)
    x = x + k.layers.Dense(8)(k.ops.silu(k.layers.Dense(12)(y)) * k.layers.Dense(12)(y))
    return k.Model(inputs, embedding(x, reverse=True))
