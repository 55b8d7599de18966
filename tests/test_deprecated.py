"""The tests fail where our own code uses what Python, NumPy or Blender will take away."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

from .deprecated import KINDS, ROOT, nothing_deprecated


def warn_in(path: Path, kind: type[Warning]) -> None:
    """Warn as a line of this file would."""
    warnings.warn_explicit("It goes.", kind, str(path), 7)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("file", ["addon/scene/mesh.py", "dev/pictures/strip.py", "tests/wave.py"])
def test_our_own_use_of_what_goes_fails(file, kind):
    with pytest.raises(pytest.fail.Exception, match=rf"{file}:7: It goes"), nothing_deprecated():
        warn_in(ROOT / file, kind)


def test_so_does_the_extension_that_is_linked_into_blenders_folder(tmp_path):
    (tmp_path / "smpl_pose_refiner").symlink_to(ROOT, target_is_directory=True)
    with pytest.raises(pytest.fail.Exception), nothing_deprecated():
        warn_in(tmp_path / "smpl_pose_refiner" / "addon" / "ui" / "job.py", DeprecationWarning)


def test_what_others_use_is_told_but_fails_nothing(tmp_path):
    with pytest.warns(DeprecationWarning, match=r"It goes"), nothing_deprecated():
        warn_in(tmp_path / "addon" / "export_fbx_bin.py", DeprecationWarning)
