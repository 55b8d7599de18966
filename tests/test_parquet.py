"""Parquet tables of strangers: what pandas writes is read, damage and bombs are refused."""

from __future__ import annotations

import random
import struct
from pathlib import Path

import numpy as np
import pytest

from addon.safe_read import FormatError
from addon.safe_read.errors import refusing
from addon.safe_read.parquet import read_columns
from addon.safe_read.snappy import decompress
from addon.safe_read.thrift import CompactReader

TABLE = Path(__file__).parent / "formats" / "data" / "freemocap_data_by_frame.parquet"
"""Written by pandas 3.1 and pyarrow 26: Snappy, dictionaries, one gap."""
NAMES = ("frame", "keypoint", "x", "y", "z", "model", "trajectory", "reprojection_error")


def test_columns_are_numbers_with_gaps_and_texts():
    columns = read_columns(TABLE.read_bytes(), NAMES)
    assert set(columns) == set(NAMES) and {len(values) for values in columns.values()} == {3 * 12 * 17}
    assert columns["frame"].dtype.kind == "i" and set(columns["frame"]) == set(range(12))
    assert set(columns["model"]) == {"rtmpose.body", "rtmpose.left_hand"}
    assert len(set(columns["keypoint"])) == 17 and int(np.isnan(columns["x"]).sum()) == 3
    assert np.isnan(columns["reprojection_error"]).all()


def test_only_columns_that_are_asked_for_are_read():
    assert set(read_columns(TABLE.read_bytes(), ("x", "nothing"))) == {"x"}


@pytest.mark.parametrize(("packed", "plain"), [
    (b"\x05\x10hello", b"hello"),
    (b"\x0a\x00a\x15\x01", b"a" * 10),
    (b"\x09\x04ab\x0d\x02", b"ababababa"),
    (b"\x47\xf0\x3b" + b"x" * 60 + b"\x2a\x3c\x00", b"x" * 71),
])  # fmt: skip
def test_snappys_literals_and_overlapping_copies(packed, plain):
    assert decompress(packed, len(plain)) == plain


@pytest.mark.parametrize(("packed", "size"), [
    (b"\x05\x10hello", 4), (b"\x05\x10hello", 6), (b"\x05\x10hel", 5), (b"\x0a\x00a\x15\x02", 10),
    (b"\x0a\x00a\x15\x00", 10), (b"\x80\x80\x80\x80\x04\x00a", 1 << 30), (b"\xff" * 6, 5), (b"", 0),
])  # fmt: skip
def test_sizes_and_places_that_are_not_true_are_refused(packed, size):
    with pytest.raises(FormatError, match="damaged"), refusing("table"):
        decompress(packed, size)


@pytest.mark.parametrize(
    "data", [b"\x1c" * 100, b"\x19\xfc\xff\xff\xff\x7f", b"\x18\xff\xff\xff\x7f", b"\x1b\x01"]
)
def test_headers_without_end_are_refused(data):
    with pytest.raises(FormatError), refusing("table"):
        CompactReader(data).struct()


def test_counts_that_no_table_has_are_refused():
    data = TABLE.read_bytes()
    size = struct.unpack("<I", data[-8:-4])[0]
    # Field 3 of the footer is the number of rows, as a zigzag varint: 612 is c8 09.
    at = data.index(b"\x16\xc8\x09", len(data) - 8 - size)
    for count in (b"\x16\xfe\xff\xff\xff\x7f", b"\x16\x01", b"\x16\x02"):
        changed = data[:at] + count + data[at + 3 : -8] + struct.pack("<I", size + len(count) - 3) + b"PAR1"
        with pytest.raises(FormatError):
            read_columns(changed, NAMES)


def test_damage_is_a_table_or_one_sentence():
    whole, chance = TABLE.read_bytes(), random.Random(7)
    for _ in range(600):
        data = bytearray(whole)
        for _ in range(chance.choice((1, 2, 5))):
            data[chance.randrange(len(data))] = chance.randrange(256)
        end = chance.choice((len(data), len(data), chance.randrange(len(data))))
        try:
            with refusing("table"):
                read_columns(bytes(data[:end]), NAMES)
        except FormatError as refusal:
            assert str(refusal).isprintable()
