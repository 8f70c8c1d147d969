"""The runner's token is masked, exchanged for a role, and asked for anew whenever the role's session is renewed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import chain, count, repeat
from typing import Any

import pytest

from aws.answers import ROLE, SESSION, sts_error, sts_session
from aws.doors import SECRET_KEY, Told
from aws.loopback import Answer
from aws.test_roles import Asked, sts
from waybill.domain.arns import RoleArn
from waybill.domain.identity import Identity
from waybill.errors import AccessDenied, ExitCode, IdentityError

GITHUB = "arn:aws:iam::111111111111:role/github"
GITHUB_SESSION = "arn:aws:sts::111111111111:assumed-role/github/waybill-42"
OIDC = Identity(oidc_role=RoleArn.parse(GITHUB), audience="sts.example", role_session_name="waybill-42")
CHAINED = Identity(
    oidc_role=RoleArn.parse(GITHUB),
    role=RoleArn.parse(ROLE),
    role_session_name="waybill-42",
    tags=(("Repository", "acme/sugar"),),
)


def sessions(*seconds: float) -> Callable[[Asked], Answer]:
    """Answer every question with a session of its own that lasts so long; the last number goes for all others."""
    lasts = chain(seconds, repeat(seconds[-1] if seconds else 3600))
    numbers = count(1)

    def answer(asked: Asked) -> Answer:
        arn = GITHUB_SESSION if asked["RoleArn"] == GITHUB else SESSION
        return sts_session(asked["Action"], next(numbers), seconds=next(lasts), arn=arn)

    return answer


def test_the_token_is_masked_and_then_exchanged_without_any_signature(monkeypatch: pytest.MonkeyPatch) -> None:
    told, masked_by_then = Told(), []

    def answer(asked: Asked) -> Answer:
        masked_by_then.extend(told.masked)
        return sts_session(asked["Action"], arn=GITHUB_SESSION)

    with sts(monkeypatch, answer) as asked:
        account = told.gateway(OIDC).enter("{}")
    (one,) = asked
    assert one["Action"] == "AssumeRoleWithWebIdentity"
    assert one["WebIdentityToken"] == "oidc-token-1-for-sts.example"
    assert one["Policy"] == "{}"
    assert one["signed"] == "", "no credentials of the machine are shown to the token's STS"
    assert masked_by_then == ["oidc-token-1-for-sts.example"]
    assert told.masked[1:] == ["secret-1", "token-1"]
    assert account.caller().arn == GITHUB_SESSION


def test_the_next_role_is_assumed_by_the_first_which_may_do_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    told = Told()
    with sts(monkeypatch, sessions()) as asked:
        gateway = told.gateway(CHAINED)
        gateway.enter("one")
        gateway.enter("two")
    assert [one["Action"] for one in asked] == ["AssumeRoleWithWebIdentity", "AssumeRole", "AssumeRole"]
    (statement,) = json.loads(asked[0]["Policy"])["Statement"]
    assert statement["Resource"] == ROLE
    assert set(statement["Action"]) == {"sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"}
    assert [one["Policy"] for one in asked[1:]] == ["one", "two"]
    assert all("ASIA0000000000000001/" in one["signed"] for one in asked[1:]), "signed by the first role's session"
    assert len(told.tokens) == 1


@pytest.mark.parametrize(
    ("code", "says"),
    [("InvalidIdentityToken", "OIDC provider"), ("IDPRejectedClaim", "`audience`"), ("ExpiredTokenException", "")],
)
def test_a_token_that_is_refused_is_not_shown_again(monkeypatch: pytest.MonkeyPatch, code: str, says: str) -> None:
    told = Told()
    with sts(monkeypatch, lambda one: sts_error(400, code, "no")) as asked, pytest.raises(IdentityError) as caught:
        told.gateway(OIDC).enter("")
    assert len(asked) == 1
    assert says in caught.value.advice
    assert caught.value.exit_code is ExitCode.IDENTITY


def test_a_refused_subject_names_the_forms_that_it_may_have(monkeypatch: pytest.MonkeyPatch) -> None:
    denied = sts_error(403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
    with sts(monkeypatch, lambda one: denied), pytest.raises(AccessDenied) as caught:
        Told().gateway(OIDC).enter("")
    for form in ("environment:ENV", "repo:OWNER@ID/REPO@ID", "`audience`", GITHUB):
        assert form in str(caught.value)


def test_githubs_keys_out_of_reach_of_sts_is_worth_another_try_with_a_new_token(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told, left = Told(), [sts_error(400, "IDPCommunicationError", "no")]

    def answer(asked: Asked) -> Answer:
        return left.pop() if left else sts_session(asked["Action"], arn=GITHUB_SESSION)

    with sts(monkeypatch, answer) as asked:
        told.gateway(OIDC).enter("")
    assert [one["WebIdentityToken"][:12] for one in asked] == ["oidc-token-1", "oidc-token-2"]


def credentials_of(account: Any) -> str:
    """Return the secret that the account's next call would be signed with."""
    return str(account._session.credentials().secret_key)


def let_time_pass(account: Any, seconds: float) -> None:
    """Let botocore believe that so much time has passed since the session began."""
    credentials = account._session._session.get_credentials()
    credentials._time_fetcher = lambda: datetime.now(UTC) + timedelta(seconds=seconds)


@pytest.mark.parametrize("passed", [3590, 3610], ids=["just before its end", "just after its end"])
def test_a_session_is_renewed_at_its_end_with_a_fresh_token(monkeypatch: pytest.MonkeyPatch, passed: int) -> None:
    told = Told()
    with sts(monkeypatch, sessions(3600, 7200)) as asked:
        account = told.gateway(OIDC).enter("{}")
        let_time_pass(account, passed)
        assert [credentials_of(account) for _ in range(3)] == ["secret-2"] * 3
    assert [one["WebIdentityToken"] for one in asked] == told.tokens
    assert len(asked) == 2
    assert {one["Policy"] for one in asked} == {"{}"}, "renewed under the same policy"
    assert {*told.tokens, "secret-1", "token-1", "secret-2", "token-2"} <= set(told.masked)


def test_a_role_that_is_closed_meanwhile_is_said_when_its_session_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    told = Told()
    denied = sts_error(403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
    with sts(monkeypatch, lambda one: denied if len(told.tokens) > 1 else sessions()(one)):
        account = told.gateway(OIDC).enter("{}")
        let_time_pass(account, 3590)
        with pytest.raises(AccessDenied) as caught:
            account.region("us-east-1").parameters.get("/x")
    assert GITHUB in caught.value.what
    assert "`:aud`" in caught.value.advice


@pytest.mark.parametrize("seconds", [900, 3600])
def test_a_session_with_time_left_is_not_renewed(monkeypatch: pytest.MonkeyPatch, seconds: int) -> None:
    with sts(monkeypatch, sessions(seconds)) as asked:
        account = Told().gateway(OIDC).enter("")
        assert {credentials_of(account) for _ in range(5)} == {"secret-1"}
    assert len(asked) == 1


def test_a_clock_that_is_ahead_of_aws_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with sts(monkeypatch, sessions(-60)), pytest.raises(IdentityError) as caught:
        Told().gateway(OIDC).enter("")
    assert "clock" in caught.value.what


def test_a_clock_that_jumps_ahead_while_a_session_lasts_is_said_too(monkeypatch: pytest.MonkeyPatch) -> None:
    with sts(monkeypatch, sessions(3600, -60)):
        account = Told().gateway(OIDC).enter("")
        let_time_pass(account, 3590)
        with pytest.raises(IdentityError) as caught:
            account.region("us-east-1").parameters.get("/x")
    assert "clock" in caught.value.what


def test_no_secret_of_the_machine_is_in_what_sts_hears(monkeypatch: pytest.MonkeyPatch) -> None:
    with sts(monkeypatch, sessions()) as asked:
        Told().gateway(CHAINED).enter("")
    assert not any(SECRET_KEY in value for one in asked for value in one.values())
