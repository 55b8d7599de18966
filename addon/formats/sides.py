"""Left and right that a tracker exchanged for some frames, exchanged back.

A point that changes places with its counterpart in one frame, where both would have had to run through one
another, was given the wrong name. Points are followed from frame to frame as they move; what is seen to
exchange twice lies the wrong way in between.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from ..body.quantiles import median
from ..body.runs import runs
from ..body.skeleton import mirror_name
from ..recording import Keypoints, Person
from ..words import plural
from .surely_seen import surely_seen

Swap = tuple[str, int, int]
"""A person's id, the first and the last frame number."""

_GROUPS: dict[str, tuple[str, ...]] = {
    "hips": ("hip",),
    "shoulders": ("shoulder", "collar"),
    "legs": ("knee", "ankle", "foot", "heel", "toe"),
    "arms": ("elbow", "wrist", "hand", "knuckle", "thumb", "index", "middle", "ring", "pinky"),
}
_FACE = ("eye", "ear")
"""Too near one another to be followed: no head turns further than the shoulders do."""
_LINKS = (("hips", "hip", "legs", "knee"), ("shoulders", "shoulder", "arms", "elbow"))
"""Groups and points between which bones keep their length."""
_NUMBER = len(_GROUPS)
_STATES = np.arange(2**_NUMBER)
_BITS = (_STATES[:, None] >> np.arange(_NUMBER)) & 1
"""(16, 4) which groups are exchanged in each state of a frame."""
_SWITCH, _SWITCH_MORE = 2.0, 0.3
"""What a change costs, in usual steps of the points, and for each group that takes part: trackers exchange
whole bodies."""
_ODD = 0.3
"""What a frame costs in which neighbours are not exchanged alike."""
_NEARER, _UNSEEN = 0.9, 30.0
"""As what share of the usual way the exchanged one must be for a change to be seen at all, and what one that
is not seen costs."""
_STEP_FLOOR, _LENGTH_FLOOR = 0.02, 0.03
"""Metres below which steps and lengths are never taken to be usual."""
_MOST = 6.0
"""Usual steps or lengths from which more of them tell no more."""
_FACING = 0.3
"""What a frame counts in which the body's front says which side is left."""
_REMEMBERED = 0.3
"""Seconds for which a point that is not seen is still followed."""
_SEVERAL = 5


def exchanged_back(one: Person) -> tuple[Person, list[str]]:
    """The person (metres, Y up) with left and right the same way in all frames; a sentence for each stretch
    that was put right."""
    if one.keypoints is None or one.frames < 3:
        return one, []
    keypoints = one.keypoints
    groups = {name: _pairs(keypoints, words) for name, words in _GROUPS.items()}
    if not any(len(pairs) for pairs in groups.values()):
        return one, []
    followed = surely_seen(keypoints)
    state = _likeliest(*_costs(followed, groups, one.frame_ids / one.fps))
    wrong = _BITS[state].astype(bool) & np.array([len(pairs) > 0 for pairs in groups.values()])
    if wrong.mean() * _NUMBER > 0.5 * sum(len(pairs) > 0 for pairs in groups.values()):
        wrong = ~wrong & np.array([len(pairs) > 0 for pairs in groups.values()])
    for group, words in enumerate(_GROUPS.values()):
        keypoints = exchanged(keypoints, wrong[:, group], words)
    keypoints = exchanged(keypoints, _face_is_wrong(followed, wrong.any(1)), _FACE)
    return replace(one, keypoints=keypoints), _sentences(one, dict(zip(_GROUPS, wrong.T, strict=True)))


def sides_as_named(people: tuple[Person, ...]) -> tuple[tuple[Person, ...], list[str]]:
    """Everybody with left and right exchanged back, and the sentences."""
    found = [exchanged_back(one) for one in people]
    return tuple(one for one, _ in found), [sentence for _, told in found for sentence in told]


def swapped(people: tuple[Person, ...], swaps: Iterable[Swap]) -> tuple[Person, ...]:
    """The people with left and right of their keypoints exchanged from one frame to another, as somebody
    asked for by hand."""
    found = []
    for one in people:
        for person_id, first, last in swaps:
            rows = (one.frame_ids >= first) & (one.frame_ids <= last)
            if person_id == one.id and one.keypoints is not None and rows.any():
                one = replace(one, keypoints=exchanged(one.keypoints, rows))
        found.append(one)
    return tuple(found)


def exchanged(keypoints: Keypoints, rows: np.ndarray, words: tuple[str, ...] | None = None) -> Keypoints:
    """The keypoints with the places of left and right exchanged in rows (T,) bool; words: of which points,
    None for all."""
    positions, confidence = keypoints.positions.copy(), keypoints.confidence.copy()
    pairs = _pairs(keypoints, words, hands=True)
    at = np.flatnonzero(rows)[:, None]
    for values, given in ((positions, keypoints.positions), (confidence, keypoints.confidence)):
        for here, there in (pairs.T, pairs.T[::-1]):
            values[at, here] = given[at, there]
    return replace(keypoints, positions=positions, confidence=confidence)


def _pairs(keypoints: Keypoints, words: tuple[str, ...] | None, *, hands: bool = False) -> np.ndarray:
    """(N, 2) columns of left points and their counterparts, those with one of the words in their names.
    hands: with the points of hands, which are too many to tell sides by."""
    names = [name or "" for name in keypoints.canonical]
    if hands and keypoints.hand_points:
        names = [hand or name for hand, name in zip(keypoints.hand_points, names, strict=True)]
    pairs = [
        (place, names.index(mirror_name(name)))
        for place, name in enumerate(names)
        if "left_" in name and mirror_name(name) in names
        if words is None or any(word in name for word in words)
    ]
    return np.array(pairs, int).reshape(-1, 2)


def _costs(
    keypoints: Keypoints, groups: dict[str, np.ndarray], times: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """What each state of a frame costs (T, 16), and each change of state since the frame before (T, 16)."""
    frames = len(times)
    held, change = np.zeros((frames, 16)), np.zeros((frames, 16))
    for group, pairs in enumerate(groups.values()):
        if len(pairs):
            same, other = _steps(keypoints.positions[:, pairs], times)
            unlikely = np.where(other > _NEARER * same, _UNSEEN, _SWITCH_MORE)
            change += np.where(_BITS[:, group], (other + unlikely)[:, None], same[:, None])
    change += np.where(_STATES > 0, _SWITCH, 0.0)
    order = list(groups)
    for one, point, two, end in _LINKS:
        same, other = _lengths(keypoints, point, end)
        held += _if_odd(order.index(one), order.index(two), same, other)
    held += _if_odd(order.index("hips"), order.index("shoulders"), *_turned_apart(keypoints))
    for name, facing in (("hips", _facing(keypoints, "hip")), ("shoulders", _facing(keypoints, "shoulder"))):
        held += _FACING * facing[:, None] * np.where(_BITS[:, order.index(name)], 1.0, -1.0)
    return held, change


def _if_odd(first: int, second: int, same: np.ndarray, other: np.ndarray) -> np.ndarray:
    """(T, 16) what two groups cost together: other where just one of them is exchanged."""
    odd = _BITS[:, first] != _BITS[:, second]
    return np.where(odd, other[:, None] + _ODD, same[:, None])


def _likeliest(held: np.ndarray, change: np.ndarray) -> np.ndarray:
    """(T,) the states that cost least together (Viterbi)."""
    differs = _STATES[:, None] ^ _STATES[None]
    best, came = held[0].copy(), np.zeros((len(held), len(_STATES)), int)
    for at in range(1, len(held)):
        total = best[:, None] + change[at][differs]
        came[at] = total.argmin(0)
        best = total[came[at], _STATES] + held[at]
    state = np.empty(len(held), int)
    state[-1] = best.argmin()
    for at in range(len(held) - 1, 0, -1):
        state[at - 1] = came[at, state[at]]
    return state


def _steps(points: np.ndarray, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(T,) mean steps of pairs of points (T, N, 2, 3) since they were last seen, beside the move of all of
    them, as they are named and as if exchanged; in usual steps."""
    known = np.isfinite(points).all((2, 3))
    rows = np.where(known, np.arange(len(points))[:, None], -1)
    before = np.maximum.accumulate(rows, axis=0)
    before = np.concatenate([np.full((1, rows.shape[1]), -1), before[:-1]])
    told = known & (before >= 0)
    told &= times[:, None] - times[before] <= max(_REMEMBERED, 1.5 * median(np.diff(times)))
    last = points[before, np.arange(points.shape[1])]
    move = (points - last).mean(2, keepdims=True)
    together = np.where(told[..., None, None], move, 0.0).sum(1, keepdims=True)
    together = together / np.maximum(told.sum(1), 1)[:, None, None, None]
    same, other = (
        _mean(np.linalg.norm(points - seen - together, axis=-1).mean(-1), told)
        for seen in (last, last[:, :, ::-1])
    )
    usual = median(same[told.any(1)]) if told.any() else 0.0
    same, other = (np.minimum(found / (usual + _STEP_FLOOR), 4 * _MOST) for found in (same, other))
    return same, other


def _turned_apart(keypoints: Keypoints) -> tuple[np.ndarray, np.ndarray]:
    """(T,) 0..1, how far hips and shoulders look to different sides as named, and if one were exchanged."""
    hips, shoulders = (_middle(keypoints, word, across=True) for word in ("hip", "shoulder"))
    size = np.linalg.norm(hips, axis=-1) * np.linalg.norm(shoulders, axis=-1)
    cosine = np.nan_to_num((hips * shoulders).sum(-1) / np.where(size > 0, size, np.nan))
    return np.maximum(-cosine, 0.0), np.maximum(cosine, 0.0)


def _lengths(keypoints: Keypoints, point: str, end: str) -> tuple[np.ndarray, np.ndarray]:
    """(T,) by how much bones differ from their usual length as named and as if one end were exchanged; in
    usual differences."""
    names = [name or "" for name in keypoints.canonical]
    wanted = [f"{side}_{joint}" for joint in (point, end) for side in ("left", "right")]
    places = [next((k for k, name in enumerate(names) if name.endswith(one)), -1) for one in wanted]
    nothing = np.zeros(len(keypoints.positions))
    if min(places) < 0:
        return nothing, nothing
    left, right, left_end, right_end = (keypoints.positions[:, place] for place in places)

    def apart(*bones: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
        return np.stack([np.linalg.norm(one - other, axis=-1) for one, other in bones], 1)

    same, other = apart((left, left_end), (right, right_end)), apart((left, right_end), (right, left_end))
    known = np.isfinite(same).all(1)
    if not known.any():
        return nothing, nothing
    usual = np.median(same[known], axis=0)
    spread = float(np.median(np.abs(same[known] - usual))) + _LENGTH_FLOOR
    same, other = (
        np.where(known, np.minimum(np.abs(found - usual).mean(1) / spread, _MOST), 0.0)
        for found in (same, other)
    )
    return same, other


def _facing(keypoints: Keypoints, word: str) -> np.ndarray:
    """(T,) in -1..1, whether these points lie on the sides that their names say when one looks where the body
    looks: hips by toes and bent knees, shoulders by the nose; 0 where nothing tells."""
    middle, side = _middle(keypoints, word), _middle(keypoints, word, across=True)
    up = _middle(keypoints, "shoulder") - _middle(keypoints, "hip")
    if word == "hip":
        toes = _middle(keypoints, "toe") - _middle(keypoints, "ankle")
        knees = _middle(keypoints, "knee") - 0.5 * (middle + _middle(keypoints, "ankle"))
        ahead = np.where(np.isfinite(toes), toes, 0.0) + np.where(np.isfinite(knees), 2.0 * knees, 0.0)
    else:
        ears = _middle(keypoints, "ear")
        nose = _point(keypoints, "nose")
        ahead = nose - np.where(np.isfinite(ears), ears, middle)
    told = (side * np.cross(up, ahead)).sum(-1)
    size = np.linalg.norm(side, axis=-1) * np.linalg.norm(up, axis=-1) * 0.1
    return np.clip(np.nan_to_num(told / np.where(size > 0, size, 1.0)), -1.0, 1.0)


def _face_is_wrong(keypoints: Keypoints, doubtful: np.ndarray) -> np.ndarray:
    """(T,) bool, which of the doubtful frames (T,) have the face the other way round: no head turns about in
    one frame, so it is followed from the nearest frame without doubt."""
    ears, eyes = (_middle(keypoints, word, across=True) for word in _FACE[::-1])
    across = np.where(np.isfinite(ears), ears, eyes)
    wrong = np.zeros(len(across), bool)
    for first, last in runs(doubtful):
        order = np.arange(first, last + 1) if first > 0 else np.arange(last, first - 1, -1)
        start = first - 1 if first > 0 else last + 1
        known = across[start] if start < len(across) else np.full(3, np.nan)
        for at in order:
            now = across[at]
            if np.isfinite(now).all():
                wrong[at] = bool(np.isfinite(known).all() and now @ known < 0.0)
                known = -now if wrong[at] else now
    return wrong


def _middle(keypoints: Keypoints, word: str, across: bool = False) -> np.ndarray:
    """(T, 3) the middle of left and right points, or the way from right to left; NaN where there are none."""
    left, right = _point(keypoints, f"left_{word}"), _point(keypoints, f"right_{word}")
    return left - right if across else 0.5 * (left + right)


def _point(keypoints: Keypoints, name: str) -> np.ndarray:
    for place, canonical in enumerate(keypoints.canonical):
        if canonical is not None and canonical.replace("big_", "").endswith(name):
            return keypoints.positions[:, place]
    return np.full((len(keypoints.positions), 3), np.nan)


def _mean(values: np.ndarray, told: np.ndarray) -> np.ndarray:
    """(T,) the mean of the values (T, N) that are told, 0 without any."""
    return np.asarray(np.where(told, values, 0.0).sum(1) / np.maximum(told.sum(1), 1))


def _sentences(one: Person, wrong: dict[str, np.ndarray]) -> list[str]:
    wrong = {name: rows for name, rows in wrong.items() if rows.any()}
    if not wrong:
        return []
    anywhere = np.any(list(wrong.values()), axis=0)
    parts = "whole body" if len(wrong) > 2 else " and ".join(wrong)
    where = frames_told(one, anywhere)
    return [
        f"Left and right of person {one.id} were exchanged ({parts}) in {where}; they were exchanged back."
    ]


def frames_told(one: Person, rows: np.ndarray) -> str:
    """ "frames 3 to 8, 12" for rows (T,) bool of a person, the first few stretches."""
    stretches = [_stretch(one.frame_ids[first], one.frame_ids[last]) for first, last in runs(rows)]
    more = f" and {plural(len(stretches) - _SEVERAL, 'more stretch')}" if len(stretches) > _SEVERAL else ""
    return f"{_frames(stretches[:_SEVERAL])}{more}"


def _stretch(first: int, last: int) -> str:
    return str(first) if first == last else f"{first} to {last}"


def _frames(stretches: list[str]) -> str:
    word = "frame" if len(stretches) == 1 and " " not in stretches[0] else "frames"
    return f"{word} {', '.join(stretches)}"
