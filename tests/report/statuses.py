"""Accounts as `status` finds them: calm, troubled in every way, and named by somebody who wishes us ill."""

from __future__ import annotations

from dataclasses import replace

from waybill.domain.survey.standing import (
    ChannelRegion,
    ChannelStatus,
    Half,
    HalfDone,
    ProjectStatus,
    VersionRegion,
    VersionStatus,
)
from waybill.domain.survey.status import (
    AccountStatus,
    Repaired,
    RepairStatus,
    Status,
    Unreadable,
    UploadStatus,
)
from waybill.domain.versions import Version

AT = "2026-11-22T09:30:00Z"
REGIONS = ("us-east-1", "us-west-2", "eu-west-1")
HOSTILE = "<img src=x onerror=alert(1)>\"'</style><script>alert(2)</script>\u202e\x1b[31m"


def channel(name: str, version: str, *regions: ChannelRegion, floor: str | None = None) -> ChannelStatus:
    """Return a channel that names one version everywhere, but for what `regions` say."""
    shown = {one: ChannelRegion(region=one, names=version, whole=True) for one in REGIONS}
    shown |= {one.region: one for one in regions}
    named = {one.names for one in shown.values() if one.readable}
    return ChannelStatus(
        channel=name, names=version, floor=floor or version, drift=len(named) > 1, regions=tuple(shown.values())
    )


def calm(name: str, latest: str, production: str, versions: int = 12) -> ProjectStatus:
    return ProjectStatus(
        project=name, channels=(channel("latest", latest), channel("production", production)), versions=versions
    )


def drifting() -> ProjectStatus:
    """One region is behind, and lacks the version."""
    behind = ChannelRegion(region=REGIONS[2], names="4.1.0", whole=True, lags=True, why="It belongs at 4.2.0.")
    half = VersionStatus(
        version=Version("4.2.0"),
        half=Half.HALF_STAGED,
        regions=(
            VersionRegion(region=REGIONS[0], artifact=True, metadata=True, waybill=True, size=5),
            VersionRegion(region=REGIONS[1], artifact=True, metadata=True, waybill=True, size=5),
            VersionRegion(region=REGIONS[2], artifact=True, size=5),
        ),
        why="Metadata and waybill are missing in eu-west-1.",
        source=REGIONS[0],
        lacking=(REGIONS[2],),
        modified="2026-11-22T06:00:00Z",
        stale=True,
        repairable=True,
    )
    channels = (channel("latest", "4.2.0"), channel("production", "4.2.0", behind))
    return ProjectStatus(project="SugarWater", channels=channels, halves=(half,), versions=31)


def rolling_back() -> ProjectStatus:
    said = "2.8.0 was withdrawn by ada at 2026-11-22T09:12:00Z (checkout fails). It belongs at 2.7.3."
    stuck = ChannelRegion(
        region=REGIONS[1], names="2.8.0", whole=False, withdrawn=True, lags=True, why=said,
    )  # fmt: skip
    silent = ChannelRegion(region=REGIONS[2], readable=False, why="The network did not answer within 60 s.")
    shown = channel("production", "2.7.3", stuck, silent)
    rollback = HalfDone(
        target="2.7.3",
        withdrew=("2.8.0",),
        by="ada",
        at="2026-11-22T09:12:00Z",
        reason="checkout fails",
        regions=(REGIONS[1],),
    )
    production = ChannelStatus(
        channel="production", names=None, floor="2.7.3", drift=True, regions=shown.regions, rollback=rollback
    )
    return ProjectStatus(project="payments-api", channels=(channel("latest", "2.8.0"), production), versions=58)


def broken() -> ProjectStatus:
    bad = ChannelRegion(
        region=REGIONS[0],
        names="1.0.0",
        whole=False,
        why="What is stored as web 1.0.0 in us-east-1 (s3://waybill-staging-222222222222-us-east-1) is not what its "
        "own waybill says: sha256.",
    )
    foreign = ChannelRegion(region=REGIONS[2], foreign=True, why="The parameter holds something that is not a version.")
    missing = ChannelRegion(region=REGIONS[1], lags=True, why="It is absent, and belongs at 1.0.0.")
    return ProjectStatus(project="web", channels=(channel("latest", "1.0.0", bad, missing, foreign),), versions=1)


def bare() -> ProjectStatus:
    regions = tuple(
        ChannelRegion(region=one, names="0.9.1", whole=False, bare=True, why="Only Startifact staged it.")
        for one in REGIONS
    )
    return ProjectStatus(project="legacy-importer", channels=(channel("latest", "0.9.1", *regions),), versions=4)


def healthy() -> Status:
    projects = (calm("SugarWater", "4.2.0", "4.2.0"), calm("payments-api", "2.8.0", "2.7.3", 58))
    return Status(at=AT, accounts=(account(projects),))


def account(projects: tuple[ProjectStatus, ...], number: str = "222222222222", **more: object) -> AccountStatus:
    return AccountStatus(
        role=f"arn:aws:iam::{number}:role/waybill-stage",
        account=number,
        caller=f"arn:aws:sts::{number}:assumed-role/waybill-stage/waybill",
        regions=REGIONS,
        projects=projects,
        **more,  # type: ignore[arg-type]
    )


def one_silent() -> Status:
    """All is well as far as anybody could look."""
    silent = ChannelRegion(region=REGIONS[2], readable=False, why="The network did not answer within 60 s.")
    projects = tuple(
        ProjectStatus(project=name, channels=(channel("latest", "1.4.2", silent),), versions=3)
        for name in ("auth", "web")
    )
    unread = Unreadable(region=REGIONS[2], what="the region", error="The network did not answer within 60 s.")
    return Status(at=AT, accounts=(account(projects, unreadable=(unread,)),))


def troubled() -> Status:
    production = account(
        (drifting(), rolling_back(), broken(), calm("docs", "0.3.0", "0.2.9"), bare()),
        uploads=(
            UploadStatus(
                region=REGIONS[0], bucket="b", key="SugarWater@5.0.0", begun="2026-11-22T02:00:00Z", stale=True
            ),
            UploadStatus(region=REGIONS[1], bucket="b", key="docs@0.3.1", begun="2026-11-22T09:20:00Z", stale=False),
        ),
        unreadable=(Unreadable(region=REGIONS[2], what="the region", error="The network did not answer within 60 s."),),
    )
    development = account(
        tuple(calm(name, "1.4.2", "1.4.1") for name in ("auth", "billing", "SugarWater", "web")), "111111111111"
    )
    repairs = (
        RepairStatus(
            account="222222222222",
            project="SugarWater",
            version="4.2.0",
            channel=None,
            what="complete 4.2.0 in eu-west-1, from us-east-1",
            outcome=Repaired.DONE,
        ),
        RepairStatus(
            account="222222222222",
            project="web",
            version=None,
            channel="latest",
            what="`latest` in eu-west-1 holds something that is not a version",
            outcome=Repaired.LEFT_ALONE,
            advice="Waybill never overwrites it.",
        ),
    )
    return Status(at=AT, accounts=(production, development), repairs=repairs)


def wide() -> Status:
    """More regions than fit side by side."""
    regions = tuple(
        f"{area}-{side}-{number}" for area in ("us", "eu", "ap") for side in ("east", "west") for number in (1, 2, 3)
    )
    shown = tuple(ChannelRegion(region=one, names="1.2.3-rc.1+build.20261122", whole=True) for one in regions[:-1])
    behind = ChannelRegion(region=regions[-1], names="1.2.2", whole=True, lags=True, why="It belongs at 1.2.3-rc.1.")
    item = ChannelStatus(
        channel="production", names="1.2.3-rc.1", floor="1.2.3-rc.1", drift=True, regions=(*shown, behind)
    )
    one = account((ProjectStatus(project="everywhere", channels=(item,), versions=3),))
    return Status(at=AT, accounts=(replace(one, regions=regions),))


def hostile() -> Status:
    """What no name could be, and what an error's text or a reason well might."""
    long = "a" * 300
    bad = ChannelRegion(region=REGIONS[0], names=HOSTILE, whole=False, why=HOSTILE)
    project = ProjectStatus(project=f"{HOSTILE}{long}", channels=(channel(HOSTILE, "1.0.0", bad),), versions=1)
    one = account(
        (project, calm(long, f"1.0.0-{long}", "1.0.0")),
        unreadable=(Unreadable(region=HOSTILE, what=HOSTILE, error=HOSTILE),),
        uploads=(UploadStatus(region=HOSTILE, bucket="b", key=HOSTILE + long, begun="x", stale=True),),
    )
    return Status(at=AT, accounts=(one,))
