"""Regenerates lambdas.json: formulas as the marshalled bytecode of the Python that runs this.

Usage: python make_lambdas.py lambdas.json, once with each Python (2.7 and 3.6 to 3.13 were used). The bytecode is what
Keras would store in a Lambda layer; tests read it as data.
"""

# ruff: noqa: UP020, UP024, UP031

import base64
import io
import json
import marshal
import sys

SOURCES = [
    "lambda x: x / 127.5 - 1.0",
    "lambda x: x / 255.0",
    "lambda x: 1 - x * 2",
    "lambda x: -x ** 2",
    "lambda x: x[:, 1:3]",
    "lambda x: x[..., 0]",
    "lambda x: x[:, ::2, None]",
    "lambda x: x[:, -1]",
    "lambda x: K.mean(x, axis=1, keepdims=True)",
    "lambda x: K.sum(K.square(x), axis=-1)",
    "lambda x: K.l2_normalize(x, axis=1)",
    "lambda x: tf.nn.softmax(x)",
    "lambda x: tf.reduce_max(x, axis=[1])",
    "lambda x: K.expand_dims(x, -1)",
    "lambda x: K.squeeze(K.expand_dims(x, 1), axis=1)",
    "lambda x: K.reshape(x, (-1, 2, 2))",
    "lambda x: K.reshape(x, (K.shape(x)[0], -1))",
    "lambda x: K.permute_dimensions(K.expand_dims(x, 1), (0, 2, 1))",
    "lambda x: K.concatenate([x, x * 2.0], axis=-1)",
    "lambda x: tf.concat([x, K.abs(x)], 1)",
    "lambda x: keras.backend.clip(x, 0.0, 0.5)",
    "lambda x: K.exp(x) + K.sqrt(K.abs(x)) - tf.math.log(x * x + 1e-3)",
    "lambda x, scale=3.0: x * scale",
    "lambda x: (x - K.mean(x)) / (K.std(x) + 1e-6)",
    "lambda x: K.max(x, axis=-1) - K.min(x, axis=-1)",
    "lambda x: tf.cast(x > 0.0, 'float32') * x",
    "lambda x: K.relu(x) + K.sigmoid(x) * K.tanh(x)",
    "lambda x: K.dot(x, K.permute_dimensions(x, (1, 0)))",
]


def main(path):
    try:
        with io.open(path) as file:
            cases = json.load(file)
    except IOError:
        cases = {}
    version = "%d.%d" % sys.version_info[:2]
    cases[version] = {}
    for source in SOURCES:
        code = eval(source).__code__
        cases[version][source] = base64.b64encode(marshal.dumps(code)).decode("ascii")
    with io.open(path, "w") as file:
        file.write("" + json.dumps(cases, indent=0, sort_keys=True) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
