"""Containers from strangers: bounded, never executed, every refusal one sentence."""

from __future__ import annotations

import io
import json
import os
import pickle
import struct
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from addon import formats
from addon.safe_read import FormatError, NpzFile, parse_json
from addon.safe_read.npy import array_from_bytes, read_header
from tests.formats.test_amass import amass_fields


def npy_bytes(array) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def header_only(shape: str, descr: str = "<f8") -> bytes:
    text = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}".encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text


@pytest.mark.parametrize("dtype", ["<f4", ">f8", "<i8", "|u1", "|b1", "<U5", "|S3", "<f2"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_arrays_come_out_as_numpy_wrote_them(dtype, order):
    array = np.asarray(np.arange(24).reshape(2, 3, 4) % 2, order=order).astype(dtype)
    stream = io.BytesIO(npy_bytes(array))
    np.testing.assert_array_equal(array_from_bytes(read_header(stream), stream.read()), array)


@pytest.mark.parametrize(
    "data",
    [
        header_only("(1000000000, 1000000000)"),
        header_only("(0, 99999999999999999999)"),
        header_only("(1, 1, 1, 1, 1, 1, 1, 1, 1, 1)"),
        header_only("(-1, 3)"),
        header_only("(2, 3)", "<U999999999"),
        header_only("(2, 3)", "|V8"),
        header_only("(2, 3)", "<M8[ns]"),
        header_only("__import__('os').system('true')"),
        b"\x93NUMPY\x01\x00\xff\xff" + b"(" * 65535,
        b"\x93NUMPY",
    ],
)
def test_absurd_headers_are_refused(tmp_path, data):
    path = tmp_path / "array.npy"
    path.write_bytes(data)
    with pytest.raises(FormatError):
        formats.read(path)


def test_a_zip_bomb_is_refused_before_memory_is_spent(tmp_path):
    path = tmp_path / "bomb.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in "abcdef":
            with archive.open(f"{name}.npy", "w") as member:
                member.write(header_only("(13107200,)"))
                for _ in range(100):
                    member.write(bytes(1 << 20))
    assert path.stat().st_size < 1 << 20
    tracemalloc.start()
    with pytest.raises(FormatError, match="unpacks to"):
        NpzFile(path)
    assert tracemalloc.get_traced_memory()[1] < 10 << 20
    tracemalloc.stop()


def test_a_member_that_lies_about_its_size_is_refused(tmp_path):
    path = tmp_path / "lie.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("poses.npy", header_only("(9000, 156)") + bytes(100))
        archive.writestr("trans.npy", npy_bytes(np.zeros((9000, 3))))
    with pytest.raises(FormatError):
        formats.read(path)


def test_an_archive_is_read_lazily(tmp_path):
    path = tmp_path / "big.npz"
    np.savez(path, small=np.zeros(3), big=np.zeros((1000, 6890, 3), np.float32))
    tracemalloc.start()
    assert NpzFile(path)["small"].shape == (3,) and NpzFile(path).shape("big") == (1000, 6890, 3)
    assert tracemalloc.get_traced_memory()[1] < 5 << 20
    tracemalloc.stop()


def test_every_truncation_of_an_archive_is_refused(tmp_path):
    whole = tmp_path / "whole.npz"
    np.savez_compressed(whole, **amass_fields())
    data = whole.read_bytes()
    for end in [*range(0, 200, 7), *range(200, len(data), max(1, len(data) // 60))]:
        cut = tmp_path / "cut.npz"
        cut.write_bytes(data[:end])
        with pytest.raises(FormatError):
            formats.read(cut)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(flips=st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 255)), min_size=1, max_size=6))
def test_flipped_bytes_end_in_a_recording_or_a_refusal(tmp_path, flips):
    whole = tmp_path / "whole.npz"
    if not whole.exists():
        np.savez_compressed(whole, **amass_fields())
    data = bytearray(whole.read_bytes())
    for place, mask in flips:
        data[place % len(data)] ^= mask
    flipped = tmp_path / "flipped.npz"
    flipped.write_bytes(bytes(data))
    try:
        formats.read(flipped)
    except FormatError as refusal:
        assert str(refusal).isprintable()


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.binary(max_size=400),
    start=st.sampled_from([b"", b"\x93NUMPY", b"PK\x03\x04", b"{", b"PathFileType\t"]),
)
def test_random_bytes_are_refused(tmp_path, data, start):
    path = tmp_path / "random"
    path.write_bytes(start + data)
    with pytest.raises(FormatError):
        formats.read(path)


def test_json_of_any_depth_is_refused_without_a_crash(tmp_path):
    path = tmp_path / "deep.json"
    path.write_text("[" * 200_000)
    with pytest.raises(FormatError):
        formats.read(path)
    path.write_text('{"keypoints": ' + "[" * 5000 + "]" * 5000 + "}")
    with pytest.raises(FormatError):
        formats.read(path)


def test_json_that_is_cut_off_is_refused():
    with pytest.raises(FormatError, match="not complete JSON"):
        parse_json(json.dumps({"keypoints": [[1, 2, 3]]})[:-3], "clip.json")


class Hostile:
    """Runs code where a pickle is loaded the usual way."""

    def __reduce__(self):
        return os.system, ("touch /tmp/smpl_pose_refiner_was_here",)


def hostile_files():
    payload = pickle.dumps(Hostile())
    objects = np.empty(1, object)
    objects[0] = Hostile()
    archive = io.BytesIO()
    np.savez(archive, poses=objects, trans=objects, keypoints=objects)
    return {
        "plain": payload,
        "old protocol": pickle.dumps(Hostile(), 0),
        "zlib": zlib.compress(payload),
        "npy": npy_bytes(objects),
        "npz": archive.getvalue(),
    }


@pytest.mark.parametrize("kind", list(hostile_files()))
def test_a_pickle_that_wants_to_run_code_is_refused(tmp_path, kind):
    marker = "/tmp/smpl_pose_refiner_was_here"
    assert not Path(marker).exists()
    path = tmp_path / "hostile.pkl"
    path.write_bytes(hostile_files()[kind])
    with pytest.raises(FormatError) as refusal:
        formats.read(path)
    assert not Path(marker).exists() and str(refusal.value).isprintable()


def test_an_array_is_taken_out_of_an_archive_once_however_many_readers_look_at_it(tmp_path, monkeypatch):
    path, taken = tmp_path / "long.npz", list[str]()
    np.savez(path, **amass_fields(frames=300), extra=np.zeros((30, 10475, 3), np.float32))
    real = NpzFile._read

    def take(archive: NpzFile, name: str) -> object:
        taken.append(name)
        return real(archive, name)

    monkeypatch.setattr(NpzFile, "_read", take)
    assert formats.read(path).people[0].frames == 300
    assert "poses" in taken and len(taken) == len(set(taken))
