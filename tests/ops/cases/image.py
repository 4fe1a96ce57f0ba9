"""Images."""

from typing import Any

from kport import ops
from tests.data import Ints
from tests.ops.case import OpCase


def tf_resize(size: tuple[int, int], method: str, antialias: bool = False) -> Any:
    def resize(x: Any) -> Any:
        import tensorflow as tf

        return tf.image.resize(x, size, method=method, antialias=antialias)

    return resize


def resizing(size: tuple[int, int], method: str, antialias: bool = False, source: tuple[int, int] = (5, 7)) -> OpCase:
    return OpCase(
        "Resize",
        lambda x: ops.resize(x, size, interpolation=method, antialias=antialias),
        [(2, *source, 3)],
        expected_tf=tf_resize(size, method, antialias),
        source="TensorFlow",
    )


CASES = [
    *(resizing(size, method) for method in ("nearest", "bilinear", "bicubic", "lanczos3") for size in ((8, 4), (3, 14))),
    *(resizing((3, 9), method, antialias=True) for method in ("bilinear", "bicubic", "lanczos5", "gaussian", "mitchellcubic")),
    resizing((13, 1), "bicubic", source=(3, 6)),
    resizing((5, 10), "lanczos5"),
    OpCase(
        "Resize",
        lambda x: ops.resize(x, factors=(2, 3), interpolation="nearest"),
        [Ints((2, 3, 2, 1))],
        lambda x: x.repeat(2, 1).repeat(3, 2),
    ),
    OpCase("Resize", lambda x: ops.resize(x, factors=(2, 2)), [(2, 3, 4, 1)], expected_tf=tf_resize((6, 8), "bilinear")),
]
