"""A finished motion on its floor: who bears when, on what, and feet that stay as far as is asked."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

import numpy as np

from ...body.arrays import stacked
from ...body.floor import UP
from ...body.kinematics import forward
from ...body.runs import runs
from ...motion import Legs, Motion
from ...steps import Progress, Steps, in_chunks
from ..controls import Controls
from ..limbs import LEGS
from ..result.blending import Poses, blend, shares
from ..timeline import NETWORK_FPS, Piece, bridge, pieces, spread
from .bands import ORDER
from .clip import Precision
from .contacts import contacts_of
from .features import OTHERS
from .floor import floor_under
from .hold import hold_feet
from .on_the_spot import on_its_way
from .places import chances, places_under
from .rise import rise_of, rises
from .told import by_poses, poses_alone
from .trust import around, carried, sentence, trust

SET = 0.015
"""The same where somebody has set the contacts by hand and the keypoints may be gone."""
OWN_TURN, LEVER = 0.04, 0.06
"""Radians by which a foot is turned wrongly though its places are known, and metres at which one place would
tell its turn as these do: they are all off, and lie some 0.085 m apart."""
BEARS, MAYBE = 0.5, 0.02
"""From which probability a place bears, and from which it may."""
ON_FEET = 0.12
"""Metres by which feet are below all other joints of who stands on them alone."""
IN_AIR = 0.1
"""Metres over (or under) a floor at which a still foot is as likely in the air as on it."""

_Part: TypeAlias = tuple[Piece, Poses]


def stand(motion: Motion, controls: Controls, legs: Legs) -> Steps[Motion]:
    """The motion with its contacts and floor, and its feet held as far as the controls say; legs: of its
    frames."""
    if controls.path == "steps" and controls.feet > 0.0 and controls.frames is None:
        return (yield from on_its_way(motion, lambda there: _stand(there, controls, legs)))
    return (yield from _stand(motion, controls, legs))


def _stand(motion: Motion, controls: Controls, legs: Legs) -> Steps[Motion]:
    yield Progress(1.0, "Looking for the floor")
    parts = yield from _parts(motion)
    places, others = yield from _places(motion)
    if controls.feet == 0.0 or not all(part in controls.parts for part in LEGS):
        contacts = yield from _contacts(motion, parts, legs)
        return _standing(motion, controls, places, legs, contacts)
    on_feet = places[..., 1].min((1, 2)) < others - ON_FEET
    rise, contacts = yield from _rise(motion, parts, places, on_feet, legs)
    standing = _standing(motion, controls, places, replace(legs, rise=rise), contacts)
    paths = yield from _held(standing, controls, parts)
    if standing.floor is not None and controls.floor is None:
        still, bears = places - rise[:, None, None, None] * UP, contacts.reshape(-1, 2, 2).max(-1)
        wrong = carried(standing.floor, still, bears, motion.fps)
        paths = *paths[:2], np.minimum(paths[2], around(wrong, motion.fps))
    if rise.any() and (paths[-1] < 1.0).any():
        # More than a camera moves here.
        contacts = yield from _contacts(motion, parts, legs)
        standing = _standing(motion, controls, places, legs, contacts)
        paths = yield from _held(standing, controls, parts)
    elif rise.any():
        standing = replace(standing, warnings=(*motion.warnings, rises(motion.person_id, rise)))
    return (yield from _shown(standing, controls, *paths))


def _rise(
    motion: Motion, parts: list[_Part], places: np.ndarray, on_feet: np.ndarray, legs: Legs
) -> Steps[tuple[np.ndarray, np.ndarray]]:
    """By how much the floor under a motion rises (T,), and the contacts (T, 4) there; places (T, 2, 3, 3):
    under its feet; on_feet (T,) bool: where these are all that may carry it."""
    off = float(legs.off.min(0).mean())

    def contacts_on(rise: np.ndarray) -> Steps[np.ndarray]:
        return (yield from _contacts(motion, _lowered(parts, rise), legs))

    contacts = yield from contacts_on(np.zeros(motion.frames))
    stays = floor_under(places, chances(contacts, places), motion.fps, off=off)
    grids = [piece for piece, _ in parts]
    rise = yield from rise_of(places, contacts, on_feet, stays, grids, motion.fps, off, contacts_on)
    return rise, (yield from contacts_on(rise)) if rise.any() else contacts


def _standing(
    motion: Motion, controls: Controls, places: np.ndarray, legs: Legs, contacts: np.ndarray
) -> Motion:
    """The motion with its floor, and these contacts (T, 4) as far as they are near it; places (T, 2, 3, 3):
    under its feet."""
    still, off = places - legs.rise[:, None, None, None] * UP, float(legs.off.min(0).mean())
    floor = floor_under(still, chances(contacts, still), motion.fps, controls.floor, off)
    if floor is not None:
        contacts = contacts * _near(floor.over(still))
    return replace(motion, contacts=contacts, floor=floor, legs=legs)


def _contacts(motion: Motion, parts: list[_Part], legs: Legs) -> Steps[np.ndarray]:
    """(T, 4) of a motion in these parts, as far as anything tells of its feet."""
    contacts = np.zeros((motion.frames, 4))
    for piece, poses in parts:
        there = yield from contacts_of.steps(*poses, motion.bone_offsets, motion.fps)
        contacts[piece.rows] = there[piece.places]
    return contacts * np.repeat(legs.known, 2, -1)


def _lowered(parts: list[_Part], rise: np.ndarray) -> list[_Part]:
    """The same on a floor that stays, where it rises by so many metres (T,)."""
    if not rise.any():
        return parts
    return [
        (piece, (rotations, pelvis - _on_grid(rise[:, None], piece) * UP))
        for piece, (rotations, pelvis) in parts
    ]


def hold_again(motion: Motion, strength: float = 1.0, path: str = "measured") -> Steps[Motion]:
    """A motion whose contacts and floor somebody has edited, with its feet held by these: as `stand` held
    them, where nothing was edited and that is known."""
    controls = Controls(feet=strength, path=path)
    if path == "steps":
        return (yield from on_its_way(motion, lambda there: _hold_again(there, controls)))
    return (yield from _hold_again(motion, controls))


def _hold_again(motion: Motion, controls: Controls) -> Steps[Motion]:
    edited = np.zeros((motion.frames, 4), bool)
    if motion.found is not None:
        edited = (motion.contacts >= BEARS) != (motion.found[0] >= BEARS)
    contacts = np.where(edited, motion.contacts, _eased(motion, edited))
    eased = replace(motion, contacts=contacts, legs=_legs_again(motion, edited))
    paths = yield from _held(eased, controls, (yield from _parts(motion)), edited)
    return (yield from _shown(motion, controls, *paths))


def _eased(motion: Motion, edited: np.ndarray) -> np.ndarray:
    """(T, 4) contacts that come and go gradually: as they were found, where no edit (T, 4) is near."""
    eased = softened(motion.contacts, motion.fps)
    if motion.found is None or motion.legs is None:
        return eased
    found = motion.found[0]
    far = (eased == softened(found >= BEARS, motion.fps)) & ~_tails(found, edited)
    return np.where(far, found, eased)


def _tails(found: np.ndarray, edited: np.ndarray) -> np.ndarray:
    """(T, 4) bool, where contacts that were found (T, 4) come or go beside those that are edited (T, 4): who
    takes a stand away does so with its beginning and end."""
    tails = np.zeros(found.shape, bool)
    for place, column in enumerate(found.T):
        for first, last in runs((column > MAYBE) & (column < BEARS)):
            beside = [max(first - 1, 0), min(last + 1, len(column) - 1)]
            tails[first : last + 1, place] = edited[beside, place].any()
    return tails


def _legs_again(motion: Motion, edited: np.ndarray) -> Legs:
    """How well the legs are told: as when the contacts were found, but no better than by an eye where some of
    a foot's contacts (T, 4) are edited."""
    if motion.legs is None:
        return by_poses(motion.frames, SET, poses_alone(motion))
    by_hand = edited.reshape(-1, 2, 2).any(-1)
    return replace(motion.legs, off=np.where(by_hand, np.maximum(motion.legs.off, SET), motion.legs.off))


def softened(contacts: np.ndarray, fps: float) -> np.ndarray:
    """Contacts (T, 4) that come and go within three frames at 30 a second, as the network tells them: those
    of a scene are on or off."""
    reach = max(round(fps / NETWORK_FPS), 1)
    padded = np.pad(contacts, ((reach, reach), (0, 0)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=0)
    return np.asarray(windows.mean(-1))


def decided(contacts: np.ndarray) -> np.ndarray:
    """The same probabilities nearer to 0 or 1, as of two witnesses who say the same: what probably bears is
    held, and not by halves."""
    both = np.square(contacts), np.square(1.0 - contacts)
    return np.asarray(both[0] / (both[0] + both[1]))


def _parts(motion: Motion) -> Steps[list[_Part]]:
    """Its stretches without a long gap, and their poses without any."""
    found = []
    for piece in pieces(motion.frame_ids, motion.fps):
        if piece.length == len(piece.rows):
            rows = slice(int(piece.rows[0]), int(piece.rows[-1]) + 1)
            found.append((piece, (motion.rotations[rows], motion.pelvis[rows])))
            continue
        on_grid = spread(motion.rotations, piece), spread(motion.pelvis, piece)
        found.append((piece, (yield from bridge.steps(*on_grid, piece.seen))))
    return found


def _held(
    motion: Motion, controls: Controls, parts: list[_Part], edited: np.ndarray | None = None
) -> Steps[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Rotations (T, 24, 3, 3) and pelvis (T, 3) of a motion that stands, with its feet held, and how far
    these are to be trusted (T,).

    edited (T, 4): contacts that somebody has set; None in a run, whose floor nobody has looked at yet.
    """
    yield Progress(1.0, "Holding the feet")
    legs = motion.legs
    assert legs is not None  # as it stands
    path = np.inf if controls.path == "steps" else legs.path
    rotations, pelvis = motion.rotations.copy(), motion.pelvis.copy()
    trusted = np.ones(motion.frames)
    for piece, poses in _lowered(parts, legs.rise):
        if piece.length <= ORDER:
            continue
        contacts, off = decided(_on_grid(motion.contacts, piece)), _on_grid(legs.off, piece)
        turn, untold = np.hypot(OWN_TURN, off / LEVER), _on_grid(legs.untold, piece)
        precision = Precision(off, turn, path, untold)
        sure = None
        if edited is not None:
            sure = _on_grid(edited.astype(float), piece).reshape(-1, 2, 2).max(-1) > 0.0
        held = yield from hold_feet.steps(
            *poses, motion.bone_offsets, motion.fps, contacts, motion.floor, precision, sure
        )
        rotations[piece.rows], pelvis[piece.rows] = (part[piece.places] for part in held)
        if motion.floor is not None and edited is None and controls.floor is None:
            up = (held[1] - poses[1]) @ motion.floor.normal
            trusted[piece.rows] = trust(up, path, motion.fps)[piece.places]
    return rotations, pelvis, trusted


def _shown(
    motion: Motion, controls: Controls, rotations: np.ndarray, pelvis: np.ndarray, trusted: np.ndarray
) -> Steps[Motion]:
    """The motion with such paths as far as they are trusted (T,) and asked for."""
    if (trusted < 1.0).any():
        motion = _let_go(motion, trusted)
    if (trusted == 0.0).all():
        return motion
    share = controls.feet * shares(replace(controls, strength=1.0, limbs={}), motion.frame_ids, motion.fps)
    share = share * trusted[:, None]
    free = motion.rotations, motion.pelvis
    if (share < 1.0).any():
        rotations, pelvis = yield from blend(free, (rotations, pelvis), share)
    stepped = controls.path == "steps"
    return replace(motion, rotations=rotations, pelvis=pelvis, free=free, stepped=stepped)


def _let_go(motion: Motion, trusted: np.ndarray) -> Motion:
    """The motion whose feet bear on its floor as far as that is trusted (T,) alone."""
    return replace(
        motion,
        contacts=motion.contacts * trusted[:, None],
        floor=motion.floor if trusted.any() else None,
        warnings=(*motion.warnings, sentence(motion.person_id, motion.frame_ids, trusted)),
    )


def _on_grid(values: np.ndarray, piece: Piece) -> np.ndarray:
    """(length, N) values (T, N) of a piece's frames, also of those between."""
    frames = np.arange(piece.length)
    return stacked([np.interp(frames, piece.places, column) for column in values[piece.rows].T], axis=-1)


def _near(over: np.ndarray) -> np.ndarray:
    """(T, 4) in 0..1, less for heels and toes that are in the air, from their places' heights (T, 2, 3)."""
    heels_and_toes = stacked([over[..., 0], over[..., 1:].min(-1)], -1)
    return np.asarray(1.0 / (1.0 + (heels_and_toes / IN_AIR) ** 4)).reshape(-1, 4)


def _places(motion: Motion) -> Steps[tuple[np.ndarray, np.ndarray]]:
    """(T, 2, 3, 3) metres, the places under the feet, and (T,) metres, how high the lowest other joint is."""

    def places(rows: slice) -> tuple[np.ndarray, np.ndarray]:
        posed = forward(motion.rotations[rows], motion.pelvis[rows], motion.bone_offsets)
        return places_under(*posed, motion.bone_offsets), posed[0][:, OTHERS, 1].min(1)

    return (yield from in_chunks(places, motion.frames))
