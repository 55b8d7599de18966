"""Files are complete or absent, also on a disk that is full or refuses."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path

import numpy as np
import pytest

from addon.rigs import BoneMap
from addon.rigs.map_file import write_map
from addon.safe_read import FormatError
from addon.whole_file import name_of_whole, place_of, save_arrays, start_of_whole, whole_file
from tests.full_disk import full_after


def test_a_place_that_refuses_even_to_remove_is_told_by_its_own_reason(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(PermissionError, match="not here"), whole_file(tmp_path / "a.npz"):
        raise PermissionError("not here")


def test_arrays_on_a_full_disk_leave_no_half_file_and_nothing_on_the_terminal(tmp_path, monkeypatch):
    (tmp_path / "a.npz").write_bytes(b"the old one")
    noise = np.random.default_rng(0).normal(size=10_000)
    unraised: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", unraised.append)
    with full_after(1000), pytest.raises(OSError, match="File too large"):
        save_arrays(tmp_path / "a.npz", {"noise": noise})
    gc.collect()  # which closes an archive that was broken off
    assert unraised == []
    assert (tmp_path / "a.npz").read_bytes() == b"the old one"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_table_of_bones_on_a_full_disk_stays_what_it_was(tmp_path):
    (tmp_path / "bones.json").write_text("the old one")
    with full_after(10), pytest.raises(FormatError, match="can't be written"):
        write_map(BoneMap(), tmp_path / "bones.json")
    assert (tmp_path / "bones.json").read_text() == "the old one"


@pytest.mark.parametrize("kind", ["npz", "fbx", "glb", "usd", "bvh", "vrma", "blend"])
def test_a_half_written_file_of_any_kind_is_known_by_its_name(tmp_path, kind):
    with whole_file(tmp_path / f"walk.{kind}") as temporary:
        temporary.touch()
        assert name_of_whole(temporary.name) == "walk"
    assert name_of_whole(f"walk.{kind}") is None


@pytest.mark.parametrize("sign", ["x", "é", "步"])
@pytest.mark.parametrize("ending", [".npz", ".blend"])
def test_a_name_as_long_as_names_may_be_is_written(tmp_path, sign, ending):
    stem = sign * ((255 - len(ending)) // len(sign.encode()))
    with whole_file(tmp_path / f"{stem}{ending}") as temporary:
        temporary.with_name(f"{temporary.name}@").write_bytes(b"")  # as Blender does
        temporary.write_bytes(b"all")
        assert name_of_whole(temporary.name) == start_of_whole(stem)
    assert (tmp_path / f"{stem}{ending}").read_bytes() == b"all"


def test_links_are_followed_to_where_a_file_lies_but_for_those_that_lead_to_themselves(tmp_path):
    (tmp_path / "a").write_bytes(b"")
    for name, target in (("b", "a"), ("loop", "loop")):
        (tmp_path / name).symlink_to(target)
    home = place_of(tmp_path)
    assert [place_of(tmp_path / name) for name in ("a", "b", "loop", "none")] == [
        home / "a", home / "a", home / "loop", home / "none",
    ]  # fmt: skip


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has names that are no Unicode")
def test_a_half_written_file_has_a_name_that_is_text(tmp_path):
    path = tmp_path / os.fsdecode(b"walk\xff.glb")
    with whole_file(path) as temporary:
        temporary.write_bytes(b"all")
        assert temporary.name.encode() and name_of_whole(temporary.name) == "walk"
    assert path.read_bytes() == b"all"
