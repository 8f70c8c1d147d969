"""The inputs that speak of CodeArtifact, read where one of them is given."""

from __future__ import annotations

import re
from dataclasses import replace

from waybill.domain.checks import region_faults
from waybill.domain.packages.version import PackagePlace, name_fault, parse_place
from waybill.inputs.reading import Reading
from waybill.inputs.surroundings import Surroundings

SOURCE = "from-codeartifact"

_ACCOUNT = re.compile(r"\d{12}")


def read_package(reading: Reading, around: Surroundings, project: str, version: str) -> PackagePlace | None:
    """Return where the package is; faults go to `reading`. `version` is empty where it is not known yet."""
    owner = reading.checked(
        "codeartifact-account", lambda text: bool(_ACCOUNT.fullmatch(text)), "must be the 12 digits of an account."
    )
    region = reading.text("codeartifact-region").strip()
    found = region_faults((region,), around.regions) if region else ()
    reading.adopt("codeartifact-region", (replace(fault, name="codeartifact-region") for fault in found))
    place = reading.parsed("codeartifact", parse_place)
    source = reading.parsed(SOURCE, parse_place) if reading.has(SOURCE) else None
    if reading.given("codeartifact") is None:
        for name in ("codeartifact-account", "codeartifact-region", SOURCE):
            if reading.has(name) and reading.given(name) is not None:
                reading.fault(name, "is of no use without `codeartifact`.")
        return None
    if broken := name_fault(project, version):
        name, rule = broken
        reading.fault(name, rule)
    return replace(place, owner=owner or None, region=region or None, source=source) if place is not None else None
