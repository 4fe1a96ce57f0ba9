"""Categories by their hash."""

from __future__ import annotations

from typing import Any

from ... import ops
from ...errors import LayerError
from ...ops.promotion import dtype_of, is_float
from ...registry import layers
from ..layer import Layer
from .encoding import OUTPUT_MODES, encode, output_mode_of


@layers()
class Hashing(Layer):
    """The bin of each element: its hash modulo `num_bins`.

    x: (...) text or numbers (hashed as text in decimal, floats truncated) → (...) int64, or vectors by `output_mode`.
    FarmHash64; SipHash-2-4 if a `salt` (two integers, or one for both) is given. `mask_value` goes to bin 0, the rest to
    the bins above. Source: https://github.com/google/farmhash, https://cr.yp.to/siphash/siphash-20120918.pdf
    """

    def __init__(
        self,
        num_bins: int,
        mask_value: Any = None,
        salt: Any = None,
        output_mode: str = "int",
        sparse: bool = False,
        *,
        dtype: Any = None,
        **kwargs: Any,
    ):
        super().__init__(dtype=dtype or ("int64" if output_mode == "int" else None), **kwargs)
        if num_bins is None or num_bins < 1:
            raise LayerError(f"expected num_bins of at least 1. Received: {num_bins=}", self.name)
        self.num_bins = num_bins
        self.mask_value = mask_value
        self.salt = salt_of(salt, self.name)
        self.output_mode = output_mode_of(output_mode, OUTPUT_MODES, self.name)
        self.sparse = sparse

    def call(self, inputs: Any) -> Any:
        if self.output_mode == "one_hot" and len(inputs.shape) and inputs.shape[-1] == 1:
            inputs = ops.squeeze(inputs, -1)
        return encode(self._bins(inputs), self.output_mode, self.num_bins, self.dtype)

    def _bins(self, x: Any) -> Any:
        masked = self.mask_value is not None and self.num_bins > 1
        dtype = dtype_of(x) or ""
        text = x if dtype == "string" else ops.as_string(ops.cast(x, "int64") if is_float(dtype) else x)
        bins = ops.string_hash(text, self.num_bins - masked, self.salt)
        return ops.where(ops.equal(x, self.mask_value), 0, ops.add(bins, 1)) if masked else bins


@layers()
class HashedCrossing(Layer):
    """The bin of each combination of two or more features: the hash of their hashes modulo `num_bins`.

    x: a list of tensors (batch,) or (batch, 1), integers or text → (batch,) or (batch, 1) int64, or with `output_mode`
    "one_hot" (batch, num_bins). Source: `tf.sparse.cross_hashed`.
    """

    def __init__(self, num_bins: int, output_mode: str = "int", sparse: bool = False, *, dtype: Any = None, **kwargs: Any):
        super().__init__(dtype=dtype or ("int64" if output_mode == "int" else None), **kwargs)
        self.num_bins = num_bins
        self.output_mode = output_mode_of(output_mode, ("int", "one_hot"), self.name)
        self.sparse = sparse

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["trainable"]
        return config

    def call(self, inputs: Any) -> Any:
        if not isinstance(inputs, (list, tuple)) or len(inputs) < 2:
            raise LayerError(f"expected a list of at least two features. Received: inputs={inputs!r}", self.name)
        return encode(ops.cross_hash(inputs, self.num_bins), self.output_mode, self.num_bins, self.compute_dtype)


def salt_of(salt: Any, layer: str) -> list[int] | None:
    """Two integers, from two or from one for both."""
    if salt is None:
        return None
    if isinstance(salt, int):
        return [salt, salt]
    if len(salt) != 2:
        raise LayerError(f"expected one or two integers. Received: salt={salt!r}", layer)
    return [int(s) for s in salt]
