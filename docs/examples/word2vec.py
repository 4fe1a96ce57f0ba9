"""Word vectors by skip-grams with negative sampling, trained batch by batch.

    python docs/examples/word2vec.py

Mikolov et al. 2013, "Distributed Representations of Words and Phrases and their Compositionality",
https://arxiv.org/abs/1310.4546: a pair (word, context) gets the score w·c, where w is a row of one embedding and c of another.
Pairs that stand together in the text are to score high, pairs with a random context low: binary cross-entropy of w·c.

The corpus is generated. Words are of four kinds (animals, foods, ...); a sentence is about one kind, and says of two words of it
what one can say of that kind. Words of the same kind therefore have the same neighbours, so that their vectors have to be
alike, though no sentence says that they are.
"""

import numpy as np

import kport as keras
from kport import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)

KINDS = {
    "animal": (["cat", "dog", "horse", "sheep", "rabbit", "mouse"], ["sleeps", "runs", "breathes", "hides", "drinks"]),
    "food": (["bread", "cheese", "soup", "rice", "apple", "cake"], ["tastes", "smells", "warm", "fresh", "eaten"]),
    "city": (["paris", "rome", "cairo", "lima", "oslo", "delhi"], ["streets", "mayor", "visit", "crowded", "capital"]),
    "tool": (["hammer", "saw", "drill", "file", "wrench", "pliers"], ["workshop", "metal", "handle", "repair", "sharp"]),
}
FILLERS = ["the", "a", "and", "is", "very", "often", "here"]


def sentence() -> list[str]:
    """Two names of a kind and two things said of them, in any order among fillers."""
    names, said = KINDS[rng.choice(list(KINDS))]
    words = [*rng.choice(names, 2), *rng.choice(said, 2), *rng.choice(FILLERS, 2)]
    return [str(word) for word in rng.permutation(words)]


WINDOW, NEGATIVES, DIMENSIONS = 3, 5, 16
corpus = [sentence() for _ in range(4000)]
vocabulary = sorted({word for words in corpus for word in words})
index = {word: i for i, word in enumerate(vocabulary)}
frequency = np.bincount([index[word] for words in corpus for word in words])
unigrams = frequency**0.75 / (frequency**0.75).sum()  # the distribution of negatives, of the paper

pairs = np.array(
    [
        (index[word], index[words[j]])
        for words in corpus
        for i, word in enumerate(words)
        for j in range(max(0, i - WINDOW), min(len(words), i + WINDOW + 1))
        if j != i
    ]
)
print(f"{len(corpus)} sentences, {len(vocabulary)} words, {len(pairs)} pairs")

word = keras.Input((1,), dtype="int32", name="word")
contexts = keras.Input((1 + NEGATIVES,), dtype="int32", name="contexts")  # the true one first
vectors = layers.Embedding(len(vocabulary), DIMENSIONS, name="words")(word)  # (batch, 1, DIMENSIONS)
context_vectors = layers.Embedding(len(vocabulary), DIMENSIONS, name="contexts_of_words")(contexts)
scores = layers.Flatten()(layers.Dot(axes=2)([vectors, context_vectors]))  # (batch, 1 + NEGATIVES)
model = keras.Model([word, contexts], scores)
model.compile(keras.optimizers.Adam(0.01), keras.losses.BinaryCrossentropy(from_logits=True))

BATCH, EPOCHS = 1024, 4
labels = np.zeros((BATCH, 1 + NEGATIVES), "float32")
labels[:, 0] = 1
for epoch in range(EPOCHS):
    order = rng.permutation(len(pairs))
    losses = []
    for start in range(0, len(order) - BATCH + 1, BATCH):
        batch = pairs[order[start : start + BATCH]]
        negatives = rng.choice(len(vocabulary), (BATCH, NEGATIVES), p=unigrams)  # others in every epoch
        x = {"word": batch[:, :1], "contexts": np.concatenate([batch[:, 1:], negatives], axis=1)}
        losses.append(float(model.train_on_batch(x, labels)))
        model.reset_metrics()  # else the loss is the mean since the last reset
    print(f"epoch {epoch + 1}: loss {np.mean(losses):.4f}")

matrix = model.get_layer("words").get_weights()[0]
matrix = matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
right, asked = 0, 0
for kind, (names, _) in KINDS.items():
    print(f"{kind}:")
    for name in names:
        similarities = matrix @ matrix[index[name]]  # cosines
        nearest = [vocabulary[i] for i in np.argsort(-similarities) if vocabulary[i] != name][: len(names) - 1]
        print(f"  {name:8} {' '.join(nearest)}")
        right += sum(other in names for other in nearest)
        asked += len(nearest)
print(f"{right} of {asked} nearest words are names of the same kind")
# A word's kind has 5 names more and 5 things said of it among 51 words: chance is 0.1. Names appear only in the sentences in
# which things are said of them, so the kind is what must be found; that names are nearer than things, too.
assert right / asked > 0.9
