"""This machine's clock against AWS's: requests are signed with the time, and an old signature is refused. Pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html: five minutes (S3: fifteen).
"""

from __future__ import annotations

from datetime import datetime

from waybill.domain.doctor.verdicts import bad, doubtful, good, unseen
from waybill.domain.findings import Finding, Seen, Unseen

REFUSED = 300
"""Seconds from which AWS refuses what is signed."""

OFF = 60
"""Seconds from which a clock is not one that anybody keeps right."""

MEND = "Let the machine keep its clock by itself: `timedatectl set-ntp true`; in a virtual machine, the host's."


def clock_finding(theirs: Seen[str] | Unseen, before: str, after: str, region: str) -> Finding:
    """Return the finding; `theirs` was asked for between the moments `before` and `after` of this machine."""
    if isinstance(theirs, Unseen):
        return unseen("clock", theirs, region=region)
    seconds = skew(theirs.value, before, after)
    way = "behind" if seconds > 0 else "ahead"
    if abs(seconds) < OFF:
        return good("clock", "this machine's clock is right", region=region)
    says = f"this machine's clock is {abs(seconds)} s {way} of AWS's"
    if abs(seconds) >= REFUSED:
        return bad("clock", f"{says}: what it signs is refused", MEND, region=region)
    return doubtful("clock", says, MEND, region=region)


def skew(theirs: str, before: str, after: str) -> int:
    """Return by how many seconds their clock is ahead; 0 where it is between ours."""
    there, early, late = (datetime.fromisoformat(one) for one in (theirs, before, after))
    if there < early:
        return round((there - early).total_seconds())
    return round((there - late).total_seconds()) if there > late else 0
