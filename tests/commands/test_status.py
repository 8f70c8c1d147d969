"""What `status` says of an account: every region by itself, true majorities, and nothing taken for absent unseen."""

from __future__ import annotations

import pytest

from commands.looking import A, B, C, body, channel, half, look, names, project
from fakes.aws import BUCKET_PARAMETER, DEVELOPMENT, PRODUCTION, REGIONS, bucket_name
from promises.stand import CHANNEL, PROJECT, SMALL, Stand, plant_whole, plant_withdrawal
from waybill.commands.survey.deploys import NEWEST
from waybill.domain.result import Outcome
from waybill.domain.survey.standing import Half
from waybill.domain.survey.status import Status
from waybill.errors import AccessDenied, ExitCode, InputError, Unavailable
from waybill.ports.bucket import NewObject
from waybill.progress import Warned
from waybill.report import text
from waybill.report.status_html import page


def put(stand: Stand, version: str, *regions: str, body: bytes = SMALL) -> None:
    """Have a version staged in some regions, and named there."""
    for region in regions:
        plant_whole(stand.world, region, body, version)
        stand.world.set_parameter(region, PRODUCTION, CHANNEL, version)


def test_where_all_is_well_nothing_is_said_to_be_wrong(stand: Stand) -> None:
    stand.stage(metadata={"lang": "dotnet"})
    result = look(stand)
    assert (result.outcome, result.exit_code, result.changed) == (Outcome.ALREADY, ExitCode.OK, False)
    found = channel(result)
    assert (found.names, found.floor, found.drift, found.rollback) == ("1.2.3", "1.2.3", False, None)
    assert [(item.names, item.whole, item.why) for item in found.regions] == [("1.2.3", True, "")] * 3
    assert not project(result).halves
    assert not body(result).troubled


def test_it_writes_nothing(stand: Stand) -> None:
    put(stand, "1.0.0", A)
    stand.world.calls.forget()
    look(stand)
    assert not stand.world.writes()


def test_a_region_behind_is_named_and_majority_is_of_all_regions(stand: Stand) -> None:
    put(stand, "1.0.0", A, B, C)
    put(stand, "1.1.0", A, B)
    found = channel(look(stand))
    assert (found.names, found.floor, found.drift) == ("1.1.0", "1.1.0", True)
    assert [item.lags for item in found.regions] == [False, False, True]


def test_of_two_regions_one_answer_is_no_majority(stand: Stand) -> None:
    put(stand, "1.0.0", A, B, C)
    put(stand, "1.1.0", A)
    stand.world.fail(call="*", region=B, times=None)
    found = channel(look(stand, PROJECT))
    assert found.names is None
    assert found.drift
    assert [(item.readable, item.names) for item in found.regions] == [(True, "1.1.0"), (False, None), (True, "1.0.0")]


def test_what_one_of_three_regions_names_is_never_what_the_channel_names(stand: Stand) -> None:
    put(stand, "1.0.0", A)
    for region in (B, C):
        stand.world.fail(call="*", region=region, times=None)
    result = look(stand)
    assert channel(result).names is None
    assert names(result) == ["1.0.0", None, None]


def test_a_silent_region_is_said_and_never_taken_for_absent(stand: Stand) -> None:
    stand.stage()
    stand.world.fail(call="*", region=C, times=None)
    result = look(stand)
    assert (result.outcome, result.exit_code) == (Outcome.PARTIAL, ExitCode.UNAVAILABLE)
    assert not project(result).halves, "nobody knows what the silent region holds"
    assert not channel(result).drift
    silent = channel(result).regions[2]
    assert (silent.readable, silent.names, silent.whole, silent.lags) == (False, None, None, False)
    assert "pulled out" in silent.why
    assert {item.region for item in body(result).unreadable} == {C}


def test_a_refusal_is_not_absent_either(stand: Stand) -> None:
    stand.stage()
    stand.world.deny("history", region=B)
    result = look(stand)
    assert result.exit_code == ExitCode.IDENTITY
    assert [item.readable for item in channel(result).regions] == [True, False, True]
    assert not channel(result).drift


def test_what_a_version_lacks_is_said_by_name(stand: Stand) -> None:
    stand.stage(metadata={"lang": "dotnet"})
    stand.world.delete(bucket_name(PRODUCTION, B), f"{PROJECT}@1.2.3/metadata")
    stand.world.delete(bucket_name(PRODUCTION, C), f"{PROJECT}@1.2.3")
    result = look(stand)
    found = half(result, "1.2.3")
    assert found.half is Half.HALF_STAGED
    assert (found.lacking, found.source, found.repairable) == ((B, C), A, True)
    assert "Metadata is missing in us-west-2" in found.why
    assert [item.whole for item in channel(result).regions] == [True, False, False]


def test_a_named_version_whose_bytes_were_replaced_is_not_whole(stand: Stand) -> None:
    stand.stage()
    stand.world.plant(bucket_name(PRODUCTION, B), f"{PROJECT}@1.2.3", b"other bytes")
    found = channel(look(stand))
    assert [item.whole for item in found.regions] == [True, False, True]
    assert "not what its own waybill says" in found.regions[1].why


def test_regions_that_each_agree_with_their_own_waybill_and_not_with_each_other(stand: Stand) -> None:
    put(stand, "1.0.0", A, B)
    put(stand, "1.0.0", C, body=b"ONE PART")
    result = look(stand)
    assert [item.whole for item in channel(result).regions] == [True, True, True]
    assert half(result, "1.0.0").half is Half.DIFFERENT
    assert "sha256" in half(result, "1.0.0").why
    assert project(result).troubled


def test_a_rollback_that_is_half_done_is_found_by_its_events(stand: Stand) -> None:
    put(stand, "1.0.0", *REGIONS)
    put(stand, "1.1.0", *REGIONS)
    plant_withdrawal(stand.world, B, "1.1.0", "1.0.0")
    stand.world.set_parameter(A, PRODUCTION, CHANNEL, "1.0.0")
    found = channel(look(stand))
    assert found.rollback is not None
    assert (found.rollback.target, found.rollback.regions, found.rollback.reason) == ("1.0.0", (B, C), "it leaks")
    assert found.floor == "1.0.0"
    assert [item.withdrawn for item in found.regions] == [False, True, True]


def test_a_finished_rollback_is_nothing_to_look_at(stand: Stand) -> None:
    put(stand, "1.0.0", *REGIONS)
    put(stand, "1.1.0", *REGIONS)
    for region in REGIONS:
        plant_withdrawal(stand.world, region, "1.1.0", "1.0.0")
        stand.world.set_parameter(region, PRODUCTION, CHANNEL, "1.0.0")
    assert not body(look(stand)).troubled


def test_only_events_that_decide_are_read_and_the_newest_few(stand: Stand) -> None:
    for number in range(NEWEST + 4):
        put(stand, f"1.{number}.0", *REGIONS)
        plant_withdrawal(stand.world, A, f"0.{number}.0", "0.0.0")
    stand.world.calls.forget()
    look(stand)
    read = [call.name for call in stand.world.calls.log() if "/events/" in call.name and call.call == "read"]
    assert len(read) == NEWEST, "a deploy may be among them"


def test_what_only_startifact_staged_is_a_note_and_no_fault(stand: Stand) -> None:
    for region in REGIONS:
        stand.world.plant(bucket_name(PRODUCTION, region), f"{PROJECT}@1.0.0", SMALL)
        stand.world.set_parameter(region, PRODUCTION, CHANNEL, "1.0.0")
    result = look(stand, check=True)
    assert result.exit_code == ExitCode.OK
    assert half(result, "1.0.0").half is Half.BARE
    assert [item.bare for item in channel(result).regions] == [True] * 3


def test_a_pruned_version_is_nothing_to_look_at_and_half_pruned_is(stand: Stand) -> None:
    stand.stage()
    plant_whole(stand.world, A, SMALL, "1.0.0")
    for region in REGIONS:
        bucket = bucket_name(PRODUCTION, region)
        stand.world.plant(bucket, f"{PROJECT}@1.0.0/tombstone.json", b"{}")
        stand.world.plant(bucket, f"{PROJECT}@1.0.0/waybill.json", b"{}")
    found = half(look(stand), "1.0.0")
    assert (found.half, found.lacking, found.repairable) == (Half.HALF_PRUNED, (A,), False)
    stand.world.delete(bucket_name(PRODUCTION, A), f"{PROJECT}@1.0.0")
    assert not project(look(stand)).halves


def test_an_upload_of_over_an_hour_is_stale(stand: Stand) -> None:
    stand.stage()
    bucket = stand.world.account().bucket(A, bucket_name(PRODUCTION, A), owner=PRODUCTION)
    bucket.begin(NewObject(key=f"{PROJECT}@9.0.0", media_type="a/b", kms_key=None))
    young = look(stand)
    assert [item.stale for item in body(young).accounts[0].uploads] == [False]
    stand.clock.advance(3601)
    assert [item.stale for item in body(look(stand)).accounts[0].uploads] == [True]


def test_parameters_that_are_no_channels_are_not_shown(stand: Stand) -> None:
    stand.stage()
    for region in REGIONS:
        stand.world.set_parameter(region, PRODUCTION, "/artifacts/SugarWater/endpoint", "https://secret@example.com")
        stand.world.set_parameter(region, PRODUCTION, "/artifacts/Other/setting", "on")
    result = look(stand)
    assert [item.project for item in body(result).accounts[0].projects] == [PROJECT]
    assert [item.channel for item in project(result).channels] == ["latest"]
    assert "secret" not in str(result.to_json())


def test_a_channel_that_holds_no_version_in_one_region_is_named_without_its_value(stand: Stand) -> None:
    stand.stage()
    stand.world.set_parameter(C, PRODUCTION, CHANNEL, "https://secret@example.com")
    result = look(stand)
    assert channel(result).regions[2].foreign
    assert project(result).troubled
    assert "secret" not in str(result.to_json())


def test_several_accounts_are_read_each_as_itself(stand: Stand) -> None:
    stand.stage()
    stand.stage(version="2.0.0", gateway=stand.world.gateway(DEVELOPMENT))
    result = look(stand, accounts=(DEVELOPMENT, PRODUCTION))
    found = {one.account: one.projects[0].channels[0].names for one in body(result).accounts}
    assert found == {DEVELOPMENT: "2.0.0", PRODUCTION: "1.2.3"}


def test_an_account_that_cannot_be_entered_is_said_and_the_other_is_read(stand: Stand) -> None:
    stand.stage()
    refused = AccessDenied("may not assume", action="sts:AssumeRole", resource="*")
    stand.world.fail(call="enter", key=DEVELOPMENT, error=refused, times=None)
    result = look(stand, accounts=(DEVELOPMENT, PRODUCTION))
    assert (result.outcome, result.exit_code) == (Outcome.PARTIAL, ExitCode.IDENTITY)
    assert [len(one.projects) for one in body(result).accounts] == [0, 1]
    assert body(result).unreadable[0].error == "may not assume"


def test_a_region_that_is_not_prepared_is_said_and_the_others_are_shown(stand: Stand) -> None:
    for region in REGIONS:
        plant_whole(stand.world, region, SMALL, "1.0.0")
        stand.world.set_parameter(region, PRODUCTION, CHANNEL, "1.0.0")
    stand.world.delete_parameter(B, PRODUCTION, BUCKET_PARAMETER)
    result = look(stand)
    assert (result.exit_code, result.outcome) == (ExitCode.UNAVAILABLE, Outcome.PARTIAL)
    assert names(result) == ["1.0.0", None, "1.0.0"]
    said = f"{BUCKET_PARAMETER} does not exist in {B}: the region is not prepared."
    (one,) = body(result).accounts[0].unreadable
    assert (one.region, one.error) == (B, said)
    assert stand.reporter.of(Warned) == [Warned(f"{B} cannot be read: {said}")]
    assert "input" not in text.result(result)


def test_an_account_of_which_nothing_is_prepared_does_not_hide_the_other(stand: Stand) -> None:
    for region in REGIONS:
        plant_whole(stand.world, region, SMALL, "1.0.0")
        stand.world.delete_parameter(region, DEVELOPMENT, BUCKET_PARAMETER)
    result = look(stand, accounts=(PRODUCTION, DEVELOPMENT))
    assert result.exit_code == ExitCode.UNAVAILABLE
    one, other = body(result).accounts
    assert (one.projects[0].project, one.unreadable) == (PROJECT, ())
    assert "the region is not prepared" in other.unreadable[0].error


def test_where_no_account_can_be_read_that_is_how_it_ends(stand: Stand) -> None:
    for region in REGIONS:
        stand.world.fail(call="*", region=region, times=None)
    with pytest.raises(Unavailable):
        look(stand)


def test_a_project_that_nobody_knows_is_a_fault(stand: Stand) -> None:
    stand.stage()
    with pytest.raises(InputError, match="SugarWatre"):
        look(stand, PROJECT, "SugarWatre")


def begin(stand: Stand, region: str, key: str = f"{PROJECT}@1.0.0") -> None:
    """Begin an upload, and leave it."""
    bucket = stand.world.account().bucket(region, bucket_name(PRODUCTION, region), owner=PRODUCTION)
    bucket.begin(NewObject(key=key, media_type="a/b", kms_key=None))


def test_a_project_of_which_there_are_only_uploads_exists(stand: Stand) -> None:
    for region in (A, B):
        begin(stand, region)
    result = look(stand, PROJECT)
    assert result.exit_code == ExitCode.OK
    assert [item.region for item in body(result).accounts[0].uploads] == [A, B]
    said = text.result(result)
    assert "Nothing is staged in 1 account; 2 uploads not ended." in said
    assert f"2 uploads under way, begun within the last hour: {PROJECT}@1.0.0 in {A} and {B}." in said


def test_an_upload_of_one_project_makes_no_other_one_known(stand: Stand) -> None:
    begin(stand, A, "Other@1.0.0")
    with pytest.raises(InputError, match="no upload under way"):
        look(stand, PROJECT, "Other")


def test_an_artifact_whose_first_promotion_was_cut_off_is_told_calmly_and_once(stand: Stand) -> None:
    for region in REGIONS:
        stand.world.plant(bucket_name(PRODUCTION, region), f"{PROJECT}@1.0.0", SMALL)
    result = look(stand, check=True)
    assert result.exit_code == ExitCode.OK
    said = text.result(result)
    assert (
        "1.0.0: Without a waybill. Only Startifact staged it, or a stage or promotion was cut off: the same command "
        "again finishes it." in said
    )
    assert "no channel names it" not in said
    put(stand, "2.0.0", A)
    shown = page(body(look(stand)))
    row = shown[shown.index(">1.0.0</span>") :].split("</tr>")[0]
    assert row.count(">no waybill<") == 3
    assert "broken" not in row
    assert "only artifact" not in row


def test_a_project_that_a_silent_region_may_know_is_none(stand: Stand) -> None:
    stand.stage()
    stand.world.fail(call="*", region=A, times=None)
    assert look(stand, PROJECT, "Other").exit_code == ExitCode.UNAVAILABLE


def test_check_fails_on_drift_and_only_then(stand: Stand) -> None:
    stand.stage()
    assert look(stand, check=True).exit_code == ExitCode.OK
    put(stand, "2.0.0", A)
    assert look(stand).exit_code == ExitCode.OK
    assert look(stand, check=True).exit_code == ExitCode.PARTIAL


def test_the_result_document_has_the_promised_members(stand: Stand) -> None:
    put(stand, "1.0.0", A, B)
    document = look(stand).to_json()
    account = document["accounts"][0]
    assert {"account", "caller", "projects", "unfinished_uploads", "unreadable"} <= account.keys()
    found = account["projects"][0]
    assert [item["version"] for item in found["versions_half_staged"]] == ["1.0.0"]
    shown = found["channels"][0]
    assert (shown["channel"], shown["drift"], shown["names"], shown["floor"]) == ("latest", True, "1.0.0", "1.0.0")
    assert shown["regions"][2] | {"region": C, "names": None, "whole": None} == shown["regions"][2]


def test_nothing_staged_anywhere_is_no_fault(stand: Stand) -> None:
    result = look(stand)
    assert isinstance(result.body, Status)
    assert (result.exit_code, result.body.accounts[0].projects) == (ExitCode.OK, ())
