"""Two LSTMs learn a text letter by letter and go on with it.

    python docs/examples/text_generation.py

The text is "This Is the House That Jack Built" (public domain), whose verses each repeat what was told before. The network sees
24 letters and says which comes next. Text is then made by drawing from what it says, letter by letter: a low temperature takes
the likeliest letters, a high one surprises.
"""

import tempfile

import numpy as np

import kport as keras
from kport import layers

keras.utils.set_random_seed(0)

TOLD = [
    ("house that jack built", "lay in"),
    ("malt", "ate"),
    ("rat", "killed"),
    ("cat", "worried"),
    ("dog", "tossed"),
    ("cow with the crumpled horn", "milked"),
    ("maiden all forlorn", "kissed"),
    ("man all tattered and torn", "married"),
    ("priest all shaven and shorn", "waked"),
    ("cock that crowed in the morn", "kept"),
    ("farmer sowing his corn", "owned"),
]


def verse(last: int) -> str:
    lines = [f"this is the {TOLD[last][0]}"]
    lines += [f"that {TOLD[i][1]} the {TOLD[i][0]}" for i in range(last - 1, -1, -1)]
    return "\n".join(lines) + ".\n\n"


text = "".join(verse(i) for i in range(len(TOLD)))
letters = sorted(set(text))
index = {letter: i for i, letter in enumerate(letters)}
numbers = np.array([index[letter] for letter in text], "int32")
print(f"{len(text)} letters, {len(letters)} different ones")

SEEN = 24
starts = np.arange(len(numbers) - SEEN)
x = numbers[starts[:, None] + np.arange(SEEN)]  # (samples, SEEN)
y = numbers[starts + SEEN]

model = keras.Sequential(
    [
        keras.Input((SEEN,), dtype="int32", name="letters"),
        layers.Embedding(len(letters), 16),
        layers.LSTM(96, return_sequences=True),
        layers.LSTM(96),
        layers.Dense(len(letters), activation="softmax", name="next_letter"),
    ],
    name="storyteller",
)
model.compile(keras.optimizers.Adam(5e-3, clipnorm=1.0), "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, batch_size=64, epochs=20, verbose=2)


def sample(probabilities: np.ndarray, temperature: float, rng: np.random.Generator) -> int:
    """A letter drawn with probabilities proportional to p^(1 / temperature)."""
    logits = np.log(probabilities.astype("float64") + 1e-12) / temperature
    weights = np.exp(logits - logits.max())
    return int(rng.choice(len(weights), p=weights / weights.sum()))


def go_on(beginning: str, count: int, temperature: float) -> str:
    rng = np.random.default_rng(0)
    told = [index[letter] for letter in beginning]
    for _ in range(count):
        probabilities = model.predict_on_batch(np.array([told[-SEEN:]], "int32"))[0]
        told.append(sample(probabilities, temperature, rng))
    return "".join(letters[i] for i in told[len(beginning) :])


_, accuracy = model.evaluate(x, y, verbose=0)
beginning = "that milked the cow with the crumpled horn\n"
print(f"the next letter is right {accuracy:.1%} of the time")
for temperature in (0.2, 1.0, 1.6):
    told = go_on(beginning, 100, temperature)
    print(f"--- temperature {temperature}\n{beginning}{told}")
    if temperature < 0.5:
        assert told.startswith("that tossed the dog\nthat worried the cat")
assert accuracy > 0.9

with tempfile.TemporaryDirectory() as folder:
    report = keras.convert(model, to="onnx,tfjs", output=f"{folder}/", samples=[x[:4]])
    for result in report.targets:
        checked = f"max error {result.max_abs_error}, {result.runtime}" if result.runtime else result.reason
        print(f"{result.target}: {result.status}, {result.bytes} bytes, {checked}")
    assert report.exit_status == 0
