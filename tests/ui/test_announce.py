"""A large file is announced before Blender stands still for it."""

from __future__ import annotations

import pytest

from addon.ui import announce
from addon.ui.session import Store

SMALL, LARGE = 1000, announce.LARGE


@pytest.fixture
def told(monkeypatch):
    """What happens, as somebody before a window sees it."""
    events: list[str | None] = []
    monkeypatch.setattr(announce, "_anybody_sees", lambda: True)
    monkeypatch.setattr(announce, "status", events.append)
    monkeypatch.setattr(announce, "_draw_now", lambda: events.append("drawn"))
    return events


def read_all(told, *paths):
    store = Store(lambda path: told.append("read"), kept=len(paths))
    for path in paths:
        store.load(str(path))
    return store


def write(path, size):
    path.write_bytes(bytes(size))
    return path


def test_a_large_file_is_announced_drawn_read_and_the_status_bar_given_back(told, tmp_path):
    read_all(told, write(tmp_path / "take.pkl", LARGE))
    assert told == ["Reading take.pkl …", "drawn", "read", None]


def test_a_small_file_and_one_that_is_read_already_are_not(told, tmp_path):
    store = read_all(told, write(tmp_path / "small.npz", SMALL), write(tmp_path / "take.pkl", LARGE))
    assert told[0] == "read"
    told.clear()
    store.load(str(tmp_path / "take.pkl"))
    assert told == []


def test_a_folder_of_a_file_for_each_frame_counts_as_a_whole(told, tmp_path):
    for frame in range(10):
        first = write(tmp_path / f"{9 - frame:06d}.json", LARGE // 10)
    read_all(told, first)
    assert told[0] == "Reading 000000.json …"
    told.clear()
    read_all(told, write(tmp_path / "beside.trc", SMALL))
    assert told == ["read"]


def test_the_status_bar_is_given_back_where_reading_fails(told, tmp_path):
    def fail(_path):
        raise OSError("broken")

    with pytest.raises(Exception, match=r"take.pkl can't be read"):
        Store(fail, kept=1).load(str(write(tmp_path / "take.pkl", LARGE)))
    assert told[-1] is None


def test_in_the_background_nobody_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(announce, "_draw_now", lambda: pytest.fail("there is nothing to draw to"))
    read_all([], write(tmp_path / "take.pkl", LARGE))
