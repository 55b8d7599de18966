"""Acclaim's ASF and AMC: a skeleton in one file, its motion in another beside it.

A bone begins where the one above it ends and turns about axes of its own: by C M C^-1 with C from its `axis`
and M from the motion, in both the axis named first turns first. The CMU database's unit is 1/0.45 inch.
Sources: research.cs.wisc.edu/graphics/Courses/cs-838-1999/Jeff/ASF-AMC.html; mocap.cs.cmu.edu FAQ.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from ...body.directions import turn_between, unit
from ...body.rotations import matrix_from_axis_angle
from ...rigs.joint_names import side_and_part
from ...safe_read import FormatError, one_line
from ...safe_read.npy import check_shape
from ..container import Container
from ..draft import Draft, OwnUnit, Reader
from ..skeletons import Clip, person_of, without_rest

_MAX_BONES = 1000
_INCH = 0.0254
_ROOT = "root"
_SECTION = re.compile(rb"^\s*:([\w-]+)", re.MULTILINE)
_OF_SKELETON = {b"root", b"bonedata", b"hierarchy"}
_OF_MOTION = {b"fully-specified", b"degrees", b"radians"}
_CHANNELS = ("rx", "ry", "rz", "tx", "ty", "tz")
_FOLDERS = ("", "asf", "..", "../asf", "../../asf")
"""Where a skeleton lies, seen from its motion: beside it, or as public copies sort them."""


@dataclass
class _Bone:
    """A bone at rest: end minus start (3,), C (3, 3), the order of its axes, and what a frame has of it."""

    name: str
    vector: np.ndarray = field(default_factory=lambda: np.zeros(3))
    axes: np.ndarray = field(default_factory=lambda: np.eye(3))
    order: str = "xyz"
    channels: tuple[str, ...] = ()
    parent: int = -1


@dataclass(frozen=True)
class _Skeleton:
    """Bones, the root first and parents before children; length: how many units make an inch."""

    bones: list[_Bone]
    length: float
    radians: bool


def recognises(container: Container) -> bool:
    """The sections with which a skeleton or a motion starts."""
    return container.kind == "text" and (_is_motion(container) or _is_skeleton(container))


def _sections(container: Container) -> set[bytes]:
    return {name.lower() for name in _SECTION.findall(container.head.replace(b"\r", b"\n"))}


def _is_motion(container: Container) -> bool:
    return bool(_sections(container) & _OF_MOTION)


def _is_skeleton(container: Container) -> bool:
    return container.head.startswith(b"# AST/ASF") or len(_sections(container) & _OF_SKELETON) > 1


def read(container: Container) -> Draft:
    """One person. Raises FormatError, also where the skeleton is not found."""
    if not _is_motion(container):
        raise FormatError(
            f"{container.name} is an Acclaim skeleton without motion; open the .amc that belongs to it."
        )
    skeleton = _skeleton(Container(_skeleton_beside(container)))
    radians = skeleton.radians and b"degrees" not in _sections(container)
    numbers, values, warnings = _motion(container, skeleton)
    clip, first, left_out = without_rest(
        _clip(skeleton, values, radians or b"radians" in _sections(container))
    )
    one = person_of(clip, "")
    if one is None:
        shown = ", ".join(one_line(bone.name, 30) for bone in skeleton.bones[1:4])
        raise FormatError(
            f"The skeleton's bones are not named as a person's ({shown} …); name them like lfemur, ltibia,"
            f" lfoot, lhumerus, lradius, lhand."
        )
    if (np.diff(numbers) <= 0).any():
        raise FormatError("The frame numbers of the AMC file do not increase; export it again.")
    return Draft(
        [replace(one, frame_ids=numbers[first:])], units=None, own_unit=_own_unit(skeleton.length),
        likely_up=("+y", "+z"), warnings=warnings + left_out,
    )  # fmt: skip


def _own_unit(length: float) -> OwnUnit:
    metres = _INCH / length
    return OwnUnit(
        f"{100 * metres:.2f} cm", metres, f"The unit is 1/{length:g} inch, as the skeleton says (CMU's way)."
    )


def _skeleton_beside(container: Container) -> Path:
    """The .asf whose name the motion's begins with, or which it mentions, or the only one beside it."""
    stem = container.path.stem.lower()
    mentioned = re.search(r"([^\\/:\s]+)\.asf", container.head.decode("latin1"), re.IGNORECASE)
    wanted = {stem, mentioned[1].lower() if mentioned else stem}
    wanted |= {stem[: match.start()] for match in re.finditer("_", stem)}
    for folder in _FOLDERS:
        found = _skeletons(container.path.parent / folder)
        named = [path for path in found if path.stem.lower() in wanted]
        if named or (not folder and len(found) == 1):
            return max(named or found, key=lambda path: len(path.stem))
    raise FormatError(
        f"{container.name} is Acclaim motion, and its skeleton is missing; put the .asf file into the same"
        f" folder."
    )


def _skeletons(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.[aA][sS][fF]") if path.is_file())


def _lines(container: Container) -> Iterator[list[str]]:
    """The words of each line that is neither empty nor a comment."""
    for line in container.lines:
        words = line.split()
        if words and not words[0].startswith("#"):
            yield words


def _skeleton(container: Container) -> _Skeleton:
    """Raises FormatError."""
    sections: dict[str, list[list[str]]] = {}
    section = ""
    for words in _lines(container):
        if words[0].startswith(":"):
            section = words[0][1:].lower()
        else:
            sections.setdefault(section, []).append(words)
    units = {words[0].lower(): words[1] for words in sections.get("units", []) if len(words) > 1}
    radians = units.get("angle", "").lower().startswith("rad")
    if sum(words[0].lower() == "end" for words in sections.get("bonedata", [])) > _MAX_BONES:
        raise FormatError("The Acclaim skeleton has more bones than a body; choose that of one person.")
    bones = {bone.name: bone for bone in _bones(sections, radians)}
    length = float(units.get("length", "1"))
    if not bones or not 0.001 < length < 1000:
        raise FormatError(f"{container.name} is no complete Acclaim skeleton; copy it again.")
    return _Skeleton(_in_order(bones, sections.get("hierarchy", [])), length, radians)


def _bones(sections: dict[str, list[list[str]]], radians: bool) -> Iterator[_Bone]:
    root: dict[str, list[str]] = {words[0].lower(): words[1:] for words in sections.get("root", [])}
    # A root's axes are its orientation, in the order that `axis` names.
    turned = [*(root.get("orientation") or ["0", "0", "0"]), *(root.get("axis") or ["XYZ"])]
    yield _bone({"name": [_ROOT], "axis": turned, "dof": root.get("order", [])}, radians)
    fields: dict[str, list[str]] = {}
    for words in sections.get("bonedata", []):
        if words[0].lower() == "end":
            yield _bone(fields, radians)
            fields = {}
        elif words[0].lower() != "begin":
            fields.setdefault(words[0].lower(), words[1:])


def _bone(fields: dict[str, list[str]], radians: bool) -> _Bone:
    cells = fields.get("axis", ["0", "0", "0"])
    order = cells[3].lower() if len(cells) > 3 else "xyz"
    channels = tuple(cell.lower() for cell in fields.get("dof", []))
    if sorted(order) != ["x", "y", "z"] or not set(channels) <= set(_CHANNELS):
        raise FormatError("The Acclaim skeleton has bones that stretch or turn oddly; convert it to BVH.")
    angles = np.array([[float(cell) for cell in cells[:3]]])
    direction = np.array([float(cell) for cell in fields.get("direction", ["0", "0", "0"])[:3]])
    vector = unit(direction) * float(fields.get("length", ["0"])[0])
    axes = _turn(dict(zip("xyz", angles.T, strict=True)), order, radians)[0]
    return _Bone(" ".join(fields["name"]), vector, axes, order, channels)


def _in_order(bones: dict[str, _Bone], hierarchy: list[list[str]]) -> list[_Bone]:
    """The bones that hang from the root, each after the one above it."""
    children = {words[0]: words[1:] for words in hierarchy if len(words) > 1}
    ordered, waiting = [bones[_ROOT]], [(0, child) for child in children.get(_ROOT, [])]
    placed = {_ROOT}
    while waiting:
        parent, name = waiting.pop(0)
        if name in placed:
            raise FormatError(f"The bone {one_line(name, 30)} hangs from two others; export it again.")
        placed.add(name)
        ordered.append(replace(bones[name], parent=parent))
        waiting += [(len(ordered) - 1, child) for child in children.get(name, [])]
    return ordered


def _motion(container: Container, skeleton: _Skeleton) -> tuple[np.ndarray, dict[str, np.ndarray], list[str]]:
    """(T,) frame numbers, bone -> (T, channels), and warnings. Raises FormatError."""
    numbers: list[int] = []
    counts = {bone.name: len(bone.channels) for bone in skeleton.bones if bone.channels}
    rows: dict[str, list[list[float]]] = {name: [] for name in counts}
    for words in _lines(container):
        if words[0].startswith(":"):
            continue
        if len(words) == 1 and words[0].isdecimal():
            numbers.append(int(words[0]))
        elif counts.get(words[0]) == len(words) - 1 and len(rows[words[0]]) == len(numbers) - 1:
            rows[words[0]].append([float(word) for word in words[1:]])
        else:
            raise FormatError(
                f"The line of {one_line(words[0], 30)} in frame {len(numbers)} does not fit the skeleton;"
                f" choose the .asf that belongs to the motion."
            )
    held = min(map(len, rows.values()), default=0)
    if held < max(len(numbers) - 1, 1):
        raise FormatError("The AMC file has frames without all bones of its skeleton; export it again.")
    check_shape((held, len(skeleton.bones), 12), 8)
    values = {name: np.array(rows[name][:held]) for name in counts}
    cut = ["The last frame is incomplete and was left out; the file may have been cut off."]
    return np.array(numbers[:held]), values, cut if held < len(numbers) else []


def _turn(angles: dict[str, np.ndarray], order: str, radians: bool) -> np.ndarray:
    """(T, 3, 3) from angles (T,) by axis; the axis named first turns first."""
    turn = np.eye(3)[None]
    for axis in order:
        if axis in angles:
            vectors = np.zeros((len(angles[axis]), 3))
            vectors[:, "xyz".index(axis)] = angles[axis] if radians else np.radians(angles[axis])
            turn = matrix_from_axis_angle(vectors) @ turn
    return turn


def _clip(skeleton: _Skeleton, values: dict[str, np.ndarray], radians: bool) -> Clip:
    """Each bone as the joint at its start."""
    bones = skeleton.bones
    frames = len(values[_ROOT])
    turns, starts = np.empty((frames, len(bones), 3, 3)), np.zeros((frames, len(bones), 3))
    rest: list[np.ndarray] = []
    for place, bone in enumerate(bones):
        own = dict(zip(bone.channels, values[bone.name].T, strict=True)) if bone.channels else {}
        angles = {name[1]: column for name, column in own.items() if name[0] == "r"}
        turn = bone.axes @ _turn(angles, bone.order, radians) @ bone.axes.T
        shift = np.stack([own.get(f"t{axis}", np.zeros(frames)) for axis in "xyz"], axis=-1)
        above = bones[bone.parent] if bone.parent >= 0 else None
        if above is not None:
            turn = turns[:, bone.parent] @ turn
            moved = above.vector + shift @ bone.axes.T
            shift = starts[:, bone.parent] + (turns[:, bone.parent] @ moved[..., None])[..., 0]
        rest.append(np.zeros(3) if above is None else rest[bone.parent] + above.vector)
        turns[:, place], starts[:, place] = turn, shift
    names = _names(bones)
    turns = turns @ _resting_feet(names, bones)
    return Clip(names, [bone.parent for bone in bones], starts, turns, np.array(rest))


def _names(bones: list[_Bone]) -> list[str]:
    """Without a forearm's second half, CMU's `lwrist`: the wrist is where `lhand` begins."""
    names = [bone.name for bone in bones]
    for bone in bones:
        above = bones[bone.parent].name
        pair = side_and_part(bone.name), side_and_part(above)
        if bone.parent > 0 and pair[0] == pair[1] and pair[0] is not None and pair[0][1] == "wrist":
            names[bone.parent] = ""
    return names


def _resting_feet(names: list[str], bones: list[_Bone]) -> np.ndarray:
    """(J, 3, 3) how feet and toes lie at rest, where they are square to spread shins, against flat ones."""
    parts = [(side_and_part(name) or ("", ""))[1] for name in names]
    feet = [place for place, part in enumerate(parts) if part in ("loose foot", "ankle")]
    shins = {place: unit(bones[bones[place].parent].vector) for place in feet}
    down = unit(np.sum(list(shins.values()), axis=0)) if shins else np.zeros(3)
    resting = np.repeat(np.eye(3)[None], len(bones), axis=0)
    for place, bone in enumerate(bones):
        if place in shins:
            resting[place] = turn_between(down, shins[place])
        elif parts[place] == "foot":
            resting[place] = resting[bone.parent]
    return resting


READER = Reader(
    "ASF/AMC", "CMU Motion Capture Database", "poses and joint positions by name, with the `.asf` beside it",
    ".amc", recognises, read, "real file", usual_fps=120.0,
)  # fmt: skip
