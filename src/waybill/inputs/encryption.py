"""The input `kms-key`: nothing, `none`, one ARN, or lines `region=ARN`."""

from __future__ import annotations

from waybill.domain.arns import KeyArn
from waybill.domain.request import KmsChoice
from waybill.inputs.reading import Reading


def read_kms(reading: Reading) -> KmsChoice:
    """Return which keys were named; faults go to `reading`."""
    text = (reading.given("kms-key") or "").strip()
    if text in {"", "none"}:
        return KmsChoice(none=text == "none")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) == 1 and "=" not in lines[0]:
        return KmsChoice(one=reading.parsed("kms-key", lambda value: KeyArn.parse(value.strip())))
    by_region: dict[str, KeyArn] = {}
    for line in lines:
        region, _, arn = (part.strip() for part in line.partition("="))
        try:
            key = KeyArn.parse(arn)
        except ValueError as error:
            reading.fault("kms-key", f"{error} A line is `region=ARN`.", value=line)
            continue
        if key.region != region:
            reading.fault("kms-key", f"gives {region} a key of {key.region}; S3 takes a key of its region.", value=line)
        if region in by_region:
            reading.fault("kms-key", f"names {region} twice.", value=line)
        by_region[region] = key
    return KmsChoice(by_region=by_region)
