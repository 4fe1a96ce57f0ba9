"""A Neural Turing Machine learns to copy: a recurrent cell of one's own, with a memory that it addresses.

    python docs/examples/neural_turing_machine.py

Graves, Wayne, Danihelka 2014, https://arxiv.org/abs/1410.5401. A controller (here a dense layer) is given the input and what was
read from the memory M (slots x width) in the step before, and steers a head that reads and a head that writes. A head looks for
slots by content (cosine similarity with a key), goes on from where it stood, and shifts by -1, 0 or 1 slots.

The task (section 4.1): a sequence of random bits, a mark that says "now you", then the machine has to say the sequence again
while it is shown nothing. The cell is written in kport.ops, so that it trains, and converts like any layer.
"""

import tempfile
from pathlib import Path

import numpy as np

import kport as keras
from kport import layers, ops

keras.utils.set_random_seed(3)

BITS, LENGTH = 4, 5


@keras.register
class NeuralTuringCell(layers.Layer):
    """call(x (batch, features), states) → (output (batch, units), states).

    States: the vector that was read (batch, width), the weights of both heads over the slots (batch, slots) each, and the memory
    (batch, slots * width).
    """

    def __init__(self, units: int, slots: int = 12, width: int = 8, **kwargs):
        super().__init__(**kwargs)
        self.units, self.slots, self.width = units, slots, width
        self.state_size = [width, slots, slots, slots * width]
        self.output_size = units + width
        self.controller = layers.Dense(units, activation="tanh", name="controller")
        # A head says a key, its strength, a gate, three shifts, a sharpening; the one that writes also what to erase and add.
        self.read_head = layers.Dense(width + 6, name="read_head")
        self.write_head = layers.Dense(3 * width + 6, name="write_head")

    def build(self, input_shape):
        self.controller.build((input_shape[0], input_shape[-1] + self.width))
        self.read_head.build((input_shape[0], self.units))
        self.write_head.build((input_shape[0], self.units))
        # Where the heads stand at first, and what the memory holds, can be learned.
        self.first_address = self.add_weight((1, self.slots), keras.initializers.RandomNormal(stddev=0.5), name="first_address")
        self.first_memory = self.add_weight(
            (1, self.slots * self.width), keras.initializers.RandomUniform(-0.1, 0.1), name="first_memory"
        )
        super().build(input_shape)

    def get_initial_state(self, batch_size=None):
        address = ops.softmax(self.first_address)
        return [
            ops.zeros((batch_size, self.width)),
            ops.tile(address, (batch_size, 1)),
            ops.tile(address, (batch_size, 1)),
            ops.tile(self.first_memory, (batch_size, 1)),
        ]

    def address(self, said, before, memory):
        """The weights over the slots that a head wants (section 3.3). said: (batch, width + 6); before: (batch, slots)."""
        width = self.width
        key = ops.tanh(said[:, :width])
        strength = ops.softplus(said[:, width : width + 1])
        gate = ops.sigmoid(said[:, width + 1 : width + 2])
        shifts = ops.softmax(said[:, width + 2 : width + 5])
        sharpening = 1.0 + ops.softplus(said[:, width + 5 : width + 6])
        products = ops.sum(memory * ops.expand_dims(key, 1), axis=-1)
        lengths = ops.sqrt(ops.sum(ops.square(memory), axis=-1) * ops.sum(ops.square(key), axis=-1, keepdims=True) + 1e-6)
        by_content = ops.softmax(strength * products / lengths)  # eq. 5, 6
        gated = gate * by_content + (1.0 - gate) * before  # eq. 7
        shifted = sum(shifts[:, i : i + 1] * ops.roll(gated, i - 1, axis=1) for i in range(3))  # eq. 8
        sharp = ops.power(shifted + 1e-6, sharpening)  # eq. 9
        return sharp / ops.sum(sharp, axis=-1, keepdims=True)

    def call(self, inputs, states):
        seen, read_before, write_before, flat = states
        width = self.width
        memory = ops.reshape(flat, (-1, self.slots, width))
        hidden = self.controller(ops.concatenate([inputs, seen], axis=-1))
        said = self.write_head(hidden)
        write = self.address(said[:, : width + 6], write_before, memory)
        erase = ops.sigmoid(said[:, width + 6 : 2 * width + 6])
        add = ops.tanh(said[:, 2 * width + 6 :])
        where = ops.expand_dims(write, 2)
        memory = memory * (1.0 - where * ops.expand_dims(erase, 1)) + where * ops.expand_dims(add, 1)  # eq. 3, 4
        read = self.address(self.read_head(hidden), read_before, memory)
        seen = ops.sum(ops.expand_dims(read, 2) * memory, axis=1)  # eq. 2
        output = ops.concatenate([hidden, seen], axis=-1)
        return output, [seen, read, write, ops.reshape(memory, (-1, self.slots * width))]

    def get_config(self):
        return {**super().get_config(), "units": self.units, "slots": self.slots, "width": self.width}


def sequences(count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Inputs (count, 2 * LENGTH + 1, BITS + 1): bits, the mark in the last channel, silence. Targets (count, LENGTH, BITS)."""
    bits = rng.integers(0, 2, (count, LENGTH, BITS)).astype("float32")
    inputs = np.zeros((count, 2 * LENGTH + 1, BITS + 1), "float32")
    inputs[:, :LENGTH, :BITS] = bits
    inputs[:, LENGTH, BITS] = 1
    return inputs, bits


inputs = keras.Input((2 * LENGTH + 1, BITS + 1), name="sequence")
outputs = layers.RNN(NeuralTuringCell(48), return_sequences=True, name="machine")(inputs)
outputs = layers.Lambda(lambda x: x[:, LENGTH + 1 :], name="answer")(outputs)
outputs = layers.Dense(BITS, activation="sigmoid", name="bits")(outputs)
model = keras.Model(inputs, outputs)
model.summary()
model.compile(keras.optimizers.Adam(3e-3, clipnorm=1.0), "binary_crossentropy", metrics=["binary_accuracy"])

x, y = sequences(4096, np.random.default_rng(0))
x_test, y_test = sequences(512, np.random.default_rng(1))
stop = keras.callbacks.EarlyStopping(monitor="val_loss", patience=2, restore_best_weights=True)
model.fit(x, y, batch_size=64, epochs=6, validation_data=(x_test, y_test), callbacks=[stop], verbose=2)

loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
print(f"new sequences: loss {loss:.4f} (guessing: {np.log(2):.4f}), {accuracy:.1%} of the bits right")
assert loss < 0.2 and accuracy > 0.9

with tempfile.TemporaryDirectory() as folder:
    report = keras.convert(model, to="onnx", output=Path(folder) / "machine.onnx", samples=[x_test[:8]])
    (result,) = report.targets
    print(f"onnx: {result.status}, {result.bytes} bytes, max error {result.max_abs_error}, {result.runtime}")
    assert report.exit_status == 0, result.reason
