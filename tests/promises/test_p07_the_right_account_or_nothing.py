"""P7: who we are is known before anything is written, root is nobody, and every bucket is the account's own."""

from __future__ import annotations

from typing import Any

import pytest

from fakes.account import FakeAccount, FakeGateway
from fakes.aws import BUCKET_PARAMETER, DEVELOPMENT, PRODUCTION, REGIONS, bucket_name
from fakes.calls import Call
from promises.stand import KEY, LARGE, SMALL, Stand, plant_whole, small_parts
from waybill.domain.arns import Caller, RoleArn
from waybill.domain.configuration import Overrides
from waybill.domain.identity import Identity
from waybill.domain.require import Require
from waybill.domain.result import Outcome, Result
from waybill.errors import ExitCode, IdentityError
from waybill.progress import Identified

ROLE = RoleArn.parse(f"arn:aws:iam::{PRODUCTION}:role/waybill-stage")
ALONE = Overrides(regions=REGIONS, bucket_parameter=BUCKET_PARAMETER, parameter_prefix="/artifacts")
configured = pytest.mark.parametrize("overrides", [Overrides(), ALONE], ids=["configured", "replaced"])


class Turncoat(FakeGateway):
    """Enters the right account first, and another one when it enters again, as a role chain gone wrong would."""

    def enter(self, policy: str) -> FakeAccount:
        account = super().enter(policy)
        if len(self.policies) == 1:
            return account
        return FakeAccount(self._world, Caller(f"arn:aws:sts::{DEVELOPMENT}:assumed-role/x/y", DEVELOPMENT))


def touched(stand: Stand) -> list[Call]:
    """Return the calls other than asking who we are, and reading the configuration."""
    log = stand.world.calls.log()
    return [call for call in log if call.call not in {"enter", "caller"} and call.name != "/startifact"]


@configured
@pytest.mark.parametrize("body", [SMALL, None], ids=["stage", "resume"])
@pytest.mark.parametrize(
    "identity",
    [Identity(expected_account=PRODUCTION), Identity(role=ROLE), Identity(oidc_role=ROLE)],
    ids=["expected", "role", "oidc-role"],
)
def test_another_account_is_refused_before_anything_is_touched(
    identity: Identity, body: bytes | None, overrides: Overrides, stand: Stand
) -> None:
    with pytest.raises(IdentityError) as caught:
        stand.stage(body, identity=identity, overrides=overrides, gateway=stand.world.gateway(DEVELOPMENT))
    assert caught.value.exit_code == ExitCode.IDENTITY
    assert DEVELOPMENT in caught.value.what
    assert PRODUCTION in caught.value.what
    assert not touched(stand)
    assert not stand.world.writes()


def test_the_account_is_compared_again_under_the_second_session_policy(stand: Stand) -> None:
    gateway = Turncoat(stand.world, Caller(f"arn:aws:sts::{PRODUCTION}:assumed-role/x/y", PRODUCTION))
    with pytest.raises(IdentityError, match=DEVELOPMENT):
        stand.stage(identity=Identity(role=ROLE), gateway=gateway)
    assert not touched(stand)


@configured
@pytest.mark.parametrize("account", [PRODUCTION, DEVELOPMENT])
@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
def test_root_is_refused_with_the_reason(account: str, partition: str, overrides: Overrides, stand: Stand) -> None:
    root = stand.world.gateway(account, arn=f"arn:{partition}:iam::{account}:root")
    with pytest.raises(IdentityError, match="root") as caught:
        stand.stage(gateway=root, overrides=overrides)
    assert "cannot be narrowed" in caught.value.advice
    assert not touched(stand)


def test_a_user_that_is_only_called_root_is_not_root(stand: Stand) -> None:
    user = stand.world.gateway(arn=f"arn:aws:iam::{PRODUCTION}:user/root")
    assert stand.stage(gateway=user).exit_code == ExitCode.OK


def test_the_run_says_who_it_is(stand: Stand) -> None:
    result = stand.stage(identity=Identity(role=ROLE))
    identified = stand.reporter.of(Identified)
    assert [event.account for event in identified] == [PRODUCTION]
    assert result.caller == identified[0].caller
    assert {region.account for region in result.regions} == {PRODUCTION}


@pytest.mark.parametrize("shared", [False, True], ids=["closed", "open to us"])
@pytest.mark.parametrize("body", [SMALL, LARGE, None], ids=["one part", "several parts", "resume"])
def test_a_bucket_of_another_account_is_refused_though_it_would_let_us(
    body: bytes | None, shared: bool, stand: Stand
) -> None:
    plant_whole(stand.world, "us-east-1") if body is None else None
    theirs = stand.world.add_bucket(
        "eu-west-1", "theirs", owner=DEVELOPMENT, shared_with=[PRODUCTION] if shared else []
    )
    stand.world.set_parameter("eu-west-1", PRODUCTION, BUCKET_PARAMETER, "theirs")
    with small_parts():
        result = stand.end(body)
    assert isinstance(result, Result)
    assert (result.outcome, result.exit_code) == (Outcome.FAILED, ExitCode.IDENTITY)
    assert "owner" in (result.error or "")
    assert not stand.world.writes()
    assert not theirs.objects


@pytest.mark.parametrize("moment", ["put", "begin", "send", "complete", "head"])
def test_a_bucket_that_changes_hands_in_the_middle_is_written_no_further(moment: str, stand: Stand) -> None:
    state = stand.world.buckets[bucket_name(PRODUCTION, "eu-west-1")]

    def sell(_: Call) -> None:
        state.owner = DEVELOPMENT

    stand.world.on(moment, sell, region="eu-west-1")
    with small_parts():
        result = stand.stage(SMALL if moment == "put" else LARGE, require=Require("2"))
    assert result.outcome is Outcome.PARTIAL
    assert result.regions[2].outcome is Outcome.FAILED
    assert stand.channels() == ["1.2.3", "1.2.3", None]
    assert f"{KEY}/waybill.json" not in state.objects


@pytest.mark.parametrize("given", [{"regions": REGIONS}, {"bucket_parameter": BUCKET_PARAMETER}], ids=str)
def test_half_of_the_configuration_does_not_replace_it(given: dict[str, Any], stand: Stand) -> None:
    assert stand.stage(overrides=Overrides(**given)).exit_code == ExitCode.OK
    assert "/startifact" in {call.name for call in stand.world.calls.log()}
