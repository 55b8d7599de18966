"""A row of numbers per frame: MediaPipe with hands and face behind the body, and other layouts' points."""

from __future__ import annotations

import json
import pickle

import numpy as np
import pytest

from addon import formats
from addon.safe_read import FormatError

from .bodies import keypoints_of, on_floor, walking
from .test_landmark_dumps import FRAMES, assert_is_the_body, picture, world

HANDS, FACE = 2 * 21 * 3, 468 * 3
WIDTHS = {"pose, face, hands": (4, FACE + HANDS), "pose, hands": (4, HANDS), "without visibility": (3, HANDS)}


def rows(body: np.ndarray, columns: int, behind: int) -> np.ndarray:
    """As lessons on recognising actions concatenate Holistic's results; zeros are what was not seen."""
    seen = np.concatenate([body, np.full((*body.shape[:2], columns - 3), 0.9)], axis=-1)
    return np.concatenate([seen.reshape(len(body), -1), np.full((len(body), behind), 0.3)], axis=1)


@pytest.mark.parametrize("width", list(WIDTHS))
def test_of_a_row_with_hands_and_face_the_body_is_read(tmp_path, width):
    np.save(tmp_path / "a.npy", rows(world(), *WIDTHS[width]))
    recording = formats.read(tmp_path / "a.npy")
    assert_is_the_body(recording)
    assert "Not used: the points behind the body's 33." in recording.warnings


@pytest.mark.parametrize("width", list(WIDTHS))
def test_rows_of_the_picture_are_refused_as_such(tmp_path, width):
    np.save(tmp_path / "a.npy", rows(picture(), *WIDTHS[width]))
    with pytest.raises(FormatError, match="image landmarks"):
        formats.read(tmp_path / "a.npy")


def test_a_file_may_hold_the_row_of_one_frame(tmp_path):
    np.save(tmp_path / "0.npy", rows(world(), 4, FACE + HANDS)[0])
    assert formats.read(tmp_path / "0.npy").people[0].frames == 1


@pytest.mark.parametrize("end", [".npy", ".json", ".pkl"])
@pytest.mark.parametrize("layout", ["coco17", "h36m17", "halpe26"])
def test_a_row_may_hold_any_layout_that_the_body_tells(tmp_path, layout, end):
    body = walking(FRAMES).layout(layout)
    flat, path = body.reshape(FRAMES, -1), tmp_path / f"a{end}"
    if end == ".npy":
        np.save(path, flat)
    elif end == ".json":
        path.write_text(json.dumps(flat.tolist()))
    else:
        path.write_bytes(pickle.dumps(list(flat)))
    recording = formats.read(path)
    read = keypoints_of(recording)
    assert read.layout == layout
    np.testing.assert_allclose(read.positions, on_floor(recording, body, read.positions), atol=1e-6)


def test_a_row_of_other_numbers_is_no_body(tmp_path):
    np.save(tmp_path / "a.npy", np.random.default_rng(0).normal(size=(FRAMES, 51)))
    with pytest.raises(FormatError, match="no reader finds a body"):
        formats.read(tmp_path / "a.npy")


TEXTS = {"savetxt": (" ", ""), "commas": (",", ""), "counted": (",", "{}"), "counted from 1": ("\t", "{}")}


@pytest.mark.parametrize("text", list(TEXTS))
@pytest.mark.parametrize("layout", ["coco17", "smpl24"])
def test_a_text_of_numbers_alone_is_read_where_they_make_a_body(tmp_path, text, layout):
    body = walking(FRAMES).layout(layout)
    apart, count = TEXTS[text]
    rows = [[*([count.format(n)] if count else []), *(f"{value:.7f}" for value in frame.reshape(-1))]
            for n, frame in enumerate(body)]  # fmt: skip
    (tmp_path / "a.txt").write_text("\n".join(apart.join(row) for row in rows) + "\n")
    recording = formats.read(tmp_path / "a.txt")
    read = keypoints_of(recording)
    assert read.layout == layout
    np.testing.assert_allclose(read.positions, on_floor(recording, body, read.positions), atol=1e-5)


def test_a_text_of_other_numbers_is_no_body(tmp_path):
    np.savetxt(tmp_path / "a.csv", np.random.default_rng(0).normal(size=(FRAMES, 51)), delimiter=",")
    with pytest.raises(FormatError, match="no reader knows"):
        formats.read(tmp_path / "a.csv")


@pytest.mark.parametrize("names", ["{axis}{n}", "joint_{n}_{axis}", "kp{n}_{axis}", "{n}.{axis}"])
def test_columns_that_are_only_numbered_are_a_layouts(tmp_path, names):
    """Eleven of them stand behind the tenth where names are sorted as text."""
    body = walking(FRAMES).layout("coco17")
    order = sorted(range(17), key=str)
    header = [names.format(n=n, axis=axis) for n in order for axis in "xyz"]
    lines = [",".join(header), *(",".join(f"{v:.7f}" for v in frame[order].reshape(-1)) for frame in body)]
    (tmp_path / "a.csv").write_text("\n".join(lines))
    recording = formats.read(tmp_path / "a.csv", keep_height=True)
    assert keypoints_of(recording).layout == "coco17"
    np.testing.assert_allclose(keypoints_of(recording).positions, body, atol=1e-6)
    noise = np.random.default_rng(0).normal(size=(FRAMES, 51))
    (tmp_path / "b.csv").write_text("\n".join([lines[0], *(",".join(map(str, row)) for row in noise)]))
    with pytest.raises(FormatError, match=r"--layout \(coco17 or h36m17"):
        formats.read(tmp_path / "b.csv")
    assert keypoints_of(formats.read(tmp_path / "b.csv", layout="h36m17")).layout == "h36m17"
