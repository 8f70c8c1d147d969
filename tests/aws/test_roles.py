"""What is said to STS when a role is assumed, and what is done where the role does not want all of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import parse_qsl

import pytest

from aws.answers import ROLE, SESSION, sts_caller, sts_error, sts_session
from aws.doors import Told, lead
from aws.loopback import Answer, Heard, loopback
from waybill.domain.arns import RoleArn
from waybill.domain.identity import Identity
from waybill.errors import AccessDenied, ExitCode, IdentityError, Unavailable

Asked = dict[str, str]
TAGS = (("Repository", "acme/sugar"), ("Sha", "abc"), ("RunId", "42"), ("Ref", "refs/tags/v1"))
IDENTITY = Identity(
    role=RoleArn.parse(ROLE),
    role_external_id="acme-releases",
    role_session_name="waybill-42",
    role_duration=1800,
    tags=TAGS,
    source_identity="ada",
)
DENIED = sts_error(
    403,
    "AccessDenied",
    f"User: arn:aws:iam::111111111111:user/ci is not authorized to perform: sts:AssumeRole on resource: {ROLE}",
)
TAGS_DENIED = sts_error(
    403,
    "AccessDenied",
    f"User: arn:aws:iam::111111111111:user/ci is not authorized to perform: sts:TagSession on resource: {ROLE}",
)
TOO_LARGE = sts_error(
    400, "PackedPolicyTooLarge", "Packed size of session tags and policy consumes 104% of the allotted space."
)


@contextmanager
def sts(monkeypatch: pytest.MonkeyPatch, answer: Callable[[Asked], Answer]) -> Iterator[list[Asked]]:
    """An STS that answers as `answer` says; yields what it was asked."""
    asked: list[Asked] = []

    def script(heard: Heard) -> Answer:
        asked.append(dict(parse_qsl(heard.read().decode())) | {"signed": heard.headers.get("authorization", "")})
        return answer(asked[-1])

    with loopback(script) as server:
        lead(monkeypatch, server.url)
        yield asked


def session(asked: Asked) -> Answer:
    return sts_session(asked["Action"])


def tags_of(asked: Asked) -> list[str]:
    return [value for name, value in asked.items() if name.startswith("Tags.member.") and name.endswith(".Key")]


def test_the_role_hears_who_comes_and_under_which_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    told = Told()
    with sts(monkeypatch, session) as asked:
        account = told.gateway(IDENTITY).enter('{"Version":"2012-10-17"}')
    (one,) = asked
    assert one["RoleArn"] == ROLE
    assert one["RoleSessionName"] == "waybill-42"
    assert one["DurationSeconds"] == "1800"
    assert one["ExternalId"] == "acme-releases"
    assert one["SourceIdentity"] == "ada"
    assert one["Policy"] == '{"Version":"2012-10-17"}'
    assert [(one[f"Tags.member.{n}.Key"], one[f"Tags.member.{n}.Value"]) for n in (1, 2, 3, 4)] == list(TAGS)
    assert (account.caller().arn, account.caller().account) == (SESSION, "222222222222")
    assert not told.warnings


def test_without_external_id_tags_and_policy_none_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    with sts(monkeypatch, session) as asked:
        Told().gateway(Identity(role=RoleArn.parse(ROLE))).enter("")
    (one,) = asked
    assert not {"ExternalId", "SourceIdentity", "Policy", "Tags.member.1.Key"} & one.keys()


def test_credentials_are_masked_before_they_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    told = Told()
    with sts(monkeypatch, session):
        told.gateway(IDENTITY).enter("")
    assert {"secret-1", "token-1"} <= set(told.masked)


def test_refused_tags_are_left_out_once_and_the_person_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    told = Told()
    with sts(monkeypatch, lambda one: TAGS_DENIED if tags_of(one) else session(one)) as asked:
        gateway = told.gateway(IDENTITY)
        gateway.enter("first")
        gateway.enter("second")
    assert [(one["Policy"], len(tags_of(one)), "SourceIdentity" in one) for one in asked] == [
        ("first", 4, True),
        ("first", 0, False),
        ("second", 0, False),
    ]
    (warning,) = told.warnings
    assert all(word in warning for word in (ROLE, "sts:TagSession", "sts:SetSourceIdentity", "`session-tags: false`"))


def test_what_is_refused_without_tags_too_is_said_and_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    told = Told()
    answers = {True: TAGS_DENIED, False: DENIED}
    with sts(monkeypatch, lambda one: answers[bool(tags_of(one))]) as asked, pytest.raises(AccessDenied) as caught:
        told.gateway(IDENTITY).enter("")
    assert len(asked) == 2
    assert "sts:AssumeRole on" in caught.value.what
    assert "sts:TagSession" not in caught.value.what
    assert not told.warnings
    assert not told.clock.sleeps


@pytest.mark.parametrize("external_id", ["wrong-one", None])
def test_a_wrong_external_id_exits_3_and_names_the_input(
    monkeypatch: pytest.MonkeyPatch, external_id: str | None
) -> None:
    identity = replace(IDENTITY, role_external_id=external_id, tags=(), source_identity=None)
    with sts(monkeypatch, lambda one: DENIED) as asked, pytest.raises(AccessDenied) as caught:
        Told().gateway(identity).enter("")
    assert len(asked) == 1
    assert caught.value.exit_code is ExitCode.IDENTITY
    given = "it may ask for is the one" if external_id else "is not asked for, since none was"
    assert f"an external id {given} given as `role-external-id`" in caught.value.advice
    assert ROLE in caught.value.what
    assert (caught.value.action, caught.value.resource) == ("sts:AssumeRole", ROLE)
    assert '"sts:AssumeRole"' in caught.value.statement


def test_tags_go_from_the_end_while_all_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    told = Told()
    with sts(monkeypatch, lambda one: TOO_LARGE if len(tags_of(one)) > 1 else session(one)) as asked:
        gateway = told.gateway(IDENTITY)
        gateway.enter("first")
        gateway.enter("second")
    names = [name for name, _ in TAGS]
    assert [tags_of(one) for one in asked] == [names, names[:3], names[:2], names[:1], names[:1]]
    assert all("SourceIdentity" in one for one in asked)
    assert [warning.rsplit(" ", 1)[1] for warning in told.warnings] == ["Ref.", "RunId.", "Sha."]


def test_a_policy_that_is_too_large_by_itself_exits_3(monkeypatch: pytest.MonkeyPatch) -> None:
    with sts(monkeypatch, lambda one: TOO_LARGE) as asked, pytest.raises(IdentityError) as caught:
        Told().gateway(IDENTITY).enter("")
    assert len(asked) == 5
    assert "104%" in caught.value.what


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("ValidationError", "3600"),
        ("NoSuchEntity", "name and account"),
        ("MalformedPolicyDocument", "bug"),
        ("RegionDisabledException", "Activate STS"),
    ],
)
def test_a_permanent_answer_is_not_asked_for_again(monkeypatch: pytest.MonkeyPatch, code: str, says: str) -> None:
    told = Told()
    with sts(monkeypatch, lambda one: sts_error(400, code, "no")) as asked, pytest.raises(IdentityError) as caught:
        told.gateway(IDENTITY).enter("")
    assert len(asked) == 1
    assert says in caught.value.advice
    assert not told.clock.sleeps


def test_an_sts_in_trouble_is_asked_again_and_then_exits_9(monkeypatch: pytest.MonkeyPatch) -> None:
    told = Told()
    with sts(monkeypatch, lambda one: sts_error(503, "ServiceUnavailable")) as asked, pytest.raises(Unavailable):
        told.gateway(IDENTITY).enter("")
    assert len(asked) == 8


@pytest.mark.parametrize("code", ["ExpiredToken", "InvalidClientTokenId", "SignatureDoesNotMatch"])
def test_bad_ambient_credentials_exit_3_at_once(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    with sts(monkeypatch, lambda one: sts_error(403, code, "no")) as asked, pytest.raises(IdentityError) as caught:
        Told().gateway(IDENTITY).enter("")
    assert len(asked) == 1
    assert "configure-aws-credentials" in caught.value.advice


def test_ambient_credentials_are_asked_who_they_are_and_root_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    with sts(monkeypatch, lambda one: sts_caller("arn:aws:iam::222222222222:root")) as asked:
        gateway = Told().gateway(Identity())
        caller = gateway.enter("").caller()
        gateway.enter("")
    assert [one["Action"] for one in asked] == ["GetCallerIdentity"], "once"
    assert caller.is_root
    assert caller.account == "222222222222"
