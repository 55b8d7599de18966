"""HDF5 files: h5py's, in the older and the newer form of groups and of chunks (libver="latest"), and one as
MATLAB writes with -v7.3.

The files were made by h5py 3.16 (MATLAB's with its attributes, references and header) from the body of
`test_matlab`, twelve frames of it.
"""

from __future__ import annotations

import random
import struct
from pathlib import Path

import numpy as np
import pytest

from addon import formats
from addon.body.skeleton import JOINT_NAMES
from addon.safe_read import FormatError
from addon.safe_read.hdf5 import read_hdf5
from addon.safe_read.matlab_hdf5 import read_matlab_hdf5
from addon.safe_read.variables import HDF5
from tests.formats.bodies import keypoints_of, on_floor
from tests.formats.test_matlab import BODY, JOINTS, NAMES, Z_UP

DATA = Path(__file__).parent / "data"
FILES = {
    "keypoints.h5": 50.0, "keypoints_v18.h5": 50.0, "keypoints_latest.h5": 50.0, "qualisys_v73.mat": 120.0,
}  # fmt: skip
CHUNKS = "chunks_latest.h5"
FRAMES = 12


def test_arrays_texts_and_groups_are_as_they_were_written():
    held = read_hdf5((DATA / "keypoints.h5").read_bytes())
    assert held["note"] == ["abc", "de"] and held["joints"]["joint_names"] == NAMES
    positions = held["joints"]["positions"]
    assert positions.shape == (FRAMES, len(NAMES), 3)
    np.testing.assert_allclose(np.asarray(positions), Z_UP[:FRAMES] * 1000, atol=1e-3)
    assert float(np.asarray(held["joints"]["fps"])) == 50.0


@pytest.mark.parametrize(
    ("name", "shape"),
    {
        "alone": (6, 5), "alone_packed": (6, 5), "listed": (20, 5), "listed_packed": (20, 5),
        "growing": (20, 5), "growing_packed": (20, 5), "growing_aside": (6, 9, 4), "in_a_row": (10, 5),
        "listed_in_pages": (1100,),
    }.items(),
)  # fmt: skip
def test_chunks_are_found_by_every_index_of_newer_files(name, shape):
    held = read_hdf5((DATA / CHUNKS).read_bytes())
    found = np.asarray((held | held["more"])[name])
    np.testing.assert_array_equal(found, np.arange(1, 1 + np.prod(shape)).reshape(shape))


def test_chunks_that_were_never_written_are_zeros():
    held = read_hdf5((DATA / CHUNKS).read_bytes())["more"]
    found = np.asarray(held["growing_in_pages"])
    assert {at: found[at] for at in np.flatnonzero(found)} == {2: 3, 600: 5, 133500: 7}
    assert found.shape == (135000,) and not np.asarray(held["empty"]).any()


def test_an_index_that_is_not_read_gets_a_sentence():
    tree = read_hdf5((DATA / CHUNKS).read_bytes())["tree"]
    with pytest.raises(FormatError, match=r"keeps its arrays in a rare way; save them as \.npz"):
        np.asarray(tree)


@pytest.mark.parametrize("name", list(FILES))
def test_named_points_are_where_they_were_at_the_stated_rate(name):
    recording = formats.read(DATA / name)
    assert (recording.fps.value, recording.fps.how, recording.units.value) == (FILES[name], "stated", "mm")
    held = keypoints_of(recording)
    found = held.positions[:, [held.names.index(n if n in held.names else n.lower()) for n in NAMES]]
    truth = BODY.joints[:FRAMES, [JOINT_NAMES.index(joint) for joint in JOINTS.values()]]
    np.testing.assert_allclose(found, on_floor(recording, truth, found), atol=1e-5)


def test_qualisys_begins_at_its_own_frame_in_this_form_too():
    recording = formats.read(DATA / "qualisys_v73.mat")
    assert recording.tool == "Qualisys Track Manager" and recording.people[0].frame_ids[0] == 10


@pytest.mark.parametrize("name", list(FILES))
def test_damaged_files_are_read_or_refused_in_a_sentence(tmp_path, name):
    rng, whole = random.Random(7), (DATA / name).read_bytes()
    marks = (b"\0", b"\xff" * 8, b"\xff\xff\xff\x7f", struct.pack("<Q", 1 << 40), b"TREE", b"EADB", b"\x08")
    for _ in range(80):
        data = bytearray(whole)
        for _ in range(rng.randint(1, 4)):
            at, mark = rng.randrange(len(data)), rng.choice(marks)
            data[at : at + len(mark)] = mark
        path = tmp_path / name
        path.write_bytes(bytes(data[: rng.choice((len(data), rng.randrange(600, len(data))))]))
        try:
            assert formats.read(path).people
        except FormatError as refusal:
            assert str(refusal).endswith(".") and "\n" not in str(refusal)


def test_a_group_that_holds_itself_is_refused(tmp_path):
    data = bytearray((DATA / "keypoints_v18.h5").read_bytes())
    root = data[36:44]
    at = data.index(b"positions") + len(b"positions")
    data[at : at + 8] = root
    (tmp_path / "loop.h5").write_bytes(bytes(data))
    with pytest.raises(FormatError, match="nested too deeply"):
        formats.read(tmp_path / "loop.h5")


def test_what_unpacks_to_more_than_may_be_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("addon.safe_read.hdf5_bytes.MAX_ARRAY_BYTES", 1000)
    with pytest.raises(FormatError, match="unpacks to far more than a motion"):
        formats.read(DATA / "keypoints.h5")


def test_tables_of_pandas_get_a_sentence_that_tells_what_to_open():
    with pytest.raises(FormatError, match=r"DeepLabCut write them; open the same as \.csv"):
        formats.read(DATA / "deeplabcut.h5")


def test_chunks_that_are_not_packed_count_too(monkeypatch):
    data = bytearray((DATA / "keypoints.h5").read_bytes())
    skipped = data.index(b"TREE\x01") + 28
    data[skipped : skipped + 4] = b"\xff" * 4
    monkeypatch.setattr("addon.safe_read.hdf5_bytes.MAX_ARRAY_BYTES", 400)
    with pytest.raises(FormatError, match="unpacks to far more than a motion"):
        np.asarray(read_hdf5(bytes(data))["joints"]["positions"])


def test_texts_count_by_the_objects_that_they_are_cut_from(monkeypatch):
    monkeypatch.setattr("addon.safe_read.hdf5_bytes.MAX_ARRAY_BYTES", 4)
    with pytest.raises(FormatError, match="unpacks to far more than a motion"):
        read_hdf5((DATA / "keypoints.h5").read_bytes())


def test_each_message_of_a_header_counts_as_a_part(monkeypatch):
    monkeypatch.setattr("addon.safe_read.hdf5_bytes._MOST_PARTS", 100)
    superblock = HDF5 + bytes((2, 8, 8, 0)) + bytes(24) + struct.pack("<QI", 48, 0)
    messages = bytes(8 * 1000)
    header = struct.pack("<BxHIIxxxx", 1, 1000, 1, len(messages))
    with pytest.raises(FormatError, match="parts; save the arrays"):
        read_hdf5(superblock + header + messages)


def test_an_array_is_unpacked_once():
    positions = read_hdf5((DATA / "keypoints.h5").read_bytes())["joints"]["positions"]
    assert np.shares_memory(np.asarray(positions), np.asarray(positions))


def test_a_text_of_more_letters_than_a_file_has_is_refused(monkeypatch):
    monkeypatch.setattr("addon.safe_read.matlab_hdf5._LONGEST_TEXT", 7)
    with pytest.raises(FormatError, match="longer than a motion needs"):
        read_matlab_hdf5((DATA / "qualisys_v73.mat").read_bytes())


def test_letters_beyond_sixteen_bits_are_whole():
    data, name = (DATA / "qualisys_v73.mat").read_bytes(), "walk.qtm".encode("utf-16-le")
    held = read_matlab_hdf5(data.replace(name, "w\U0001f57ak.qtm".encode("utf-16-le")))
    assert held["walk"]["File"] == "w\U0001f57ak.qtm"
