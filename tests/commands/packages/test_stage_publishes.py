"""A stage with `codeartifact`: the package is whole before any channel moves; it is create-only, and finished later."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest

from fakes.aws import PRODUCTION, REGIONS
from fakes.calls import Call
from fakes.packages import DomainState, VersionState
from fakes.reporter import RecordingReporter
from promises.stand import METADATA, PROJECT, SMALL, VERSION, Stand, small_parts
from waybill.cancel import Cancellation
from waybill.domain.channel import UpdateChannel
from waybill.domain.packages.version import PackagePlace
from waybill.domain.require import Require
from waybill.domain.result import ChannelOutcome, Outcome, Result
from waybill.domain.waybill import Waybill
from waybill.errors import AccessDenied, ExitCode, Unavailable
from waybill.progress import Event, Sent

PLACE = PackagePlace(domain="acme", repository="releases", namespace="web")
KEY = ("web", PROJECT, VERSION)
ASSETS = ["app.bin", "metadata.json", "waybill.json"]


@pytest.fixture
def domain(stand: Stand) -> DomainState:
    made = DomainState(repositories={"releases": {}, "staging": {}})
    stand.world.packages[PRODUCTION, REGIONS[0], "acme"] = made
    return made


def publish(stand: Stand, body: bytes | None = SMALL, **changes: object) -> Result:
    given = {"package": PLACE, "metadata": METADATA, "keep_filename": True}
    return stand.stage(body, **{**given, **changes})


def held(domain: DomainState) -> VersionState:
    return domain.repositories["releases"][KEY]


def published(stand: Stand) -> list[str]:
    """Return what was published, or tried, in order."""
    return [call.name.rpartition("/")[2] for call in stand.world.writes() if call.call == "publish"]


def is_whole(domain: DomainState) -> bool:
    """Whether the version is there, whole: judged by its bytes alone."""
    found = held(domain)
    says = Waybill.from_bytes(found.assets["waybill.json"]).subject
    sha256 = hashlib.sha256(found.assets["app.bin"]).hexdigest()
    metadata = json.loads(found.assets["metadata.json"])
    return found.status == "Published" and says.digests.sha256 == sha256 and metadata["lang"] == METADATA["lang"]


def test_the_package_has_the_artifact_its_metadata_and_the_regions_own_waybill(
    stand: Stand, domain: DomainState
) -> None:
    result = publish(stand)
    assert (result.outcome, result.exit_code, stand.channels()) == (Outcome.CREATED, ExitCode.OK, [VERSION] * 3)
    assert sorted(held(domain).assets) == ASSETS
    assert is_whole(domain)
    bucket = stand.world.contents(f"waybill-staging-{PRODUCTION}-{REGIONS[1]}")
    assert held(domain).assets["waybill.json"] == bucket[f"{PROJECT}@{VERSION}/waybill.json"]
    assert result.package is not None
    told = result.to_json()["package"]
    assert told == {
        "outcome": "created",
        "account": PRODUCTION,
        "region": REGIONS[0],
        "domain": "acme",
        "repository": "releases",
        "format": "generic",
        "namespace": "web",
        "package": PROJECT,
        "version": VERSION,
        "arn": f"arn:aws:codeartifact:{REGIONS[0]}:{PRODUCTION}:package/acme/releases/generic/web/{PROJECT}",
        "status": "Published",
        "revision": held(domain).revision,
        "assets": ASSETS,
        "copied_from": None,
        "note": None,
        "error": None,
        "advice": None,
        "seconds": told["seconds"],
    }


def test_a_stage_without_codeartifact_asks_nothing_of_it_and_says_nothing_of_it(
    stand: Stand, domain: DomainState
) -> None:
    result = stand.stage()
    assert "package" not in result.to_json()
    assert not [call for call in stand.world.calls.log() if "package" in call.call or call.call == "publish"]


def test_the_same_again_changes_nothing(stand: Stand, domain: DomainState) -> None:
    publish(stand)
    revision, writes = held(domain).revision, len(stand.world.writes())
    result = publish(stand)
    assert (result.outcome, result.changed, len(stand.world.writes())) == (Outcome.ALREADY, False, writes)
    assert result.package is not None
    assert (result.package.outcome, held(domain).revision) == (Outcome.ALREADY, revision)


def test_p1_the_package_comes_after_whole_regions_and_before_any_channel(stand: Stand, domain: DomainState) -> None:
    def look(call: Call) -> None:
        assert all(stand.holds(region) for region in REGIONS)
        assert stand.channels() == [None] * 3

    stand.world.on("publish", look, times=None)
    stand.world.on("put-parameter", lambda call: pytest.fail("not whole") if not is_whole(domain) else None, times=3)
    publish(stand)
    assert published(stand) == ASSETS
    assert stand.channels() == [VERSION] * 3


def test_p1_a_package_that_fails_leaves_every_channel_and_says_what_finishes_it(
    stand: Stand, domain: DomainState
) -> None:
    stand.world.deny("publish")
    result = publish(stand)
    assert (result.outcome, result.exit_code) == (Outcome.PARTIAL, ExitCode.IDENTITY)
    assert stand.channels() == [None] * 3
    assert {region.outcome for region in result.regions} == {Outcome.CREATED}
    assert {region.channel for region in result.regions} == {ChannelOutcome.NOT_REACHED}
    assert result.resume == "waybill stage --resume"
    assert result.error is not None
    assert "publish" in result.error


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", range(3))
def test_p4_a_publish_that_is_cut_off_is_finished_by_the_next_run_without_the_build(
    stand: Stand, domain: DomainState, step: int, when: str
) -> None:
    stand.world.fail(call="publish", skip=step, times=None, when=when)  # type: ignore[arg-type]
    first = publish(stand)
    assert (first.outcome, first.exit_code, first.changed) == (Outcome.PARTIAL, ExitCode.UNAVAILABLE, True)
    assert stand.channels() == [None] * 3
    stand.world.calls.forgive()
    again = publish(stand, None)
    finished = step == 2 and when == "after"
    assert (again.outcome, again.exit_code) == (Outcome.ALREADY if finished else Outcome.CREATED, ExitCode.OK)
    assert is_whole(domain)
    assert stand.channels() == [VERSION] * 3


def test_p4_a_version_that_has_all_assets_and_is_unfinished_is_finished(stand: Stand, domain: DomainState) -> None:
    publish(stand)
    held(domain).status = "Unfinished"
    result = publish(stand)
    assert (result.outcome, result.changed, held(domain).status) == (Outcome.CREATED, True, "Published")


@pytest.mark.parametrize(
    ("there", "why"),
    [
        (VersionState("Published", "r9", {"app.bin": b"other"}), "app.bin has the SHA-256"),
        (VersionState("Unfinished", "r9", {"app.bin": b"other"}), "app.bin has the SHA-256"),
        (VersionState("Published", "r9", {"app.bin": SMALL}), "without metadata.json, waybill.json"),
        (VersionState("Unfinished", "r9", {"else.bin": b"x"}), "it holds else.bin as well"),
        (VersionState("Archived", "r9", {"app.bin": SMALL}), "it is Archived"),
        (VersionState("Disposed", "r9", {}), "it is Disposed"),
    ],
)
def test_p2_something_else_there_is_a_conflict_before_anything_is_touched(
    stand: Stand, domain: DomainState, there: VersionState, why: str
) -> None:
    domain.repositories["releases"][KEY] = replace(there, assets=dict(there.assets))
    result = publish(stand)
    assert (result.outcome, result.exit_code, result.changed) == (Outcome.CONFLICT, ExitCode.CONFLICT, False)
    assert result.error is not None
    assert why in result.error
    assert (stand.world.writes(), result.resume) == ([], None)
    assert held(domain) == there


def test_p2_another_waybill_of_the_same_artifact_is_the_same_and_one_of_another_is_not(
    stand: Stand, domain: DomainState
) -> None:
    publish(stand)
    waybill = Waybill.from_bytes(held(domain).assets["waybill.json"])
    held(domain).assets["waybill.json"] = replace(waybill, staged_at="2020-01-01T00:00:00Z").to_bytes()
    assert publish(stand).outcome is Outcome.ALREADY
    other = replace(waybill, subject=replace(waybill.subject, media_type="text/plain"))
    held(domain).assets["waybill.json"] = other.to_bytes()
    result = publish(stand)
    assert (result.outcome, result.exit_code) == (Outcome.CONFLICT, ExitCode.CONFLICT)
    assert result.error is not None
    assert "its waybill has another content-type" in result.error


def test_p2_somebody_who_publishes_something_else_meanwhile_stops_every_channel(
    stand: Stand, domain: DomainState
) -> None:
    def rival(_: Call) -> None:
        domain.repositories["releases"][KEY] = VersionState("Published", "r9", {"app.bin": b"theirs"})

    stand.world.on("publish", rival)
    result = publish(stand)
    assert (result.outcome, result.exit_code, result.resume) == (Outcome.CONFLICT, ExitCode.CONFLICT, None)
    assert stand.channels() == [None] * 3
    assert held(domain).assets == {"app.bin": b"theirs"}


def test_somebody_who_publishes_the_same_meanwhile_is_no_hindrance(stand: Stand, domain: DomainState) -> None:
    other = Stand(stand.folder, world=stand.world)
    stand.world.on("publish", lambda _: publish(other), skip=1)
    result = publish(stand)
    assert (result.exit_code, stand.channels()) == (ExitCode.OK, [VERSION] * 3)
    assert is_whole(domain)


def test_p5_too_few_regions_publish_nothing(stand: Stand, domain: DomainState) -> None:
    stand.world.fail(call="put", region=REGIONS[2], times=None)
    result = publish(stand)
    assert published(stand) == []
    assert result.package is not None
    assert (result.package.outcome, result.exit_code) == (Outcome.FAILED, ExitCode.PARTIAL)
    assert result.package.note is not None
    assert "not reached" in result.package.note
    enough = publish(stand, require=Require.parse("2"))
    assert published(stand) == ASSETS
    assert (enough.exit_code, enough.outcome) == (ExitCode.OK, Outcome.PARTIAL)


def test_a_dry_run_shows_what_would_be_published_and_writes_nothing(stand: Stand, domain: DomainState) -> None:
    result = publish(stand, dry_run=True)
    assert (result.outcome, stand.world.writes()) == (Outcome.PLANNED, [])
    assert result.package is not None
    assert (result.package.outcome, result.package.note) == (Outcome.PLANNED, "would publish: absent")
    publish(stand)
    again = publish(stand, dry_run=True)
    assert again.package is not None
    assert again.package.outcome is Outcome.ALREADY


def test_no_repository_is_bad_input_and_nothing_is_written(stand: Stand) -> None:
    result = publish(stand)
    assert (result.exit_code, stand.world.writes()) == (ExitCode.INPUT, [])
    assert result.error is not None
    assert "codeartifact" in result.error


@pytest.mark.parametrize("error", [Unavailable("down"), AccessDenied("no", action="a", resource="r")])
def test_a_package_that_cannot_be_looked_at_stops_the_stage_before_it_writes(
    stand: Stand, domain: DomainState, error: Unavailable | AccessDenied
) -> None:
    stand.world.fail(call="look-package", error=error, times=None)
    result = publish(stand)
    assert (result.exit_code, stand.world.writes()) == (error.exit_code, [])


def test_cancelled_while_it_publishes_leaves_every_channel(stand: Stand, domain: DomainState) -> None:
    cancellation = Cancellation()
    stand.world.on("publish", lambda _: cancellation.cancel(15), when="after")
    result = publish(stand, cancellation=cancellation)
    assert (result.exit_code, stand.channels()) == (ExitCode.TERMINATED, [None] * 3)
    assert published(stand) == ["app.bin"]
    assert held(domain).status == "Unfinished"


class Impatient(RecordingReporter):
    """Cancels the run when the first bytes are on their way to CodeArtifact."""

    def __init__(self, cancellation: Cancellation) -> None:
        super().__init__()
        self._cancellation = cancellation

    def tell(self, event: Event) -> None:
        super().tell(event)
        if isinstance(event, Sent) and event.region == "CodeArtifact":
            self._cancellation.cancel(2)


def test_p6_cancelled_in_the_middle_of_an_asset_sends_no_more_of_it(stand: Stand, domain: DomainState) -> None:
    cancellation, body = Cancellation(), bytes(3 * 2**20)
    stand.reporter = Impatient(cancellation)
    with small_parts():
        result = publish(stand, body, cancellation=cancellation)
    told = [event for event in stand.reporter.of(Sent) if event.region == "CodeArtifact"]
    assert (result.exit_code, len(told)) == (ExitCode.INTERRUPTED, 1)
    assert told[0].sent < told[0].total == len(body)
    assert KEY not in domain.repositories["releases"]
    assert stand.channels() == [None] * 3


def test_a_channel_that_is_left_alone_leaves_the_package_to_be_published(stand: Stand, domain: DomainState) -> None:
    result = publish(stand, update_channel=UpdateChannel.NEVER)
    assert is_whole(domain)
    assert (result.outcome, stand.channels()) == (Outcome.CREATED, [None] * 3)


def test_a_version_staged_long_ago_is_published_by_the_same_stage_again(stand: Stand, domain: DomainState) -> None:
    publish(stand, package=None)
    result = publish(stand, None)
    assert (result.outcome, result.changed) == (Outcome.CREATED, True)
    assert is_whole(domain)


def test_another_account_and_region_are_asked_where_the_domain_is_theirs(stand: Stand) -> None:
    owner = "111111111111"
    domain = DomainState(repositories={"releases": {}}, guests={PRODUCTION})
    stand.world.packages[owner, REGIONS[2], "acme"] = domain
    result = publish(stand, package=replace(PLACE, owner=owner, region=REGIONS[2]))
    assert (result.outcome, held(domain).status) == (Outcome.CREATED, "Published")
    domain.guests.clear()
    refused = publish(stand, package=replace(PLACE, owner=owner, region=REGIONS[2]))
    assert refused.exit_code is ExitCode.IDENTITY
