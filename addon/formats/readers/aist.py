"""AIST++ (pickle): SMPL with a translation in units of smpl_scaling, and COCO keypoints in centimetres.

Source: google/aistplusplus_api aist_plusplus/loader.py. Y up, 60 fps; derived files without smpl_scaling
are in metres. The floor lies at any height.
"""

from __future__ import annotations

from ..container import Container
from ..draft import Draft, Reader, layout_keypoints, numbers, person, scalar, smpl_poses


def recognises(container: Container) -> bool:
    """SMPL parameters or 17 keypoints under AIST++'s names."""
    if container.has("smpl_poses", "smpl_trans"):
        return True
    return container.kind == "pickle" and any(container.shape(name)[1:] == (17, 3) for name in _KEYPOINTS)


_KEYPOINTS = ("keypoints3d_optim", "keypoints3d")


def read(container: Container) -> Draft:
    """One dancer. Raises FormatError."""
    fields = container.fields
    if container.has("smpl_poses", "smpl_trans"):
        scaling = scalar(fields["smpl_scaling"]) if "smpl_scaling" in fields else None
        trans = numbers(fields["smpl_trans"], "smpl_trans") / (scaling or 1.0)
        people = [person(poses=smpl_poses(fields["smpl_poses"], trans))]
        # Without the scaling it is a copy by another tool, which may have turned it.
        return Draft(people, up="+y" if scaling else None, likely_up=("+y", "+z"), floating=True)
    name = next(name for name in _KEYPOINTS if container.shape(name)[1:] == (17, 3))
    return Draft(
        [person(keypoints=layout_keypoints(fields[name], "coco17"))], up="+y", units=None, floating=True
    )


READER = Reader(
    "AIST++", "AIST++", "SMPL or COCO keypoints of a dancer", ".pkl", recognises, read, usual_fps=60.0
)
