"""A CycloneDX bill of materials of one archive, in the environment that has CycloneDX's own library.

    python -m dev.release.sbom ARCHIVE REUSE.toml TARGET

It says nothing of when and where it was made, so that the same archive gives the same bytes.
"""

from __future__ import annotations

import sys
import uuid
import zipfile
from collections.abc import Iterator
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from .checksums import sha256
from .licences import Member, library_path, members, wheel_metadata
from .version import manifest

_LICENCES = LicenseFactory()
_NAMESPACE = uuid.UUID("5d0ce0bc-6d3c-4c6d-a3a7-0f0b5f1b3c55")
_OWN = "GPL-3.0-or-later"


def bill(archive: Path, reuse: Path) -> Bom:
    """Of the archive itself, its wheels, and every file in it that is under another licence than the code."""
    own = manifest(reuse.parent)
    found = members(archive, reuse)
    whole = Component(
        name=own["id"],
        version=own["version"],
        type=ComponentType.APPLICATION,
        description=own["tagline"],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=sha256(archive))],
        licenses=[_LICENCES.make_from_string(_OWN)],
        copyright=", ".join(own["copyright"]),
        bom_ref=archive.name,
    )
    bom = Bom(components=_components(archive, found), serial_number=uuid.uuid5(_NAMESPACE, sha256(archive)))
    bom.metadata.component = whole
    bom.register_dependency(whole, list(bom.components))
    return bom


def _components(archive: Path, found: list[Member]) -> Iterator[Component]:
    with zipfile.ZipFile(archive) as content:
        for one in found:
            if one.path.endswith(".whl"):
                yield _library(one, content.read(one.path))
            elif one.licence != _OWN:
                yield _file(one)


def _library(one: Member, content: bytes) -> Component:
    metadata = wheel_metadata(content)
    name, version = str(metadata["Name"]), str(metadata["Version"])
    return Component(
        name=name,
        version=version,
        purl=PackageURL("pypi", name=name.lower().replace("_", "-"), version=version),
        bom_ref=one.path,
        **_facts(one),
    )


def _file(one: Member) -> Component:
    network = library_path(one.path) == "bundled_model/refiner.npz"
    kind = ComponentType.MACHINE_LEARNING_MODEL if network else ComponentType.FILE
    return Component(name=one.path, type=kind, bom_ref=one.path, **_facts(one))


def _facts(one: Member) -> dict[str, object]:
    return {
        "hashes": [HashType(alg=HashAlgorithm.SHA_256, content=one.sha256)],
        "licenses": [_LICENCES.make_from_string(one.licence)],
        "copyright": one.holder,
    }


def main(argv: list[str]) -> int:
    """Writes one bill."""
    archive, reuse, target = map(Path, argv)
    bom = bill(archive, reuse)
    writer = JsonV1Dot6(bom)
    bom.metadata.timestamp = None  # which the standard lets be left out
    target.write_text(writer.output_as_string(indent=2) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
