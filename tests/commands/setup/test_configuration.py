from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from commands.setup.standing import ACCOUNTS, OTHER_REGION, PARAMETER, PREPARED, Standing
from fakes.aws import BUCKET_PARAMETER, DEVELOPMENT, PRODUCTION, REGIONS
from waybill.commands.setup.configuration import configuration
from waybill.domain.result import Result
from waybill.domain.setup.configuration.rows import Configurations, Row
from waybill.errors import AccessDenied, ExitCode, IdentityError, InputError, Unavailable
from waybill.inputs import setup_configuration as inputs
from waybill.progress import Warned

A, B, C = REGIONS


@pytest.fixture
def standing() -> Standing:
    return Standing()


def run(standing: Standing, **values: str) -> Result:
    """Run it; `values` are inputs, `_` for `-`."""
    given = {name.replace("_", "-"): text for name, text in values.items()}
    request = inputs.read(given, standing.around(), file=standing.file)
    return configuration(request, standing.tools())


def rows(result: Result) -> dict[tuple[str, str], Row]:
    assert isinstance(result.body, Configurations)
    return {(row.spot.account, row.spot.region): row for row in result.body.rows}


def stands(result: Result) -> dict[tuple[str, str], str]:
    return {where: row.standing.value for where, row in rows(result).items()}


def test_every_account_and_region_is_looked_at_and_nothing_is_written(standing: Standing) -> None:
    result = run(standing)
    assert stands(result) == {(name, region): "agrees" for name in ACCOUNTS for region in REGIONS}
    assert (result.outcome, result.changed, result.exit_code) == ("already", False, 0)
    assert not standing.world.writes()


def test_it_says_which_regions_disagree_and_by_what(standing: Standing) -> None:
    standing.store(B, PRODUCTION, {"regions": A, "bucket_key_prefix": "old/"})
    standing.store(C, DEVELOPMENT, None)
    result = run(standing)
    assert stands(result)["production", B] == "differs"
    assert stands(result)["development", C] == "absent"
    assert list(stands(result).values()).count("agrees") == 4
    found = [one.to_json() for one in rows(result)["production", B].differences]
    assert found == [
        {"key": "bucket_key_prefix", "stored": "old/", "wanted": ""},
        {"key": "regions", "stored": A, "wanted": ",".join(REGIONS)},
    ]
    assert (result.changed, result.exit_code) == (False, 0)
    assert run(standing, check="true").exit_code == ExitCode.PARTIAL


def test_without_yes_it_shows_the_plan_and_writes_nothing(standing: Standing) -> None:
    standing.store(B, PRODUCTION, {"regions": A})
    result = run(standing, write="true")
    assert (result.outcome, result.changed, result.exit_code) == ("planned", False, 0)
    assert [(where, row.act.value) for where, row in rows(result).items() if row.act != "none"] == [
        (("production", B), "change")
    ]
    assert "--yes" in (result.then or "")
    assert not standing.world.writes()


def test_with_yes_it_writes_what_startifact_writes_and_again_changes_nothing(standing: Standing) -> None:
    standing.store(B, PRODUCTION, {"regions": A})
    standing.store(C, DEVELOPMENT, None)
    result = run(standing, write="true", yes="true")
    assert (result.outcome, result.changed, result.exit_code) == ("created", True, 0)
    wanted = {
        "bucket_key_prefix": "",
        "bucket_name_param": "/buckets/staging",
        "parameter_name_prefix": "/artifacts",
        "regions": ",".join(REGIONS),
    }
    assert standing.stored(B, PRODUCTION) == {**wanted, "save_ok": "y"}
    assert standing.stored(C, DEVELOPMENT) == {**wanted, "save_ok": "yes"}
    text = standing.world.history(C, DEVELOPMENT, PARAMETER)[-1]
    assert text == json.dumps(json.loads(text), indent=2, sort_keys=True)
    standing.world.calls.forget()
    again = run(standing, write="true", yes="true")
    assert (again.outcome, again.changed, again.exit_code) == ("already", False, 0)
    assert not standing.world.writes()


def test_keys_that_nobody_knows_are_kept(standing: Standing) -> None:
    standing.store(B, PRODUCTION, {"regions": A, "owner": {"team": "web"}, "save_ok": "Y"})
    result = run(standing, write="true", yes="true")
    stored = standing.stored(B, PRODUCTION)
    assert (stored["owner"], stored["save_ok"], stored["regions"]) == ({"team": "web"}, "Y", ",".join(REGIONS))
    assert rows(result)["production", B].kept == ("owner",)


@pytest.mark.parametrize("alike", ["us-east-1, us-west-2 ,eu-west-1", "us-east-1,us-west-2,eu-west-1,us-east-1"])
def test_regions_written_otherwise_are_the_same_regions(standing: Standing, alike: str) -> None:
    standing.store(B, PRODUCTION, {"regions": alike, "bucket_key_prefix": None})
    assert stands(run(standing))["production", B] == "agrees"


@pytest.mark.parametrize("broken", ["waybill-staging-1", "[1]", '"text"'])
def test_what_is_no_configuration_is_replaced_by_repair_alone(standing: Standing, broken: str) -> None:
    standing.world.set_parameter(B, PRODUCTION, PARAMETER, broken)
    standing.store(A, PRODUCTION, {"regions": A})
    refused = run(standing, write="true", yes="true")
    assert (refused.outcome, refused.exit_code, refused.changed) == ("conflict", ExitCode.CONFLICT, True)
    assert standing.world.history(B, PRODUCTION, PARAMETER)[-1] == broken
    repaired = run(standing, repair="true", yes="true")
    assert (repaired.outcome, repaired.exit_code) == ("created", 0)
    assert standing.stored(B, PRODUCTION)["regions"] == ",".join(REGIONS)
    assert run(standing, repair="true", yes="true").changed is False


def test_a_value_of_another_type_is_a_difference(standing: Standing) -> None:
    standing.store(B, PRODUCTION, {"regions": list(REGIONS)})
    result = run(standing, write="true", yes="true")
    assert rows(result)["production", B].differences[0].stored == json.dumps(list(REGIONS))
    assert standing.stored(B, PRODUCTION)["regions"] == ",".join(REGIONS)


class TestDroppedRegions:
    @pytest.fixture
    def standing(self) -> Standing:
        """A world in which the configuration is stored everywhere, and a file that has dropped a region."""
        before = Standing()
        return before.with_regions(A, B)

    def test_a_dropped_region_is_found_and_left_until_it_is_named(self, standing: Standing) -> None:
        result = run(standing, write="true", yes="true")
        assert stands(result)["production", C] == "dropped"
        assert standing.stored(C, PRODUCTION) is not None
        assert standing.stored(A, PRODUCTION)["regions"] == f"{A},{B}"

    def test_what_is_deleted_is_shown_first_and_with_yes_goes_after_the_others_are_written(
        self, standing: Standing
    ) -> None:
        shown = run(standing, write="true", delete_from=C)
        assert rows(shown)["production", C].act == "delete"
        assert not standing.world.writes()
        done = run(standing, write="true", delete_from=C, yes="true")
        assert (done.outcome, done.changed, done.exit_code) == ("created", True, 0)
        assert [standing.stored(C, account) for account in ACCOUNTS.values()] == [None, None]
        assert json.loads(rows(done)["production", C].before or "")["regions"] == ",".join(REGIONS)
        calls = [(call.call, call.account) for call in standing.world.writes()]
        for account in ACCOUNTS.values():
            assert calls.index(("delete-parameter", account)) > calls.index(("put-parameter", account))
        again = run(standing, write="true", delete_from=C, yes="true")
        assert (again.outcome, again.changed, again.exit_code) == ("already", False, 0)

    def test_a_region_to_which_others_still_send_people_is_left(self, standing: Standing) -> None:
        result = run(standing, delete_from=C, yes="true")
        assert (result.outcome, result.exit_code, result.changed) == ("conflict", ExitCode.CONFLICT, False)
        assert A in rows(result)["production", C].refused
        assert not standing.world.writes()

    def test_nothing_is_deleted_where_another_region_could_not_be_written(self, standing: Standing) -> None:
        standing.world.deny("put-parameter", region=B)
        result = run(standing, write="true", delete_from=C, yes="true")
        assert result.exit_code == ExitCode.IDENTITY
        assert standing.stored(C, PRODUCTION) is not None
        assert result.resume is not None
        standing.world.calls.forgive()
        assert run(standing, write="true", delete_from=C, yes="true").exit_code == 0
        assert standing.stored(C, PRODUCTION) is None

    def test_nothing_is_deleted_where_another_region_could_not_be_read(self, standing: Standing) -> None:
        standing.world.fail(call="get-parameter", region=B, error=Unavailable("down"), times=None)
        run(standing, write="true", delete_from=C, yes="true")
        assert standing.stored(C, PRODUCTION) is not None

    def test_a_region_that_only_the_person_knows_of_is_looked_at(self, standing: Standing) -> None:
        for account in ACCOUNTS.values():
            standing.world.set_parameter(OTHER_REGION, account, PARAMETER, "{}")
        assert ("production", OTHER_REGION) not in stands(run(standing))
        done = run(standing, write="true", delete_from=f"{C}\n{OTHER_REGION}", yes="true")
        assert done.exit_code == 0
        assert standing.stored(OTHER_REGION, PRODUCTION) is None

    @pytest.mark.parametrize("region", [A, "us-nowhere-1"])
    def test_a_region_of_the_file_or_of_nobody_is_refused(self, standing: Standing, region: str) -> None:
        with pytest.raises(InputError) as caught:
            run(standing, delete_from=region, yes="true")
        assert [(fault.name, fault.value) for fault in caught.value.faults] == [("delete-from", region)]


def test_p7_each_account_is_entered_by_its_own_role_and_no_other_account_is_taken(standing: Standing) -> None:
    standing.gateways[PRODUCTION] = standing.world.gateway(DEVELOPMENT)
    with pytest.raises(IdentityError, match=r"accounts\.production"):
        run(standing, write="true", yes="true")
    assert not standing.world.writes()
    shown = run(standing)
    assert set(stands(shown).values()) == {"agrees", "unknown"}
    assert shown.exit_code == ExitCode.IDENTITY
    found = {(one.role.text if one.role else "", one.role_external_id, one.account) for one in standing.entered}
    assert found == {
        (f"arn:aws:iam::{DEVELOPMENT}:role/OrganizationAccountAccessRole", None, DEVELOPMENT),
        (f"arn:aws:iam::{PRODUCTION}:role/OrganizationAccountAccessRole", "acme", PRODUCTION),
    }


def test_p7_root_is_refused(standing: Standing) -> None:
    standing.gateways[PRODUCTION] = standing.world.gateway(PRODUCTION, arn=f"arn:aws:iam::{PRODUCTION}:root")
    with pytest.raises(IdentityError, match="root"):
        run(standing, account="production")


def test_only_the_accounts_that_are_named_are_entered(standing: Standing) -> None:
    result = run(standing, account="production")
    assert {name for name, _ in stands(result)} == {"production"}
    assert {identity.account for identity in standing.entered} == {PRODUCTION}


def test_p8_a_session_may_touch_the_one_parameter_and_nothing_else(standing: Standing) -> None:
    gateway = standing.gateways[PRODUCTION] = standing.world.gateway(PRODUCTION)
    run(standing, write="true")
    run(standing, write="true", yes="true")
    looking, writing = (json.loads(text)["Statement"] for text in gateway.policies)
    known = [f"arn:aws:ssm:*:{PRODUCTION}:parameter{name}" for name in (PARAMETER, BUCKET_PARAMETER)]
    assert [one["Resource"] for one in looking] == [one["Resource"] for one in writing] == known
    assert [one["Action"] for one in looking] == ["ssm:GetParameter"] * 2
    assert [one["Action"] for one in writing] == [
        ["ssm:DeleteParameter", "ssm:GetParameter", "ssm:PutParameter"],
        "ssm:GetParameter",
    ]


def test_a_region_without_a_bucket_is_warned_of_before_anybody_is_sent_there(standing: Standing) -> None:
    standing.store(B, PRODUCTION, {"regions": A})
    standing.world.delete_parameter(B, PRODUCTION, BUCKET_PARAMETER)
    run(standing)
    assert not standing.reporter.of(Warned), "nothing is to be written"
    run(standing, write="true")
    (warned,) = standing.reporter.of(Warned)
    assert f"production/{B}" in warned.text
    standing.world.deny("get-parameter", key=BUCKET_PARAMETER)
    assert run(standing, write="true", yes="true").exit_code == 0, "who may not look is told nothing"


def test_a_region_that_cannot_be_read_is_said_and_the_others_are_written(standing: Standing) -> None:
    standing.store(A, PRODUCTION, {"regions": A})
    standing.world.deny("get-parameter", region=B)
    result = run(standing, write="true", yes="true")
    assert stands(result)["production", B] == "unknown"
    assert (result.outcome, result.exit_code) == ("partial", ExitCode.IDENTITY)
    assert standing.stored(A, PRODUCTION)["regions"] == ",".join(REGIONS)


def test_a_write_of_somebody_else_in_between_is_not_overwritten(standing: Standing) -> None:
    standing.store(A, PRODUCTION, {"regions": A})

    def rival(_: object) -> None:
        standing.store(A, PRODUCTION, {"regions": f"{A},{B}"})

    standing.world.on("get-parameter", rival, region=A, skip=2)
    result = run(standing, write="true", yes="true")
    assert rows(result)["production", A].done is False
    assert (result.exit_code, result.changed) == (ExitCode.CONFLICT, False)
    assert standing.stored(A, PRODUCTION)["regions"] == f"{A},{B}"


def test_a_put_whose_answer_was_lost_is_no_conflict(standing: Standing) -> None:
    """The adapter's next try meets what the first one wrote."""
    standing.store(A, PRODUCTION, None)
    seen: list[Any] = []

    def first(call: object) -> None:
        text = rows(run(standing, write="true"))["production", A].value
        seen.append(call)
        standing.world.set_parameter(A, PRODUCTION, PARAMETER, text)

    standing.world.on("put-parameter", first, region=A)
    assert run(standing, write="true", yes="true").exit_code == 0
    assert seen


def test_the_document_has_every_place(standing: Standing) -> None:
    standing.store(B, PRODUCTION, {"regions": A})
    document = run(standing, write="true", yes="true").to_json()
    assert document["command"] == "setup configuration"
    found = document["configuration"]
    assert found["parameter"] == PARAMETER
    assert found["wanted"]["regions"] == ",".join(REGIONS)
    (changed,) = [place for place in found["places"] if place["done"]]
    assert (changed["account"], changed["account_id"], changed["region"]) == ("production", PRODUCTION, B)
    assert json.loads(changed["before"])["regions"] == A
    json.dumps(document)


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"yes": "true"}, "yes"),
        ({"write": "maybe"}, "write"),
        ({"account": "staging"}, "account"),
        ({"role-duration": "7200", "oidc-role": f"arn:aws:iam::{DEVELOPMENT}:role/github"}, "role-duration"),
    ],
)
def test_p10_a_wrong_value_is_a_fault(standing: Standing, values: dict[str, str], name: str) -> None:
    with pytest.raises(InputError) as caught:
        inputs.read(values, standing.around(), file=standing.file)
    assert [fault.name for fault in caught.value.faults] == [name]
    assert not standing.entered


def test_denied_everywhere_is_an_error_and_not_a_table_of_nothing(standing: Standing) -> None:
    for account in ACCOUNTS.values():
        standing.gateways[account] = standing.world.gateway(account)
    error = AccessDenied("may not assume it", action="sts:AssumeRole", resource="*")
    standing.world.fail(call="enter", error=error, times=None)
    with pytest.raises(AccessDenied):
        run(standing)


def test_an_empty_prefix_of_the_file_is_no_difference_to_none(standing: Standing) -> None:
    standing.estate = replace(PREPARED, prefixes=replace(PREPARED.prefixes, parameter=""))
    standing.store(A, PRODUCTION, {"parameter_name_prefix": None})
    assert stands(run(standing))["production", A] == "agrees"
    assert stands(run(standing))["production", B] == "differs"
