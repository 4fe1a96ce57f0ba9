"""What a folder says about itself, graph model or layers model, whoever wrote it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...errors import FileError
from ...ir.types import TensorType
from ..contract import read_file
from .graphdef import TYPES

MODEL = "model.json"
FORMATS = ("graph-model", "layers-model")
SIDES = ("inputs", "outputs")

_DTYPES = {name: dtype for dtype, name in TYPES.items()}


def model_json(folder: Path) -> dict[str, Any] | None:
    """model.json of a TF.js model; None if the folder has none."""
    path = folder / MODEL
    if not path.is_file():
        return None
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    is_model = isinstance(found, dict) and "modelTopology" in found and "weightsManifest" in found
    return found if is_model and found.get("format", FORMATS[0]) in FORMATS else None


def recognises(folder: Path) -> bool:
    return model_json(folder) is not None


def read_contract(folder: Path) -> Mapping[str, str] | None:
    """The contract of a folder that kport wrote."""
    return read_file(folder) if recognises(folder) else None


def interface(folder: Path) -> tuple[dict[str, TensorType], dict[str, TensorType]]:
    """Inputs and outputs by name, as the signature of a graph model or the contract of a layers model says them.

    The order is the contract's: tensorflowjs sorts names.
    """
    model = model_json(folder)
    if model is None:
        raise FileError(f"expected the folder of a TF.js model, with a {MODEL}. Received: {folder}")
    contract = contract_of(folder)
    signature = model.get("signature") or model.get("userDefinedMetadata", {}).get("signature")
    if signature:
        inputs, outputs = (_ordered(_signature(signature.get(s, {})), (contract or {}).get(s, [])) for s in SIDES)
        return inputs, outputs
    if contract is None:
        raise FileError(f"expected a TF.js model that says its inputs and outputs. Received: {folder}, without a signature")
    inputs, outputs = ({t["name"]: TensorType(t["dtype"], tuple(t["shape"])) for t in contract[s]} for s in SIDES)
    return inputs, outputs


def _ordered(tensors: dict[str, TensorType], said: Sequence[Mapping[str, Any]]) -> dict[str, TensorType]:
    """The tensors in the order that the contract says, if it speaks of the same ones."""
    names = [t["name"] for t in said]
    return {name: tensors[name] for name in names} if set(names) == set(tensors) else tensors


def contract_of(folder: Path) -> dict[str, Any] | None:
    texts = read_file(folder)
    return None if texts is None else json.loads(next(iter(texts.values())))


def _signature(side: Mapping[str, Any]) -> dict[str, TensorType]:
    found = {}
    for name, tensor in side.items():
        dims = tensor.get("tensorShape", {}).get("dim", [])
        sizes = (int(d["size"]) for d in dims)
        found[name] = TensorType(_DTYPES.get(tensor.get("dtype"), "float32"), tuple(None if s < 0 else s for s in sizes))
    return found
