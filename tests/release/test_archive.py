"""A settled zip depends on nothing but the content of its files."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

from dev.release.archive import settle


def packed(folder: Path, names: list[str], mode: int, time: int) -> Path:
    """A zip of files that say their names."""
    archive = folder / "packed.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as content:
        for name in names:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(name)
            path.chmod(mode)
            os.utime(path, (time, time))
            content.write(path, name)
    return archive


def test_order_time_and_mode_do_not_matter(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    one = packed(tmp_path / "one", ["b/c.py", "a.whl"], 0o600, 1_000_000_000)
    two = packed(tmp_path / "two", ["a.whl", "b/c.py"], 0o755, 1_700_000_001)
    assert one.read_bytes() != two.read_bytes()
    settle(one)
    settle(two)
    assert one.read_bytes() == two.read_bytes()


def test_content_is_kept_and_counts(tmp_path):
    archive = packed(tmp_path, ["b/c.py", "a.whl"], 0o600, 1_000_000_000)
    settle(archive)
    with zipfile.ZipFile(archive) as content:
        assert content.testzip() is None
        assert {name: content.read(name) for name in content.namelist()} == {
            "a.whl": b"a.whl",
            "b/c.py": b"b/c.py",
        }
    assert list(tmp_path.glob(".*")) == []
