"""Weights that a package holds compressed (constexpr): quantised, as indices into a table, or without their zeros."""

from __future__ import annotations

import numpy as np

from ..blob import unpack
from ..types import NUMPY
from .shapes import axis_of, divide

FORMS = """
16 constexpr_affine_dequantize(quantized_data: const Q=BYTE, zero_point: const Z=ZERO, scale: const T=F, axis: const int32) -> T
16 constexpr_cast(source_val: const fp16, output_dtype: const string) -> fp32
16 constexpr_lut_to_dense(indices[1]: const uint8, lut[1]: const T=PLAIN, shape[1]: const uint32) -> T
18 constexpr_lut_to_dense(indices: const I=PACKED, lut: const T=PLAIN, vector_axis?: const int32) -> T
16 constexpr_sparse_to_dense(nonzero_data[1]: const T=PLAIN, mask[1]: const uint8, shape[1]: const uint32) -> T
18 constexpr_sparse_to_dense(nonzero_data[1]: const T=QUANTA, mask: const uint1) -> T
18 constexpr_blockwise_shift_scale(data: const Q=QUANTA, scale: const T=F, offset?: const O=QUANTA) -> T
18 constexpr_lut_to_sparse(indices_mask: const uint1, indices_nonzero_data[1]: const I=PACKED, lut: const T=PLAIN, \
vector_axis?: const int32) -> uint1, T
18 constexpr_sparse_blockwise_shift_scale(data_mask: const uint1, nonzero_data[1]: const Q=QUANTA, scale: const T=F, \
offset?: const O=QUANTA) -> uint1, T
"""


def _affine_dequantize(quantized_data: np.ndarray, zero_point: np.ndarray, scale: np.ndarray, axis: int) -> np.ndarray:
    """scale · (data - zero_point)"""
    column = [-1 if a == axis_of(axis, quantized_data.ndim) else 1 for a in range(quantized_data.ndim)]
    shift, factor = (p.reshape(column) if np.ndim(p) else p for p in (np.asarray(zero_point), np.asarray(scale)))
    return (quantized_data.astype(np.float32) - shift.astype(np.float32)) * factor


def _cast(source_val: np.ndarray, output_dtype: str) -> np.ndarray:
    if output_dtype != "fp32":
        raise ValueError(f"expected output_dtype fp32. Received: {output_dtype}")
    return source_val.astype(NUMPY["fp32"])


def _lut_to_dense(
    indices: np.ndarray, lut: np.ndarray, shape: np.ndarray | None = None, vector_axis: int | None = None
) -> np.ndarray:
    """Up to iOS 17 indices packed in bytes into one table; from iOS 18 on blocks with a table, or vectors, each."""
    if shape is not None:
        bits = lut.size.bit_length() - 1
        if 1 << bits != lut.size:
            raise ValueError(f"expected 2, 4, 16, 64 or 256 entries. Received: {lut.size}")
        return lut[unpack(indices, bits, int(np.prod(shape)))].reshape(shape.astype(np.int64))
    return _looked_up(indices, lut, vector_axis)


def _looked_up(indices: np.ndarray, lut: np.ndarray, vector_axis: int | None) -> np.ndarray:
    """lut: (*blocks, entries, vector size), of which each block of indices has its own."""
    tables = lut.shape[:-2]
    if len(tables) != indices.ndim:
        raise ValueError(f"expected tables of rank {indices.ndim + 2}. Received: {list(lut.shape)}")
    blocks = [divide(d, t, "a number of tables") for d, t in zip(indices.shape, tables, strict=True)]
    place = [np.arange(d).reshape([-1 if a == axis else 1 for a in range(indices.ndim)]) // b
             for axis, (d, b) in enumerate(zip(indices.shape, blocks, strict=True))]  # fmt: skip
    vectors = lut[(*place, indices)]
    if lut.shape[-1] == 1:
        return vectors[..., 0]
    if vector_axis is None:
        raise ValueError("expected vector_axis for vectors of more than one element")
    axis = axis_of(vector_axis, indices.ndim)
    size = [d * lut.shape[-1] if a == axis else d for a, d in enumerate(indices.shape)]
    return np.moveaxis(vectors, -1, axis + 1).reshape(size)


def _sparse_to_dense(nonzero_data: np.ndarray, mask: np.ndarray, shape: np.ndarray | None = None) -> np.ndarray:
    if shape is not None:
        mask = unpack(mask, 1, int(np.prod(shape))).reshape(shape.astype(np.int64))
    return _spread(nonzero_data, mask)


def _spread(values: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The values where the mask is set, in its order; zeros elsewhere."""
    if np.count_nonzero(mask) != values.size:
        raise ValueError(f"expected {np.count_nonzero(mask)} values, one for each bit of the mask. Received: {values.size}")
    dense = np.zeros(mask.shape, values.dtype)
    dense[mask != 0] = values
    return dense


def _shift_scale(data: np.ndarray, scale: np.ndarray, offset: np.ndarray | None = None) -> np.ndarray:
    """scale · (data - offset), each for a block of data."""
    blocks = [divide(d, s, "a number of scales") for d, s in zip(data.shape, scale.shape, strict=True)]
    factor, shift = scale, np.zeros_like(scale) if offset is None else offset.astype(np.float32)
    for axis, block in enumerate(blocks):
        factor, shift = np.repeat(factor, block, axis), np.repeat(shift, block, axis)
    return factor * (data.astype(np.float32) - shift)


def _lut_to_sparse(
    indices_mask: np.ndarray, indices_nonzero_data: np.ndarray, lut: np.ndarray, vector_axis: int | None = None
) -> tuple[np.ndarray, ...]:
    dense = _looked_up(_spread(indices_nonzero_data, indices_mask), lut, vector_axis)
    mask = indices_mask if vector_axis is None else np.repeat(indices_mask, lut.shape[-1], vector_axis)
    return mask, dense[mask != 0]


def _sparse_shift_scale(
    data_mask: np.ndarray, nonzero_data: np.ndarray, scale: np.ndarray, offset: np.ndarray | None = None
) -> tuple[np.ndarray, ...]:
    return data_mask, _shift_scale(_spread(nonzero_data, data_mask), scale, offset)[data_mask != 0]


KERNELS = {
    "constexpr_affine_dequantize": _affine_dequantize,
    "constexpr_cast": _cast,
    "constexpr_lut_to_dense": _lut_to_dense,
    "constexpr_sparse_to_dense": _sparse_to_dense,
    "constexpr_blockwise_shift_scale": _shift_scale,
    "constexpr_lut_to_sparse": _lut_to_sparse,
    "constexpr_sparse_blockwise_shift_scale": _sparse_shift_scale,
}
