"""The bones of a rig that carry the body, without its controls and its machinery."""

from __future__ import annotations

import re
from collections.abc import Callable

from .rig import Rig

_DEFORM, _ORIGINAL = "DEF-", "ORG-"
_ENOUGH = 8
_BESIDE = re.compile(r"(.+)\((?:drv|fin|erc|def|dsp)\)")
"""Diffeomorphic's names of bones for drivers beside a figure's own ones, as `lShldrBend(drv)`."""


def deforming(rig: Rig) -> Rig:
    """The rig itself; of one that Rigify generated, its deforming bones alone, hanging on each other as the
    bones do that they were made from, if there are others beside a root; of a Daz figure, without the bones
    that its importer puts beside."""
    own = [place for place, name in enumerate(rig.names) if name.startswith(_DEFORM)]
    if len(own) >= _ENOUGH <= len(rig.names) - len(own):
        return _of_these(rig, own, _deforming_parent)
    own = [place for place in range(len(rig.names)) if not _is_beside(rig, place)]
    return rig if len(own) == len(rig.names) else _of_these(rig, own, _own_parent)


def _of_these(rig: Rig, own: list[int], parent_of: Callable[[Rig, int], int]) -> Rig:
    new = {place: number for number, place in enumerate(own)}
    parents = tuple(new.get(parent_of(rig, place), -1) for place in own)
    names = tuple(rig.names[place] for place in own)
    return Rig(names, parents, rig.heads[own], rig.tails[own], rig.axes[own])


def _is_beside(rig: Rig, place: int) -> bool:
    """Whether a bone only drives, or is driven by, another one of that name."""
    told = _BESIDE.fullmatch(rig.names[place])
    return told is not None and told[1] in rig.index


def _own_parent(rig: Rig, place: int) -> int:
    return next((above for above in list(rig.tree.above(place))[1:] if not _is_beside(rig, above)), -1)


def _deforming_parent(rig: Rig, place: int) -> int:
    """The next deforming bone above, an original bone standing for the one that was made from it."""
    own = rig.names[place].removeprefix(_DEFORM)
    for above in list(rig.tree.above(place))[1:]:
        name = rig.names[above]
        if name.startswith(_DEFORM):
            return above
        base = name.removeprefix(_ORIGINAL)
        if name.startswith(_ORIGINAL) and base != own and _DEFORM + base in rig.index:
            return rig.index[_DEFORM + base]
    return -1
