"""Who may do what, by AWS's documented logic, within an account and across accounts.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
https://docs.aws.amazon.com/kms/latest/developerguide/policy-evaluation.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from domain.iam.asking import ALLOWED, DENIED, DEPENDS, Body, allow, ask, deny, policy, to
from waybill.domain.iam.answers import Outcome
from waybill.domain.iam.documents import Document, Kind
from waybill.domain.iam.words import because

HERE, THERE = "111111111111", "222222222222"
USER = f"arn:aws:iam::{HERE}:user/carlossalazar"
ROLE = f"arn:aws:iam::{HERE}:role/examplerole"
SESSION = f"arn:aws:sts::{HERE}:assumed-role/examplerole/examplerolesessionname"
FEDERATED = f"arn:aws:sts::{HERE}:federated-user/exampleuser"
FEDERATOR = f"arn:aws:iam::{HERE}:user/exampleuser"
ROOT = f"arn:aws:iam::{HERE}:root"
QUEUE = f"arn:aws:sqs:us-east-1:{HERE}:queue"
FAR_QUEUE = QUEUE.replace(HERE, THERE)
SEND = "sqs:SendMessage"
YES: list[Body] = [allow(SEND)]
NO: list[Body] = []
OTHER: list[Body] = [allow("sqs:DeleteQueue")]


def queue(*statements: Body) -> Document:
    return policy(Kind.RESOURCE, *statements)


def sends(principal: str, *own: Document, resource: str = QUEUE, **policies: Any) -> Outcome:
    return ask(principal, SEND, resource, *own, **policies).outcome


def allowed_to(principal: Any) -> Document:
    return queue(to(principal, allow(SEND)))


# The table of resource policies and implicit denials elsewhere, in one account: who asks, whom the policy names, and
# whether identity policy, boundary and session policy allow it (None: there is none).
MATRIX = [
    (ROLE, None, NO, None, None, DENIED),
    (SESSION, ROLE, NO, None, None, ALLOWED),
    (SESSION, ROLE, NO, YES, None, ALLOWED),
    (SESSION, ROLE, NO, YES, YES, ALLOWED),
    (SESSION, ROLE, NO, OTHER, None, DENIED),
    (SESSION, ROLE, NO, None, OTHER, DENIED),
    (SESSION, ROLE, YES, OTHER, YES, DENIED),
    (SESSION, SESSION, NO, OTHER, OTHER, ALLOWED),
    (SESSION, SESSION, NO, None, None, ALLOWED),
    (USER, USER, NO, OTHER, None, ALLOWED),
    (USER, USER, NO, None, None, ALLOWED),
    (USER, FEDERATOR, NO, None, None, DENIED),
    (FEDERATED, FEDERATED, NO, OTHER, OTHER, ALLOWED),
    (FEDERATED, FEDERATED, NO, None, None, ALLOWED),
    (FEDERATED, FEDERATOR, NO, OTHER, OTHER, DENIED),
    (FEDERATED, FEDERATOR, NO, YES, OTHER, DENIED),
    (FEDERATED, FEDERATOR, NO, YES, YES, ALLOWED),
    (SESSION, "*", NO, OTHER, OTHER, ALLOWED),
    (USER, "*", NO, OTHER, None, ALLOWED),
    # An account is handed on to its identity policies, here as everywhere.
    (USER, ROOT, NO, None, None, DENIED),
    (USER, HERE, NO, None, None, DENIED),
    (USER, ROOT, YES, None, None, ALLOWED),
    (USER, ROOT, YES, OTHER, None, DENIED),
    # No resource policy at all: identity policy, within boundary and session policy.
    (USER, None, YES, None, None, ALLOWED),
    (USER, None, YES, OTHER, None, DENIED),
    (USER, None, NO, YES, None, DENIED),
    (USER, None, OTHER, YES, None, DENIED),
    (SESSION, None, YES, None, None, ALLOWED),
    (SESSION, None, YES, None, OTHER, DENIED),
    (SESSION, None, YES, None, YES, ALLOWED),
    (SESSION, None, YES, YES, YES, ALLOWED),
    (SESSION, None, NO, None, YES, DENIED),
    (FEDERATED, None, YES, None, None, DENIED),
    (FEDERATED, None, YES, None, YES, ALLOWED),
    (ROOT, None, NO, None, None, ALLOWED),
    (ROOT, ROOT, NO, None, None, ALLOWED),
]


@pytest.mark.parametrize(("who", "named", "identity", "boundary", "session", "expected"), MATRIX)
def test_what_a_resource_policy_does_for_whom_in_one_account(
    who: str, named: str | None, identity: list[Body], boundary: Any, session: Any, expected: Outcome
) -> None:
    own = [] if named is None else [allowed_to(named)]
    assert sends(who, *own, identity=identity, boundary=boundary, session=session) is expected


@pytest.mark.parametrize("place", ["identity", "boundary", "session", "own", "scps", "rcps"])
@pytest.mark.parametrize("who", [USER, SESSION])
def test_an_explicit_deny_anywhere_wins_even_over_naming_the_caller_itself(place: str, who: str) -> None:
    stop = deny("sqs:*")
    policies: dict[str, Any] = {"identity": YES, "boundary": YES, "session": YES}
    own = [to(who, allow(SEND))]
    if place == "own":
        own.append(to("*", stop))
    elif place in {"scps", "rcps"}:
        policies[place] = [[allow("*", Principal="*")], [{**stop, "Principal": "*"}]]
    else:
        policies[place] = [*policies[place], stop]
    answer = ask(who, SEND, QUEUE, queue(*own), **policies)
    assert answer.outcome is DENIED
    assert [each.statement.denies for each in answer.deciding] == [True]


def test_the_closest_of_several_statements_counts() -> None:
    both = queue(to(ROOT, allow(SEND)), to(USER, allow(SEND)), to(HERE, allow("sqs:*")))
    assert sends(USER, both, boundary=OTHER) is ALLOWED
    assert sends(SESSION, queue(to(ROOT, allow(SEND)), to(ROLE, allow(SEND)))) is ALLOWED


def test_every_level_of_the_organisation_must_allow() -> None:
    whole, less = [allow("*")], [allow("s3:*")]
    assert sends(USER, identity=YES, scps=[whole, whole]) is ALLOWED
    assert sends(USER, identity=YES, scps=[whole, less]) is DENIED
    assert sends(USER, identity=YES, scps=[[*whole, *less]]) is ALLOWED
    assert sends(ROOT, scps=[less]) is DENIED
    assert sends(USER, allowed_to(USER), scps=[less]) is DENIED
    everybody = [to("*", statement) for statement in whole]
    assert sends(USER, identity=YES, rcps=[everybody]) is ALLOWED
    assert sends(USER, identity=YES, rcps=[[to("*", statement) for statement in less]]) is DENIED


def test_neither_services_nor_their_roles_are_held_by_the_organisation() -> None:
    linked = f"arn:aws:iam::{HERE}:role/aws-service-role/sqs.amazonaws.com/AWSServiceRoleForSQS"
    less = [[allow("s3:*")]]
    assert sends(linked, identity=YES, scps=less) is ALLOWED
    service = "codepipeline.amazonaws.com"
    assert sends(service, allowed_to({"Service": service}), scps=less) is ALLOWED


# --- across accounts

ACROSS = [
    (USER, USER, YES, None, None, ALLOWED),
    (USER, ROOT, YES, None, None, ALLOWED),
    (USER, HERE, YES, None, None, ALLOWED),
    (USER, "*", YES, None, None, ALLOWED),
    (USER, USER, NO, None, None, DENIED),
    (USER, ROOT, NO, None, None, DENIED),
    (USER, "*", NO, None, None, DENIED),
    (USER, None, YES, None, None, DENIED),
    (USER, FEDERATOR, YES, None, None, DENIED),
    (USER, USER, YES, OTHER, None, DENIED),
    (SESSION, ROLE, YES, None, None, ALLOWED),
    (SESSION, SESSION, YES, None, None, ALLOWED),
    (SESSION, SESSION, NO, None, None, DENIED),
    (SESSION, SESSION, YES, OTHER, None, DENIED),
    (SESSION, SESSION, YES, None, OTHER, DENIED),
    (SESSION, ROOT, YES, YES, YES, ALLOWED),
    (ROOT, ROOT, NO, None, None, ALLOWED),
    (ROOT, None, NO, None, None, DENIED),
]


@pytest.mark.parametrize(("who", "named", "identity", "boundary", "session", "expected"), ACROSS)
def test_across_accounts_both_sides_must_allow(
    who: str, named: str | None, identity: list[Body], boundary: Any, session: Any, expected: Outcome
) -> None:
    own = [] if named is None else [allowed_to(named)]
    said = sends(who, *own, resource=FAR_QUEUE, identity=identity, boundary=boundary, session=session)
    assert said is expected


# --- the examples of the pages

CARLOS_HERE = [
    allow(
        ["s3:GetBucketLocation", "s3:GetAccountPublicAccessBlock", "s3:ListAccessPoints", "s3:ListAllMyBuckets"],
        "arn:aws:s3:::*",
    ),
    allow("s3:*", ["arn:aws:s3:::carlossalazar/*", "arn:aws:s3:::carlossalazar"]),
    deny("s3:*", "arn:aws:s3:::*log*"),
]
CARLOS_BUCKET = to(USER, allow("s3:*", ["arn:aws:s3:::carlossalazar/*", "arn:aws:s3:::carlossalazar"]))
CARLOS_ACROSS = [
    allow("s3:ListAllMyBuckets"),
    allow("s3:*Object*", "arn:aws:s3:::Production/*"),
    deny("s3:*", ["arn:aws:s3:::*log*", "arn:aws:s3:::*log*/*"]),
]
PRODUCTION_BUCKET = to(
    USER,
    allow(["s3:GetObject*", "s3:PutObject*", "s3:ReplicateObject", "s3:RestoreObject"], "arn:aws:s3:::Production/*"),
)


@pytest.mark.parametrize(
    ("action", "resource", "identity", "bucket", "owner", "expected"),
    [
        ("s3:PutObject", "arn:aws:s3:::carlossalazar-logs/x", CARLOS_HERE, None, HERE, DENIED),
        ("s3:PutObject", "arn:aws:s3:::carlossalazar/x", CARLOS_HERE, CARLOS_BUCKET, HERE, ALLOWED),
        ("s3:PutObject", "arn:aws:s3:::carlossalazar/x", CARLOS_HERE, None, HERE, ALLOWED),
        ("s3:PutObject", "arn:aws:s3:::carlossalazar/x", [], CARLOS_BUCKET, HERE, ALLOWED),
        ("s3:PutObject", "arn:aws:s3:::other/x", CARLOS_HERE, None, HERE, DENIED),
        ("s3:PutObject", "arn:aws:s3:::Production-logs/x", CARLOS_ACROSS, None, THERE, DENIED),
        ("s3:PutObject", "arn:aws:s3:::Production/x", CARLOS_ACROSS, PRODUCTION_BUCKET, THERE, ALLOWED),
        ("s3:DeleteObject", "arn:aws:s3:::Production/x", CARLOS_ACROSS, PRODUCTION_BUCKET, THERE, DENIED),
        ("s3:ListBucket", "arn:aws:s3:::Production", CARLOS_ACROSS, PRODUCTION_BUCKET, THERE, DENIED),
        ("s3:PutObject", "arn:aws:s3:::Production/x", CARLOS_ACROSS, None, THERE, DENIED),
        ("s3:PutObject", "arn:aws:s3:::Production/x", [], PRODUCTION_BUCKET, THERE, DENIED),
    ],
)
def test_the_examples_of_carlos(
    action: str, resource: str, identity: list[Body], bucket: Body | None, owner: str, expected: Outcome
) -> None:
    own = [] if bucket is None else [policy(Kind.BUCKET, bucket)]
    assert ask(USER, action, resource, *own, identity=identity, owner=owner).outcome is expected


REPORTS = [allow(["iam:Get*", "iam:List*"]), deny("iam:*Report")]


@pytest.mark.parametrize(
    ("action", "more", "expected", "explicit"),
    [
        ("iam:GetUser", [], ALLOWED, False),
        ("iam:CreatePolicy", [], DENIED, False),
        ("iam:GetOrganizationsAccessReport", [], DENIED, True),
        ("iam:GenerateCredentialReport", [], DENIED, True),
        ("iam:GenerateCredentialReport", [allow("iam:GenerateCredentialReport")], DENIED, True),
    ],
)
def test_the_example_of_implicit_and_explicit_denials(
    action: str, more: list[Body], expected: Outcome, explicit: bool
) -> None:
    answer = ask(USER, action, "*", identity=[*REPORTS, *more])
    assert answer.outcome is expected
    assert bool([each for each in answer.deciding if each.statement.denies]) is explicit
    assert bool(answer.missing) is (expected is DENIED and not explicit)


BOUNDARY = [allow(["s3:*", "cloudwatch:*", "ec2:*"])]
ZHANG_BOUNDARY = [
    allow(
        ["iam:CreateUser", "iam:PutUserPermissionsBoundary"],
        Condition={"StringEquals": {"iam:PermissionsBoundary": "arn:aws:iam::111122223333:policy/XCompanyBoundaries"}},
    ),
    allow(["cloudwatch:*", "iam:GetUser", "iam:DeleteUser"]),
    deny(["iam:CreatePolicyVersion", "iam:DeletePolicy"], f"arn:aws:iam::{HERE}:policy/XCompanyBoundaries"),
    deny("iam:DeleteUserPermissionsBoundary"),
]
ZHANG = [allow("iam:*"), allow(["cloudwatch:GetDashboard", "cloudwatch:ListDashboards"])]
WITHIN = {"iam:PermissionsBoundary": "arn:aws:iam::111122223333:policy/XCompanyBoundaries"}


@pytest.mark.parametrize(
    ("action", "resource", "identity", "boundary", "context", "expected"),
    [
        ("iam:CreateUser", "*", [allow("iam:CreateUser")], BOUNDARY, {}, DENIED),
        ("s3:ListAllMyBuckets", "*", [], BOUNDARY, {}, DENIED),
        ("s3:ListAllMyBuckets", "*", [allow("s3:*")], BOUNDARY, {}, ALLOWED),
        ("iam:CreateUser", "*", ZHANG, ZHANG_BOUNDARY, WITHIN, ALLOWED),
        ("iam:CreateUser", "*", ZHANG, ZHANG_BOUNDARY, {"iam:PermissionsBoundary": None}, DENIED),
        ("iam:CreateUser", "*", ZHANG, ZHANG_BOUNDARY, {}, DEPENDS),
        ("iam:DeleteUserPermissionsBoundary", "*", ZHANG, ZHANG_BOUNDARY, {}, DENIED),
        ("iam:DeletePolicy", f"arn:aws:iam::{HERE}:policy/XCompanyBoundaries", ZHANG, ZHANG_BOUNDARY, {}, DENIED),
        ("cloudwatch:GetDashboard", "*", ZHANG, ZHANG_BOUNDARY, {}, ALLOWED),
        ("cloudwatch:DeleteDashboards", "*", ZHANG, ZHANG_BOUNDARY, {}, DENIED),
    ],
)
def test_the_examples_of_boundaries(
    action: str,
    resource: str,
    identity: list[Body],
    boundary: list[Body],
    context: Mapping[str, Any],
    expected: Outcome,
) -> None:
    said = ask(USER, action, resource, identity=identity, boundary=boundary, context=context)
    assert said.outcome is expected


# --- keys and roles, whose own policies must have their part in it

KEY = f"arn:aws:kms:us-east-1:{HERE}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
FAR_KEY = KEY.replace(HERE, THERE)
DECRYPTS = [allow("kms:Decrypt")]
KEYS = [
    (USER, KEY, ROOT, DECRYPTS, ALLOWED),
    (USER, KEY, ROOT, [], DENIED),
    (USER, KEY, None, DECRYPTS, DENIED),
    (USER, KEY, USER, [], ALLOWED),
    (USER, KEY, "*", [], ALLOWED),
    (SESSION, KEY, ROLE, [], ALLOWED),
    (SESSION, KEY, ROOT, DECRYPTS, ALLOWED),
    (SESSION, KEY, USER, DECRYPTS, DENIED),
    (ROOT, KEY, ROOT, [], ALLOWED),
    (ROOT, KEY, USER, [], DENIED),
    (USER, FAR_KEY, ROOT, DECRYPTS, ALLOWED),
    (USER, FAR_KEY, ROOT, [], DENIED),
    (USER, FAR_KEY, USER, [], DENIED),
    (USER, FAR_KEY, f"arn:aws:iam::{THERE}:root", DECRYPTS, DENIED),
]


@pytest.mark.parametrize(("who", "key", "named", "identity", "expected"), KEYS)
def test_a_keys_policy_must_allow_or_hand_on(
    who: str, key: str, named: str | None, identity: list[Body], expected: Outcome
) -> None:
    own = [] if named is None else [policy(Kind.KEY, to(named, allow("kms:*")))]
    assert ask(who, "kms:Decrypt", key, *own, identity=identity).outcome is expected


@pytest.mark.parametrize(
    ("named", "identity", "lacks"),
    [
        (None, [], [Kind.KEY]),
        (None, DECRYPTS, [Kind.KEY]),
        (ROOT, [], [Kind.IDENTITY]),
        (FEDERATOR, [], [Kind.KEY]),
    ],
)
def test_of_a_key_the_one_side_is_missing_that_is_enough(
    named: str | None, identity: list[Body], lacks: list[Kind]
) -> None:
    own = [] if named is None else [policy(Kind.KEY, to(named, allow("kms:*")))]
    answer = ask(USER, "kms:Decrypt", KEY, *own, identity=identity)
    assert [missing.kind for missing in answer.missing] == lacks


TARGET = f"arn:aws:iam::{HERE}:role/deploy"
FAR = TARGET.replace(HERE, THERE)
ASSUMES = [allow("sts:AssumeRole")]
TRUSTS = [
    (USER, TARGET, USER, [], ALLOWED),
    (USER, TARGET, ROOT, [], DENIED),
    (USER, TARGET, ROOT, ASSUMES, ALLOWED),
    (USER, TARGET, None, ASSUMES, DENIED),
    (USER, TARGET, FEDERATOR, ASSUMES, DENIED),
    (SESSION, TARGET, ROLE, [], ALLOWED),
    (SESSION, FAR, ROLE, ASSUMES, ALLOWED),
    (SESSION, FAR, ROLE, [], DENIED),
    (USER, FAR, ROOT, ASSUMES, ALLOWED),
    (USER, FAR, ROOT, [], DENIED),
    (USER, FAR, None, ASSUMES, DENIED),
    (ROOT, TARGET, ROOT, ASSUMES, DENIED),
    ("codepipeline.amazonaws.com", TARGET, {"Service": "codepipeline.amazonaws.com"}, [], ALLOWED),
    ("codepipeline.amazonaws.com", TARGET, {"Service": "codebuild.amazonaws.com"}, [], DENIED),
]


@pytest.mark.parametrize(("who", "role", "named", "identity", "expected"), TRUSTS)
def test_a_roles_trust_policy_must_let_the_caller_in(
    who: str, role: str, named: Any, identity: list[Body], expected: Outcome
) -> None:
    trust = {**allow("sts:AssumeRole"), "Principal": {"AWS": named} if isinstance(named, str) else named}
    trust = {name: value for name, value in trust.items() if name != "Resource"}
    own = [] if named is None else [policy(Kind.TRUST, trust)]
    assert ask(who, "sts:AssumeRole", role, *own, identity=identity).outcome is expected


def test_only_of_two_accounts_it_is_said_that_both_must_allow() -> None:
    said = {who: because(ask(who, "sts:AssumeRole", FAR)) for who in (USER, "codebuild.amazonaws.com")}
    assert ["both sides" in text for text in said.values()] == [True, False]
    assert "both sides" not in because(ask(USER, "sts:AssumeRole", TARGET))


def test_a_token_is_held_against_the_trust_policy_alone() -> None:
    issuer = "token.actions.githubusercontent.com"
    provider = f"arn:aws:iam::{HERE}:oidc-provider/{issuer}"
    trust = {
        "Effect": "Allow",
        "Principal": {"Federated": provider},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": {f"{issuer}:aud": "sts.amazonaws.com"},
            "StringLike": {f"{issuer}:sub": "repo:acme/site:*"},
        },
    }
    claims = {f"{issuer}:aud": "sts.amazonaws.com", f"{issuer}:sub": "repo:acme/site:environment:production"}

    def assumes(**more: Any) -> Outcome:
        own = policy(Kind.TRUST, trust)
        return ask(more.pop("who", provider), "sts:AssumeRoleWithWebIdentity", TARGET, own, **more).outcome

    assert assumes(context=claims) is ALLOWED
    assert assumes(context={**claims, f"{issuer}:sub": "repo:acme/other:ref:refs/heads/main"}) is DENIED
    assert assumes(context={}) is DEPENDS
    assert assumes(who=provider.replace("actions", "other"), context=claims) is DENIED
    assert assumes(who=USER, identity=[allow("sts:*")], context=claims) is DENIED


# --- what is not known

SECRET = {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}


def test_an_allowance_or_a_denial_that_hangs_on_an_unknown_key_leaves_it_open() -> None:
    perhaps = [allow(SEND, Condition=SECRET)]
    assert sends(USER, identity=perhaps) is DEPENDS
    assert sends(USER, identity=[*YES, deny(SEND, Condition=SECRET)]) is DEPENDS
    assert sends(USER, identity=perhaps, context={"aws:PrincipalOrgID": "o-1"}) is ALLOWED
    assert sends(USER, identity=perhaps, context={"aws:PrincipalOrgID": "o-2"}) is DENIED


def test_what_is_not_known_is_no_matter_where_the_rest_decides() -> None:
    assert sends(USER, identity=[*YES, allow(SEND, Condition=SECRET)]) is ALLOWED
    assert sends(USER, identity=[deny(SEND), deny(SEND, Condition=SECRET)]) is DENIED
    assert sends(USER, identity=[deny(SEND, Condition=SECRET)]) is DENIED


def test_a_policy_that_could_not_be_read_leaves_it_open() -> None:
    assert sends(USER, unread=[Kind.IDENTITY]) is DEPENDS
    assert sends(USER, identity=[deny(SEND)], unread=[Kind.BOUNDARY]) is DENIED
    assert sends(USER, allowed_to(USER), unread=[Kind.IDENTITY]) is DEPENDS
    assert sends(USER, resource=FAR_QUEUE, unread=[Kind.IDENTITY]) is DENIED


def test_a_keys_policy_that_could_not_be_read_leaves_it_open() -> None:
    assert ask(USER, "kms:Decrypt", KEY, identity=DECRYPTS, unread=[Kind.KEY]).outcome is DEPENDS
    assert ask(USER, "kms:Decrypt", KEY, identity=DECRYPTS, unread=[Kind.BUCKET]).outcome is DENIED


def test_a_key_knows_the_account_of_the_caller() -> None:
    mine = to("*", allow("kms:*", Condition={"StringEquals": {"kms:CallerAccount": HERE}}))
    assert ask(USER, "kms:Decrypt", KEY, policy(Kind.KEY, mine)).outcome is ALLOWED
    other = to("*", allow("kms:*", Condition={"StringEquals": {"kms:CallerAccount": THERE}}))
    assert ask(USER, "kms:Decrypt", KEY, policy(Kind.KEY, other)).outcome is DENIED


def test_a_bucket_does_not_say_whose_it_is() -> None:
    bucket = policy(Kind.BUCKET, to(USER, allow("s3:GetObject", "arn:aws:s3:::b/*")))
    answer = ask(USER, "s3:GetObject", "arn:aws:s3:::b/x", bucket)
    assert answer.outcome is DEPENDS
    assert "whose account" in because(answer)
    assert ask(USER, "s3:GetObject", "arn:aws:s3:::b/x", bucket, owner=HERE).outcome is ALLOWED
    assert ask(USER, "s3:GetObject", "arn:aws:s3:::b/x", bucket, owner=THERE).outcome is DENIED
    both = ask(USER, "s3:GetObject", "arn:aws:s3:::b/x", bucket, identity=[allow("s3:*")])
    assert both.outcome is ALLOWED


def test_a_role_stands_for_any_session_of_it() -> None:
    assert sends(ROLE, allowed_to(ROLE)) is ALLOWED
    assert sends(ROLE, allowed_to(SESSION)) is DEPENDS
    assert sends(ROLE, allowed_to(SESSION), identity=YES) is ALLOWED


def test_a_session_does_not_say_the_path_of_its_role() -> None:
    with_path = f"arn:aws:iam::{HERE}:role/team/examplerole"
    assert sends(SESSION, allowed_to(with_path)) is DEPENDS
    assert sends(SESSION, allowed_to(with_path), role=with_path) is ALLOWED
    assert sends(SESSION, allowed_to(ROLE), role=with_path) is DENIED
    assert sends(SESSION, allowed_to(with_path), session=OTHER) is DENIED
    with pytest.raises(ValueError, match="own role"):
        sends(SESSION, role=f"arn:aws:iam::{HERE}:role/team/other")


def test_a_service_says_for_which_resource_it_asks_and_nobody_knows_it() -> None:
    service = "codepipeline.amazonaws.com"
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": HERE}},
    }
    own = policy(Kind.TRUST, trust)
    answer = ask(service, "sts:AssumeRole", TARGET, own)
    assert answer.outcome is DEPENDS
    assert not answer.assumed
    assert ask(service, "sts:AssumeRole", TARGET, own, context={"aws:SourceAccount": HERE}).outcome is ALLOWED
    direct = policy(Kind.TRUST, {**trust, "Principal": {"AWS": USER}})
    assert ask(USER, "sts:AssumeRole", TARGET, direct).outcome is DENIED


def test_what_is_asked_on_buckets_is_moved_to_the_bucket_and_an_object_needs_a_key() -> None:
    lists = [allow("s3:ListBucket", "arn:aws:s3:::b")]
    answer = ask(USER, "s3:ListBucket", "arn:aws:s3:::b/team/x", identity=lists, owner=HERE)
    assert answer.outcome is ALLOWED
    assert any("arn:aws:s3:::b," in said for said in answer.assumed)
    with pytest.raises(ValueError, match="asked on objects"):
        ask(USER, "s3:GetObject", "arn:aws:s3:::b", identity=lists, owner=HERE)
    both = [allow("s3:AbortMultipartUpload", "arn:aws:s3:::b/*")]
    assert ask(USER, "s3:AbortMultipartUpload", "arn:aws:s3:::b/x", identity=both, owner=HERE).outcome is ALLOWED


@pytest.mark.parametrize("action", ["s3:GetEncryptionConfiguration", "s3:PutLifecycleConfiguration"])
def test_what_is_asked_on_buckets_need_not_have_the_word(action: str) -> None:
    lists = [allow(action, "arn:aws:s3:::b")]
    assert ask(USER, action, "arn:aws:s3:::b/team/x", identity=lists, owner=HERE).outcome is ALLOWED


def test_what_is_asked_on_accounts_is_not_answered_on_a_bucket() -> None:
    with pytest.raises(ValueError, match="asked on no bucket"):
        ask(USER, "s3:ListAllMyBuckets", "arn:aws:s3:::b", identity=[allow("s3:*")], owner=HERE)


def test_an_access_point_is_no_bucket_and_its_policy_is_its_own() -> None:
    point = f"arn:aws:s3:us-east-1:{HERE}:accesspoint/x/object/y"
    bucket = policy(Kind.BUCKET, to("*", deny("s3:*")))
    lets = [allow("s3:GetObject")]
    assert ask(USER, "s3:GetObject", point, bucket, identity=lets).outcome is ALLOWED
    assert ask(USER, "s3:GetObject", point, identity=lets, unread=[Kind.RESOURCE]).outcome is DEPENDS


def test_what_else_keeps_somebody_out_of_a_bucket_or_lets_him_in_is_taken_for_granted() -> None:
    def assumed(principal: str, owner: str) -> str:
        bucket = policy(Kind.BUCKET, to(principal, allow("s3:GetObject")))
        read = ask(USER, "s3:GetObject", "arn:aws:s3:::b/x", bucket, identity=[allow("s3:*")], owner=owner)
        return " ".join(read.assumed)

    assert "Block Public Access" in assumed("*", THERE)
    assert "Block Public Access" not in assumed(USER, THERE)
    assert "access control list" in assumed(USER, THERE)
    assert "access control list" not in assumed("*", HERE)


def test_another_account_s_parameter_may_be_shared_where_it_is_read_and_is_never_written() -> None:
    lets = [allow("ssm:*")]
    there, here = (f"arn:aws:ssm:us-east-1:{number}:parameter/app/latest" for number in (THERE, HERE))
    read = ask(USER, "ssm:GetParameter", there, identity=lets)
    assert (read.outcome, "advanced" in read.depends[0].about) == (DEPENDS, True)
    assert ask(USER, "ssm:PutParameter", there, identity=lets).outcome is DENIED
    assert ask(USER, "ssm:GetParameter", there).outcome is DENIED
    assert ask(USER, "ssm:GetParameter", here, identity=lets).outcome is ALLOWED


# --- what is missing, and where


def test_what_lacks_is_named_with_its_account_and_the_statement() -> None:
    answer = ask(SESSION, SEND, FAR_QUEUE)
    identity, own = answer.missing
    assert (identity.kind, identity.account, identity.of) == (Kind.IDENTITY, HERE, ROLE)
    assert identity.statement == {"Effect": "Allow", "Action": SEND, "Resource": FAR_QUEUE}
    assert (own.kind, own.account, own.of) == (Kind.RESOURCE, THERE, FAR_QUEUE)
    assert own.statement == {
        "Effect": "Allow",
        "Principal": {"AWS": ROLE},
        "Action": SEND,
        "Resource": FAR_QUEUE,
    }


@pytest.mark.parametrize(
    ("who", "action", "resource"),
    [
        (USER, SEND, QUEUE),
        (USER, SEND, FAR_QUEUE),
        (SESSION, "kms:Decrypt", KEY),
        (SESSION, "kms:Decrypt", FAR_KEY),
        (USER, "sts:AssumeRole", TARGET),
        (USER, "sts:AssumeRole", FAR),
        (USER, "ssm:GetParameter", f"arn:aws:ssm:us-east-1:{HERE}:parameter/x"),
        (USER, "codeartifact:ReadFromRepository", f"arn:aws:codeartifact:us-east-1:{THERE}:repository/d/r"),
        (USER, "codeartifact:GetAuthorizationToken", f"arn:aws:codeartifact:us-east-1:{THERE}:domain/d"),
    ],
)
def test_with_the_statements_that_lack_it_is_allowed(who: str, action: str, resource: str) -> None:
    less: dict[str, Any] = {"boundary": [allow("s3:*")], "session": [allow("s3:*")] if who == SESSION else None}
    answer = ask(who, action, resource, **less)
    assert answer.outcome is DENIED
    lacks = {missing.kind: missing.statement for missing in answer.missing}
    statements = {kind: [statement] for kind, statement in lacks.items() if statement is not None}
    assert len(statements) == len(lacks)
    callers = {Kind.IDENTITY, Kind.BOUNDARY, Kind.SESSION}
    own = [policy(kind, *some) for kind, some in statements.items() if kind not in callers]
    again = ask(
        who,
        action,
        resource,
        *own,
        identity=statements.get(Kind.IDENTITY, []),
        boundary=statements.get(Kind.BOUNDARY, []),
        session=statements.get(Kind.SESSION) if who == SESSION else None,
    )
    assert again.outcome is ALLOWED


def test_where_no_policy_can_let_another_account_in_a_role_is_the_advice() -> None:
    answer = ask(USER, "ssm:PutParameter", f"arn:aws:ssm:us-east-1:{THERE}:parameter/x", identity=[allow("ssm:*")])
    (missing,) = answer.missing
    assert missing.statement is None
    assert THERE in missing.advice


def test_what_lacks_is_said_of_the_policy_that_is_there_and_what_nearly_allows_it() -> None:
    other = {**to(FEDERATOR, allow(SEND)), "Sid": "Other"}
    elsewhere = to(USER, allow(SEND, FAR_QUEUE.replace("queue", "second")))
    narrow = to(USER, allow(SEND, Condition={"StringEquals": {"aws:PrincipalAccount": THERE}}))
    far_off = to(FEDERATOR, allow("sqs:DeleteQueue"))
    own = policy(Kind.RESOURCE, other, elsewhere, narrow, far_off, deny("sqs:*", Principal="x"), name="queue.json")
    answer = ask(USER, SEND, FAR_QUEUE, own, identity=OTHER)
    assert [(one.kind, one.name) for one in answer.missing] == [
        (Kind.IDENTITY, "identity"),
        (Kind.RESOURCE, "queue.json"),
    ]
    assert [(one.document.name, one.statement.number, one.but.split()[0]) for one in answer.near] == [
        ("queue.json", 1, "names"),
        ("queue.json", 2, "is"),
        ("queue.json", 3, "asks"),
    ]
    assert "and the request has 111111111111" in answer.near[2].but
    two = ask(USER, SEND, FAR_QUEUE, own, queue(far_off), identity=YES)
    assert [one.name for one in two.missing] == [""]


def test_what_nearly_allows_is_looked_for_in_both_policies_of_codeartifact() -> None:
    repository = f"arn:aws:codeartifact:us-east-1:{THERE}:repository/d/r"
    own = [policy(kind, to(FEDERATOR, allow("codeartifact:*"))) for kind in (Kind.DOMAIN, Kind.REPOSITORY)]
    answer = ask(USER, "codeartifact:ReadFromRepository", repository, *own, identity=[allow("*")])
    assert {one.document.kind for one in answer.near} == {Kind.DOMAIN, Kind.REPOSITORY}


def test_a_statement_that_only_may_decide_is_not_said_to() -> None:
    perhaps = allow(SEND, Condition=SECRET)
    answer = ask(USER, SEND, QUEUE, identity=[perhaps])
    assert [each.sure for each in answer.deciding] == [False]
    assert [each.sure for each in ask(USER, SEND, QUEUE, identity=YES).deciding] == [True]


def test_the_deciding_statement_is_named_with_its_document() -> None:
    stop = {**to("*", deny("sqs:*")), "Sid": "Stop"}
    own = policy(Kind.RESOURCE, to(USER, allow(SEND)), stop, name="queue.json", account=HERE)
    answer = ask(USER, SEND, QUEUE, own, identity=YES)
    (cited,) = answer.deciding
    assert cited.to_json() == {
        "policy": "resource policy",
        "name": "queue.json",
        "account": HERE,
        "number": 2,
        "sid": "Stop",
        "statement": stop,
    }
    assert "statement 2 (Stop) of the resource policy queue.json" in because(answer)
    says = {looked.document.name: looked.says for looked in answer.looked}
    assert says == {"identity": "allows", "queue.json": "denies"}


def test_what_is_taken_for_granted_is_said() -> None:
    tls = to("*", deny("sqs:*", Condition={"Bool": {"aws:SecureTransport": "false"}}))
    answer = ask(USER, SEND, QUEUE, queue(tls), identity=YES)
    assert answer.outcome is ALLOWED
    assert any("TLS" in said for said in answer.assumed)
    given = ask(USER, SEND, QUEUE, queue(tls), identity=YES, context={"aws:SecureTransport": "false"})
    assert given.outcome is DENIED
    assert not given.assumed


def test_what_everybody_may_do_no_policy_denies() -> None:
    assert ask(USER, "sts:GetCallerIdentity", "*", identity=[deny("*")]).outcome is ALLOWED
