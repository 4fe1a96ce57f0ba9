"""Files that ask for far more than is in them: time, memory, devices that never end. Each is one error at once."""

from __future__ import annotations

import os
import random
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kport.errors import FileError, KportError, MissingPartError, UnsafeFileError
from kport.saving import load
from kport.saving.containers.tensor_bundle import table_entries
from tests.saving.test_hostile_files import architecture, dense, write_h5, write_keras


@contextmanager
def refused(match: str, kind: type[KportError] = UnsafeFileError, seconds: float = 4) -> Iterator[None]:
    start = time.monotonic()
    with pytest.raises(kind, match=match) as raised:
        yield
    assert time.monotonic() - start < seconds
    assert len(str(raised.value).splitlines()) == 1


# paths


def test_pipes_and_devices(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with refused("regular file", FileError):
            load(path)
    (tmp_path / "model").mkdir()
    os.mkfifo(tmp_path / "model" / "saved_model.pb")
    with refused("regular file", FileError):
        load(tmp_path / "model")
    with refused("regular file", FileError):
        load(write_h5(tmp_path / "a.h5"), weights=tmp_path / "pipe")


def test_paths_that_cannot_be_looked_at(tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    for path in (loop, Path("a\0b"), Path("a" * 5000), tmp_path / "none" / "a.h5"):
        with refused("can be read", FileError):
            load(path)


# text


@pytest.mark.parametrize("item", ["{0}: &{0} [{1}]", "{0}: &{0} {{<<: [{1}]}}"], ids=["aliases", "merge keys"])
def test_yaml_that_multiplies(item: str, tmp_path: Path) -> None:
    lines = ["class_name: Sequential", "config:", "  a0: &a0 {x: y}"]
    lines += ["  " + item.format(f"a{i}", ", ".join([f"*a{i - 1}"] * 9)) for i in range(1, 12)]
    path = tmp_path / "model.yaml"
    path.write_text("\n".join(lines))
    with refused("expected", FileError):
        load(path)


def test_yaml_that_refers_to_itself_a_little(tmp_path: Path) -> None:
    """PyYAML writes a list that occurs twice once."""
    path = tmp_path / "model.yaml"
    layer = "- class_name: Dense\n  config: {{units: 2, name: {}, batch_input_shape: {}}}\n"
    path.write_text("class_name: Sequential\nconfig:\n" + layer.format("a", "&s [null, 3]") + layer.format("b", "*s"))
    with pytest.raises(KportError, match="weights"):
        load(path)


# configurations


def test_models_whose_calls_multiply(tmp_path: Path) -> None:
    """Every model calls the one within it twice: 2**25 calls in a few kilobytes."""
    model: dict[str, Any] = {"class_name": "Dense", "name": "d", "config": {"units": 3, "name": "d"}}
    for i in range(25):
        start, first = f"x{i}", int(i > 0)
        entry = {"class_name": "InputLayer", "name": start, "inbound_nodes": []}
        entry["config"] = {"batch_input_shape": [None, 3], "name": start, "dtype": "float32"}
        inner = {**model, "inbound_nodes": [[[start, 0, 0, {}]], [[model["name"], first, 0, {}]]]}
        config = {"name": f"m{i}", "layers": [entry, inner]}
        config |= {"input_layers": [[start, 0, 0]], "output_layers": [[model["name"], 1 + first, 0]]}
        model = {"class_name": "Model", "name": f"m{i}", "config": config}
    with refused("50000 calls"):
        load(write_h5(tmp_path / "a.h5", model))


@pytest.mark.parametrize("units", [-5, 0, 1.5, 10**12, 10**400, float("nan"), float("inf"), None, "a", [1], {}, True])
def test_impossible_sizes(units: Any, tmp_path: Path) -> None:
    with refused("layer 'dense'", KportError):
        load(write_h5(tmp_path / "a.h5", architecture(dense(units=units))))


@pytest.mark.parametrize(
    ("class_name", "config"),
    [
        ("MelSpectrogram", {"fft_length": 1 << 30, "num_mel_bins": 1 << 12}),
        ("Dense", {"units": 2, "dtype": "object"}),
        ("Dense", {"units": 2, "dtype": {"class_name": "DTypePolicy", "config": {"name": "S9"}}}),
        ("LSTM", {"units": 1 << 40, "unroll": True}),
        ("Embedding", {"input_dim": -1, "output_dim": 1 << 40}),
    ],
)
def test_impossible_layers(class_name: str, config: dict[str, Any], tmp_path: Path) -> None:
    layer = {"class_name": class_name, "config": {"name": "dense", **config}}
    with refused("expected", KportError):
        load(write_h5(tmp_path / "a.h5", architecture(layer)))


def test_models_nested_too_deeply(tmp_path: Path) -> None:
    model = dense()
    for i in range(150):
        model = {"class_name": "Sequential", "config": {"name": f"s{i}", "layers": [model]}}
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(100_000)  # as other packages of the same process may do
    try:
        with refused("nested too deeply", FileError):
            load(write_h5(tmp_path / "a.h5", model))
    finally:
        sys.setrecursionlimit(before)


# HDF5


def _compressed_zeros(file: Any) -> None:
    """Several arrays of a plausible ratio each, 256 MB together."""
    for i in range(64):
        kept = file["model_weights/dense"].create_dataset(f"x{i}", (1 << 20,), "float32", chunks=(1 << 18,), compression="gzip")
        kept[:] = np.tile(np.random.default_rng(i).normal(size=1 << 10).astype("float32"), 1 << 10)
    file["model_weights/dense"].attrs["weight_names"] = [f"x{i}".encode() for i in range(64)]


def _large_chunks(file: Any) -> None:
    """Every chunk is unpacked whole, however little of it is in the array."""
    del file["model_weights/dense/dense/kernel:0"]
    zeros = np.zeros((3, 2), "float32")
    chunks = {"chunks": (1 << 13, 1 << 13), "maxshape": (None, None), "compression": "gzip"}
    file["model_weights/dense/dense"].create_dataset("kernel:0", data=zeros, **chunks)


def _groups_of_groups(file: Any) -> None:
    """2**40 paths through 40 groups, without a circle."""
    del file["model_weights"], file.attrs["model_config"]
    group = file.create_group("layers")
    for i in range(40):
        group["a"] = group["b"] = file.create_group(f"g{i}")
        group = group["a"]


def _the_same_group(file: Any) -> None:
    del file["model_weights"], file.attrs["model_config"]
    group = file.create_group("layers")
    group["a"] = group


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (_compressed_zeros, "numbers"),
        (_large_chunks, "chunks"),
        (_groups_of_groups, "groups"),
        (_the_same_group, "nested"),
    ],
)
def test_hdf5_that_unpacks_to_more(change: Callable[[Any], None], match: str, tmp_path: Path) -> None:
    path = write_h5(tmp_path / "a.h5", change=change)
    with refused(match, seconds=20):
        load(path)


# zip


def test_zip_that_unpacks_to_more(tmp_path: Path) -> None:
    blob = (random.Random(0).randbytes(2000) + bytes(500_000)) * 4
    path = write_keras(tmp_path / "a.keras", {f"assets/{i}/a.txt": blob for i in range(60)}, zipfile.ZIP_DEFLATED)
    with refused("unpacked"):
        load(path)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_zip_methods_without_a_limit(method: int, tmp_path: Path) -> None:
    with refused("stored or deflated"):
        load(write_keras(tmp_path / "a.keras", compression=method))


def test_encrypted_zip(tmp_path: Path) -> None:
    path = write_keras(tmp_path / "a.keras")
    data = bytearray(path.read_bytes())
    for magic, flags in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        position = -1
        while (position := data.find(magic, position + 1)) >= 0:
            data[position + flags] |= 1
    path.write_bytes(data)
    with refused("encrypted"):
        load(path)


# checkpoints of TensorFlow


def _number(value: int) -> bytes:
    data = b""
    while value > 127:
        data, value = data + bytes([value & 127 | 128]), value >> 7
    return data + bytes([value])


def _block(entries: list[tuple[int, bytes, bytes]]) -> bytes:
    """Entries (shared, rest of the key, value); no restart points."""
    parts = (_number(shared) + _number(len(key)) + _number(len(value)) + key + value for shared, key, value in entries)
    return b"".join(parts) + bytes(4)


def _table(blocks: list[bytes], handles: list[int]) -> bytes:
    data, places = b"", []
    for block in blocks:
        places.append(_number(len(data)) + _number(len(block)))
        data += block + bytes(5)
    index = _block([(0, b"", places[i]) for i in handles])
    footer = (_number(0) * 2 + _number(len(data)) + _number(len(index))).ljust(40, b"\0")
    return data + index + bytes(5) + footer + bytes.fromhex("57fb808b247547db")


def test_index_of_a_checkpoint() -> None:
    assert table_entries(_table([_block([(0, b"ab", b"1"), (1, b"c", b"2")])], [0])) == [(b"ab", b"1"), (b"ac", b"2")]


def test_index_whose_blocks_are_read_again_and_again() -> None:
    with refused("overlap"):
        table_entries(_table([_block([(0, b"", b"")] * 20_000)], [0] * 20_000))


def test_index_with_long_names() -> None:
    with refused("names"):
        table_entries(_table([_block([(0, b"a" * 100_000, b"")] + [(100_000, b"", b"")] * 100_000)], [0]))


def test_folder_without_a_model(tmp_path: Path) -> None:
    with refused("saved_model.pb", MissingPartError):
        load(tmp_path)
