"""What a failed run has changed comes back, whatever happened meanwhile."""

from __future__ import annotations

import bpy
import pytest

from addon.scene import write_motion
from addon.scene.spares import as_before_when_it_fails


def test_who_is_edited_when_a_run_fails_is_not_lost(make_motion):
    armature = write_motion(make_motion(2))
    with pytest.raises(ZeroDivisionError), as_before_when_it_fails([armature]):
        bpy.ops.object.mode_set(mode="EDIT")
        raise ZeroDivisionError
    assert bpy.data.objects[armature.name] == armature
    assert len(armature.data.bones) == len(armature.pose.bones) == 24
