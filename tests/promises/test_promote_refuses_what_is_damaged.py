"""Promote: what does not match its own waybill is refused, exit 4, and named; other bytes in the target are exit 5."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fakes.aws import DEVELOPMENT, PRODUCTION, REGIONS, bucket_name
from promises.crossing import CHANNEL, PARTS, Crossing, plant, small_parts, swap
from promises.stand import KEY, LARGE, METADATA, SMALL, broken_channels, digests_of, waybill_of
from waybill.domain.result import Outcome, Result
from waybill.errors import AccessDenied, ArtifactError, ExitCode, IdentityError, WaybillError
from waybill.progress import Warned

SOURCE = bucket_name(DEVELOPMENT, REGIONS[1])
bodies = pytest.mark.parametrize("body", [SMALL, LARGE], ids=["one part", "several parts"])
transfers = pytest.mark.parametrize("transfer", ["auto", "copy", "relay"])


@pytest.fixture(autouse=True)
def _small_parts() -> Iterator[None]:
    with small_parts():
        yield


@pytest.fixture
def crossing(tmp_path: Path) -> Crossing:
    crossing = Crossing(tmp_path)
    crossing.world.copy_limits = PARTS
    return crossing


def flipped(body: bytes) -> bytes:
    return bytes([body[0] ^ 1]) + body[1:]


def tampered_artifact(crossing: Crossing, body: bytes) -> None:
    crossing.world.plant(SOURCE, KEY, flipped(body))


def tampered_by_an_ordinary_upload(crossing: Crossing, body: bytes) -> None:
    """As an SDK uploads it: of the same size, with a checksum that nothing can be held against."""
    crossing.world.plant(SOURCE, KEY, flipped(body), checksum=False)


def truncated_artifact(crossing: Crossing, body: bytes) -> None:
    crossing.world.plant(SOURCE, KEY, body[:-1])


def replaced_metadata(crossing: Crossing, body: bytes) -> None:
    crossing.world.plant(SOURCE, f"{KEY}/metadata", b'{"lang": "cobol"}')


def waybill_that_is_none(crossing: Crossing, body: bytes) -> None:
    crossing.world.plant(SOURCE, f"{KEY}/waybill.json", b"{")


def waybill_of_another_subject(crossing: Crossing, body: bytes) -> None:
    crossing.world.plant(SOURCE, f"{KEY}/waybill.json", waybill_of(body, metadata=METADATA, media_type="text/plain"))


def waybill_of_other_bytes(crossing: Crossing, body: bytes) -> None:
    raw = waybill_of(body, metadata=METADATA, digests=digests_of(flipped(body)))
    crossing.world.plant(SOURCE, f"{KEY}/waybill.json", raw)


def waybill_of_another_version(crossing: Crossing, body: bytes) -> None:
    raw = waybill_of(body, metadata=METADATA, version="9.9.9")
    crossing.world.plant(SOURCE, f"{KEY}/waybill.json", raw)


def waybill_of_another_project(crossing: Crossing, body: bytes) -> None:
    raw = waybill_of(body, metadata=METADATA, project="Other")
    crossing.world.plant(SOURCE, f"{KEY}/waybill.json", raw)


def half_with_other_bytes(crossing: Crossing, body: bytes) -> None:
    """Another build raced for this version, and was cut off."""
    crossing.world.delete(SOURCE, f"{KEY}/waybill.json")
    crossing.world.plant(SOURCE, KEY, flipped(body))


@bodies
@pytest.mark.parametrize(
    "harm",
    [
        tampered_artifact,
        tampered_by_an_ordinary_upload,
        truncated_artifact,
        replaced_metadata,
        waybill_that_is_none,
        waybill_of_another_subject,
        waybill_of_other_bytes,
        waybill_of_another_version,
        waybill_of_another_project,
        half_with_other_bytes,
    ],
)
def test_what_does_not_match_its_own_waybill_is_refused_and_named(
    harm: Callable[[Crossing, bytes], None], body: bytes, crossing: Crossing
) -> None:
    crossing.staged(body, metadata=METADATA)
    harm(crossing, body)
    crossing.world.calls.forget()
    with pytest.raises(ArtifactError) as caught:
        crossing.promote()
    assert caught.value.exit_code == ExitCode.ARTIFACT
    assert REGIONS[1] in caught.value.what
    assert "SugarWater" in caught.value.what
    assert "1.2.3" in caught.value.what
    assert not crossing.world.writes()


@bodies
@transfers
def test_bytes_that_rot_under_a_good_checksum_are_never_named(transfer: str, body: bytes, crossing: Crossing) -> None:
    """S3 goes on to report the checksum of what it was: only the bytes themselves tell."""
    crossing.staged(body)
    for region in REGIONS:
        swap(crossing, region, flipped(body))
    end = crossing.finish(transfer=transfer)
    assert code_of(end) == ExitCode.ARTIFACT
    assert crossing.named() == [None] * 3
    assert not any(map(crossing.produced, REGIONS))
    assert not crossing.world.unfinished()
    for region in REGIONS:
        assert f"{KEY}/waybill.json" not in crossing.world.contents(bucket_name(PRODUCTION, region))


@pytest.mark.parametrize("verify", ["checksum", "full"])
def test_verify_full_reads_every_copy_back(verify: str, crossing: Crossing) -> None:
    crossing.staged(LARGE)
    crossing.world.calls.forget()
    assert crossing.promote(verify=verify, transfer="copy").exit_code == ExitCode.OK
    read = crossing.calls("stream")
    assert sorted(read) == (sorted(f"stream {region}" for region in REGIONS) if verify == "full" else [])


def test_verify_full_finds_what_a_checksum_cannot(crossing: Crossing) -> None:
    """Somebody forged bytes of the same CRC64NVME: played here by bytes that change once S3 has taken them."""
    crossing.staged(LARGE)
    forge = lambda call: swap(crossing, call.region, flipped(LARGE), account=PRODUCTION)  # noqa: E731
    crossing.world.on("complete", forge, when="after", times=None)
    end = crossing.finish(verify="full", transfer="copy")
    assert code_of(end) == ExitCode.ARTIFACT
    assert isinstance(end, Result)
    assert digests_of(LARGE).sha256 in (end.regions[0].error or "")
    assert crossing.named() == [None] * 3
    again = crossing.finish(verify="full", transfer="copy")
    assert code_of(again) in {ExitCode.ARTIFACT, ExitCode.CONFLICT}
    assert not broken_channels(crossing.world)


@bodies
@transfers
def test_other_bytes_in_the_target_are_a_conflict_with_both_digests(
    transfer: str, body: bytes, crossing: Crossing
) -> None:
    crossing.staged(body)
    other = flipped(body)
    plant(crossing, REGIONS[1], other, account=PRODUCTION)
    crossing.world.calls.forget()
    result = crossing.promote(transfer=transfer)
    assert (result.exit_code, result.outcome, result.changed) == (ExitCode.CONFLICT, Outcome.CONFLICT, False)
    assert digests_of(body).sha256 in (result.error or "")
    assert digests_of(other).sha256 in (result.error or "")
    assert result.resume is None
    assert not crossing.world.writes()


@bodies
@transfers
def test_a_conflict_met_while_writing_stops_every_channel(transfer: str, body: bytes, crossing: Crossing) -> None:
    crossing.staged(body)
    call = {"relay": "put" if body is SMALL else "complete"}.get(transfer, "copy" if body is SMALL else "complete")
    rival = lambda call: plant(crossing, REGIONS[1], flipped(body), account=PRODUCTION)  # noqa: E731
    crossing.world.on(call, rival, region=REGIONS[1], key=f"{KEY}$")
    result = crossing.promote(transfer=transfer, require="1")
    assert (result.exit_code, result.outcome) == (ExitCode.CONFLICT, Outcome.CONFLICT)
    assert digests_of(flipped(body)).sha256 in (result.error or "")
    assert crossing.named() == [None] * 3
    assert not any(crossing.events(region) for region in REGIONS)
    assert not crossing.world.unfinished()


def test_damage_in_the_target_is_named(crossing: Crossing) -> None:
    crossing.staged()
    plant(crossing, REGIONS[1], account=PRODUCTION)
    crossing.world.plant(bucket_name(PRODUCTION, REGIONS[1]), KEY, flipped(SMALL))
    result = crossing.promote()
    assert result.exit_code == ExitCode.ARTIFACT
    assert REGIONS[1] in (result.error or "")
    assert crossing.named() == [None] * 3


@pytest.mark.parametrize("side", [DEVELOPMENT, PRODUCTION])
def test_p7_root_is_refused_on_either_side(side: str, crossing: Crossing) -> None:
    crossing.staged()
    crossing.world.calls.forget()
    crossing.gateways[side] = crossing.world.gateway(side, arn=f"arn:aws:iam::{side}:root")
    with pytest.raises(IdentityError, match="root"):
        crossing.promote()
    assert not crossing.world.writes()


def test_p7_another_account_than_the_roles_is_refused_on_either_side(crossing: Crossing) -> None:
    crossing.staged()
    crossing.world.calls.forget()
    crossing.gateways = {PRODUCTION: crossing.world.gateway(DEVELOPMENT)}
    with pytest.raises(IdentityError, match=PRODUCTION):
        crossing.promote()
    crossing.gateways = {"333333333333": crossing.world.gateway(DEVELOPMENT)}
    with pytest.raises(IdentityError, match="333333333333"):
        crossing.promote(from_role="arn:aws:iam::333333333333:role/reader")
    assert not crossing.world.writes()


def test_below_a_channel_that_names_a_higher_version_in_one_region_nothing_is_written(crossing: Crossing) -> None:
    crossing.staged()
    crossing.world.set_parameter(REGIONS[2], PRODUCTION, CHANNEL, "1.2.3", "2.0.0")
    crossing.world.calls.forget()
    result = crossing.promote(require="1")
    assert (result.exit_code, result.outcome) == (ExitCode.CONFLICT, Outcome.CONFLICT)
    assert "2.0.0" in (result.error or "")
    assert "waybill rollback" in (result.advice or "")
    assert result.resume is None
    assert not crossing.world.writes()


def test_of_equal_precedence_is_no_step_forward(crossing: Crossing) -> None:
    crossing.staged(version="1.2.3+b")
    crossing.world.set_parameter(REGIONS[0], PRODUCTION, CHANNEL, "1.2.3+a")
    crossing.world.calls.forget()
    result = crossing.promote(version="1.2.3+b")
    assert result.exit_code == ExitCode.CONFLICT
    assert "build metadata" in (result.error or "")
    assert not crossing.world.writes()


def code_of(end: Result | WaybillError) -> ExitCode:
    return end.exit_code


def test_a_waybill_of_another_version_is_named_though_every_region_has_it(crossing: Crossing) -> None:
    for region in REGIONS:
        plant(crossing, region)
        crossing.world.plant(bucket_name(DEVELOPMENT, region), f"{KEY}/waybill.json", waybill_of(SMALL, "9.9.9"))
    with pytest.raises(ArtifactError, match=r"that of SugarWater 9\.9\.9"):
        crossing.promote()


def test_what_may_not_be_written_is_not_relayed(crossing: Crossing) -> None:
    crossing.staged()
    error = AccessDenied("may not write", action="s3:PutObject", resource="arn")
    crossing.world.fail(call="copy", error=error, times=None)
    crossing.world.fail(call="put", error=error, times=None)
    crossing.world.calls.forget()
    assert code_of(crossing.finish()) == ExitCode.IDENTITY
    assert not crossing.reporter.of(Warned)
    assert {call.call for call in crossing.world.writes()} == {"copy"}
