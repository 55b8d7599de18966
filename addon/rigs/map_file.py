"""Bone maps as files that people share: JSON, checked before it is believed."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from ..body.skeleton import JOINT_NAMES
from ..safe_read import FormatError, one_line, parse_json
from ..whole_file import whole_file
from .bone_map import FINGER_SLOTS, NEEDED, PALM_SLOTS, SEGMENTS, BoneMap

KIND = "SMPL Pose Refiner bone map"
VERSION = 1
_LARGEST = 1_000_000
_LONGEST_NAME = 255
_MOST_IN_A_ROW = 64
_ROWS = ("spine", "neck", "lower", "roots")


def text_of_map(bone_map: BoneMap) -> str:
    """The map as JSON."""
    content: dict[str, Any] = {"kind": KIND, "version": VERSION, "family": bone_map.family}
    content |= {name: dict(getattr(bone_map, name)) for name in ("joints", "fingers", "metacarpals")}
    content |= {name: list(getattr(bone_map, name)) for name in _ROWS}
    content["twists"] = {joint: list(row) for joint, row in bone_map.twists.items()}
    return json.dumps(content, indent=1, ensure_ascii=False)


def map_of_text(text: str) -> BoneMap:
    """The map that a JSON text holds. Raises FormatError with a plain sentence."""
    if len(text) > _LARGEST:
        raise FormatError("The bone map is too long to be one; choose another file.")
    content = parse_json(text, "The bone map")
    if not isinstance(content, dict) or content.get("kind") != KIND:
        raise FormatError("The file is no bone map; choose one that was saved from the table of bones.")
    if content.get("version") != VERSION:
        raise FormatError("The bone map is of a newer version; update the add-on to read it.")
    twists = _object(content, "twists")
    rows = {name: _row(name, content.get(name, [])) for name in _ROWS}
    return BoneMap(
        joints=_once(_slots(content, "joints", JOINT_NAMES)),
        fingers=_slots(content, "fingers", FINGER_SLOTS),
        metacarpals=_slots(content, "metacarpals", PALM_SLOTS),
        twists={_known(joint, SEGMENTS): _row(joint, names) for joint, names in twists.items()},
        family=_name(content.get("family", "")),
        spine=rows["spine"],
        neck=rows["neck"],
        lower=rows["lower"],
        roots=rows["roots"],
    )


def write_map(bone_map: BoneMap, path: Path) -> None:
    """Save a map. Raises FormatError where the file can't be written."""
    try:
        with whole_file(path) as temporary:
            temporary.write_text(text_of_map(bone_map), "utf-8")
    except OSError as error:
        raise FormatError(
            f"{path.name} can't be written ({error.strerror}); choose another folder."
        ) from error


def read_map(path: Path) -> BoneMap:
    """Read a map. Raises FormatError."""
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise FormatError(f"{path.name} can't be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise FormatError(
            f"{path.name} is no bone map; choose a .json that was saved from the table."
        ) from error
    found = map_of_text(text)
    if found.doubled:
        raise FormatError(f"In {path.name}, {found.doubled}")
    return found


def fitted(bone_map: BoneMap, names: Collection[str]) -> BoneMap:
    """The map on an armature with bones of these names, whatever subject's prefix these have: what was saved
    of `mixamorig:Hips` is for `mixamorig1:Hips`. As it is where bones are missing all the same."""
    plain: dict[str, str] = {}
    for name in names:
        end = name.rpartition(":")[2]
        plain[end] = "" if end in plain else name

    def own(name: str) -> str:
        return name if name in names else plain.get(name.rpartition(":")[2], "")

    found = bone_map.renamed(own)
    return found if all(map(own, bone_map.bones)) else bone_map


def _object(content: dict[str, Any], name: str) -> dict[str, Any]:
    found = content.get(name, {})
    if not isinstance(found, dict):
        raise FormatError(f"In the bone map, {name} is no table of names; save the map again.")
    return found


def _slots(content: dict[str, Any], name: str, known: Iterable[str]) -> dict[str, str]:
    return {_known(slot, known): _name(bone) for slot, bone in _object(content, name).items()}


def _once(joints: dict[str, str]) -> dict[str, str]:
    """The joints, if each that a person needs has a bone of its own. Raises FormatError."""
    seen: dict[str, str] = {}
    for joint, bone in joints.items():
        if joint not in NEEDED:
            continue
        if bone in seen:
            raise FormatError(
                f"In the bone map, {one_line(bone)} is the {seen[bone]} and the {joint}; correct one of them."
            )
        seen[bone] = joint
    return joints


def _known(slot: str, known: Iterable[str]) -> str:
    if slot not in known:
        raise FormatError(
            f"The bone map names {one_line(slot)}, which is no joint of a body; correct its name."
        )
    return slot


def _row(name: str, values: Any) -> tuple[str, ...]:
    if not isinstance(values, list) or len(values) > _MOST_IN_A_ROW:
        raise FormatError(f"In the bone map, {one_line(name)} is no list of bones; save the map again.")
    return tuple(map(_name, values))


def _name(value: Any) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST_NAME:
        raise FormatError("The bone map holds something else than names of bones; save the map again.")
    return value
