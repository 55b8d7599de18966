"""The joints of arms, legs and head where names say nothing: by the shape of the tree and the rest pose.

A body is a tree with two pairs of limbs that mirror each other: of one pair the limbs run away from the other
pair, these are legs. Where feet point is ahead, and so left is known. Knees and elbows cut their limbs in
parts of a body's proportions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np

from ..safe_read import FormatError
from .head import head_by_place
from .rig import Rig

_ALIKE = 0.08
_APART = 0.05
"""Of a limb's length, the least distance of its mirror image: two in one place are one with its copy."""
_CROSSED = 0.2
"""Of the widest distance between two limbs, how much they may cross each other, as hands before a belly."""
_STANDS, _SAME_WAY = 0.4, 0.5
"""Of its length, how far a leg runs that an animal stands on; cosine between what its legs run along."""
_LEAST_REACH = 0.12
"""Of the tree's extent, the least length of a limb."""
_HALF = 0.5
"""Of a limb's length, from which on parts of it are limbs themselves."""
_DOWN = -0.6
_SHORTEST, _LONGEST = 0.2, 3.0
"""Of a leg, how long a trunk is."""
_FEWEST_PARTS = 3
"""Bones of a limb."""
_PARTS = {"leg": (0.71, 0.75), "arm": (0.49, 0.47)}
"""Thigh and shin, upper arm and forearm, of the trunk from between the hips to between the shoulders."""
_WHOLE, _OWN = {"leg": 1.8, "arm": 1.2}, 0.7
"""The bones of a whole limb, an arm's to where its fingers branch if they do, of the trunk; how much rather
a limb's own length tells its parts than the trunk's."""
_HAND = 0.36
"""Of an arm's length, how far at most fingers reach from where they part."""
_BETWEEN = 0.3
"""What a bone within a part of an arm weighs where there are several ways along it, as with sleeves."""
_BRANCHES, _FINGERS, _MOST_FINGERS = 3, 4, 6
"""A hand has as many fingers, at least and at most."""
_SLANT = 0.4
"""Sine of a shin's usual slant, at most."""
_FOOT = 0.34
"""Of a shin, how far the ball of the foot lies from the ankle."""
_FEWEST_BONES = 10


_ADVICE = "choose the armature of a body, or name its bones in the table"
FOUR_LEGS = f"The armature is a four-legged animal's, not a person's; {_ADVICE}."
SEATED = (
    "The armature has two pairs of limbs, of which neither runs down from the other as legs do of who stands;"
    f" {_ADVICE}."
)


class NoHumanoid(FormatError):
    """A rig that is no body with two arms and two legs."""


@dataclass(frozen=True)
class _Pair:
    """Two limbs that mirror each other, from their first bones to their ends."""

    first: tuple[int, ...]
    second: tuple[int, ...]
    reach: float


@dataclass(frozen=True)
class _Axes:
    """Left, up and ahead of a body (3,) each; whether its feet told what is ahead."""

    left: np.ndarray
    up: np.ndarray
    ahead: np.ndarray


def shaped_limbs(rig: Rig) -> dict[str, int]:
    """SMPL's joint -> index, of arms, legs and head. Raises NoHumanoid with one sentence."""
    if len(rig.names) < _FEWEST_BONES:
        raise NoHumanoid(
            f"The armature has too few bones for a body, {len(rig.names)}; choose one with arms and legs."
        )
    pairs = _pairs(rig)
    legs, arms = _legs_and_arms(rig, pairs)
    axes = _axes(rig, legs, arms)
    found: dict[str, int] = {}
    trunk = float(np.linalg.norm(_middle(rig, arms) - _middle(rig, legs)))
    for pair, kind in ((legs, "leg"), (arms, "arm")):
        swapped = _apart(rig, pair) @ axes.left < 0
        left, right = (pair.second, pair.first) if swapped else (pair.first, pair.second)
        found |= _limb(rig, left, f"left_{kind}", trunk, axes)
        found |= _limb(rig, right, f"right_{kind}", trunk, axes)
    head = head_by_place(rig, found)
    return found if head is None else found | {"head": head}


def _pairs(rig: Rig) -> list[_Pair]:
    """All pairs of limbs, the longest first; of two that share bones, the longer one alone."""
    extent = float(np.linalg.norm(np.ptp(rig.heads, axis=0)))
    lines = {place: _longest(rig, place) for place in range(len(rig.names))}
    found = []
    for siblings in _siblings(rig):
        for one, other in combinations(siblings, 2):
            reaches = [_length(rig, lines[each]) + _offset(rig, each) for each in (one, other)]
            longest = max(reaches)
            if longest > _LEAST_REACH * extent and _mirrored(rig, one, other, lines):
                found.append(_Pair(lines[one], lines[other], longest))
    found.sort(key=lambda pair: -pair.reach)
    kept: list[_Pair] = []
    for pair in (pair for pair in found if not _forks(rig, pair, found)):
        bones = {*pair.first, *pair.second}
        if not any(bones & {*each.first, *each.second} for each in kept):
            kept.append(pair)
    return kept


def _forks(rig: Rig, pair: _Pair, others: Sequence[_Pair]) -> bool:
    """Whether one of two limbs parts in a pair of limbs itself, as what carries both legs."""
    for start in (pair.first[0], pair.second[0]):
        below = set(rig.tree.below(start)) - {start}
        if any(each.first[0] in below and each.reach > _HALF * pair.reach for each in others):
            return True
    return False


def _siblings(rig: Rig) -> list[list[int]]:
    roots = [place for place, parent in enumerate(rig.parents) if parent < 0]
    return [row for row in (*rig.tree.children, roots) if len(row) > 1]


def _longest(rig: Rig, place: int) -> tuple[int, ...]:
    """The bones from this one to the end of its tree that is the farthest along the bones."""
    far = {place: 0.0}
    for each in rig.tree.below(place):
        for child in rig.tree.children[each]:
            if each in far:
                far[child] = far[each] + float(np.linalg.norm(rig.heads[child] - rig.heads[each]))
    return tuple(rig.tree.way(place, max(far, key=lambda each: far[each])))


def _length(rig: Rig, line: Sequence[int]) -> float:
    """Metres along the heads of a row of bones."""
    return float(np.linalg.norm(np.diff(rig.heads[list(line)], axis=0), axis=-1).sum())


def _offset(rig: Rig, place: int) -> float:
    parent = rig.parents[place]
    return float(np.linalg.norm(rig.heads[place] - rig.heads[parent])) if parent >= 0 else 0.0


def _mirrored(rig: Rig, one: int, other: int, lines: dict[int, tuple[int, ...]]) -> bool:
    """Whether two limbs are as long, and lie on two sides of a plane that mirrors them."""
    lengths = [_length(rig, lines[each]) for each in (one, other)]
    if not _FEWEST_PARTS <= len(lines[one]) == len(lines[other]) or min(lengths) < (1.0 - _ALIKE) * max(
        lengths
    ):
        return False
    apart = rig.heads[list(lines[one])] - rig.heads[list(lines[other])]
    wide = np.linalg.norm(apart, axis=-1)
    if np.median(wide) < max(_APART * max(lengths), 1e-6):
        return False
    across = apart @ apart[wide.argmax()] / wide.max()
    sided = (across >= -_CROSSED * wide.max()).all()
    return bool(sided and np.abs(wide - np.abs(across)).max() < 0.2 * wide.max())


def _legs_and_arms(rig: Rig, pairs: Sequence[_Pair]) -> tuple[_Pair, _Pair]:
    """The pair that runs away from the other one, and that other. Raises NoHumanoid."""
    if len(pairs) < 2:
        raise NoHumanoid(_what_else(rig, pairs))
    bodies = [(legs, arms) for legs in pairs for arms in pairs if legs is not arms and _fit(rig, legs, arms)]
    bodies = [body for body in bodies if not _hang_over(rig, body, bodies)]
    if not bodies:
        raise NoHumanoid(_what_else(rig, pairs))
    return max(bodies, key=lambda body: sum(pair.reach * (1 + _with_hands(rig, pair)) for pair in body))


def _fit(rig: Rig, legs: _Pair, arms: _Pair) -> bool:
    """Whether the first pair runs away from the other one, and there is a trunk between them."""
    trunk = _middle(rig, arms) - _middle(rig, legs)
    size = float(np.linalg.norm(trunk))
    if not _SHORTEST * legs.reach < size < _LONGEST * legs.reach or not _one_side(rig, legs, arms):
        return False
    return bool(_runs(rig, legs) @ trunk / size / max(legs.reach, 1e-9) < _DOWN)


def _hang_over(rig: Rig, body: tuple[_Pair, _Pair], bodies: Sequence[tuple[_Pair, _Pair]]) -> bool:
    """Whether its arms hang on what other arms of the same legs carry, as long hair does on a head."""
    legs, arms = body
    above = set(rig.tree.above(rig.parents[arms.first[0]]))
    for other in (each for same, each in bodies if same is legs and each is not arms):
        carrier = rig.parents[other.first[0]]
        nearer = carrier in above and carrier != rig.parents[arms.first[0]]
        if nearer and rig.parents[legs.first[0]] != carrier and other.reach > _HALF * arms.reach:
            return True
    return False


def _with_hands(rig: Rig, pair: _Pair) -> bool:
    """Whether fingers grow at the ends of both."""
    return all(
        any(len(rig.tree.children[bone]) >= _BRANCHES for bone in line) for line in (pair.first, pair.second)
    )


def _one_side(rig: Rig, legs: _Pair, arms: _Pair) -> bool:
    """Whether both pairs are mirrored by one plane."""
    first, second = _apart(rig, legs), _apart(rig, arms)
    return bool(abs(first @ second) > 0.8 * np.linalg.norm(first) * np.linalg.norm(second))


def _apart(rig: Rig, pair: _Pair) -> np.ndarray:
    return np.asarray((rig.heads[list(pair.first)] - rig.heads[list(pair.second)]).mean(0))


def _middle(rig: Rig, pair: _Pair) -> np.ndarray:
    """(3,) between the first bones of a pair."""
    return np.asarray(rig.heads[[pair.first[0], pair.second[0]]].mean(0))


def _runs(rig: Rig, pair: _Pair) -> np.ndarray:
    """(3,) from between the first bones of a pair to between its ends."""
    return np.asarray(rig.heads[[pair.first[-1], pair.second[-1]]].mean(0) - _middle(rig, pair))


def _what_else(rig: Rig, pairs: Sequence[_Pair]) -> str:
    """A sentence on what the rig is instead of a body."""
    if len(pairs) > 1:
        trunk = _middle(rig, pairs[1]) - _middle(rig, pairs[0])
        size = max(float(np.linalg.norm(trunk)), 1e-9)
        runs = np.stack([_runs(rig, pair) / max(pair.reach, 1e-9) for pair in pairs[:2]])
        long = float(np.linalg.norm(runs, axis=-1).min())
        alike = runs[0] @ runs[1] > _SAME_WAY * np.linalg.norm(runs, axis=-1).prod()
        apart = size > 0.3 * pairs[0].reach
        if apart and alike and long > _STANDS and np.abs(runs @ trunk).max() < -_DOWN * size:
            return FOUR_LEGS
        if apart and _one_side(rig, pairs[0], pairs[1]):
            return SEATED
    fingers = max(map(_chains(rig).count, range(len(rig.names))), default=0)
    holders = {rig.parents[pair.first[0]] for pair in pairs}
    if len(holders) == 1 and _branched(rig) - holders:
        return f"The armature has one pair of limbs, and a body two arms and two legs; {_ADVICE}."
    if _FINGERS <= fingers <= _MOST_FINGERS and len(holders) < 2:
        return f"The armature is a hand's or a foot's alone; {_ADVICE}."
    if max(map(len, rig.tree.children)) <= 2 and not pairs:
        return f"The armature is one chain of bones, as a robot's arm or a tail; {_ADVICE}."
    return f"No two arms and two legs were found in the armature; {_ADVICE}."


def _chains(rig: Rig) -> list[int]:
    """The bones that carry chains of bones, once for each."""
    return [rig.parents[place] for place, children in enumerate(rig.tree.children) if children]


def _branched(rig: Rig) -> set[int]:
    """Bones that as many hang on as on a hand."""
    return {place for place, children in enumerate(rig.tree.children) if len(children) >= _FINGERS}


def _axes(rig: Rig, legs: _Pair, arms: _Pair) -> _Axes:
    """The body's axes; ahead is where the feet point. Raises NoHumanoid where nothing tells."""
    up = _middle(rig, arms) - _middle(rig, legs)
    across = _apart(rig, legs)
    across = across + _apart(rig, arms) * (1.0 if across @ _apart(rig, arms) > 0 else -1.0)
    across = across / np.linalg.norm(across)
    up = up - (up @ across) * across
    up = up / np.linalg.norm(up)
    ahead = np.cross(across, up)
    feet = sum(_foot(rig, line, up) for line in (legs.first, legs.second)) @ ahead
    if abs(feet) < 1e-6 * legs.reach:
        # Without feet, a body faces as Blender's do, or as those of programs whose Y is up.
        feet = ahead @ (np.array([0.0, -1.0, 0.0]) if abs(up[2]) > 0.7 else np.array([0.0, 0.0, 1.0]))
    ahead = ahead if feet > 0 else -ahead
    return _Axes(np.cross(up, ahead), up, ahead)


def _foot(rig: Rig, line: Sequence[int], up: np.ndarray) -> np.ndarray:
    """(3,) from the lowest straight part of a leg to its end, the last bone's own length with it."""
    points = np.concatenate([rig.heads[list(line)], rig.tails[[line[-1]]]])
    steps = np.diff(points, axis=0)
    sizes = np.maximum(np.linalg.norm(steps, axis=-1), 1e-9)
    straight = np.flatnonzero(steps @ up / sizes < -0.8)
    last = int(straight[-1]) + 1 if len(straight) else 0
    return np.asarray(points[-1] - points[last])


def _limb(rig: Rig, line: Sequence[int], limb: str, trunk: float, axes: _Axes) -> dict[str, int]:
    """The joints of one limb, such as left_leg, by the parts of a body's proportions."""
    side, kind = limb.split("_")
    names = ("hip", "knee", "ankle", "foot") if kind == "leg" else ("shoulder", "elbow", "wrist", "")
    lines = [line] if kind == "leg" else _ways(rig, line)
    cuts = [cut for each in lines if (cut := _cut(rig, each, kind, trunk, axes))]
    if not cuts:
        raise NoHumanoid("The limbs of the armature have too few bones for a body; name them in the table.")
    best = min(cuts, key=lambda cut: cut.off + _BETWEEN * (len(cuts) > 1) * cut.between)
    line, (high, middle, low) = best.line, best.three
    found = {
        f"{side}_{names[0]}": line[high],
        f"{side}_{names[1]}": line[middle],
        f"{side}_{names[2]}": line[low],
    }
    if kind == "leg" and low + 1 < len(line):
        found[f"{side}_foot"] = _ball(rig, line, middle, low)
    if kind == "arm" and high > 0:
        found[f"{side}_collar"] = line[high - 1]
    return found


def _ways(rig: Rig, line: Sequence[int]) -> list[Sequence[int]]:
    """The ways along an arm's bones that are long enough for one, to fingers where there are any: what is
    longest may be a sleeve."""
    ends = [bone for bone in rig.tree.below(line[0]) if not rig.tree.children[bone]]
    least = _HALF * _length(rig, line)
    ways: list[Sequence[int]] = [rig.tree.way(line[0], end) for end in ends]
    ways = [way for way in ways if len(way) >= _FEWEST_PARTS and _length(rig, way) > least]
    return [way for way in ways if _hands(rig, way)] or ways


def _hands(rig: Rig, line: Sequence[int]) -> list[int]:
    """Places of an arm's bones that fingers hang on: as many, and short."""
    most = _HAND * _length(rig, line)
    branched = [place for place, bone in enumerate(line) if len(rig.tree.children[bone]) >= _BRANCHES]
    return [place for place in branched if _length(rig, line[place:]) < most]


@dataclass(frozen=True)
class _Cut:
    """Where a limb's bones (by their places in a line) part in two, and how far that is from a body's."""

    line: Sequence[int]
    three: tuple[int, int, int]
    off: float

    @property
    def between(self) -> int:
        """Bones that lie within its parts: cloth has more of them than limbs."""
        return self.three[2] - self.three[0] - 2


def _cut(rig: Rig, line: Sequence[int], kind: str, trunk: float, axes: _Axes) -> _Cut | None:
    """The nearest to a body's; None where a line has too few bones."""
    upper, lower = _PARTS[kind]
    ends = _hands(rig, line) if kind == "arm" else []
    whole = _length(rig, line[: ends[-1] + 1] if ends else line) / _WHOLE[kind]
    trunk *= max(whole / trunk, 0.1) ** _OWN
    best: _Cut | None = None
    for three in combinations(range(len(line)), 3):
        if ends and three[2] != ends[-1]:
            continue
        parts = [
            float(np.linalg.norm(rig.heads[line[low]] - rig.heads[line[high]]))
            for high, low in ((three[0], three[1]), (three[1], three[2]))
        ]
        if min(parts) < 1e-3 * trunk:
            continue
        off = (
            abs(np.log(parts[0] / upper / trunk))
            + abs(np.log(parts[1] / lower / trunk))
            + 2 * abs(np.log(parts[0] / parts[1] * lower / upper))
        )
        off += 3.0 * (_turned(rig, line, three, kind, axes) + _bent(rig, line, three))
        if best is None or off < best.off:
            best = _Cut(line, three, float(off))
    return best


def _ball(rig: Rig, line: Sequence[int], knee: int, ankle: int) -> int:
    """Of the bones below the ankle, the one that lies as far from it as the ball of a foot."""
    shin = float(np.linalg.norm(rig.heads[line[ankle]] - rig.heads[line[knee]]))
    far = np.linalg.norm(rig.heads[list(line[ankle + 1 :])] - rig.heads[line[ankle]], axis=-1)
    return line[ankle + 1 + int(np.argmin(np.abs(far - _FOOT * shin)))]


def _turned(rig: Rig, line: Sequence[int], three: tuple[int, int, int], kind: str, axes: _Axes) -> float:
    """How much of a leg's parts runs ahead instead of down: a foot is no part of a shin."""
    if kind == "arm":
        return 0.0
    part = rig.heads[line[three[2]]] - rig.heads[line[three[1]]]
    last = rig.heads[line[three[2]]] - rig.heads[line[three[2] - 1]]
    slants = (abs(each @ axes.ahead) / max(np.linalg.norm(each), 1e-9) for each in (part, last))
    return float(sum(max(slant - _SLANT, 0.0) for slant in slants))


def _bent(rig: Rig, line: Sequence[int], three: tuple[int, int, int]) -> float:
    """How much longer the ways along the bones are than straight ones: a collar is no part of an upper arm
    that hangs down."""
    straight = np.linalg.norm(np.diff(rig.heads[[line[place] for place in three]], axis=0), axis=-1)
    ways = [_length(rig, line[high : low + 1]) for high, low in pairwise(three)]
    return float(np.log(np.array(ways) / straight).sum())
