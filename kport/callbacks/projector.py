"""What TensorBoard is told about embeddings."""

from __future__ import annotations

import json
from typing import Any

from ..errors import UsageError

_TENSOR = "layer_with_weights-0/embeddings/.ATTRIBUTES/VARIABLE_VALUE"


def projector_config(model: Any, metadata: Any) -> str:
    """The text of `projector_config.pbtxt`: an entry for every embedding layer of the model.

    metadata: the file that says what the rows are, or a dict of such files by layer name; a name that no embedding layer
    has is a UsageError.
    """
    from ..layers import Embedding

    names = [layer.name for layer in model.layers if isinstance(layer, Embedding)]
    files = {} if metadata is None else dict.fromkeys(names, metadata) if isinstance(metadata, str) else dict(metadata)
    unknown = sorted(set(files) - set(names))
    if unknown:
        raise UsageError(f"expected names of Embedding layers, {names}, in `embeddings_metadata`. Received: {unknown}")
    entries = []
    for name in names:
        lines = [f"  tensor_name: {json.dumps(_TENSOR)}\n"]
        if name in files:
            lines.append(f"  metadata_path: {json.dumps(str(files[name]))}\n")
        entries.append(f"embeddings {{\n{''.join(lines)}}}\n")
    return "".join(entries)
