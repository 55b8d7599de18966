"""Files whose names are bytes that no text has, as archives of other systems leave them."""

from __future__ import annotations

import os
from pathlib import Path

import bpy
import numpy as np
import pytest

from addon.cli import main
from tests.wave import joints_of_a_wave


@pytest.fixture
def odd(tmp_path) -> Path:
    """In a folder with another recording."""
    named = Path(os.fsdecode(os.fsencode(tmp_path) + b"/M\xfcller.npz"))
    for path in (named, tmp_path / "Anna.npz"):
        np.savez(path, keypoints=joints_of_a_wave(8, 30.0), layout="smpl24", fps=30.0)
    return named


def test_opening_one_is_refused_in_a_sentence(enabled, odd):
    with pytest.raises(
        RuntimeError, match=r"^[^\n]*M\?ller\.npz can't be opened in Blender: [^\n]*; rename it\."
    ):
        bpy.ops.spr.open_recording(filepath=str(odd))


def test_a_batch_goes_on_without_one(enabled, odd):
    bpy.ops.spr.batch_folder(directory=str(odd.parent))
    assert [row.name for row in bpy.context.scene.spr.batch.clips] == ["Anna"]


@pytest.mark.parametrize("kind", ["fbx", "blend", "bvh"])
def test_the_command_line_refines_it_into_every_kind_of_file(odd, kind, capfd):
    assert main(["refine", str(odd), "--output", str(odd.with_suffix(f".{kind}"))]) == 0
    assert odd.with_suffix(f".{kind}").stat().st_size > 1000
