"""The refiner's controls as arguments of the command line."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..recording import Person
from .jobs import ANIMATION, kind_of
from .numbers import number, within

if TYPE_CHECKING:
    from ..refiner import Controls, Limb


def add_controls(parser: argparse.ArgumentParser) -> None:
    """Who is refined, how far, how smoothly, and where."""
    group = parser.add_argument_group("how to refine")
    group.add_argument("--person", metavar="ID", help="only this person (see inspect)")
    group.add_argument(
        "--mode", choices=("auto", "plugin", "sequence", "poses", "none"), default="auto",
        help="what to start from: poses and keypoints (plugin), keypoints alone (sequence), poses alone, or"
        " none, which converts without refining; auto takes what there is",
    )  # fmt: skip
    group.add_argument(
        "--strength", type=_zero_to_two, default=1.0, metavar="0…2",
        help="how far to follow the keypoints: 0 keeps the initial pose, 1 as measured (default), 2 counts"
        " the keypoints ten times as much",
    )  # fmt: skip
    group.add_argument(
        "--smoothing", type=_zero_to_two, default=1.0, metavar="0…2",
        help="0 takes the keypoints as observed, 1 as measured (default), 2 leaves nothing faster than 1 Hz",
    )  # fmt: skip
    group.add_argument(
        "--hands", type=_hands, default=1.0, metavar="off|0…2",
        help="how far to follow the points of hands, 1 as measured (default); off: no fingers",
    )  # fmt: skip
    group.add_argument(
        "--finger-bones", action="store_true",
        help="relaxed fingers also for people without hands in the file, to be posed by hand",
    )  # fmt: skip
    group.add_argument(
        "--parts", type=_parts, metavar="NAME,…",
        help="refine only these, the rest keeps the initial pose: root, spine, head, left_arm, right_arm,"
        " left_leg, right_leg; arms and legs stand for both sides",
    )  # fmt: skip
    group.add_argument(
        "--limb", type=_limb, action="append", default=[], metavar="NAME:strength=…,smoothing=…,trust=…",
        help="factors of one body part on --strength and --smoothing (0…2), and how far its keypoints are"
        " believed (0…1); may be given several times; arms and legs stand for both sides",
    )  # fmt: skip
    group.add_argument(
        "--frames",
        type=_frames,
        metavar="A:B",
        help="refine only frames A to B of the recording, both included",
    )
    group.add_argument(
        "--gaps", choices=("hold", "hide"), default="hold",
        help="where a person is away for more than a second, in .blend and .fbx: hold the last pose, or hide"
        " armature and body (.blend)",
    )  # fmt: skip


def add_feet(parser: argparse.ArgumentParser) -> None:
    """Feet that are held, and their floor."""
    group = parser.add_argument_group("feet and floor")
    group.add_argument(
        "--feet", type=_zero_to_one, metavar="0…1",
        help="how far feet stay where they bear, on their floor (default 0 for .npz, 1 for all others)",
    )  # fmt: skip
    group.add_argument(
        "--floor", type=_floor, default=None, metavar="auto|HEIGHT",
        help="auto finds the floor (default), or its height in metres, as the output has heights",
    )  # fmt: skip
    group.add_argument(
        "--path", choices=("measured", "steps"), default="measured",
        help="the body's way over the floor: as measured (default), or rebuilt from its steps where a camera"
        " makes it drift, or keypoints about the hips keep it on the spot",
    )  # fmt: skip


def controls_of(args: argparse.Namespace) -> Controls:
    """What these arguments ask of the refiner."""
    from ..refiner import PARTS, Controls

    parts = frozenset(PARTS) if args.parts is None else args.parts
    limbs = {part: limb for found in args.limb for part, limb in found.items()}
    feet = args.feet
    if feet is None:
        # Numbers are for whoever wants them as measured; animation stands on its floor.
        feet = float(any(kind in ANIMATION for kind in (args.to, kind_of(args.output))))
    return Controls(
        args.strength, args.smoothing, parts, args.frames, limbs, feet=feet, floor=args.floor, path=args.path,
        hands=args.hands, finger_bones=args.finger_bones,
    )  # fmt: skip


def people_in_range(people: Sequence[Person], args: argparse.Namespace, warnings: list[str]) -> list[Person]:
    """The people who are in --frames; a warning names the others. Everybody when nobody is."""
    controls = controls_of(args)
    there = [person for person in people if controls.cover(person.frame_ids).any()]
    if not there:
        return list(people)
    for person in people:
        if not any(person is one for one in there):
            first, last = args.frames
            warnings.append(f"Person {person.id} is not in frames {first} to {last} and was left out.")
    return there


def _hands(text: str) -> float | None:
    return None if text == "off" else _zero_to_two(text)


def _zero_to_two(text: str) -> float:
    return within(text, 0.0, 2.0)


def _zero_to_one(text: str) -> float:
    return within(text, 0.0, 1.0)


def _floor(text: str) -> float | None:
    if text == "auto":
        return None
    try:
        return number(text)
    except argparse.ArgumentTypeError:
        raise argparse.ArgumentTypeError(f"{text} is neither auto nor a height in metres") from None


def _parts(text: str) -> frozenset[str]:
    from ..refiner import PARTS

    both = {"arms": ("left_arm", "right_arm"), "legs": ("left_leg", "right_leg")}
    names = [name.strip() for name in text.split(",") if name.strip()]
    parts = frozenset(part for name in names for part in both.get(name, (name,)))
    unknown = sorted(parts - PARTS.keys())
    if unknown or not parts:
        wrong = unknown[0] if unknown else text
        raise argparse.ArgumentTypeError(
            f"{wrong!r} is no body part; choose from {', '.join((*PARTS, *both))}"
        )
    return parts


def _limb(text: str) -> dict[str, Limb]:
    from ..refiner import Limb

    names, _, values = text.partition(":")
    known = {"strength": "strength", "smoothing": "smoothness", "trust": "trust"}
    found: dict[str, float] = {}
    for one in values.split(","):
        name, _, number = one.partition("=")
        try:
            found[known[name.strip()]] = float(number)
        except (KeyError, ValueError):
            raise argparse.ArgumentTypeError(
                f"{one!r} is not one of strength=…, smoothing=… and trust=…"
            ) from None
    limb = Limb(**found)
    most = {"strength": 2.0, "smoothness": 2.0, "trust": 1.0}
    if not all(0.0 <= getattr(limb, name) <= most[name] for name in most):
        raise argparse.ArgumentTypeError(f"{text}: strength and smoothing lie in 0…2, trust in 0…1")
    return dict.fromkeys(_parts(names), limb)


def _frames(text: str) -> tuple[int, int]:
    first, colon, last = text.partition(":")
    try:
        frames = int(first), int(last if colon else first)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is not a range of frames like 100:250") from None
    if frames[0] > frames[1]:
        raise argparse.ArgumentTypeError(f"the first frame of {text} lies after the last one")
    return frames
