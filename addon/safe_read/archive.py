"""Zip archives, checked before anything is unpacked."""

from __future__ import annotations

import zipfile

from .errors import MAX_MEMBERS, FormatError

_PLAIN_BUDGET = 512 << 20


def check_archive(archive: zipfile.ZipFile, size: int, name: str) -> None:
    """Raises FormatError for an archive that declares more than a motion file of `size` bytes can hold."""
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise FormatError(f"{name} has {len(members)} members; that is no motion file.")
    for member in members:
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise FormatError(f"{name} uses a compression that NumPy never writes; save it again with NumPy.")
        if member.flag_bits & 1:
            raise FormatError(f"{name} is encrypted; save it without a password.")
    declared = sum(member.file_size for member in members)
    if declared > max(_PLAIN_BUDGET, 50 * size):
        raise FormatError(f"{name} unpacks to {declared >> 20} MB, far more than its size; it is not usable.")
