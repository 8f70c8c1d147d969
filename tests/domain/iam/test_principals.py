"""Whom a Principal names, and how closely; whom a NotPrincipal spares.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
"""

from __future__ import annotations

from typing import Any

import pytest

from waybill.domain.iam.context import Context
from waybill.domain.iam.principals import named, not_named
from waybill.domain.iam.requests import Request, Who, request_of
from waybill.domain.iam.truth import Truth

YES, NO, MAYBE = Truth.YES, Truth.NO, Truth.MAYBE
HERE, THERE = "111111111111", "222222222222"
ROOT, FAR_ROOT = f"arn:aws:iam::{HERE}:root", f"arn:aws:iam::{THERE}:root"
USER, OTHER = f"arn:aws:iam::{HERE}:user/team/bob", f"arn:aws:iam::{HERE}:user/eve"
ROLE, FAR_ROLE = f"arn:aws:iam::{HERE}:role/worker", f"arn:aws:iam::{THERE}:role/worker"
PATH = f"arn:aws:iam::{HERE}:role/team/worker"
SESSION = f"arn:aws:sts::{HERE}:assumed-role/worker/run-1"
FEDERATED, BEHIND = f"arn:aws:sts::{HERE}:federated-user/bob", f"arn:aws:iam::{HERE}:user/bob"
SERVICE, PROVIDER = "codepipeline.amazonaws.com", f"arn:aws:iam::{HERE}:oidc-provider/token.example"
CHINA = f"arn:aws-cn:iam::{HERE}:user/bob"

# Who asks, whom the policy names, and whether it names him at all, by role or as himself.
NAMED = [
    (USER, "*", YES, YES, YES),
    (USER, {"AWS": "*"}, YES, YES, YES),
    (USER, {"AWS": USER}, YES, YES, YES),
    (USER, {"AWS": [OTHER, USER]}, YES, YES, YES),
    (USER, {"AWS": ROOT}, YES, NO, NO),
    (USER, {"AWS": HERE}, YES, NO, NO),
    (USER, {"AWS": [HERE, USER]}, YES, YES, YES),
    (USER, {"AWS": FAR_ROOT}, NO, NO, NO),
    (USER, {"AWS": THERE}, NO, NO, NO),
    (USER, {"AWS": OTHER}, NO, NO, NO),
    (USER, {"AWS": USER.upper()}, NO, NO, NO),
    (USER, {"AWS": f"arn:aws:iam::{HERE}:user/*"}, NO, NO, NO),
    (USER, {"AWS": "AIDAEXAMPLE"}, NO, NO, NO),
    (USER, {"Service": SERVICE}, NO, NO, NO),
    (USER, {"Federated": PROVIDER}, NO, NO, NO),
    (USER, {"CanonicalUser": "79a5"}, MAYBE, NO, NO),
    (USER, {"CanonicalUser": "79a5", "AWS": USER}, YES, YES, YES),
    (USER, USER, NO, NO, NO),
    (USER, {}, NO, NO, NO),
    (USER, None, NO, NO, NO),
    (CHINA, {"AWS": f"arn:aws-cn:iam::{HERE}:root"}, YES, NO, NO),
    (CHINA, {"AWS": ROOT}, NO, NO, NO),
    (ROOT, {"AWS": ROOT}, YES, YES, YES),
    (ROOT, {"AWS": HERE}, YES, YES, YES),
    (ROOT, {"AWS": FAR_ROOT}, NO, NO, NO),
    (SESSION, {"AWS": SESSION}, YES, YES, YES),
    (SESSION, {"AWS": SESSION.replace("run-1", "run-2")}, NO, NO, NO),
    (SESSION, {"AWS": f"arn:aws:sts::{HERE}:assumed-role/worker/*"}, NO, NO, NO),
    (SESSION, {"AWS": ROLE}, YES, YES, NO),
    (SESSION, {"AWS": PATH}, MAYBE, MAYBE, NO),
    (SESSION, {"AWS": PATH.replace("team/worker", "team/coworker")}, NO, NO, NO),
    (SESSION, {"AWS": FAR_ROLE}, NO, NO, NO),
    (SESSION, {"AWS": ROOT}, YES, NO, NO),
    (ROLE, {"AWS": ROLE}, YES, YES, NO),
    (ROLE, {"AWS": SESSION}, MAYBE, MAYBE, MAYBE),
    (ROLE, {"AWS": SESSION.replace("worker", "other")}, NO, NO, NO),
    (PATH, {"AWS": SESSION}, MAYBE, MAYBE, MAYBE),
    (PATH, {"AWS": ROLE}, NO, NO, NO),
    (FEDERATED, {"AWS": FEDERATED}, YES, YES, YES),
    (FEDERATED, {"AWS": BEHIND}, YES, YES, NO),
    (FEDERATED, {"AWS": OTHER}, NO, NO, NO),
    (BEHIND, {"AWS": FEDERATED}, NO, NO, NO),
    (SERVICE, {"Service": SERVICE}, YES, YES, YES),
    (SERVICE, {"Service": ["codebuild.amazonaws.com", SERVICE]}, YES, YES, YES),
    (SERVICE, {"Service": "codebuild.amazonaws.com"}, NO, NO, NO),
    (SERVICE, {"AWS": "*"}, YES, YES, YES),
    (SERVICE, {"AWS": ROOT}, NO, NO, NO),
    (PROVIDER, {"Federated": PROVIDER}, YES, YES, YES),
    (PROVIDER, {"Federated": [f"{PROVIDER}.com"]}, NO, NO, NO),
    (PROVIDER, {"AWS": [ROOT, HERE]}, NO, NO, NO),
    (PROVIDER, "*", YES, YES, YES),
]


def asked(who: str) -> Request:
    return request_of(who, Context({}))


@pytest.mark.parametrize(("who", "principal", "at_all", "by_role", "itself"), NAMED)
def test_who_is_named_and_how_closely(who: str, principal: Any, at_all: Truth, by_role: Truth, itself: Truth) -> None:
    found = named(principal, asked(who))
    assert (found.at_all, found.by_role, found.itself) == (at_all, by_role, itself)
    unsure = at_all is MAYBE or (isinstance(principal, dict) and "CanonicalUser" in principal)
    assert bool(found.unknown) is unsure


# A denial of all but some: whether it is one for the caller.
DENIED = [
    (USER, {"AWS": [USER, ROOT]}, NO),
    (USER, {"AWS": [USER, HERE]}, NO),
    (USER, {"AWS": USER}, MAYBE),
    (USER, {"AWS": ROOT}, YES),
    (USER, {"AWS": [OTHER, ROOT]}, YES),
    (USER, {"AWS": [OTHER, FAR_ROOT]}, YES),
    (USER, {"AWS": "*"}, NO),
    (USER, "*", NO),
    (USER, {"Service": SERVICE}, YES),
    (ROOT, {"AWS": ROOT}, NO),
    (ROOT, {"AWS": USER}, YES),
    (SESSION, {"AWS": [SESSION, ROLE, ROOT]}, NO),
    (SESSION, {"AWS": [ROLE, ROOT]}, NO),
    (SESSION, {"AWS": [SESSION, ROOT]}, MAYBE),
    (SESSION, {"AWS": ROLE}, MAYBE),
    (SESSION, {"AWS": [PATH, ROOT]}, MAYBE),
    (SESSION, {"AWS": [FAR_ROLE, ROOT]}, YES),
    (ROLE, {"AWS": [ROLE, ROOT]}, NO),
    (SERVICE, {"Service": SERVICE}, NO),
    (SERVICE, {"AWS": [USER, ROOT]}, YES),
    (PROVIDER, {"Federated": PROVIDER}, NO),
    (PROVIDER, {"AWS": USER}, YES),
]


@pytest.mark.parametrize(("who", "excepted", "concerned"), DENIED)
def test_whom_a_denial_of_all_but_some_is_about(who: str, excepted: Any, concerned: Truth) -> None:
    found = not_named(excepted, asked(who), denies=True)
    assert {found.at_all, found.by_role, found.itself} == {concerned}
    assert bool(found.unknown) is (concerned is MAYBE)


@pytest.mark.parametrize(
    ("who", "excepted", "concerned"),
    [
        (USER, {"AWS": OTHER}, YES),
        (USER, {"AWS": USER}, NO),
        (USER, {"AWS": ROOT}, NO),
        (SESSION, {"AWS": ROLE}, NO),
        (SERVICE, {"AWS": ROOT}, YES),
    ],
)
def test_whom_an_allowance_of_all_but_some_is_about(who: str, excepted: Any, concerned: Truth) -> None:
    found = not_named(excepted, asked(who), denies=False)
    assert {found.at_all, found.by_role, found.itself} == {concerned}


@pytest.mark.parametrize(
    ("text", "who", "name", "account"),
    [
        (USER, Who.USER, "bob", HERE),
        (ROOT, Who.ROOT, ROOT, HERE),
        (PATH, Who.ROLE, "worker", HERE),
        (SESSION, Who.SESSION, "worker", HERE),
        (FEDERATED, Who.FEDERATED, "bob", HERE),
        (SERVICE, Who.SERVICE, SERVICE, ""),
        (PROVIDER, Who.WEB, "", ""),
    ],
)
def test_a_principal_is_read_as_people_write_it(text: str, who: Who, name: str, account: str) -> None:
    request = asked(text)
    assert (request.who, request.name, request.account) == (who, name, account)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "bob",
        HERE,
        f"arn:aws:iam::{HERE}:group/g",
        f"arn:aws:iam::{HERE}:role",
        "s3",
        "arn:aws:s3:::b",
        f"{SESSION}\n",
    ],
)
def test_what_is_nobody_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must"):
        asked(text)


KNOWN = [
    (USER, "aws:username", ("bob",)),
    (SESSION, "aws:username", ()),
    (ROOT, "aws:principaltype", ("Account",)),
    (USER, "aws:principaltype", ("User",)),
    (SESSION, "aws:principaltype", ("AssumedRole",)),
    (FEDERATED, "aws:principaltype", ("FederatedUser",)),
    (SESSION, "aws:principalarn", (ROLE,)),
    (ROLE, "aws:principalarn", (ROLE,)),
    (USER, "aws:principalaccount", (HERE,)),
    (SERVICE, "aws:principalaccount", ()),
    (SERVICE, "aws:principalisawsservice", ("true",)),
    (SERVICE, "aws:principalservicename", (SERVICE,)),
    (USER, "aws:principalservicename", ()),
    (USER, "aws:principalisawsservice", ("false",)),
    (PROVIDER, "aws:federatedprovider", (PROVIDER,)),
    (USER, "aws:federatedprovider", ()),
    (USER, "aws:sourcearn", ()),
    (SERVICE, "aws:sourcearn", None),
    (SESSION, "aws:federatedprovider", None),
    (USER, "aws:principalorgid", None),
]


@pytest.mark.parametrize(("who", "key", "values"), KNOWN)
def test_what_a_request_says_of_its_caller(who: str, key: str, values: tuple[str, ...] | None) -> None:
    context = asked(who).described.context
    assert context.knows(key) is (values is not None)
    assert context.all_of(key) == (values or ())


def test_what_is_said_of_a_request_goes_before_what_is_taken_for_granted() -> None:
    said = request_of(USER, Context({"aws:sourcearn": "arn:aws:s3:::b"})).described
    assert said.context.all_of("aws:sourcearn") == ("arn:aws:s3:::b",)


def test_the_path_of_a_session_s_role_is_known_only_where_it_is_said() -> None:
    key = "aws:principalarn"
    assert request_of(SESSION, Context({})).described.context.pathless == {key}
    assert request_of(SESSION, Context({}), role=ROLE).described.context.pathless == frozenset()
    assert request_of(SESSION, Context({key: ROLE})).described.context.pathless == frozenset()
    assert request_of(ROLE, Context({})).described.context.pathless == frozenset()
