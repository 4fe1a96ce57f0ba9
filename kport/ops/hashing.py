"""Hashes of bytes, as TensorFlow's string operations compute them, in plain Python on 64-bit integers."""

from __future__ import annotations

import struct

_MASK = (1 << 64) - 1
_K0, _K1, _K2 = 0xC3A5C85C97CB3127, 0xB492B66FBE98F273, 0x9AE16A3B2F90404F
_CAT = 0xC6A4A7935BD1E995


def _rotate(x: int, right: int) -> int:
    x &= _MASK
    return (x >> right | x << (64 - right)) & _MASK


def _mix(x: int) -> int:
    x &= _MASK
    return x ^ x >> 47


def _word(data: bytes, at: int) -> int:
    return struct.unpack_from("<Q", data, at if at >= 0 else len(data) + at)[0]


def _half(data: bytes, at: int) -> int:
    return struct.unpack_from("<I", data, at if at >= 0 else len(data) + at)[0]


def _pair(u: int, v: int, factor: int) -> int:
    a = _mix((u ^ v) * factor)
    return _mix((v ^ a) * factor) * factor & _MASK


def _weak(data: bytes, at: int, a: int, b: int) -> tuple[int, int]:
    """32 bytes and two seeds to two numbers."""
    w, x, y, z = struct.unpack_from("<4Q", data, at)
    a += w
    b = _rotate(b + a + z, 21)
    c = a
    a += x + y
    return (a + z) & _MASK, (b + _rotate(a, 44) + c) & _MASK


def _up_to_16(data: bytes) -> int:
    size = len(data)
    factor = _K2 + size * 2
    if size >= 8:
        a, b = _word(data, 0) + _K2, _word(data, -8)
        c = (_rotate(b, 37) * factor + a) & _MASK
        return _pair(c, (_rotate(a, 25) + b) * factor & _MASK, factor)
    if size >= 4:
        return _pair(size + (_half(data, 0) << 3), _half(data, -4), factor)
    if size:
        y = data[0] + (data[size >> 1] << 8)
        z = size + (data[-1] << 2)
        return _mix(y * _K2 ^ z * _K0) * _K2 & _MASK
    return _K2


def _up_to_64(data: bytes) -> int:
    factor = _K2 + len(data) * 2
    a = _word(data, 0) * (_K1 if len(data) <= 32 else _K2)
    b, c, d = _word(data, 8), _word(data, -8) * factor, _word(data, -16) * _K2
    y = (_rotate(a + b, 43) + _rotate(c, 30) + d) & _MASK
    z = _pair(y, (a + _rotate(b + _K2, 18) + c) & _MASK, factor)
    if len(data) <= 32:
        return z
    e, f = _word(data, 16) * factor, _word(data, 24)
    g, h = (y + _word(data, -32)) * factor, (z + _word(data, -24)) * factor
    return _pair((_rotate(e + f, 43) + _rotate(g, 30) + h) & _MASK, (e + _rotate(f + a, 18) + g) & _MASK, factor)


def farmhash64(data: bytes) -> int:
    """FarmHash's Fingerprint64. Source: https://github.com/google/farmhash (farmhashna)"""
    if len(data) <= 16:
        return _up_to_16(data)
    if len(data) <= 64:
        return _up_to_64(data)
    x, y = 81 * _K2 + _word(data, 0), 81 * _K1 + 113
    z = _mix(y * _K2 + 113) * _K2
    v, w = (0, 0), (0, 0)
    last = (len(data) - 1) & 63
    blocks = [(at, _K1) for at in range(0, len(data) - 1 - last, 64)]
    for at, factor in [*blocks, (len(data) - 64, 0)]:
        final = factor == 0  # the last 64 bytes, overlapping the block before
        if final:
            factor = _K1 + ((z & 0xFF) << 1)
            first = w[0] + last
            v = (v[0] + first, v[1])
            w = (first + v[0], w[1])
        times = 9 if final else 1
        x = _rotate(x + y + v[0] + _word(data, at + 8), 37) * factor & _MASK
        y = _rotate(y + v[1] + _word(data, at + 48), 42) * factor
        x ^= w[1] * times & _MASK
        y += v[0] * times + _word(data, at + 40)
        z = _rotate(z + w[0], 33) * factor
        v = _weak(data, at, v[1] * factor, x + w[0])
        w = _weak(data, at + 32, z + w[1], y + _word(data, at + 16))
        x, z = z & _MASK, x
    low = _pair(v[0], w[0], factor) + _mix(y) * _K0 + z
    return _pair(low & _MASK, (_pair(v[1], w[1], factor) + x) & _MASK, factor)


def siphash64(data: bytes, key: tuple[int, int]) -> int:
    """SipHash-2-4 with the 128-bit `key` as two numbers. Source: Aumasson & Bernstein 2012, https://cr.yp.to/siphash/siphash-20120918.pdf"""
    k0, k1 = (k & _MASK for k in key)
    v = [k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D, k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573]

    def rounds(count: int) -> None:
        for _ in range(count):
            v[0] = (v[0] + v[1]) & _MASK
            v[1] = _rotate(v[1], 51) ^ v[0]
            v[0] = _rotate(v[0], 32)
            v[2] = (v[2] + v[3]) & _MASK
            v[3] = _rotate(v[3], 48) ^ v[2]
            v[0] = (v[0] + v[3]) & _MASK
            v[3] = _rotate(v[3], 43) ^ v[0]
            v[2] = (v[2] + v[1]) & _MASK
            v[1] = _rotate(v[1], 47) ^ v[2]
            v[2] = _rotate(v[2], 32)

    padded = data + bytes(7 - len(data) % 8) + bytes([len(data) & 0xFF])
    for (word,) in struct.iter_unpack("<Q", padded):
        v[3] ^= word
        rounds(2)
        v[0] ^= word
    v[2] ^= 0xFF
    rounds(4)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def concatenate_fingerprints(first: int, second: int) -> int:
    """The hash of two hashes in order. Source: TensorFlow's FingerprintCat64"""
    result = (first & _MASK) ^ _CAT
    result ^= _mix((second & _MASK) * _CAT) * _CAT & _MASK
    return _mix(_mix(result * _CAT) * _CAT)
