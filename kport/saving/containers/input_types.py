"""What files say of the inputs of a subclassed model, which has no input layers.

Every reader gives a TensorType, or a list or dict of them, as the model is called with.
"""

from __future__ import annotations

from typing import Any

from ...errors import FileError
from ...ir import TensorType
from ..dialects.plain import plain
from .protobuf import all_of, int_of, one_of, signed
from .tensor_bundle import DTYPES, STRING


def of_shapes(shapes: Any) -> Any:
    """`build_config`'s input_shape, of Keras 3: one shape, or a list or dict of them. The dtypes aren't recorded."""
    return _shapes(plain(shapes))


def _shapes(shapes: Any) -> Any:
    if isinstance(shapes, dict):
        return {key: _shapes(shape) for key, shape in shapes.items()}
    if all(size is None or isinstance(size, int) for size in shapes):
        return TensorType("float32", tuple(shapes))
    return [_shapes(shape) for shape in shapes]


def of_specs(specs: Any) -> Any:
    """`save_spec`, of tf.keras from 2.5: TensorFlow's type specs (shape, dtype, name) in the structure of the inputs."""
    return _specs(plain(specs))


def _specs(spec: Any) -> Any:
    if isinstance(spec, list):
        return [_specs(item) for item in spec]
    if spec.get("class_name") != "TypeSpec":
        return {key: _specs(item) for key, item in spec.items()}
    if spec["type_spec"] != "tf.TensorSpec":
        raise FileError(f"expected dense inputs of the model. Received: {spec['type_spec']}")
    shape, dtype = spec["serialized"][:2]
    return TensorType(dtype, tuple(shape))


def of_signatures(signatures: list[bytes]) -> Any:
    """A SavedModel's SignatureDefs, entries of a map by name: one input, or several by name; None where there are none.

    Source: tensorflow/core/protobuf/meta_graph.proto
    """
    found = {one_of(entry, 1).decode("utf-8"): one_of(entry, 2) for entry in signatures}
    served = found.get("serving_default") or next((s for name, s in sorted(found.items()) if all_of(s, 1)), b"")
    inputs = {one_of(entry, 1).decode("utf-8"): _tensor(one_of(entry, 2)) for entry in all_of(served, 1)}
    return None if not inputs else next(iter(inputs.values())) if len(inputs) == 1 else dict(sorted(inputs.items()))


def _tensor(info: bytes) -> TensorType:
    """A TensorInfo: its dtype and shape, in which -1 is an unknown size."""
    number = int_of(info, 2)
    dtype = "string" if number == STRING else DTYPES.get(number)
    if dtype is None:
        raise FileError(f"expected inputs with numbers or text. Received: TensorFlow's dtype {number}")
    sizes = [signed(int_of(size, 1)) for size in all_of(one_of(info, 3), 2)]
    return TensorType(dtype, tuple(None if size < 0 else size for size in sizes))
