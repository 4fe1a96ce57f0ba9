"""What every test has: the real models' folder, and quiet oracles."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))  # the tests import one another as tests.<module>

MODELS = Path(os.environ.get("KPORT_MODELS", ROOT.parent / "shared" / "models"))


@pytest.fixture(scope="session")
def models() -> Path:
    """The folder of real models; tests that need it are reported as not run where it is absent."""
    if not (MODELS / "manifest.json").exists():
        pytest.skip(f"not run: no real models at {MODELS} (set KPORT_MODELS)")
    return MODELS


def manifest() -> list[dict[str, Any]]:
    """The entries of the real models' manifest; empty where it is absent."""
    path = MODELS / "manifest.json"
    return json.loads(path.read_text()) if path.exists() else []
