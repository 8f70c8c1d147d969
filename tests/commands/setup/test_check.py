from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from commands.setup.standing import PREPARED, Standing
from fakes.aws import DEVELOPMENT, PRODUCTION
from waybill.commands.setup.check import check
from waybill.domain.findings import Finding, Verdict
from waybill.domain.result import Result
from waybill.domain.setup.checking import AccessKey, Checked, PasswordPolicy, long_lived
from waybill.errors import AccessDenied, ExitCode, IdentityError, Unavailable
from waybill.inputs import setup_check as inputs

CALLS = {
    "aliases": {"alias"},
    "summary": {"root-keys", "root-mfa"},
    "password-policy": {"passwords"},
    "access-keys": {"access-keys"},
    "billing-contact": {"billing-contact"},
}


@pytest.fixture
def standing() -> Standing:
    return Standing()


def run(standing: Standing, *, access_key: str = "ASIAEXAMPLE", **values: str) -> Result:
    given = {name.replace("_", "-"): text for name, text in values.items()}
    request = inputs.read(given, standing.around(), file=standing.file, access_key=access_key)
    return check(request, standing.tools())


def findings(result: Result, account: str = "production") -> dict[str, Finding]:
    assert isinstance(result.body, Checked)
    return {one.check: one for one in result.body.findings if one.account in {account, ""}}


def verdict(standing: Standing, name: str, **values: Any) -> Verdict:
    for key, value in values.items():
        setattr(standing.world.settings[PRODUCTION], key, value)
    return findings(run(standing))[name].verdict


def test_a_good_account_passes_every_check_and_nothing_is_written(standing: Standing) -> None:
    result = run(standing)
    assert {one.verdict for one in result.body.findings} == {Verdict.PASS}  # type: ignore[union-attr]
    assert (result.exit_code, result.changed, result.outcome) == (0, False, "already")
    assert findings(result).keys() == {"credentials", "identity", *(name for names in CALLS.values() for name in names)}
    assert not standing.world.writes()


@pytest.mark.parametrize(
    ("numbers", "name", "expected"),
    [
        ({"AccountAccessKeysPresent": 1, "AccountMFAEnabled": 1}, "root-keys", Verdict.FAIL),
        ({"AccountAccessKeysPresent": 0, "AccountMFAEnabled": 0}, "root-mfa", Verdict.FAIL),
        ({"AccountMFAEnabled": 0, "AccountPasswordPresent": 1}, "root-mfa", Verdict.FAIL),
        ({"AccountMFAEnabled": 0, "AccountPasswordPresent": 0}, "root-mfa", Verdict.PASS),
    ],
)
def test_root_with_keys_or_a_password_alone_fails(
    standing: Standing, numbers: dict[str, int], name: str, expected: Verdict
) -> None:
    standing.world.settings[PRODUCTION].summary = numbers
    result = run(standing)
    assert findings(result)[name].verdict is expected
    assert result.exit_code == (ExitCode.IDENTITY if expected is Verdict.FAIL else 0)
    assert findings(result, "development")[name].verdict is Verdict.PASS


def test_what_is_only_a_warning_does_not_fail_the_run(standing: Standing) -> None:
    state = standing.world.settings[PRODUCTION]
    state.aliases, state.billing_contact, state.password_policy = [], None, None
    result = run(standing)
    found = {name: one.verdict for name, one in findings(result).items() if not one.good}
    assert found == dict.fromkeys(("alias", "billing-contact", "passwords"), Verdict.WARN)
    assert result.exit_code == 0
    assert all(one.mend for one in findings(result).values() if not one.good)


def test_the_alias_of_the_file_is_the_one_that_is_wanted(standing: Standing) -> None:
    production = replace(PREPARED.accounts[1], alias="acme-production")
    standing.estate = replace(PREPARED, accounts=(PREPARED.accounts[0], production))
    found = findings(run(standing))["alias"]
    assert found.verdict is Verdict.WARN
    assert "--account-alias acme-production" in found.mend
    assert verdict(standing, "alias", aliases=["acme-production"]) is Verdict.PASS


@pytest.mark.parametrize(("length", "expected"), [(13, Verdict.WARN), (14, Verdict.PASS)])
def test_short_passwords_are_a_warning(standing: Standing, length: int, expected: Verdict) -> None:
    assert verdict(standing, "passwords", password_policy=PasswordPolicy(length=length)) is expected


@pytest.mark.parametrize(
    ("created", "active", "expected"),
    [
        ("2025-11-02T12:00:00Z", True, Verdict.PASS),
        ("2025-11-01T11:59:59Z", True, Verdict.WARN),
        ("2020-01-01T00:00:00Z", False, Verdict.PASS),
    ],
)
def test_access_keys_older_than_ninety_days_are_named_without_being_told(
    standing: Standing, created: str, active: bool, expected: Verdict
) -> None:
    key = AccessKey(user="ada", id="AKIAIOSFODNN7EXAMPLE", active=active, created=created)
    standing.world.settings[PRODUCTION].keys = [key]
    found = findings(run(standing))["access-keys"]
    assert found.verdict is expected
    assert "AKIAIOSFODNN7EXAMPLE" not in json.dumps(found.to_json())
    if expected is Verdict.WARN:
        assert "ada" in found.says


@pytest.mark.parametrize("call", CALLS)
def test_what_may_not_be_looked_at_is_unknown_and_never_fails(standing: Standing, call: str) -> None:
    standing.world.deny(call)
    result = run(standing)
    found = {name for name, one in findings(result).items() if one.verdict is Verdict.UNKNOWN}
    assert found == CALLS[call]
    assert result.exit_code == 0


@pytest.mark.parametrize("call", CALLS)
def test_what_does_not_answer_is_unknown(standing: Standing, call: str) -> None:
    standing.world.fail(call=call, error=Unavailable("no answer"), times=None)
    result = run(standing)
    assert {name for name, one in findings(result).items() if one.verdict is Verdict.UNKNOWN} == CALLS[call]


def test_p7_root_and_another_account_fail_and_the_others_are_checked(standing: Standing) -> None:
    standing.gateways[PRODUCTION] = standing.world.gateway(PRODUCTION, arn=f"arn:aws:iam::{PRODUCTION}:root")
    result = run(standing)
    assert findings(result)["identity"].verdict is Verdict.FAIL
    assert "root" in findings(result)["identity"].says
    assert findings(result, "development")["root-keys"].verdict is Verdict.PASS
    assert result.exit_code == ExitCode.IDENTITY
    standing.gateways[PRODUCTION] = standing.world.gateway(DEVELOPMENT)
    assert findings(run(standing))["identity"].verdict is Verdict.FAIL


def test_an_account_that_refuses_the_run_is_unknown(standing: Standing) -> None:
    error = AccessDenied("may not assume it", action="sts:AssumeRole", resource="*")
    standing.world.fail(call="enter", error=error, key=PRODUCTION, times=None)
    result = run(standing)
    assert findings(result)["identity"].verdict is Verdict.UNKNOWN
    assert result.exit_code == 0
    with pytest.raises(AccessDenied):
        run(standing, account="production")


def test_root_alone_is_refused(standing: Standing) -> None:
    standing.gateways[PRODUCTION] = standing.world.gateway(PRODUCTION, arn=f"arn:aws:iam::{PRODUCTION}:root")
    with pytest.raises(IdentityError, match="root"):
        run(standing, account="production")


def test_a_long_lived_access_key_is_a_warning_that_says_what_to_use_instead(standing: Standing) -> None:
    result = run(standing, access_key="AKIAIOSFODNN7EXAMPLE")
    found = findings(result)["credentials"]
    assert found.verdict is Verdict.WARN
    assert "AKIAIOSFODNN7EXAMPLE" not in found.says
    assert "aws sso login" in found.mend
    assert "oidc-role" in found.mend
    assert result.exit_code == 0


@pytest.mark.parametrize("key", ["ASIAIOSFODNN7EXAMPLE", ""])
def test_a_session_is_none(key: str) -> None:
    assert long_lived(key).verdict is Verdict.PASS


def test_with_a_runners_token_the_key_at_hand_is_not_what_the_run_begins_with(standing: Standing) -> None:
    role = f"arn:aws:iam::{DEVELOPMENT}:role/github"
    result = run(standing, access_key="AKIAIOSFODNN7EXAMPLE", oidc_role=role)
    assert findings(result)["credentials"].good


def test_p8_a_session_may_look_at_the_account_and_nothing_else(standing: Standing) -> None:
    gateway = standing.gateways[PRODUCTION] = standing.world.gateway(PRODUCTION)
    run(standing)
    (policy,) = (json.loads(text) for text in gateway.policies)
    (statement,) = policy["Statement"]
    assert all(action.split(":")[1].startswith(("Get", "List")) for action in statement["Action"])


def test_the_document_counts_and_lists_what_was_found(standing: Standing) -> None:
    standing.world.settings[PRODUCTION].aliases = []
    document = run(standing).to_json()
    assert document["counts"] == {"fail": 0, "warn": 1, "unknown": 0, "pass": 14}
    (warned,) = [one for one in document["findings"] if one["verdict"] == "warn"]
    assert (warned["check"], warned["account"]) == ("alias", "production")
    assert warned["mend"]
