"""One comparison for all tests."""

from __future__ import annotations

from typing import Any

import numpy as np

RTOL, ATOL = 1e-5, 1e-6


def assert_same(actual: Any, expected: Any, rtol: float = RTOL, atol: float = ATOL, what: str = "") -> None:
    """Same structure, shapes and dtype kinds, and numbers within the tolerance; text and integers are equal."""
    if isinstance(expected, (list, tuple)):
        assert len(actual) == len(expected), f"{what}: {len(actual)} parts, expected {len(expected)}"
        for i, (a, e) in enumerate(zip(actual, expected, strict=True)):
            assert_same(a, e, rtol, atol, f"{what}[{i}]")
        return
    if isinstance(expected, dict):
        assert list(actual) == list(expected), what
        for key in expected:
            assert_same(actual[key], expected[key], rtol, atol, f"{what}[{key}]")
        return
    if expected is None or actual is None:
        assert actual is None and expected is None, f"{what}: {actual!r}, expected {expected!r}"
        return
    a, e = as_numpy(actual), as_numpy(expected)
    assert a.shape == e.shape, f"{what}: shape {a.shape}, expected {e.shape}"
    assert a.dtype.kind == e.dtype.kind or {a.dtype.kind, e.dtype.kind} <= set("iu"), f"{what}: {a.dtype}, expected {e.dtype}"
    if e.dtype.kind in "fcV":
        np.testing.assert_allclose(a.astype("complex128" if e.dtype.kind == "c" else "float64"), e, rtol, atol, err_msg=what)
    else:
        np.testing.assert_array_equal(a, e, err_msg=what)


def as_numpy(x: Any) -> np.ndarray:
    """An array from whatever framework; bytes become text."""
    array = np.asarray(x.numpy() if hasattr(x, "numpy") else x)
    if array.dtype == object or array.dtype.kind == "S":
        return np.vectorize(lambda s: s.decode() if isinstance(s, bytes) else str(s), otypes=[str])(array)
    return array.astype("float32") if array.dtype.name == "bfloat16" else array
