"""Which point of a hand a name means, whatever the convention: of detectors and of skeletons.

Known: MediaPipe and FreeMoCap (left_hand_index_finger_mcp), smplx (left_index1), SMPL's rigs (L_Index1),
Mixamo and MotionBuilder (LeftHandIndex1), Unreal (index_01_l), Unity (LeftIndexProximal), Rigify
(f_index.01.L), VRM (J_Bip_L_Index1), ARKit (left_handIndex_1_joint), SOMA (LeftHandIndex2), visionOS with
the side before (leftIndexFingerIntermediateBase; developer.apple.com HandSkeleton.JointName).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..body.hands import HAND_POINTS
from .bone_words import SIDES, TOKEN

_FINGERS = {
    "thumb": "thumb", "index": "index", "middle": "middle", "mid": "middle", "ring": "ring", "pinky": "pinky",
    "little": "pinky", "forefinger": "index",
}  # fmt: skip
_PARTS = {
    "mcp": 1, "pip": 2, "dip": 3, "tip": 4, "end": 4, "nub": 4, "proximal": 1, "intermediate": 2, "distal": 3,
}  # fmt: skip
_THUMB_PARTS = {"cmc": 1, "mcp": 2, "ip": 3, "tip": 4, "end": 4, "nub": 4, "metacarpal": 1}
_UNITY_THUMB = {"proximal": 1, "intermediate": 2, "distal": 3}
_NO_FINGER = ("toe", "foot", "knuckle", "metacarpal", "start", "palm", "carpal", "kinect")
_JOINED = re.compile(r"(left|right)?(?:hand)?(thumb|index|forefinger|middle|ring|pinky|little)")
_VISION = re.compile(
    r"(left|right)(?:hand)?(thumb|index|middle|ring|little)(?:finger)?(knuckle|intermediatebase|intermediatetip|tip)"
)
_VISION_PARTS = {"knuckle": 1, "intermediatebase": 2, "intermediatetip": 3, "tip": 4}
_TIP, _LAST = 4, 3
_POINT = {1: "1", 2: "2", 3: "3", 4: "_tip"}

_Part = tuple[str, str, int, bool]
"""Side, finger, which of its points, and whether that is a plain number."""


def finger_points(names: Sequence[str]) -> tuple[str | None, ...]:
    """For each name its point among `body.hands.HAND_POINTS`, None where it has none or another name took it.

    Numbers count from the knuckle; where a finger has four of them and an end beside, from the palm's bone.
    """
    parts = _of_vision(names) or [_own(name) or _part(name) for name in names]
    shifted = _shifted([part for part in parts if part is not None])
    found: list[str | None] = []
    for part in parts:
        point = None
        if part is not None:
            side, finger, place, numbered = part
            place -= numbered and (side, finger) in shifted
            point = f"{side}_hand_{finger}{_POINT[place]}" if place in _POINT else None
        found.append(None if point in found else point)
    return tuple(found)


def _of_vision(names: Sequence[str]) -> list[_Part | None]:
    """Of visionOS, whose joints from the knuckle on bear names that mean others elsewhere; [] where no name
    is of its own."""
    plain = [re.sub(r"[^a-z]", "", name.rpartition(":")[2].lower()) for name in names]
    if not any("intermediatebase" in name for name in plain):
        return []
    found = [_VISION.fullmatch(name) for name in plain]
    return [one and (one[1], _FINGERS[one[2]], _VISION_PARTS[one[3]], False) for one in found]


def _shifted(parts: Sequence[_Part]) -> set[tuple[str, str]]:
    """Fingers whose first number is a bone of the palm's."""
    ended = {part[:2] for part in parts if part[2] == _TIP and not part[3]}
    fourth = {part[:2] for part in parts if part[2] > _LAST and part[3]}
    return {finger for finger in ended & fourth if finger[1] != "thumb"}


def _own(name: str) -> _Part | None:
    """A canonical name itself."""
    if name not in HAND_POINTS or name.endswith("wrist"):
        return None
    side, _, point = name.split("_", 2)
    finger = point.rstrip("123").removesuffix("_tip")
    return side, finger, _TIP if point.endswith("_tip") else int(point[-1]), False


def _part(name: str) -> _Part | None:
    tokens = [token.lower() for token in TOKEN.findall(name.rpartition(":")[2])]
    tokens = [part for token in tokens for part in _split(token)]
    if any(word in _NO_FINGER for word in tokens if "thumb" not in tokens or word != "metacarpal"):
        return None
    fingers = [place for place, token in enumerate(tokens) if token in _FINGERS]
    side = next((SIDES[token] for token in tokens if token in SIDES), None)
    if not fingers or side is None:
        return None
    finger = _FINGERS[tokens[fingers[0]]]
    rest = tokens[fingers[0] + 1 :]
    words = _UNITY_THUMB | _THUMB_PARTS if finger == "thumb" else _PARTS
    told = next((words[token] for token in rest if token in words), None)
    if told is not None:
        return side, finger, told, False
    number = next((int(token) for token in rest if token.isdecimal() and len(token) < 3), 0)
    return (side, finger, number, True) if 1 <= number <= _TIP else None


def _split(token: str) -> list[str]:
    """The words of a token that has no capitals to tell them by, as lefthandindex."""
    joined = _JOINED.fullmatch(token)
    return [word for word in joined.groups() if word] if joined else [token]
