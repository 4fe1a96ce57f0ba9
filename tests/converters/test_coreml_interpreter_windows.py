"""The CoreML interpreter's convolutions and pooling against JAX."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from tests.converters.mil_case import Case, check, floats

IMAGE = floats(2, 4, 7, 9)
SIGNAL = floats(2, 4, 11)
VOLUME = floats(1, 2, 5, 6, 4)


def conv(x: np.ndarray, weight: np.ndarray, bias: Any = None, pads: Any = "VALID", **how: Any) -> np.ndarray:
    """JAX's convolution, in single precision to the last bit."""
    rank = x.ndim - 2
    strides = how.pop("strides", (1,) * rank)
    with jax.default_matmul_precision("highest"):
        y = lax.conv_general_dilated(x, weight, strides, pads, **how)
    return np.asarray(y) if bias is None else np.asarray(y) + bias.reshape(-1, *(1,) * rank)


def _conv(x: np.ndarray, weight: np.ndarray, expected: dict[str, Any], **constants: Any) -> Case:
    bias = constants.get("bias")
    constants = {k: v for k, v in constants.items() if v is not None}
    return Case("conv", {"x": x}, lambda x: conv(x, weight, bias, **expected), {"weight": weight, **constants})


BIAS = floats(6, seed=5)
CONVOLUTIONS = [
    _conv(IMAGE, floats(6, 4, 3, 2), {}, pad_type="valid", bias=BIAS),
    _conv(IMAGE, floats(6, 4, 1, 1), {"strides": (2, 3)}, strides=[2, 3]),
    _conv(IMAGE, floats(6, 4, 3, 3), {"pads": [(1, 2), (0, 3)]}, pad_type="custom", pad=[1, 2, 0, 3]),
    _conv(IMAGE, floats(6, 4, 3, 3), {"rhs_dilation": (2, 3)}, dilations=[2, 3]),
    _conv(IMAGE, floats(6, 2, 3, 3), {"feature_group_count": 2}, groups=2, bias=BIAS),
    _conv(IMAGE, floats(4, 1, 3, 3), {"feature_group_count": 4, "strides": (2, 1)}, groups=4, strides=[2, 1]),
    _conv(IMAGE, floats(8, 1, 2, 3), {"feature_group_count": 4}, groups=4),
    *[
        _conv(IMAGE, floats(6, 4, *kernel), {"pads": "SAME", "strides": strides}, pad_type="same", strides=list(strides))
        for kernel in ((3, 3), (2, 4), (5, 2))
        for strides in ((1, 1), (2, 2), (3, 2))
    ],
    Case(
        "conv",
        {"x": IMAGE},
        lambda x: conv(x, floats(6, 4, 2, 4), pads="SAME_LOWER"),
        {"weight": floats(6, 4, 2, 4), "pad_type": "same_lower"},
        ios=16,
    ),
    Case("conv", {"x": IMAGE, "weight": floats(6, 4, 3, 2)}, conv),
    Case("conv", {"x": IMAGE}, lambda x: conv(x, floats(6, 4, 3, 2)), {"weight": floats(6, 4, 3, 2)}, unknown=True),
    _conv(SIGNAL, floats(6, 4, 3), {"strides": (2,), "rhs_dilation": (2,)}, strides=[2], dilations=[2], bias=BIAS),
    _conv(
        VOLUME,
        floats(6, 2, 2, 3, 1),
        {"strides": (1, 2, 1), "pads": [(1, 0), (0, 1), (0, 0)]},
        strides=[1, 2, 1],
        pad_type="custom",
        pad=[1, 0, 0, 1, 0, 0],
    ),
    _conv(VOLUME, floats(4, 1, 2, 3, 1), {"feature_group_count": 2}, groups=2),
]


def _transposed(x: np.ndarray, weight: np.ndarray, shape: tuple[int, ...], **how: Any) -> np.ndarray:
    """The gradient of a convolution that takes `shape` to x's shape."""
    forward = lambda y: lax.conv_general_dilated(
        y,
        weight,
        how.get("strides", (1, 1)),
        how.get("pads", "VALID"),
        rhs_dilation=how.get("dilations"),
        feature_group_count=how.get("groups", 1),
    )
    with jax.default_matmul_precision("highest"):
        _, gradient = jax.vjp(forward, jnp.zeros(shape, jnp.float32))
        return np.asarray(gradient(jnp.asarray(x))[0])


def _deconv(x: np.ndarray, weight: np.ndarray, shape: tuple[int, ...], how: dict[str, Any], **constants: Any) -> Case:
    """weight (C, O / groups, *K) is also the one of the convolution from O to C channels."""
    bias = constants.get("bias")

    def expected(x: np.ndarray) -> np.ndarray:
        y = _transposed(x, weight, shape, **how)
        return y if bias is None else y + bias.reshape(-1, *(1,) * (x.ndim - 2))

    return Case("conv_transpose", {"x": x}, expected, {"weight": weight, **constants})


DECONVOLUTIONS = [
    _deconv(IMAGE, floats(4, 3, 3, 2), (2, 3, 9, 10), {}, bias=floats(3)),
    _deconv(IMAGE, floats(4, 3, 3, 2), (2, 3, 15, 26), {"strides": (2, 3)}, strides=[2, 3]),
    _deconv(
        IMAGE,
        floats(4, 3, 3, 4),
        (2, 3, 12, 25),
        {"strides": (2, 3), "pads": [(1, 2), (0, 3)]},
        strides=[2, 3],
        pad_type="custom",
        pad=[1, 2, 0, 3],
    ),
    _deconv(IMAGE, floats(4, 3, 3, 2), (2, 3, 11, 12), {"dilations": (2, 3)}, dilations=[2, 3]),
    _deconv(IMAGE, floats(4, 2, 3, 3), (2, 4, 15, 19), {"strides": (2, 2), "groups": 2}, strides=[2, 2], groups=2),
    _deconv(IMAGE, floats(4, 1, 3, 3), (2, 4, 9, 11), {"groups": 4}, groups=4),
    _deconv(IMAGE, floats(4, 3, 3, 3), (2, 3, 14, 18), {"strides": (2, 2), "pads": "SAME"}, strides=[2, 2], pad_type="same"),
    _deconv(
        IMAGE,
        floats(4, 3, 3, 3),
        (2, 3, 14, 18),
        {"strides": (2, 2), "pads": [(0, 1), (0, 1)]},
        strides=[2, 2],
        pad_type="custom",
        pad=[0, 1, 0, 1],
        output_shape=[2, 3, 14, 18],
    ),
    _deconv(
        IMAGE,
        floats(4, 3, 2, 2),
        (2, 3, 15, 19),
        {"strides": (2, 2)},
        strides=[2, 2],
        pad_type="custom",
        pad=[0, 0, 0, 0],
        output_shape=[2, 3, 15, 19],
    ),
    _deconv(SIGNAL, floats(4, 3, 4), (2, 3, 24), {"strides": (2,)}, strides=[2]),
    _deconv(VOLUME, floats(2, 3, 2, 1, 2), (1, 3, 6, 6, 8), {"strides": (1, 1, 2)}, strides=[1, 1, 2]),
]


def _pool(x: np.ndarray, kind: str, size: tuple[int, ...], strides: tuple[int, ...] | None = None, pads: Any = "VALID") -> Any:
    strides = strides or (1,) * len(size)
    window, steps = (1, 1, *size), (1, 1, *strides)
    pads = pads if isinstance(pads, str) else [(0, 0), (0, 0), *pads]
    if kind == "max":
        return np.asarray(lax.reduce_window(x, -jnp.inf, lax.max, window, steps, pads))
    return np.asarray(lax.reduce_window(x, 0.0, lax.add, window, steps, pads))


POOLING = [
    Case(
        "max_pool",
        {"x": IMAGE},
        lambda x: _pool(x, "max", (2, 3), (2, 1)),
        {"kernel_sizes": [2, 3], "strides": [2, 1], "pad_type": "valid"},
    ),
    Case(
        "max_pool",
        {"x": IMAGE - 9},
        lambda x: _pool(x, "max", (3, 3), (2, 2), "SAME"),
        {"kernel_sizes": [3, 3], "strides": [2, 2], "pad_type": "same"},
    ),
    Case(
        "max_pool",
        {"x": IMAGE - 9},
        lambda x: _pool(x, "max", (3, 2), None, [(1, 2), (0, 1)]),
        {"kernel_sizes": [3, 2], "pad_type": "custom", "pad": [1, 2, 0, 1]},
    ),
    Case(
        "max_pool",
        {"x": IMAGE},
        lambda x: _pool(x, "max", (2, 2), (2, 2), [(0, 1), (0, 1)]),
        {"kernel_sizes": [2, 2], "strides": [2, 2], "pad_type": "valid", "ceil_mode": True},
    ),
    Case(
        "max_pool",
        {"x": SIGNAL},
        lambda x: _pool(x, "max", (4,), (3,)),
        {"kernel_sizes": [4], "strides": [3], "pad_type": "valid"},
    ),
    Case(
        "max_pool",
        {"x": VOLUME},
        lambda x: _pool(x, "max", (2, 2, 3)),
        {"kernel_sizes": [2, 2, 3], "pad_type": "valid"},
        unknown=True,
    ),
    Case("avg_pool", {"x": IMAGE}, lambda x: _pool(x, "sum", (2, 3)) / 6, {"kernel_sizes": [2, 3], "pad_type": "valid"}),
    Case(
        "avg_pool",
        {"x": IMAGE},
        lambda x: _pool(x, "sum", (3, 3), (2, 2), "SAME") / 9,
        {"kernel_sizes": [3, 3], "strides": [2, 2], "pad_type": "same"},
    ),
    Case(
        "avg_pool",
        {"x": IMAGE},
        lambda x: _pool(x, "sum", (3, 3), (2, 2), "SAME") / _pool(np.ones_like(x), "sum", (3, 3), (2, 2), "SAME"),
        {"kernel_sizes": [3, 3], "strides": [2, 2], "pad_type": "same", "exclude_padding_from_average": True},
    ),
    Case("l2_pool", {"x": IMAGE}, lambda x: np.sqrt(_pool(x * x, "sum", (2, 2))), {"kernel_sizes": [2, 2], "pad_type": "valid"}),
    # Apple's test of same_lower: the odd padding is before
    Case(
        "avg_pool",
        {"x": np.float32([[[[1, 2], [3, 4]]]])},
        np.float32([[[[0.25, 0.75], [1, 2.5]]]]),
        {"kernel_sizes": [2, 2], "pad_type": "same_lower"},
        ios=16,
    ),
]
CASES = CONVOLUTIONS + DECONVOLUTIONS + POOLING


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_single_precision(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path / "m.mlpackage")


@pytest.mark.parametrize("case", [c for c in CASES if not c.single], ids=lambda case: case.id)
def test_half_precision(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path / "m.mlpackage", half=True)
