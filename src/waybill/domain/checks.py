"""Rules between inputs, or between an input and the configuration: checked when the inputs are read, and again when
the configuration says which regions there are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from waybill.domain.request import KmsChoice
from waybill.errors import Fault

KMS_LINE_EXAMPLE = "us-east-1=arn:aws:kms:us-east-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def region_faults(regions: Sequence[str], known: frozenset[str]) -> list[Fault]:
    """Return a fault for every region that does not exist, with the nearest name that does."""
    from difflib import get_close_matches  # noqa: PLC0415 - only a fault needs it

    faults = []
    for region in regions:
        if region not in known:
            near = get_close_matches(region, sorted(known), 1, 0.7)
            hint = f" Did you mean {near[0]}?" if near else ""
            if not re.fullmatch("[a-z0-9-]+", region):
                hint = " Regions are parted by commas, spaces or lines."
            rule = f"is not an AWS region that this release knows.{hint}"
            faults.append(Fault("regions", region, rule, "us-east-1,eu-west-1"))
    return faults


def kms_faults(kms: KmsChoice, regions: Sequence[str]) -> list[Fault]:
    """Return a fault for every key that is not of its region, and for regions without one; S3 takes no other."""
    faults = []
    if kms.one and regions and set(regions) != {kms.one.region}:
        rule = f"is a key of {kms.one.region}, and the regions are {', '.join(regions)}; give a line for each."
        faults.append(Fault("kms-key", kms.one.text, rule, KMS_LINE_EXAMPLE))
    missing = [region for region in regions if kms.by_region and region not in kms.by_region]
    if missing:
        faults.append(Fault("kms-key", "", f"no line names a key for {', '.join(missing)}.", KMS_LINE_EXAMPLE))
    return faults
