"""The bones of a rig that carry the body, without its controls and its machinery."""

from __future__ import annotations

from .rig import Rig

_DEFORM, _ORIGINAL = "DEF-", "ORG-"
_ENOUGH = 8


def deforming(rig: Rig) -> Rig:
    """The rig itself; of one that Rigify generated, its deforming bones alone, hanging on each other as the
    bones do that they were made from."""
    own = [place for place, name in enumerate(rig.names) if name.startswith(_DEFORM)]
    if len(own) < _ENOUGH:
        return rig
    new = {place: number for number, place in enumerate(own)}
    parents = tuple(new.get(_deforming_parent(rig, place), -1) for place in own)
    names = tuple(rig.names[place] for place in own)
    return Rig(names, parents, rig.heads[own], rig.tails[own], rig.axes[own])


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
