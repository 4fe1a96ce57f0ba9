"""What the rows of the table are made of: what DL4J's layers can be made to do, exactly, beyond their names.

`view` says of a tensor's elements that they lie as (pre, n, post): the axis that something is done to in the middle, with what
comes before and after it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .batch import Sizes
from .builder import Builder, Tensor, known, product

HUGE = 3e38
"""Times the smallest normal number it is more than 1."""


def activated(b: Builder, x: Tensor, activation: str) -> Tensor:
    return b("Activation", x, x.sizes, activation=activation)


def relu(b: Builder, x: Tensor, highest: float | None = None) -> Tensor:
    """min(max(x, 0), highest)"""
    if highest is None:
        return activated(b, x, "relu")
    return b("ReLU", x, x.sizes, max_value=float(highest), negative_slope=0.0, threshold=0.0)


def scaled(
    b: Builder, x: Tensor, scale: np.ndarray | float, offset: np.ndarray | float = 0.0, centre: np.ndarray | float = 0.0
) -> Tensor:
    """(x - centre) · scale + offset, each a number or one for each element of x's last axis: a BatchNormalization.

    DL4J has it for 1 to 3 axes.
    """
    if len(x.sizes) > 3:
        x = b.shaped(x, (*x.sizes[:1], product(x.sizes[1:-1]), x.sizes[-1]))
    (channels,) = known(x.sizes[-1:])
    parts = {"gamma": scale, "beta": offset, "moving_mean": centre, "moving_variance": 1.0}
    weights = {name: np.full(channels, part, np.float32) for name, part in parts.items()}
    return b("BatchNormalization", x, x.sizes, weights, axis=-1, momentum=0.99, epsilon=0.0, scale=True, center=True)


def negative(b: Builder, x: Tensor) -> Tensor:
    return scaled(b, x, -1.0)


def joined(b: Builder, class_name: str, *xs: Tensor) -> Tensor:
    """Add, Subtract, Multiply or Maximum of tensors of the same sizes."""
    return b(class_name, [b.shaped(x, xs[0].sizes) for x in xs], xs[0].sizes)


def minimum(b: Builder, x: Tensor, y: Tensor) -> Tensor:
    return negative(b, joined(b, "Maximum", negative(b, x), negative(b, y)))


def absolute(b: Builder, x: Tensor) -> Tensor:
    return joined(b, "Add", relu(b, x), relu(b, negative(b, x)))


def positive(b: Builder, x: Tensor) -> Tensor:
    """1 where x > 0, 0 elsewhere, of any float that is normal."""
    return relu(b, scaled(b, relu(b, x), HUGE), 1.0)


def linear(b: Builder, x: Tensor, kernel: np.ndarray, bias: np.ndarray | None = None) -> Tensor:
    """x @ kernel + bias along the last axis. kernel: (K, N)

    Dense of more than one axis gives samples and time in one axis: a convolution with a window of 1 then.
    """
    outputs = kernel.shape[1]
    if len(x.sizes) > 3:
        x = b.shaped(x, (*x.sizes[:1], product(x.sizes[1:-1]), x.sizes[-1]))
    rank = len(x.sizes) - 1
    weights = {"kernel": kernel.reshape((1,) * rank + kernel.shape)} | ({} if bias is None else {"bias": bias})
    sizes = (*x.sizes[:-1], outputs)
    said = {"activation": "linear", "use_bias": bias is not None}
    if not rank:
        return b("Dense", x, sizes, weights, units=outputs, **said)
    ones = [1] * rank
    geometry = {"kernel_size": ones, "strides": ones, "dilation_rate": ones, "padding": "valid"}
    return b(f"Conv{rank}D", x, sizes, weights, filters=outputs, **geometry, **said)


def told(b: Builder, x: Tensor) -> Tensor:
    """x as it is: a Reshape to the sizes that it has, where DL4J believes that it has others."""
    return b("Reshape", x, x.sizes, target_shape=list(known(x.sizes)))


def pooled_sequence(b: Builder, class_name: str, x: Tensor) -> Tensor:
    """A global pooling of a sequence, which DL4J takes for a sequence again, depending on what the JVM imported before."""
    return told(b, b(class_name, x, x.sizes[-1:]))


def constant(b: Builder, array: np.ndarray) -> Tensor:
    """The same numbers for every sample: zero times an input, plus them. array: a sample"""
    x = b.inputs[0]
    if len(x.sizes) == 2:
        x = pooled_sequence(b, "GlobalMaxPooling1D", x)
    elif len(x.sizes) > 2:
        x = b("GlobalMaxPooling2D", b.shaped(x, natural_image(x.sizes)), x.sizes[-1:])
    (channels,) = known(x.sizes)
    flat = array.astype(np.float32).reshape(-1)
    return linear(b, x, np.zeros((channels, flat.size), np.float32), flat)


def natural_image(sizes: Sizes) -> Sizes:
    """Sizes as those of an image."""
    return sizes if len(sizes) == 3 else (sizes[0], product(sizes[1:-1]), sizes[-1])


def swapped(b: Builder, x: Tensor, pre: int, first: int, second: int) -> Tensor:
    """(pre, first, second) to (pre, second, first).

    The only permutations that DL4J has are of the last two axes; what it then believes the sizes to be is mended by the Reshape.
    """
    x = b.shaped(x, (pre, first, second))
    return told(b, b("Permute", x, (pre, second, first), dims=[1, 3, 2]))


def permuted(b: Builder, x: Tensor, sizes: Sizes, permutation: Sequence[int]) -> Tensor:
    """Axes in another order: blocks of neighbours change places, one pair after another. sizes: those of x as it is meant"""
    current = list(range(len(sizes)))
    whole = dict(enumerate(known(sizes)))
    for k, axis in enumerate(permutation):
        p = current.index(axis)
        if p == k:
            continue
        q = p  # the block of axes that go here together
        while q + 1 < len(current) and k + q + 1 - p < len(permutation) and permutation[k + q + 1 - p] == current[q + 1]:
            q += 1
        pre, first, second, post = (
            product(tuple(whole[a] for a in block)) for block in (current[:k], current[k:p], current[p : q + 1], current[q + 1 :])
        )
        if second > 1 and first > 1:
            if post == 1:
                x = swapped(b, x, pre, first, second)
            else:
                x = swapped(b, x, pre, first, second * post)
                x = swapped(b, x, pre * second, post, first)
        current = current[:k] + current[p : q + 1] + current[k:p] + current[q + 1 :]
    return x


def mapped(b: Builder, x: Tensor, view: tuple[int, int, int], matrix: np.ndarray) -> Tensor:
    """Σ_i matrix[i, j] · x[:, i, :] for each j: any fixed linear function along one axis. matrix: (n, m)"""
    pre, n, post = view
    m = matrix.shape[1]
    if post == 1:
        return linear(b, b.shaped(x, (pre, 1, n)), matrix)
    x = swapped(b, x, pre, n, post)
    return swapped(b, linear(b, x, matrix), pre, post, m)


def cropped(b: Builder, x: Tensor, view: tuple[int, int, int], begin: int, end: int) -> Tensor:
    """x[:, begin:end, :]"""
    pre, n, post = view
    if (begin, end) == (0, n):
        return x
    x = b.shaped(x, view)
    return b("Cropping2D", x, (pre, end - begin, post), cropping=[[0, 0], [begin, n - end]])


def repeated(b: Builder, x: Tensor, pre: int, post: int, count: int) -> Tensor:
    """(pre, post) to (pre, count, post), every part `count` times."""
    if count == 1:
        return x
    x = b.shaped(x, (pre, post))
    return b("Concatenate", [x] * count, (pre, count * post), axis=2)


def strung(b: Builder, xs: Sequence[Tensor], pre: int, widths: Sequence[int]) -> Tensor:
    """Tensors (pre, width), one after another along the last axis."""
    parts = [b.shaped(x, (pre, width)) for x, width in zip(xs, widths, strict=True)]
    return b("Concatenate", parts, (pre, sum(widths)), axis=2) if len(parts) > 1 else parts[0]


def padded(b: Builder, x: Tensor, view: tuple[int, int, int], before: int, after: int) -> Tensor:
    """Zeros before and after x along the axis in the middle."""
    pre, n, post = view
    if not before and not after:
        return x
    return b("ZeroPadding2D", b.shaped(x, view), (pre, before + n + after, post), padding=[[0, 0], [before, after]])


def surrounded(b: Builder, x: Tensor, view: tuple[int, int, int], before: int, after: int, value: float) -> Tensor:
    """A number before and after x along the axis in the middle."""
    pre, n, post = view
    edges = {width: constant(b, np.full(pre * width * post, value)) for width in (before, after) if width}
    pieces = [(edges.get(before), before), (x, n), (edges.get(after), after)]
    return strung(b, [t for t, _ in pieces if t], pre, [width * post for t, width in pieces if t])


def view_of(sizes: Sizes, axis: int) -> tuple[int, int, int]:
    """(pre, n, post) of an axis."""
    return product(sizes[:axis]), product(sizes[axis : axis + 1]), product(sizes[axis + 1 :])
