"""Damaged and hostile files: always one KportError of one line, never another exception, a hang or a large allocation."""

from __future__ import annotations

import io
import json
import random
import resource
import shutil
import struct
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from kport.errors import FileError, KportError, MissingPartError, UnsafeFileError
from kport.saving import load
from tests.conftest import MODELS, ROOT

FIXTURE = ROOT / "fixtures" / "gender_mini_xception.h5"
SEED = 7


def dense(name: str = "dense", **config: Any) -> dict[str, Any]:
    return {"class_name": "Dense", "config": {"name": name, "units": 2, **config}}


def architecture(*layers: dict[str, Any]) -> dict[str, Any]:
    start = {"class_name": "InputLayer", "config": {"batch_shape": [None, 3], "name": "x", "dtype": "float32"}}
    return {"class_name": "Sequential", "config": {"name": "m", "layers": [start, *layers]}}


def write_h5(path: Path, config: Any = None, change: Callable[[Any], None] | None = None) -> Path:
    """A model of one Dense layer; `change` gets the open file."""
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = json.dumps(architecture(dense()) if config is None else config)
        file.attrs["keras_version"], file.attrs["backend"] = "2.3.1", "tensorflow"
        weights = file.create_group("model_weights")
        weights.attrs["layer_names"] = [b"dense"]
        weights.create_group("dense").attrs["weight_names"] = [b"dense/kernel:0", b"dense/bias:0"]
        weights["dense/dense/kernel:0"] = np.ones((3, 2), "float32")
        weights["dense/dense/bias:0"] = np.zeros(2, "float32")
        if change is not None:
            change(file)
    return path


def write_keras(path: Path, members: dict[str, bytes] | None = None, compression: int = zipfile.ZIP_STORED) -> Path:
    """A `.keras` archive of one Dense layer, with `members` added or replaced."""
    data = io.BytesIO()
    with h5py.File(data, "w") as file:
        file["layers/dense/vars/0"] = np.ones((3, 2), "float32")
        file["layers/dense/vars/1"] = np.zeros(2, "float32")
    content = {
        "metadata.json": b'{"keras_version": "3.15.0"}',
        "config.json": json.dumps(architecture(dense())).encode(),
        "model.weights.h5": data.getvalue(),
    } | (members or {})
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, text in content.items():
            if text is not None:
                archive.writestr(name, text)
    return path


def test_the_honest_ones_open(tmp_path: Path) -> None:
    for path in (write_h5(tmp_path / "a.h5"), write_keras(tmp_path / "a.keras")):
        assert np.array_equal(load(path).predict(np.ones((1, 3), "float32")), [[3, 3]])


# HDF5


def _external_link(file: Any) -> None:
    del file["model_weights/dense/dense/kernel:0"]
    file["model_weights/dense/dense/kernel:0"] = h5py.ExternalLink("/etc/passwd", "/x")


def _soft_link(file: Any) -> None:
    del file["model_weights/dense/dense/kernel:0"]
    file["model_weights/dense/dense/kernel:0"] = h5py.SoftLink("/model_weights")


def _external_storage(file: Any) -> None:
    del file["model_weights/dense/dense/kernel:0"]
    file["model_weights/dense/dense"].create_dataset("kernel:0", (3, 2), "float32", external=[("/etc/passwd", 0, 24)])


def _virtual(file: Any) -> None:
    del file["model_weights/dense/dense/kernel:0"]
    layout = h5py.VirtualLayout((3, 2), "float32")
    layout[:] = h5py.VirtualSource("other.h5", "x", (3, 2))
    file["model_weights/dense/dense"].create_virtual_dataset("kernel:0", layout)


def _enormous(file: Any) -> None:
    """A terabyte of zeros that takes no room in the file."""
    del file["model_weights/dense/dense/kernel:0"]
    file["model_weights/dense/dense"].create_dataset("kernel:0", (2**19, 2**19), "float32", chunks=(1024, 1024))


def _text(file: Any) -> None:
    del file["model_weights/dense/dense/kernel:0"]
    file["model_weights/dense/dense/kernel:0"] = "kernel"


def _missing(file: Any) -> None:
    del file["model_weights/dense/dense/kernel:0"]


@pytest.mark.parametrize("change", [_external_link, _soft_link, _external_storage, _virtual, _enormous])
def test_hdf5_that_reaches_out(change: Callable[[Any], None], tmp_path: Path) -> None:
    with pytest.raises(UnsafeFileError):
        load(write_h5(tmp_path / "a.h5", change=change))


@pytest.mark.parametrize("change", [_text, _missing])
def test_hdf5_with_wrong_arrays(change: Callable[[Any], None], tmp_path: Path) -> None:
    with pytest.raises(FileError, match="kernel"):
        load(write_h5(tmp_path / "a.h5", change=change))


def test_shapes_are_checked_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(KportError, match=r"expected weight 'kernel' of shape \(3, 5\). Received: shape=\(3, 2\)"):
        load(write_h5(tmp_path / "a.h5", architecture(dense(units=5))))


# .keras


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "a/../../evil", "C:\\evil", "..\\evil"])
def test_zip_members_stay_within(name: str, tmp_path: Path) -> None:
    with pytest.raises(UnsafeFileError, match="within the archive"):
        load(write_keras(tmp_path / "a.keras", {name: b"x"}))


def test_zip_with_a_member_twice(tmp_path: Path) -> None:
    path = write_keras(tmp_path / "a.keras")
    with zipfile.ZipFile(path, "a") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr("config.json", "{}")
    with pytest.raises(UnsafeFileError, match="once"):
        load(path)


def test_zip_bomb(tmp_path: Path) -> None:
    bomb = {"assets/layers/dense/a.txt": b"\0" * (50 << 20)}
    with pytest.raises(UnsafeFileError, match="plausible size"):
        load(write_keras(tmp_path / "a.keras", bomb, zipfile.ZIP_DEFLATED))


def test_zip_with_too_many_members(tmp_path: Path) -> None:
    with pytest.raises(UnsafeFileError, match="members"):
        load(write_keras(tmp_path / "a.keras", {f"assets/{i}": b"" for i in range(20_001)}))


def test_npz_of_objects(tmp_path: Path) -> None:
    data = io.BytesIO()
    np.savez(data, **{"layers/dense": np.array({"0": np.ones((3, 2))}, object)})
    with pytest.raises(UnsafeFileError, match="pickled"):
        load(write_keras(tmp_path / "a.keras", {"model.weights.h5": None, "model.weights.npz": data.getvalue()}))  # type: ignore[dict-item]


def test_npz_that_claims_more_than_it_holds(tmp_path: Path) -> None:
    data = io.BytesIO()
    header = b"{'descr': '<f4', 'fortran_order': False, 'shape': (1099511627776,), }"
    header = header.ljust(117) + b"\n"
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("layers/dense/vars/0.npy", b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header)
    with pytest.raises(UnsafeFileError, match="expected 128 bytes"):
        load(write_keras(tmp_path / "a.keras", {"model.weights.h5": None, "model.weights.npz": data.getvalue()}))  # type: ignore[dict-item]


def test_npz_of_arrays_opens(tmp_path: Path) -> None:
    data = io.BytesIO()
    np.savez(data, **{"layers/dense/vars/0": np.ones((3, 2), "float32"), "layers/dense/vars/1": np.ones(2, "float32")})
    members = {"model.weights.h5": None, "model.weights.npz": data.getvalue()}
    model = load(write_keras(tmp_path / "a.keras", members))  # type: ignore[arg-type]
    assert np.array_equal(model.predict(np.ones((1, 3), "float32")), [[4, 4]])


# not Keras


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"{}",
        b"[1, 2",
        b'{"a": 1}',
        b"\x1c\0\0\0TFL3rest",
        b"\x08\x07onnx",
        b"\x80\x04pickle",
        b"\x93NUMPY\x01\0",
        b"\xff\xfe\x00",
        b"PK\x03\x04not a zip",
        b"\x89HDF\r\n\x1a\nnot hdf5",
        b"[" * 100_000,
        b"- " * 5000 + b"a",
        b"a: &a [*a]",
        b"!!python/object/apply:os.system ['true']",
        b'{"class_name": "Sequential", "config": 5}',
        b'{"class_name": "Model", "config": {"layers": [], "input_layers": [], "output_layers": []}}',
    ],
    ids=lambda c: repr(c[:20]),
)
def test_other_files(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(KportError) as raised:
        load(path)
    assert len(str(raised.value).splitlines()) == 1
    assert len(str(raised.value)) < 1000


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="No such file"):
        load(tmp_path / "nothing.h5")
    with pytest.raises(MissingPartError, match=r"saved_model\.pb"):
        load(tmp_path)


def test_a_model_in_a_circle(tmp_path: Path) -> None:
    nodes = {"a": "b", "b": "a"}
    layers = [{**dense(name), "name": name, "inbound_nodes": [[[other, 0, 0, {}]]]} for name, other in nodes.items()]
    config = {"name": "m", "layers": layers, "input_layers": [["a", 0, 0]], "output_layers": [["b", 0, 0]]}
    with pytest.raises(KportError, match="wait for one another"):
        load(write_h5(tmp_path / "a.h5", {"class_name": "Model", "config": config}))


def test_unknown_layers_are_listed_at_once(tmp_path: Path) -> None:
    own = [{"class_name": c, "config": {"name": n}} for c, n in (("Swirl", "s1"), ("Swirl", "s2"), ("Twist", "t"))]
    with pytest.raises(KportError, match=r"Received: Swirl \(s1, s2\); Twist \(t\).*--custom"):
        load(write_h5(tmp_path / "a.h5", architecture(dense(), *own)))


# fuzz


def damaged(data: bytes, rng: random.Random) -> bytes:
    """Cut short, with bits turned, with a part overwritten by noise, or with a part moved."""
    kind = rng.choice(["cut", "bits", "noise", "move"])
    changed = bytearray(data)
    if kind == "cut":
        return data[: rng.randrange(len(data))]
    if kind == "bits":
        for _ in range(rng.choice([1, 8, 64])):
            changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    start, size = rng.randrange(len(data)), rng.choice([4, 64, 1024])
    if kind == "noise":
        changed[start : start + size] = rng.randbytes(min(size, len(data) - start))
    if kind == "move":
        target = rng.randrange(len(data))
        changed[target : target + size] = data[start : start + size]
    return bytes(changed[: len(data)])


def opens_or_says_why(path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            load(path)
        except KportError as error:
            assert len(str(error).splitlines()) == 1


def _sources(tmp_path: Path) -> dict[str, Path]:
    config = json.dumps(architecture(dense(), dense("d2", activation="relu")))
    (tmp_path / "model.json").write_text(config)
    return {
        "h5": write_h5(tmp_path / "a.h5"),
        "keras": write_keras(tmp_path / "a.keras", compression=zipfile.ZIP_DEFLATED),
        "stored": write_keras(tmp_path / "b.keras"),
        "json": tmp_path / "model.json",
    }


@pytest.mark.parametrize("kind", ["h5", "keras", "stored", "json"])
def test_damaged_files(kind: str, tmp_path: Path) -> None:
    rng = random.Random(f"{SEED}{kind}")
    data = _sources(tmp_path)[kind].read_bytes()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for i in range(120):
        path = tmp_path / f"damaged{i}"
        path.write_bytes(damaged(data, rng))
        opens_or_says_why(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000  # kB


def test_damaged_real_file(tmp_path: Path) -> None:
    """Only the beginning of a real model is damaged, where its structure is."""
    rng = random.Random(SEED)
    data = FIXTURE.read_bytes()
    for i in range(25):
        path = tmp_path / f"damaged{i}"
        path.write_bytes(damaged(data[:40_000], rng).ljust(40_000, b"\0") + data[40_000:])
        opens_or_says_why(path)


def test_random_bytes(tmp_path: Path) -> None:
    rng = random.Random(SEED)
    for magic in (b"", b"PK\x03\x04", b"\x89HDF\r\n\x1a\n", b"{", b'{"class_name": "Sequential", "config": '):
        for i in range(20):
            path = tmp_path / f"{magic[:1].hex()}{i}"
            path.write_bytes(magic + rng.randbytes(rng.randrange(2000)))
            opens_or_says_why(path)


@pytest.mark.parametrize(
    "file", ["keras_metadata.pb", "saved_model.pb", "variables/variables.index", "variables/variables.data-00000-of-00001"]
)
def test_damaged_saved_model(file: str, models: Path, tmp_path: Path) -> None:
    source = MODELS / "TensorFlow.NET/test/TensorFlowNET.Keras.UnitTest/Assets/lstm_from_sequential"
    folder = tmp_path / "model"
    shutil.copytree(source, folder, copy_function=shutil.copyfile)
    for directory in (folder, folder / "variables"):
        directory.chmod(0o755)
    rng = random.Random(SEED)
    data = (source / file).read_bytes()
    for _ in range(40):
        (folder / file).write_bytes(damaged(data, rng))
        opens_or_says_why(folder)
