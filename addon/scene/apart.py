"""People written to a file without a trace in the open one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import bpy

from ..body.body_model import BodyModel
from ..motion import Motion
from .character_copy import Copy, OnCharacter, copied_character
from .character_file import Character, in_place_of
from .errors import SceneError
from .export import ReadMotion, export_people, motion_taken, named
from .person import write_motion
from .rollback import nothing_left_behind
from .workshop import object_mode, posed_as_before


@dataclass(frozen=True)
class Named:
    """A person's motion and what to call it; body_model: the user's own, None for the open body of `gender`,
    which None leaves to the motion."""

    name: str
    motion: Motion
    body_model: BodyModel | None = None
    gender: str | None = None


@dataclass(frozen=True)
class Exported:
    """The files written, and sentences about the characters in them."""

    paths: list[Path]
    told: list[str]


def export_apart(
    path: Path,
    people: Sequence[Named],
    *,
    preset: str = "plain",
    in_place: bool = False,
    mesh: bool = True,
    gaps: str = "hold",
    origin: float = 0.0,
    character: OnCharacter | None = None,
) -> Exported:
    """Write people to a file by way of a scene that is gone afterwards. origin: the moment of frame 1 in
    seconds of the recording. character: who is written with their motion in place of each. Raises SceneError.
    """
    with object_mode(), posed_as_before(bpy.context.scene), nothing_left_behind(), _scene_apart():
        written = (
            write_motion(
                one.motion, name=one.name, origin=origin, body_model=one.body_model, gender=one.gender,
                mesh=mesh and character is None, gaps=gaps, match_scene_rate=one is people[0],
            )
            for one in people
        )  # fmt: skip
        if character is not None:
            return _export_on(path, written, len(people), character, preset)
        armatures, motions = _taken(written)
        paths = export_people(path, armatures, preset=preset, in_place=in_place, motions=motions)
        return Exported(paths, [])


def _export_on(
    path: Path, people: Iterable[bpy.types.Object], count: int, character: OnCharacter, preset: str
) -> Exported:
    """Copies of a character in place of people; the first one's meshes have the names of those copied."""
    copies = [copied_character(character.uid) for _ in range(count)]
    told: list[str] = []

    def put_on() -> Iterator[bpy.types.Object]:
        for copy, person in zip(copies, people, strict=True):
            done = _put_on(copy, person, character)
            told.extend(done.told)
            yield done.armature

    with named(copies[0].meshes):
        armatures, motions = _taken(put_on())
        paths = export_people(path, armatures, preset=preset, rename=False, motions=motions)
    return Exported(paths, told)


def _taken(
    armatures: Iterable[bpy.types.Object],
) -> tuple[list[bpy.types.Object], list[ReadMotion]]:
    """All of them, and what `motion_taken` gives of each before the next one is made."""
    pairs = [(armature, motion_taken(armature)) for armature in armatures]
    return [armature for armature, _ in pairs], [motion for _, motion in pairs]


def _put_on(copy: Copy, person: bpy.types.Object, character: OnCharacter) -> Character:
    """The copy in place of a person. What is said of it names the character: who reads it knows no copy."""
    called = copy.armature.name
    try:
        done = in_place_of(person, copy.armature, character.bones, character.options)
    except SceneError as error:
        raise SceneError(str(error).replace(called, copy.name)) from error
    return replace(done, told=tuple(sentence.replace(called, copy.name) for sentence in done.told))


@contextmanager
def _scene_apart() -> Iterator[None]:
    """A new scene in the window, which shows the user's own one again afterwards: nothing is drawn meanwhile.
    The rate is that of the first motion written to it."""
    window = bpy.context.window
    shown = window.scene
    window.scene = bpy.data.scenes.new("Batch")
    try:
        yield
    finally:
        window.scene = shown
