"""`versions` shows every version of a project, in order, with what is known of it, from few calls."""

from __future__ import annotations

import json
from typing import Any

import pytest

from commands import pruning
from commands.pruning import LONG_AGO, A, B, C, at, fill, forget, point
from fakes.aws import PARAMETER_PREFIX, PRODUCTION, REGIONS, bucket_name
from promises.iam import Need, allows
from promises.stand import PROJECT, Stand, plant_whole
from waybill.cancel import Cancellation
from waybill.commands.versions import versions
from waybill.domain.arns import RoleArn
from waybill.domain.calls import VERSIONS_CALLS, On
from waybill.domain.identity import Identity
from waybill.domain.result import Outcome, Result
from waybill.domain.survey.overview import Overview, Row
from waybill.domain.survey.queries import VersionsRequest
from waybill.errors import AccessDenied, ExitCode, InputError, Unavailable, WaybillError
from waybill.progress import Warned
from waybill.report import text
from waybill.report.summary import summary

ROLE = Identity(role=RoleArn.parse(f"arn:aws:iam::{PRODUCTION}:role/waybill-stage"))


def run(stand: Stand, project: str = PROJECT, **changes: Any) -> Result:
    gateway = changes.pop("gateway", None) or stand.world.gateway()
    request = VersionsRequest(project=project, config_regions=REGIONS, **changes)
    return versions(request, stand.tools(gateway, Cancellation()))


def end(stand: Stand, project: str = PROJECT, **changes: Any) -> Result | WaybillError:
    try:
        return run(stand, project, **changes)
    except WaybillError as error:
        return error


def body(result: Result | WaybillError) -> Overview:
    assert isinstance(result, Result), result
    assert isinstance(result.body, Overview)
    return result.body


def row(result: Result, version: str) -> Row:
    return next(row for row in body(result).rows if row.version.text == version)


def order(result: Result) -> list[str]:
    return [row.version.text for row in body(result).rows]


def test_all_versions_show_in_semver_order_the_highest_first(stand: Stand) -> None:
    fill(stand, "1.0.0", "1.10.0", "1.9.0", "2.0.0-rc.1", "2.0.0-rc.10", "2.0.0-rc.9", "1.0.0-alpha")
    result = run(stand)
    assert order(result) == ["2.0.0-rc.10", "2.0.0-rc.9", "2.0.0-rc.1", "1.10.0", "1.9.0", "1.0.0", "1.0.0-alpha"]
    assert (result.outcome, result.changed, result.exit_code) == (Outcome.ALREADY, False, ExitCode.OK)


def test_a_version_shows_its_size_who_staged_it_when_and_which_channels_name_it(stand: Stand) -> None:
    fill(stand, "1.0.0", "2.0.0")
    point(stand, "1.0.0", B, name=f"{PARAMETER_PREFIX}/{PROJECT}/production")
    found = row(run(stand), "1.0.0")
    assert (found.size, found.by) == (5, "ada (acme/SugarWater)")
    assert found.staged_at == "2026-01-31T12:00:00Z", "as the waybill says, not the listing"
    assert found.channels == {"production": (B,)}
    assert (found.regions, found.partial) == (REGIONS, ())
    document = json.loads(json.dumps(run(stand).to_json()))
    assert document["versions"][1]["staged_by"] == "ada"
    assert document["channels"] == {
        "latest": dict.fromkeys(REGIONS, "2.0.0"),
        "production": {A: None, B: "1.0.0", C: None},
    }


def test_what_is_not_whole_somewhere_is_counted_and_said(stand: Stand) -> None:
    fill(stand, "1.0.0", "1.1.0", "1.2.0")
    forget(stand, B, "1.0.0")
    forget(stand, C, "1.1.0/metadata")
    for key in ("1.2.0", "1.2.0/metadata", "1.2.0/waybill.json"):
        forget(stand, A, key)
    result = run(stand)
    assert (row(result, "1.0.0").regions, row(result, "1.0.0").partial) == ((A, C), (B,))
    assert (row(result, "1.1.0").regions, row(result, "1.1.0").partial) == ((A, B), (C,))
    assert (row(result, "1.2.0").regions, row(result, "1.2.0").partial) == ((B, C), ())
    shown = text.result(result)
    assert "2 of 3" in shown
    assert f"1.0.0 is not whole in {B}" in shown


def test_regions_with_other_sizes_are_not_counted_whole_and_the_version_is_marked(stand: Stand) -> None:
    fill(stand, "1.0.0", "1.1.0")
    stand.world.plant(bucket_name(PRODUCTION, C), f"{PROJECT}@1.0.0", b"longer than before")
    for region in (A, B):
        stand.world.plant(bucket_name(PRODUCTION, region), f"{PROJECT}@1.1.0", b"longer than before")
    result = run(stand)
    assert (row(result, "1.0.0").regions, row(result, "1.0.0").different) == ((A, B), (C,))
    assert (row(result, "1.1.0").regions, row(result, "1.1.0").different) == ((C,), (A, B)), "the waybill tells"
    assert [row(result, one).size for one in ("1.0.0", "1.1.0")] == [5, 5]
    shown = text.result(result)
    assert "2 of 3, different bytes" in shown
    assert f"1.0.0: {C} holds different bytes" in shown
    assert result.to_json()["versions"][1]["different"] == [C]


@pytest.mark.parametrize(("others", "whole"), [((B, C), (B, C)), ((B,), ())], ids=["most agree", "no two agree"])
def test_without_a_waybill_most_regions_tell_the_size(
    stand: Stand, others: tuple[str, ...], whole: tuple[str, ...]
) -> None:
    stand.world.plant(bucket_name(PRODUCTION, A), f"{PROJECT}@1.0.0", b"longer")
    for region in others:
        stand.world.plant(bucket_name(PRODUCTION, region), f"{PROJECT}@1.0.0", b"bytes")
    found = row(run(stand), "1.0.0")
    assert (found.regions, set(found.different)) == (whole, {A, *others} - set(whole))


def test_regions_whose_waybills_are_of_other_bytes_are_different_however_the_reads_fall(stand: Stand) -> None:
    for version in ("1.0.0", "1.1.0", "1.2.0"):
        plant_whole(stand.world, C, b"longer than before", version)
        for region in (A, B):
            plant_whole(stand.world, region, version=version)
    result = run(stand)
    assert [(one.regions, one.different) for one in body(result).rows] == [((A, B), (C,))] * 3


def test_what_only_startifact_staged_shows_what_is_known(stand: Stand) -> None:
    with at(stand, LONG_AGO):
        for region in REGIONS:
            stand.world.plant(bucket_name(PRODUCTION, region), f"{PROJECT}@1.0.0", b"startifact's")
    found = row(run(stand), "1.0.0")
    assert (found.size, found.staged_at, found.built_from) == (12, LONG_AGO, None)
    assert found.regions == REGIONS
    assert "has no waybill: Startifact may have staged it, or a stage or promotion was cut off" in text.result(
        run(stand)
    )


def test_pruned_versions_are_marked_by_whom_when_and_why(stand: Stand) -> None:
    fill(stand, "1.0.0", "2.0.0")
    pruning.run(stand)
    result = run(stand)
    found = row(result, "1.0.0")
    assert found.pruned
    assert found.size == 5
    assert (found.regions, found.partial) == ((), ())
    shown = text.result(result)
    assert "pruned by ada at 2026-01-31T12:00:00Z (old)" in shown
    assert "1 of 2 versions was pruned" in shown
    assert result.to_json()["versions"][1]["pruned"]["pruned_by"] == "ada"


def test_a_prune_that_was_cut_off_shows(stand: Stand) -> None:
    fill(stand, "1.0.0", "2.0.0")
    stand.world.fail(call="delete", times=3)
    pruning.run(stand)
    assert "run `prune` again" in text.result(run(stand))


def test_few_are_shown_and_those_that_a_channel_names_always(stand: Stand) -> None:
    fill(stand, *(f"1.{number}.0" for number in range(8)))
    point(stand, "1.0.0", name=f"{PARAMETER_PREFIX}/{PROJECT}/production")
    result = run(stand, limit=2)
    assert order(result) == ["1.7.0", "1.6.0", "1.0.0"]
    assert (body(result).total, len(order(run(stand)))) == (8, 8)
    assert "5 versions more: `--limit all` shows them" in text.result(result)


def test_thousands_of_versions_take_one_listing_a_region_and_one_read_for_each_that_is_shown(stand: Stand) -> None:
    fill(stand, "9.0.0", "9.1.0")
    for region in REGIONS:
        for number in range(1200):
            stand.world.plant(bucket_name(PRODUCTION, region), f"{PROJECT}@1.{number}.0", b"x")
    before = len(stand.world.calls.log())
    result = run(stand, limit=2)
    calls = [call.call for call in stand.world.calls.log()[before:]]
    assert body(result).total == 1202
    assert calls.count("list") == 3 * 2, "two pages in each region"
    assert calls.count("read") == 2


def test_the_reads_are_shared_out_among_the_regions(stand: Stand) -> None:
    fill(stand, *(f"1.{number}.0" for number in range(6)))
    before = len(stand.world.calls.log())
    run(stand)
    regions = [call.region for call in stand.world.calls.log()[before:] if call.call == "read"]
    assert sorted(regions) == sorted(REGIONS * 2)


def test_a_waybill_that_cannot_be_read_hides_nothing_of_the_others(stand: Stand) -> None:
    fill(stand, "1.0.0", "1.1.0", "1.2.0")
    for region in REGIONS:
        stand.world.plant(bucket_name(PRODUCTION, region), f"{PROJECT}@1.1.0/waybill.json", b"{")
    stand.world.fail(call="read", key="1.0.0/waybill", times=None)
    result = run(stand)
    assert order(result) == ["1.2.0", "1.1.0", "1.0.0"]
    assert row(result, "1.0.0").trouble
    assert row(result, "1.1.0").trouble
    assert row(result, "1.2.0").by


def test_a_silent_region_is_unknown_and_not_absent(stand: Stand) -> None:
    fill(stand, "1.0.0")
    stand.world.fail(call="list", region=B, times=None)
    result = run(stand)
    assert body(result).silent == (B,)
    assert result.exit_code is ExitCode.OK
    assert [told.text for told in stand.reporter.of(Warned) if B in told.text]
    shown = text.result(result)
    assert "2 of 3" in shown
    assert f"unknown in {B}" in shown
    assert f"{B} did not answer" in shown


def test_where_no_region_answers_it_says_so(stand: Stand) -> None:
    fill(stand, "1.0.0")
    stand.world.fail(call="list", times=None)
    assert isinstance(end(stand), Unavailable)


def test_an_unknown_project_is_bad_input_and_the_nearest_are_named(stand: Stand) -> None:
    fill(stand, "1.0.0")
    stand.stage(b"x", version="1.0.0", project="Lemonade")
    found = end(stand, "SugarWatre")
    assert isinstance(found, InputError)
    assert found.faults[0].name == "project"
    assert f"the nearest are {PROJECT}." in str(found)
    assert "Lemonade" not in str(found)


def test_an_unknown_project_is_told_also_where_nobody_may_list_the_others(stand: Stand) -> None:
    fill(stand, "1.0.0")
    for _ in range(2):
        stand.world.fail(call="list", key="^$", error=denied(), times=None)
    found = end(stand, "SugarWatre")
    assert isinstance(found, InputError)
    assert "has no version and no channel there." in str(found)


def denied() -> AccessDenied:
    return AccessDenied("no", action="s3:ListBucket", resource="*")


def test_an_unknown_project_is_not_called_unknown_where_a_region_is_silent(stand: Stand) -> None:
    fill(stand, "1.0.0")
    stand.world.fail(call="below", region=C, times=None)
    assert isinstance(end(stand, "SugarWatre"), Unavailable)


def test_nothing_is_written_and_every_call_is_one_that_the_session_allows(stand: Stand) -> None:
    from commands.test_prune_cut_off import needs

    fill(stand, "1.0.0")
    gateway = stand.world.gateway()
    before = len(stand.world.calls.log())
    run(stand, gateway=gateway, identity=ROLE)
    calls = stand.world.calls.log()[before:]
    assert not [call for call in calls if call.is_write]
    needed = [need for call in calls for need in needs(call, stand)]
    assert not [need for need in needed if not any(allows(policy, need) for policy in gateway.policies)]
    assert {(need.action, need.on) for need in needed} == {(call.action, call.on) for call in VERSIONS_CALLS}


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", "a|b", "\x1b[31mred", "[x](http://e.example)"])
def test_what_others_wrote_is_harmless_in_a_terminal_and_a_summary(stand: Stand, hostile: str) -> None:
    from dataclasses import replace

    from promises.stand import REQUEST

    origin = replace(REQUEST.origin, actor=hostile, repository=hostile)
    stand.stage(b"x", version="1.0.0", origin=origin)
    result = run(stand)
    assert "\x1b" not in text.result(result)
    page = summary(result)
    assert "<script>" not in page.replace("`<script>alert(1)</script>`", "")
    assert "\x1b" not in page


def test_a_session_sees_no_other_projects_channels(stand: Stand) -> None:
    fill(stand, "1.0.0")
    gateway = stand.world.gateway()
    run(stand, gateway=gateway, identity=ROLE)
    for path in ("/artifacts", "/artifacts/Lemonade", f"/artifacts/{PROJECT}-2", "/buckets"):
        need = Need("ssm:GetParametersByPath", f"arn:aws:ssm:us-east-1:{PRODUCTION}:parameter{path}", On.CHANNELS)
        assert not any(allows(policy, need) for policy in gateway.policies), path
