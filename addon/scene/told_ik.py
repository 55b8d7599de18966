"""IK that moves bones of a character beside their keys."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence

import bpy

_SOLVED = ("IK", "SPLINE_IK")


def is_solved(constraint: bpy.types.Constraint) -> bool:
    """Whether a constraint moves a whole chain of bones."""
    return constraint.type in _SOLVED


def _chains(character: bpy.types.Object) -> Iterator[tuple[str, list[str]]]:
    """The bones that have IK and the bones that it moves, by their names. iTaSC heeds no influence."""
    loose = is_loose(character)
    for bone in character.pose.bones:
        for held in bone.constraints:
            if is_solved(held) and not held.mute and held.is_valid and (loose or held.influence > 0):
                yield bone.name, _chain(bone, held)


def _chain(bone: bpy.types.PoseBone, held: bpy.types.Constraint) -> list[str]:
    line: Sequence[bpy.types.PoseBone] = [bone, *bone.parent_recursive]
    line = line if held.type != "IK" or held.use_tail else line[1:]
    return [one.name for one in line[: held.chain_count or len(line)]]


def is_loose(character: bpy.types.Object) -> bool:
    """Whether IK is solved by iTaSC, which follows its goals over time."""
    return bool(character.pose.ik_solver == "ITASC")


def moved_by_ik(character: bpy.types.Object, apart: Container[str]) -> dict[str, list[str]]:
    """What IK moves of the bones that are shown apart from their keys, by the bone that has it."""
    found = {owner: [name for name in chain if name in apart] for owner, chain in _chains(character)}
    return {owner: moved for owner, moved in found.items() if moved}


def has_ik(character: bpy.types.Object) -> bool:
    """Whether any IK is solved."""
    return any(True for _ in _chains(character))
