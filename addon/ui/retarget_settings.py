# mypy: disable-error-code="valid-type"
# bpy reads properties from annotations that are calls; mypy knows no such thing.
"""What a scene remembers of retargeting: the character, which bone is what, and how motion is taken over."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import Any

import bpy

from .. import retarget, rigs
from ..body.skeleton import JOINT_NAMES
from ..safe_read import FormatError
from ..scene.names import BONE_NAMES
from .language import BoolProperty, CollectionProperty, EnumProperty, IntProperty, StringProperty

ROOT_ITEMS = [
    ("HIPS", "On Hips", "The hips carry the character along; a root bone stays where it is"),
    ("ROOT", "On Root Bone", "The root bone goes along the floor and turns to where the person heads"),
    ("PLACE", "In Place", "The character stays where it is: the way over the floor is left out"),
]
_ROOTS = {"HIPS": "hips", "ROOT": "root", "PLACE": "place"}
_BODY = tuple(joint for joint in JOINT_NAMES if not joint.startswith(("spine", "neck")))
_SPARE = 3
"""So many bones can be added to a row in the table before it is matched or loaded anew."""
_TWISTS = tuple(f"{joint} twist" for joint in rigs.SEGMENTS)
FOLDS = (
    ("show_spine", ("spine", "neck", "root")),
    ("show_fingers", rigs.FINGER_SLOTS),
    ("show_twists", _TWISTS),
)
"""What is folded together, by how its slots begin; all others are always shown."""
_WORD = re.compile(r".*[:_.| -]")
_FEWEST_NAMES = 3
"""Of so many bones the names are long for what they begin with alike."""
_filling = False


def _put(entry: SPR_PG_matched_bone, context: bpy.types.Context) -> None:
    """Let the map know of a bone that somebody has chosen in the table."""
    if _filling:
        return
    settings = context.scene.spr.retarget
    set_map(settings, bone_map(settings).with_bone(entry.slot, entry.bone))


def armature_names(_settings: Any, context: bpy.types.Context, text: str) -> list[str]:
    """What a field for an armature of the scene suggests."""
    names = [ob.name for ob in context.scene.objects if ob.type == "ARMATURE"]
    return [name for name in names if text.lower() in name.lower()]


def _bones(_entry: Any, context: bpy.types.Context, text: str) -> list[str]:
    armature = bpy.data.objects.get(context.scene.spr.retarget.matched)
    names = armature.data.bones.keys() if armature is not None and armature.type == "ARMATURE" else ()
    return [name for name in names if text.lower() in name.lower()]


def _get_shown(entry: SPR_PG_matched_bone) -> str:
    return str(entry.bone.removeprefix(entry.id_data.spr.retarget.prefix))


def _set_shown(entry: SPR_PG_matched_bone, name: str) -> None:
    whole = f"{entry.id_data.spr.retarget.prefix}{name}"
    known = _bones(entry, bpy.context, name)
    entry.bone = whole if whole in known and name not in known else name


def shared_prefix(names: Iterable[str]) -> str:
    """What all names of bones begin with, to the end of a word, such as "mixamorig:"; "" for none."""
    listed = set(names)
    if len(listed) < _FEWEST_NAMES:
        return ""
    alike = takewhile(lambda pair: pair[0] == pair[1], zip(min(listed), max(listed), strict=False))
    match = _WORD.match("".join(letter for letter, _ in alike))
    return match[0] if match else ""


class SPR_PG_matched_bone(bpy.types.PropertyGroup):
    """A line of the table: a part of the body and the character's bone."""

    slot: StringProperty(name="Part", description="Joint of the refined person")
    bone: StringProperty(
        name="Bone", description="Bone of the character, empty for none", search=_bones, update=_put
    )
    shown: StringProperty(
        name="Bone",
        description="Bone of the character, empty for none, without what the names of all begin with",
        search=_bones,
        get=_get_shown,
        set=_set_shown,
    )


class SPR_PG_retarget(bpy.types.PropertyGroup):
    """Settings of retargeting."""

    character: StringProperty(
        name="Character",
        description="Armature that gets the motion. Empty: the active or selected one that is not a refined"
        " person",
        search=armature_names,
    )
    matched: StringProperty(name="Matched", description="Armature that the table of bones is of")
    map: StringProperty(name="Bones", description="Which bone is what, as JSON")
    prefix: StringProperty(name="Prefix", description="What the names of all matched bones begin with")
    bones: CollectionProperty(name="Bones", type=SPR_PG_matched_bone)
    active_bone: IntProperty(name="Active Bone")
    show_spine: BoolProperty(name="Spine, Neck, Root", description="Show all bones of spine and neck")
    show_fingers: BoolProperty(name="Fingers", description="Show the bones of the fingers")
    show_twists: BoolProperty(name="Twists", description="Show the bones that share the twist of a limb")
    root: EnumProperty(
        name="Motion", description="What carries the character over the floor", items=ROOT_ITEMS
    )
    feet: BoolProperty(
        name="Feet on Floor",
        description="Let the legs reach so that feet keep the floor and stay where the person's bear",
        default=True,
    )
    hands: BoolProperty(
        name="Hands in Place",
        description="Let the arms reach so that the hands are at the same places relative to the body, as far"
        " as its arms are long: hands that meet do so. Otherwise the arms only point as the person's",
        default=True,
    )
    fingers: BoolProperty(
        name="Fingers", description="Move the fingers where both the person and the character have them",
        default=True,
    )  # fmt: skip
    ik: BoolProperty(
        name="Play IK",
        description="On a Rigify rig, key the IK controls of hands and feet, too, and switch the limbs to"
        " them. Otherwise FK plays. Hands and feet are the same either way",
    )
    result: StringProperty(name="Result", description="What the last retargeting has come to")

    def options(self) -> retarget.Options:
        """As the core has them."""
        return retarget.Options(_ROOTS[self.root], self.feet, self.hands, self.fingers)


def bone_map(settings: SPR_PG_retarget) -> rigs.BoneMap:
    """The map that the table shows; an empty one where there is none."""
    try:
        return rigs.map_of_text(settings.map)
    except FormatError:
        return rigs.BoneMap()


def set_map(settings: SPR_PG_retarget, found: rigs.BoneMap) -> None:
    """Keep a map and let the table show it."""
    global _filling
    _filling = True
    try:
        settings.map, settings.prefix = rigs.text_of_map(found), shared_prefix(found.bones)
        if not set(_slots(found, 1)) <= {entry.slot for entry in settings.bones}:
            settings.bones.clear()
            for slot in _slots(found, _SPARE):
                entry = settings.bones.add()
                entry.name, entry.slot = label(slot), slot
        known = dict(found.entries())
        for entry in settings.bones:
            entry.bone = known.get(entry.slot, "")
    finally:
        _filling = False


def _slots(found: rigs.BoneMap, spare: int) -> list[str]:
    """What can be corrected bone by bone; rows go on for a few bones more than they have."""
    rows = {"spine": found.spine, "neck": found.neck, "root": found.roots[:1]}
    rows |= {name: found.twists.get(joint, ()) for name, joint in zip(_TWISTS, rigs.SEGMENTS, strict=True)}
    most = {"root": 1}
    places = [
        f"{what} {place}"
        for what, row in rows.items()
        for place in range(1, most.get(what, len(row) + spare) + 1)
    ]
    return [*_BODY, *places, *rigs.FINGER_SLOTS]


def shown_lines(settings: SPR_PG_retarget, starts: Sequence[str]) -> list[SPR_PG_matched_bone]:
    """The lines whose slots begin so: of a row those with a bone and the one after them."""
    found: list[SPR_PG_matched_bone] = []
    for entry in settings.bones:
        what, _, number = entry.slot.rpartition(" ")
        if (what if number.isdecimal() else entry.slot) not in starts:
            continue
        follows = not number.isdecimal() or number == "1" or (found and found[-1].bone)
        if entry.bone or follows:
            found.append(entry)
    return found


def label(slot: str) -> str:
    """A joint as the refined person's bone is called; fingers are called so already."""
    joint, _, rest = slot.partition(" ")
    known = BONE_NAMES[JOINT_NAMES.index(joint)] if joint in JOINT_NAMES else joint
    words = f"{known} {rest if joint != 'root' else ''}".strip().replace("_", " ")
    return words[:1].upper() + words[1:]


CLASSES = (SPR_PG_matched_bone, SPR_PG_retarget)
