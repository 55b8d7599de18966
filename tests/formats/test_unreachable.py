"""What can't be looked into is refused by name where it was asked for, and no matter where it lies beside."""

from __future__ import annotations

import numpy as np
import pytest

from addon import formats
from addon.safe_read import FormatError
from tests.unreachable import shut
from tests.wave import joints_of_a_wave


def test_a_folder_that_can_not_be_looked_into_is_refused_by_its_name(tmp_path, monkeypatch):
    closed = shut(tmp_path / "monday", monkeypatch)
    with pytest.raises(FormatError, match=r"monday can't be read \(Permission denied\); check its rights"):
        formats.read(closed)


@pytest.mark.parametrize("beside", ["timestamps", "synchronized_videos/timestamps"])
def test_a_closed_folder_of_time_stamps_beside_a_recording_is_no_matter(tmp_path, monkeypatch, beside):
    np.save(tmp_path / "walk.npy", joints_of_a_wave(20, 30.0))
    shut(tmp_path / beside, monkeypatch)
    assert formats.read(tmp_path / "walk.npy", layout="smpl24").people[0].frames == 20
