"""Compressed files are read as what is in them; archives are told."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import pickle
from typing import Any

import numpy as np
import pytest

from addon import formats
from addon.body.layouts import find_layout
from addon.safe_read import FormatError

from .bodies import keypoints_of, walking

FRAMES = 20
POINTS = walking(FRAMES).layout("coco17")


def as_npy() -> bytes:
    stream = io.BytesIO()
    np.save(stream, POINTS)
    return stream.getvalue()


def as_json() -> bytes:
    return json.dumps({"keypoints": POINTS.tolist(), "layout": "coco17", "fps": 30}).encode()


def as_csv() -> bytes:
    names = [f"{name}_{axis}" for name in find_layout("coco17").keypoints for axis in "xyz"]
    rows = [",".join(map(str, row)) for row in POINTS.reshape(FRAMES, -1)]
    return "\n".join([",".join(names), *rows]).encode()


@pytest.mark.parametrize("pack", [gzip, bz2, lzma])
@pytest.mark.parametrize("build", [as_npy, as_json, as_csv, lambda: pickle.dumps(POINTS)])
def test_what_is_packed_is_read_as_what_it_is(tmp_path, build, pack: Any):
    (tmp_path / "a.gz").write_bytes(pack.compress(build()))
    recording = formats.read(tmp_path / "a.gz", up="+y", keep_height=True)
    np.testing.assert_allclose(keypoints_of(recording).positions, POINTS, atol=1e-5)


def test_a_packed_file_that_was_cut_off_is_told(tmp_path):
    (tmp_path / "a.json.gz").write_bytes(gzip.compress(as_json())[:-200])
    with pytest.raises(FormatError):
        formats.read(tmp_path / "a.json.gz")


@pytest.mark.parametrize(
    ("start", "told"),
    [
        (b"7z\xbc\xaf\x27\x1c\x00\x04" + bytes(100), "is an archive; unpack it"),
        (b"Rar!\x1a\x07\x01\x00" + bytes(100), "is an archive; unpack it"),
        (bytes(257) + b"ustar" + bytes(300), "is an archive; unpack it"),
        (gzip.compress(bytes(257) + b"ustar" + bytes(300)), "is an archive; unpack it"),
        (b"\x04\x22\x4d\x18" + bytes(100), "compressed with LZ4"),
    ],
)
def test_archives_are_told(tmp_path, start, told):
    (tmp_path / "a.pkl").write_bytes(start)
    with pytest.raises(FormatError, match=told):
        formats.read(tmp_path / "a.pkl")
