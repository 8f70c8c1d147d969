"""Where a promotion reads: whether the source account lets it, as each region ended. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from waybill.domain.doctor.verdicts import bad, doubtful, good, unknown, unseen
from waybill.domain.findings import Finding, Seen, Unseen
from waybill.domain.versions import Version

UNTRIED = "nothing of the project is stored there yet, so it could not be tried"
RELAYED = "the promotion goes through the runner then (`transfer: relay`), which takes longer"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLook:
    """One region of the source account. `bucket` is its name there.

    `version`: the one that was tried, None where nothing is stored; `read`: how reading it as the source's role ended;
    `copied`: how the target's role may read it, which is what a copy server side needs, None where nobody knows it.
    Of both `Seen(True)` is that it went well.
    """

    region: str
    bucket: Seen[str] | Unseen
    version: Seen[Version | None] | Unseen | None = None
    read: Seen[bool] | Unseen | None = None
    copied: Seen[bool] | Unseen | None = None


def source_findings(look: SourceLook) -> Iterator[Finding]:
    """Yield what there is to say of one region of the source."""
    region = look.region
    if isinstance(look.bucket, Unseen):
        yield _refused("source-bucket", look.bucket, region)
        return
    subject = look.bucket.value
    if isinstance(look.version, Unseen):
        yield _refused("source-bucket", look.version, region, subject)
        return
    yield good("source-bucket", "its versions can be listed", region=region, subject=subject)
    version = look.version.value if look.version is not None else None
    if version is None:
        yield unknown("source-read", UNTRIED, region=region, subject=subject)
        return
    if isinstance(look.read, Unseen):
        yield _refused("source-read", look.read, region, subject)
    elif look.read is not None and not look.read.value:
        says = f"does not store {version} whole: a promotion of it takes another region's"
        yield doubtful("source-read", says, "`waybill status --repair` finishes it.", region=region, subject=subject)
    else:
        yield good("source-read", f"{version} can be read and decrypted", region=region, subject=subject)
    if look.copied is not None:
        yield _copied(look.copied, version, region, subject)


def _copied(fact: Seen[bool] | Unseen, version: Version, region: str, subject: str) -> Finding:
    if isinstance(fact, Seen):
        says = f"the target's role may read {version} there, as a copy server side needs"
        return good("source-copy", says, region=region, subject=subject)
    if fact.refused:
        says = f"may not be copied server side: {fact.why} {RELAYED.capitalize()}."
        return doubtful("source-copy", says, fact.advice, region=region, subject=subject)
    return unseen("source-copy", fact, region=region, subject=subject)


def _refused(check: str, fact: Unseen, region: str, subject: str = "") -> Finding:
    """Return what it means that something did not go well that the promotion itself does."""
    if fact.silent:
        return unseen(check, fact, region=region, subject=subject)
    mend = fact.advice or "Correct it in the source account; `waybill doctor` there, without these inputs, says more."
    return bad(check, fact.why, mend, region=region, subject=subject)
