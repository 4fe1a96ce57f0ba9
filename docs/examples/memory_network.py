"""Question answering with an end-to-end memory network: several inputs, two looks at a story.

    python docs/examples/memory_network.py

Sukhbaatar et al. 2015, https://arxiv.org/abs/1503.08895. Stories are generated like those of task 1 of bAbI: people
go to places, and it is asked where one of them is. The answer is in the last sentence about that person.

Every sentence is a memory: the sum of embeddings of its words. A look weighs the memories by softmax(state · memory) and adds
what they say to the state, which at first is the question.
"""

import tempfile
from pathlib import Path

import numpy as np

import kport as keras
from kport import layers, ops

keras.utils.set_random_seed(0)

PEOPLE = ["mary", "john", "sandra", "daniel"]
PLACES = ["garden", "kitchen", "office", "bathroom", "hallway", "bedroom"]
VERBS = ["went", "moved", "travelled", "journeyed"]
WORDS = ["", *PEOPLE, *PLACES, *VERBS, "to", "the", "where", "is"]  # 0 pads
INDEX = {word: i for i, word in enumerate(WORDS)}
SENTENCES, LENGTH, DIMENSIONS, LOOKS = 6, 5, 24, 2


def encode(sentence: str) -> list[int]:
    words = sentence.split()
    return [INDEX[word] for word in words] + [0] * (LENGTH - len(words))


def encode_story(sentences: list[str]) -> list[list[int]]:
    """The sentences, the latest first, padded to the length of all stories."""
    return [*map(encode, reversed(sentences)), *([[0] * LENGTH] * (SENTENCES - len(sentences)))]


def tell(rng: np.random.Generator) -> tuple[list[str], str, str]:
    """Two sentences or more, a question, and its answer."""
    where: dict[str, str] = {}
    told = []
    for _ in range(rng.integers(2, SENTENCES + 1)):
        person = str(rng.choice(PEOPLE))
        where[person] = str(rng.choice(PLACES))
        told.append(f"{person} {rng.choice(VERBS)} to the {where[person]}")
    person = str(rng.choice(list(where)))
    return told, f"where is {person}", where[person]


def stories(count: int, rng: np.random.Generator) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Stories (count, SENTENCES, LENGTH), questions (count, LENGTH), answers (count,)."""
    told, questions, answers = zip(*(tell(rng) for _ in range(count)), strict=True)
    x = {"story": np.array([*map(encode_story, told)], "int32"), "question": np.array([*map(encode, questions)], "int32")}
    return x, np.array([PLACES.index(answer) for answer in answers])


class SumOfWords(layers.Layer):
    """The sum of the embeddings of every sentence's words; 0 is no word."""

    def build(self, input_shape):
        self.words = self.add_weight((len(WORDS), DIMENSIONS), keras.initializers.RandomNormal(stddev=0.1), name="words")

    def call(self, sentences):
        is_word = ops.cast(ops.expand_dims(ops.not_equal(sentences, 0), -1), "float32")
        return ops.sum(ops.take(self.words, sentences, axis=0) * is_word, axis=-2)


class Times(layers.Layer):
    """Adds an embedding of how long ago each sentence was told (section 4.1 of the paper)."""

    def build(self, input_shape):
        self.times = self.add_weight(input_shape[1:], keras.initializers.RandomNormal(stddev=0.1), name="times")

    def call(self, memories):
        return memories + self.times


story = keras.Input((SENTENCES, LENGTH), dtype="int32", name="story")
question = keras.Input((LENGTH,), dtype="int32", name="question")
is_told = layers.Lambda(lambda x: ops.any(ops.not_equal(x, 0), axis=-1), name="is_told")(story)

# Weights are shared between neighbours, as in the paper: what the memories say to one look is what the next compares with, and
# the question is read like the first memories.
words = SumOfWords(name="words_0")
state = words(question)  # (batch, DIMENSIONS)
memories = Times(name="memories_0")(words(story))  # (batch, SENTENCES, DIMENSIONS)
for look in range(1, LOOKS + 1):
    match = layers.Dot(axes=(2, 1), name=f"match_{look}")([memories, state])
    weights = layers.Softmax(name=f"weights_{look}")(match, mask=is_told)
    memories = Times(name=f"memories_{look}")(SumOfWords(name=f"words_{look}")(story))
    found = layers.Dot(axes=(1, 1), name=f"found_{look}")([weights, memories])
    state = layers.Add(name=f"state_{look}")([state, found])
answer = layers.Dense(len(PLACES), activation="softmax", name="answer")(state)
model = keras.Model([story, question], answer, name="memory_network")
model.summary()

x, y = stories(8000, np.random.default_rng(0))
x_test, y_test = stories(1000, np.random.default_rng(1))
model.compile(keras.optimizers.Adam(5e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
slower = keras.callbacks.ReduceLROnPlateau(monitor="val_loss", factor=0.5, patience=1)
model.fit(x, y, batch_size=64, epochs=6, validation_data=(x_test, y_test), callbacks=[slower], verbose=2)

_, accuracy = model.evaluate(x_test, y_test, verbose=0)
print(f"new stories: accuracy {accuracy:.3f} (guessing: {1 / len(PLACES):.3f})")
assert accuracy > 0.9

told = ["mary went to the kitchen", "john went to the garden", "mary moved to the office"]
for person in ("mary", "john"):
    asked = {"story": np.array([encode_story(told)]), "question": np.array([encode(f"where is {person}")])}
    print(f"{'. '.join(told)}. Where is {person}? {PLACES[model.predict(asked, verbose=0).argmax()]}")

with tempfile.TemporaryDirectory() as folder:
    samples = {name: array[:8] for name, array in x_test.items()}
    report = keras.convert(model, to="onnx", output=Path(folder) / "memory.onnx", samples=samples)
    (result,) = report.targets
    print(f"onnx: {result.status}, {result.bytes} bytes, max error {result.max_abs_error}, {result.runtime}")
    assert report.exit_status == 0, result.reason
