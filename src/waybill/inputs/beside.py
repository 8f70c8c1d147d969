"""Whether a version is to be in CodeArtifact as well: what that needs is read only where it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from waybill.domain.versions import Version
from waybill.inputs.reading import Reading
from waybill.inputs.surroundings import Surroundings

if TYPE_CHECKING:
    from waybill.domain.packages.version import PackagePlace

OF_PACKAGES = ("codeartifact", "codeartifact-account", "codeartifact-region", "from-codeartifact")


def read_packages(
    reading: Reading, around: Surroundings, project: str, version: Version | None = None
) -> PackagePlace | None:
    """Return where the package is, None where none is asked for; faults go to `reading`."""
    if all(reading.given(name) is None for name in OF_PACKAGES if reading.has(name)):
        return None
    from waybill.inputs.packages import read_package  # noqa: PLC0415 - few runs need it

    return read_package(reading, around, project, version.text if version else "")
