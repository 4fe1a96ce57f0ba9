"""What every test has: the real models' folder, and quiet oracles."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest

from kport.converters import installation
from kport.converters.runtime_process import RuntimeProcess
from kport.errors import KportError, MissingComponentError

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))  # the tests import one another as tests.<module>

MODELS = Path(os.environ.get("KPORT_MODELS", ROOT.parent / "shared" / "models"))


RNG_STATES: dict[str, Any] = {}
"""The state of each test module's generator when its first test begins."""


@pytest.fixture(autouse=True)
def same_numbers_in_any_order(request: pytest.FixtureRequest) -> None:
    """A module's `RNG` begins every test where it began the first: workers take tests in an order that differs each time."""
    rng = getattr(request.module, "RNG", None)
    if rng is not None:
        rng.bit_generator.state = RNG_STATES.setdefault(request.module.__name__, rng.bit_generator.state)


@pytest.fixture(scope="session")
def models() -> Path:
    """The folder of real models; tests that need it are reported as not run where it is absent."""
    if not (MODELS / "manifest.json").exists():
        pytest.skip(f"not run: no real models at {MODELS} (set KPORT_MODELS)")
    return MODELS


@pytest.fixture(scope="session")
def needs_runtime() -> Callable[[str], RuntimeProcess]:
    """The process of a runtime outside Python, by its name. Where that isn't installed tests are reported as not run; under
    CI they fail."""

    def started(name: str) -> RuntimeProcess:
        try:
            return installation.get(name).process()
        except MissingComponentError as error:
            not_run(str(error))

    return started


@pytest.fixture(scope="session")
def needs_chromium(needs_runtime: Callable[[str], RuntimeProcess]) -> RuntimeProcess:
    """The browser runtime's process, where it finds a Chromium."""
    process = needs_runtime("browser")
    try:
        process.ask({"ask": "runtime", "backend": "chromium-wasm"})
    except KportError as error:
        not_run(str(error))
    return process


def not_run(reason: str) -> NoReturn:
    """What a test needs isn't there: a failure where everything has to be, elsewhere a skip that says so."""
    if os.environ.get("CI"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(f"not run ({reason})")


def manifest() -> list[dict[str, Any]]:
    """The entries of the real models' manifest; empty where it is absent."""
    path = MODELS / "manifest.json"
    return json.loads(path.read_text()) if path.exists() else []
