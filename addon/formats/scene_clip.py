"""What was sampled in a scene, kept in an .npz file, so that it is a recording like any other."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..body.rotations import matrix_from_quaternion, quaternion_from_matrix
from ..safe_read import FormatError, parse_json
from ..whole_file import save_arrays
from .draft import numbers

if TYPE_CHECKING:  # every archive is asked for its name, few have rigs
    from ..rigs import Sampled

KIND = "SMPL Pose Refiner scene"
NAME = "scene_clip"
_MOST_BONES, _MOST_PEOPLE = 4096, 256


def write_clip(sampled: Sequence[Sampled], path: Path) -> None:
    """Save what was sampled. Raises FormatError where the file can't be written."""
    try:
        save_arrays(path, _content(sampled))
    except OSError as error:
        raise FormatError(
            f"{path.name} can't be written ({error.strerror}); make room on the disk."
        ) from error


def digest(sampled: Sequence[Sampled]) -> str:
    """A name for what was sampled, another one for anything that would be read otherwise."""
    found = hashlib.sha256()
    for name, values in _content(sampled).items():
        found.update(name.encode())
        found.update(np.ascontiguousarray(values).tobytes())
    return found.hexdigest()


def _content(sampled: Sequence[Sampled]) -> dict[str, Any]:
    from ..rigs import SampledRig, text_of_map

    content: dict[str, Any] = {}
    heads = []
    for place, one in enumerate(sampled):
        content |= {f"places{place}": one.places.astype(np.float32), f"frames{place}": one.frames}
        head = {"name": one.name, "fps": one.fps, "notes": list(one.notes)}
        if isinstance(one, SampledRig):
            kept = [one.rig.index[name] for name in one.bones]
            content[f"turns{place}"] = quaternion_from_matrix(one.turns).astype(np.float32)
            for name in ("heads", "tails", "axes"):
                content[f"{name}{place}"] = getattr(one.rig, name)[kept]
            head |= {
                "bones": list(one.bones),
                "map": text_of_map(one.bone_map),
                "sure": one.bone_map.confidence,
            }
        else:
            head["points"] = list(one.names)
        heads.append(head)
    return content | {NAME: np.array(json.dumps({"kind": KIND, "people": heads}))}


def clip_of(fields: Any, name: str) -> list[Sampled]:
    """What such a file holds. Raises FormatError."""
    content = parse_json(str(np.asarray(fields[NAME])), name)
    people = content.get("people") if isinstance(content, dict) and content.get("kind") == KIND else None
    if not isinstance(people, list) or not 0 < len(people) <= _MOST_PEOPLE:
        raise FormatError(f"{name} holds nobody; read the selection again.")
    try:
        return [_sampled(head, place, fields) for place, head in enumerate(people)]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise FormatError(f"{name} is not complete; read the selection again.") from error


def _sampled(head: dict[str, Any], place: int, fields: Any) -> Sampled:
    from ..rigs import Rig, SampledPoints, SampledRig, map_of_text

    places = numbers(fields[f"places{place}"], "places")
    frames = numbers(fields[f"frames{place}"], "frames").astype(np.int64)
    name, fps, notes = str(head["name"]), float(head["fps"]), tuple(map(str, head["notes"]))
    if "points" in head:
        return SampledPoints(name, tuple(map(str, head["points"])), places, frames, fps, notes)
    bones = tuple(map(str, head["bones"]))
    if len(bones) > _MOST_BONES or len(set(bones)) != len(bones):
        raise ValueError(name)
    arrays = (numbers(fields[f"{each}{place}"], each) for each in ("heads", "tails", "axes"))
    rig = Rig(bones, (-1,) * len(bones), *arrays)
    turns = np.asarray(matrix_from_quaternion(numbers(fields[f"turns{place}"], "turns")))
    bone_map = map_of_text(head["map"])
    if not bone_map.bones <= set(bones):
        raise ValueError(name)
    return SampledRig(name, rig, bone_map, bones, places, turns, frames, fps, notes)
