"""TensorFlow's stateless generator in NumPy: the same numbers for the same seed, without TensorFlow.

Philox-4x32-10 turns a key and a counter into four 32-bit words. Source: Salmon et al. 2011,
https://doi.org/10.1145/2063384.2063405; how words become numbers is that of TensorFlow's `tf.random.stateless_*` on a CPU.
A seed is two whole numbers. Floats agree with TensorFlow's up to the last bits of the logarithm and of sine and cosine.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..ops.promotion import numpy_dtype

Array = np.ndarray[Any, Any]

ROUNDS = 10
MULTIPLIERS = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
WEYL = 0x9E3779B9, 0xBB67AE85
SEED_KEY = 0x3EC8F720, 0x02461E29
"""The key under which TensorFlow mixes a seed."""
WORD = 0xFFFFFFFF
CHUNK = 1 << 14
"""Blocks that are computed at a time: what they need stays in the cache."""
LARGEST = 2.0
"""Truncated normal numbers lie within this many standard deviations."""
RESERVED = 64
"""Blocks that each truncated number has for itself: it takes as many words of them as it needs."""

_LOW, _SHIFT = np.uint64(WORD), np.uint64(32)


def rounds(counter: list[Any], key: tuple[int, int]) -> list[Any]:
    """The four words for each counter (four words, as uint64)."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(ROUNDS):
        p0, p1 = c0 * MULTIPLIERS[0], c2 * MULTIPLIERS[1]
        c0, c1, c2, c3 = (p1 >> _SHIFT) ^ c1 ^ np.uint64(k0), p1 & _LOW, (p0 >> _SHIFT) ^ c3 ^ np.uint64(k1), p0 & _LOW
        k0, k1 = (k0 + WEYL[0]) & WORD, (k1 + WEYL[1]) & WORD
    return [c0, c1, c2, c3]


class Philox:
    """The stream of words that belongs to a seed."""

    def __init__(self, seed: Any):
        first, second = (int(s) & 0xFFFFFFFFFFFFFFFF for s in seed)
        halves = np.array([first & WORD, first >> 32, second & WORD, second >> 32], np.uint64).reshape(4, 1)
        mixed = [int(word[0]) for word in rounds(list(halves), SEED_KEY)]
        self.key = mixed[0], mixed[1]
        self.stream = mixed[2], mixed[3]

    def at(self, positions: Array) -> Array:
        """The blocks of these numbers: (n,) of uint64 → (n, 4) of uint32."""
        ones = np.ones_like(positions)
        counter = [positions & _LOW, positions >> _SHIFT, ones * np.uint64(self.stream[0]), ones * np.uint64(self.stream[1])]
        return np.stack(rounds(counter, self.key), axis=-1).astype(np.uint32)

    def words(self, count: int, convert: Callable[[Array], Array]) -> Array:
        """`convert` of the first blocks, (n, 4) → (n, numbers of a block), as many as give `count` numbers: (count,)."""
        per_block = convert(np.zeros((1, 4), np.uint32)).shape[-1]
        blocks = -(-count // per_block)
        parts = [
            convert(self.at(np.arange(start, min(start + CHUNK, blocks), dtype=np.uint64))) for start in range(0, blocks, CHUNK)
        ]
        return np.concatenate(parts).reshape(-1)[:count] if parts else convert(np.zeros((0, 4), np.uint32)).reshape(-1)


def unit(words: Array, dtype: str) -> Array:
    """Numbers in [0, 1), from one word each (from two for float64): their low bits are the mantissa of one in [1, 2)."""
    if dtype == "float64":
        high, low = words[..., 0::2].astype(np.uint64), words[..., 1::2].astype(np.uint64)
        return ((np.uint64(1023 << 52) | (high & np.uint64(0xFFFFF)) << _SHIFT | low).view(np.float64)) - 1.0
    bits = {"float16": 10, "bfloat16": 7, "float32": 23}[dtype]
    return ((words & np.uint32((1 << bits) - 1)).astype(np.float32) / np.float32(1 << bits)).astype(numpy_dtype(dtype))


def box_muller(words: Array, dtype: str) -> Array:
    """Standard normal numbers, two from each pair of uniform ones: √(-2 log u) · (sin 2πv, cos 2πv)."""
    wide = "float64" if dtype == "float64" else "float32"
    uniform = unit(words, wide)
    u, v = np.maximum(uniform[..., 0::2], np.asarray(1e-7, wide)), uniform[..., 1::2]
    angle = np.asarray(2 * math.pi, wide) * v
    radius = np.sqrt(np.asarray(-2.0, wide) * np.log(u))
    pairs = np.stack([np.sin(angle) * radius, np.cos(angle) * radius], axis=-1)
    return pairs.reshape(*words.shape[:-1], -1).astype(numpy_dtype(dtype))


def uniform(seed: Any, shape: tuple[int, ...], dtype: str) -> Array:
    """Uniform numbers in [0, 1)."""
    return Philox(seed).words(math.prod(shape), lambda words: unit(words, dtype)).reshape(shape)


def normal(seed: Any, shape: tuple[int, ...], dtype: str) -> Array:
    """Standard normal numbers."""
    return Philox(seed).words(math.prod(shape), lambda words: box_muller(words, dtype)).reshape(shape)


def truncated_normal(seed: Any, shape: tuple[int, ...], dtype: str) -> Array:
    """Standard normal numbers, those beyond ±2 drawn again."""
    philox, count, wide = Philox(seed), math.prod(shape), "float64" if dtype == "float64" else "float32"
    size = 2 if wide == "float64" else 4
    groups = -(-count // size)
    parts = [
        _truncated(philox, np.arange(start, min(start + CHUNK, groups), dtype=np.uint64) * np.uint64(RESERVED * size), size, wide)
        for start in range(0, groups, CHUNK)
    ]
    values = np.concatenate(parts).reshape(-1)[:count] if parts else np.zeros(0)
    return values.reshape(shape).astype(numpy_dtype(dtype))


def _truncated(philox: Philox, starts: Array, size: int, dtype: str, blocks: int = 2) -> Array:
    """The first `size` numbers within ±2 of each stream that begins at one of the blocks `starts`: (n, size)."""
    positions = (starts[:, None] + np.arange(blocks, dtype=np.uint64)).reshape(-1)
    values = box_muller(philox.at(positions), dtype).reshape(len(starts), -1)
    within = np.abs(values) < LARGEST
    order = np.argsort(~within, axis=1, kind="stable")[:, :size]
    result = np.take_along_axis(values, order, axis=1)
    few = within.sum(axis=1) < size
    if few.any():
        result[few] = _truncated(philox, starts[few], size, dtype, 2 * blocks)
    return result


def integers(seed: Any, shape: tuple[int, ...], low: Any, high: Any, dtype: str) -> Array:
    """Whole numbers in [low, high), dtype int32 or int64."""
    unsigned: Any = np.dtype(dtype).newbyteorder("=").str.replace("i", "u")
    span = np.asarray(int(high) - int(low), unsigned)

    def convert(words: Array) -> Array:
        if dtype == "int64":
            words = words[..., 0::2].astype(np.uint64) | words[..., 1::2].astype(np.uint64) << _SHIFT
        return words % span

    drawn = Philox(seed).words(math.prod(shape), convert)
    return (drawn + np.asarray(int(low), dtype).astype(unsigned)).astype(dtype).reshape(shape)
