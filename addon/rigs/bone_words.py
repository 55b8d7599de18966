"""The words of a bone's or a joint's name, in whatever way it is spelt."""

from __future__ import annotations

import re
import unicodedata

_ENDING = re.compile(r"(?:#\d+|[\s_]cgm[\s_]?[\d._]+|[\s_]3d)$", re.IGNORECASE)
TOKEN = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
SIDES = {
    **dict.fromkeys(("l", "left", "lt", "lft", "lf"), "left"),
    **dict.fromkeys(("r", "right", "rt", "rgt"), "right"),
}
_IN_BRACKETS = re.compile(r"\s*\[[^\]]*\]")
"""What stands there twice: `NPC L Calf [LClf]` of Bethesda's games."""
_NUMBER = re.compile(r"(?<=.)[_.]\d+$")
ALL_NUMBERED = 0.9
"""Share of a rig's names that end in a number where the numbers are only counted on."""
_COPY = re.compile(r"\.\d{3}$")
BEHIND = ("joint", "jnt", "jt", "bone", "bind", "skin", "def")
"""Words that say nothing behind a name."""
_JAPANESE = {
    "左": "left ", "右": "right ", "親指": "thumb", "人指": "index", "人差指": "index", "中指": "middle",
    "薬指": "ring", "小指": "pinky", "足首": "ankle", "つま先": "toe", "手首": "wrist", "ひじ": "elbow",
    "ひざ": "knee", "肩": "collar", "腕": "upperarm", "足": "thigh", "頭": "head", "首": "neck",
    "上半身": "spine", "下半身": "lowerbody", "センター": "center", "グルーブ": "groove", "腰": "waist",
    "全ての親": "root", "捩": "twist", "IK": " ik", "D": " copy", "両目": "eyes", "目": "eye", "先": " end",
    "P": " copy", "C": " copy", "EX": " end", "キャンセル": " cancel", "親": "parent",
}  # fmt: skip
"""MikuMikuDance's words, in English; longer ones go first."""
_FOREIGN = re.compile("|".join(sorted(map(re.escape, _JAPANESE), key=len, reverse=True)))


def plain_name(name: str) -> str:
    """The name without a subject's prefix and what tools add behind."""
    return _ENDING.sub("", _IN_BRACKETS.sub("", name.rpartition(":")[2]).strip())


def without_numbers(names: tuple[str, ...]) -> tuple[str, ...]:
    """Names of a rig's bones without the running numbers that some tools put behind every one of them, as
    `LeftArm_07`; as they are where only some end in one."""
    shorter = tuple(_NUMBER.sub("", name) for name in names)
    numbered = sum(one != other for one, other in zip(shorter, names, strict=True))
    return shorter if numbered > ALL_NUMBERED * len(names) else names


def english(name: str) -> str:
    """A Japanese name of MikuMikuDance's in English words, any other as it is."""
    if name.isascii():
        return name
    plain = unicodedata.normalize("NFKC", name)
    return _FOREIGN.sub(lambda match: _JAPANESE[match[0]], plain) if not plain.isascii() else plain


def words(name: str) -> list[str]:
    """The words of a name in lower case, without a prefix and what says nothing behind."""
    found = [token.lower() for token in TOKEN.findall(plain_name(english(name)))]
    while len(found) > 1 and found[-1] in BEHIND:
        found.pop()
    return found


def is_copy(name: str) -> bool:
    """Whether Blender numbered it as a further one of the same name, as `upper_arm.L.001`."""
    return bool(_COPY.search(name))
