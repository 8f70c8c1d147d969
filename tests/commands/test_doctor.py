"""doctor in a fake world: who may not look finds `unknown`, nothing is ever written, and a run can be cancelled."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from fakes.aws import DEVELOPMENT, PRODUCTION, REGIONS, FakeAws, bucket_name
from fakes.clock import FakeClock
from fakes.reporter import RecordingReporter
from fakes.site import SITE, SITE_REGION, add_site
from fakes.state import DeclaredState
from inputs.given import around
from waybill.cancel import Cancellation
from waybill.commands.doctor.doctor import doctor
from waybill.commands.tools import Tools
from waybill.domain.doctor.examined import Examined
from waybill.domain.doctor.facts import Role
from waybill.domain.doctor.trust import ISSUER
from waybill.domain.findings import Finding, Verdict
from waybill.domain.result import Outcome, Result
from waybill.errors import Cancelled, ExitCode, Unavailable
from waybill.inputs import doctor as inputs
from waybill.retry import Retry

USER = f"arn:aws:iam::{DEVELOPMENT}:user/ada"
"""Who looks."""

SERVICE_ROLE = f"arn:aws:iam::{DEVELOPMENT}:role/service"
DEPLOY_ROLE = f"arn:aws:iam::{PRODUCTION}:role/prods3role"
PROMOTER = f"arn:aws:iam::{PRODUCTION}:role/waybill-promote"
TLS = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": "*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


def allowing(who: dict[str, str], *actions: str) -> str:
    """Return a policy that allows somebody something, on TLS only."""
    allowed = {"Effect": "Allow", "Principal": who, "Action": list(actions), "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [allowed, TLS]})


def tools(world: FakeAws, *, arn: str = USER, cancellation: Cancellation | None = None) -> Tools:
    clock = FakeClock()
    return Tools(
        gateways=lambda _: world.gateway(DEVELOPMENT, arn=arn),
        clock=clock,
        reporter=RecordingReporter(),
        cancellation=cancellation or Cancellation(),
        retry=Retry(clock=clock, random=lambda: 0.5, budget=2.0),
        known_regions=frozenset(world.regions),
        run_id="42",
    )


def run(world: FakeAws, *, access_key: str = "ASIAEXAMPLE", **values: Any) -> Result:
    given = {name.replace("_", "-"): text for name, text in values.items()}
    here = around(places=REGIONS[:1], regions=frozenset(world.regions))
    return doctor(inputs.read(given, here, access_key=access_key), tools(world))


def found(result: Result, verdict: Verdict) -> list[Finding]:
    assert isinstance(result.body, Examined)
    return [one for one in result.body.findings if one.verdict is verdict]


@pytest.fixture
def world() -> FakeAws:
    """Return a world where production may read development's buckets, and a pipeline deploys into it."""
    made = FakeAws.prepared()
    examined = made.examined[DEVELOPMENT]
    for region in REGIONS:
        bucket = made.buckets[bucket_name(DEVELOPMENT, region)]
        bucket.manners.policy = allowing({"AWS": PROMOTER}, "s3:GetObject")
        assert bucket.default.key is not None
        examined.policies[bucket.default.key] = allowing({"AWS": PROMOTER}, "kms:Decrypt")
    add_site(made)
    key = made.add_key(SITE_REGION, DEVELOPMENT)
    examined.policies[key.text] = allowing({"AWS": DEPLOY_ROLE}, "kms:Decrypt")
    store = made.add_bucket(SITE_REGION, "artifacts", owner=DEVELOPMENT, key=key)
    store.manners.policy = allowing({"AWS": DEPLOY_ROLE}, "s3:GetObject")
    trust = allowing({"Service": "codepipeline.amazonaws.com"}, "sts:AssumeRole")
    examined.roles["service"] = Role(arn=SERVICE_ROLE, trust=trust)
    kept = {"location": "artifacts", "encryptionKey": {"id": key.text, "type": "KMS"}}
    declared = {"name": SITE, "roleArn": SERVICE_ROLE, "artifactStore": kept}
    made.declarations[DEVELOPMENT, SITE_REGION, SITE] = DeclaredState(document=declared)
    return made


def test_a_good_account_passes_and_nothing_is_written(world: FakeAws) -> None:
    result = run(world)
    assert found(result, Verdict.FAIL) == []
    assert found(result, Verdict.UNKNOWN) == []
    assert (result.exit_code, result.changed, world.writes()) == (ExitCode.OK, False, [])


@pytest.mark.parametrize(
    "call",
    [
        "time",
        "below",
        "look-bucket",
        "describe-key",
        "key-policy",
        "pipelines",
        "definition",
        "read-declaration",
        "watchers",
        "stages",
        "versioned",
        "role",
        "roles",
        "simulate",
    ],
)
def test_what_may_not_be_looked_at_is_unknown_and_never_a_failure(world: FakeAws, call: str) -> None:
    world.deny(call)
    result = run(world)
    assert found(result, Verdict.FAIL) == []
    assert result.exit_code == ExitCode.OK
    assert found(result, Verdict.UNKNOWN)
    assert not world.writes()


def test_whoever_may_not_read_the_configuration_releases_nothing(world: FakeAws) -> None:
    world.deny("get-parameter")
    result = run(world)
    assert {one.check for one in found(result, Verdict.FAIL)} == {"configuration"}
    assert result.exit_code == ExitCode.IDENTITY


def test_an_account_that_refuses_everything_is_told_in_words_and_exits_with_3(world: FakeAws) -> None:
    for call in ("get-parameter", "below", "roles", "simulate", "pipelines", "time"):
        world.deny(call)
    result = run(world)
    assert {one.check for one in found(result, Verdict.FAIL)} == {"configuration"}
    assert {one.check for one in found(result, Verdict.UNKNOWN)} == {"oidc-subject"}
    assert result.exit_code == ExitCode.IDENTITY


def test_a_region_that_does_not_answer_is_unknown_and_asked_once(world: FakeAws) -> None:
    world.fail(call="*", region=REGIONS[1], error=lambda: Unavailable("no answer"), times=None)
    result = run(world)
    told = {one.check for one in found(result, Verdict.UNKNOWN) if one.region == REGIONS[1]}
    assert told == {"configuration", "region"}
    assert found(result, Verdict.FAIL) == []
    assert [call.call for call in world.calls.log() if call.region == REGIONS[1]] == ["get-parameter"]


def test_a_key_that_refuses_the_run_fails_for_that_is_what_was_asked(world: FakeAws) -> None:
    world.deny("try-key", region=REGIONS[2])
    (one,) = found(run(world), Verdict.FAIL)
    assert (one.check, one.region) == ("key-use", REGIONS[2])
    assert "kms:GenerateDataKey" in one.mend


def test_the_outcome_tells_a_failure_from_a_good_end(world: FakeAws) -> None:
    assert run(world).outcome is Outcome.ALREADY
    world.deny("try-key")
    assert run(world).outcome is Outcome.FAILED


def test_a_long_lived_key_is_a_warning(world: FakeAws) -> None:
    (one,) = found(run(world, access_key="AKIAEXAMPLE"), Verdict.WARN)
    assert one.check == "credentials"


def test_root_is_told_and_looks_at_nothing_more(world: FakeAws) -> None:
    here = around(places=REGIONS[:1], regions=frozenset(world.regions))
    result = doctor(inputs.read({}, here), tools(world, arn=f"arn:aws:iam::{DEVELOPMENT}:root"))
    assert [one.check for one in found(result, Verdict.FAIL)] == ["root"]
    assert {call.call for call in world.calls.log()} <= {"enter", "caller"}
    assert result.exit_code == ExitCode.IDENTITY


def test_another_account_than_is_expected_is_told_and_looked_at_no_further(world: FakeAws) -> None:
    result = run(world, expected_account="333333333333")
    assert [one.check for one in found(result, Verdict.FAIL)] == ["identity"]
    assert {call.call for call in world.calls.log()} <= {"enter", "caller"}


def test_a_cancelled_run_stops(world: FakeAws) -> None:
    cancellation = Cancellation()
    world.on("get-parameter", lambda _: cancellation.cancel(15))
    here = around(places=REGIONS[:1], regions=frozenset(world.regions))
    with pytest.raises(Cancelled):
        doctor(inputs.read({}, here), tools(world, cancellation=cancellation))


def test_without_a_project_a_missing_allowance_is_a_warning_and_with_one_a_failure(world: FakeAws) -> None:
    world.examined[DEVELOPMENT].denied = frozenset({"ssm:PutParameter"})
    (warned,) = found(run(world), Verdict.WARN)
    (failed,) = found(run(world, project="SugarWater"), Verdict.FAIL)
    assert warned.check == failed.check == "parameter-write"
    assert "/artifacts/SugarWater/latest" in failed.mend


def test_a_role_that_every_repository_may_take_is_a_failure_and_one_that_nobody_can_a_warning(world: FakeAws) -> None:
    def trusting(name: str, conditions: str) -> Role:
        provider = f"arn:aws:iam::{DEVELOPMENT}:oidc-provider/{ISSUER}"
        trust = (
            f'{{"Statement": {{"Effect": "Allow", "Principal": {{"Federated": "{provider}"}}, '
            f'"Action": "sts:AssumeRoleWithWebIdentity", "Condition": {{{conditions}}}}}}}'
        )
        return Role(arn=f"arn:aws:iam::{DEVELOPMENT}:role/{name}", trust=trust)

    roles = world.examined[DEVELOPMENT].roles
    roles["open"] = trusting("open", "")
    roles["closed"] = trusting("closed", f'"StringEquals": {{"{ISSUER}:sub": "repo:acme/site:*"}}')
    result = run(world)
    (failed,) = found(result, Verdict.FAIL)
    assert (failed.check, failed.subject) == ("oidc-subject", roles["open"].arn)
    assert {(one.check, one.subject) for one in found(result, Verdict.WARN) if one.check == "oidc-subject"} == {
        ("oidc-subject", roles["closed"].arn)
    }
    assert result.exit_code == ExitCode.IDENTITY


def test_a_pipeline_is_not_looked_at_where_a_role_is_taken_and_none_is_named(world: FakeAws) -> None:
    run(world, role=f"arn:aws:iam::{DEVELOPMENT}:role/waybill-stage")
    assert not any(call.call in {"pipelines", "definition"} for call in world.calls.log())


def test_no_region_is_known_is_told(world: FakeAws) -> None:
    request = inputs.read({}, around(places=(), regions=frozenset(world.regions)))
    result = doctor(replace(request), tools(world))
    assert [one.check for one in found(result, Verdict.FAIL)] == ["configuration", "configuration"]
