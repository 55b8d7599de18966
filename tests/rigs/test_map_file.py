"""Bone maps are files that people share; nothing in one is believed unseen."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from addon.rigs import map_of_text, match, read_map, text_of_map, write_map
from addon.rigs.map_file import fitted
from addon.safe_read import FormatError
from tests.rigs.known import KNOWN, build


def test_a_map_comes_back_as_it_was_saved(tmp_path):
    for known in KNOWN:
        found = match(build(known))
        write_map(found, tmp_path / "bones.json")
        assert read_map(tmp_path / "bones.json") == replace(found, confidence=1.0)


GOOD = json.loads(text_of_map(match(build(KNOWN[0]))))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "not complete JSON"),
        ("[]", "no bone map"),
        ('"text"', "no bone map"),
        ("{}", "no bone map"),
        ("[" * 100_000, "nested too deeply|not complete"),
        (" " * 2_000_000, "too long"),
        (json.dumps(GOOD | {"version": 2}), "newer version"),
        (json.dumps(GOOD | {"joints": []}), "no table"),
        (json.dumps(GOOD | {"joints": {"tail": "x"}}), "tail, which is no joint"),
        (json.dumps(GOOD | {"joints": {"head": 3}}), "something else than names"),
        (json.dumps(GOOD | {"joints": {"head": "x" * 300}}), "something else than names"),
        (
            json.dumps(GOOD | {"joints": {"left_hip": "Leg", "left_knee": "Leg"}}),
            "Leg is the left_hip and the",
        ),
        (json.dumps(GOOD | {"spine": "Spine"}), "spine is no list"),
        (json.dumps(GOOD | {"spine": ["x"] * 100}), "spine is no list"),
        (json.dumps(GOOD | {"twists": {"left_hip": {}}}), "left_hip is no list"),
    ],
)
def test_what_is_no_map_gets_one_sentence(content, told):
    with pytest.raises(FormatError, match=told):
        map_of_text(content)


def test_a_file_that_is_not_there_gets_one_sentence(tmp_path):
    with pytest.raises(FormatError, match="can't be read"):
        read_map(tmp_path / "missing.json")
    (tmp_path / "picture.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FormatError, match="no bone map"):
        read_map(tmp_path / "picture.json")


def test_a_map_that_an_editor_has_marked_as_utf_8_is_read(tmp_path):
    found = match(build(KNOWN[0]))
    (tmp_path / "bones.json").write_text(text_of_map(found), "utf-8-sig")
    assert read_map(tmp_path / "bones.json").joints == found.joints


def test_a_map_fits_an_armature_whose_names_have_another_prefix():
    found = match(build(KNOWN[0]))
    assert found.joints["pelvis"] == "mixamorig:Hips"
    names = [name.replace("mixamorig:", "mixamorig7:") for name in build(KNOWN[0]).names]
    own = fitted(found, names)
    assert own.joints["pelvis"] == "mixamorig7:Hips" and own.bones <= set(names)
    assert own.fingers.keys() == found.fingers.keys() and own.twists.keys() == found.twists.keys()
    assert fitted(own, names) == own
    assert fitted(found, names[1:]) == found, "a bone is missing, which is said where it is used"
    assert fitted(found, [*names, "other:Hips"]) == found, "two bones may be meant"
