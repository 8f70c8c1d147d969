"""Whose policy refused a call: as AWS says it, or as the two accounts make it likely; and what to add, and where."""

from __future__ import annotations

import json

import pytest

from domain.denials.told import EVERY, JOHN, KEY, MANAGED, OPEN, RCP, SCP, SESSION, Told, no
from waybill.domain.denials.causes import Call, Cause, Side, cause
from waybill.domain.denials.sentences import read
from waybill.domain.denials.words import advice, denied, sentence
from waybill.domain.iam.documents import Kind

ROLE = "arn:aws:iam::222222222222:role/waybill-stage"
OWN, FOREIGN = "222222222222", "111111111111"
OBJECT = "arn:aws:s3:::acme-staging/SugarWater@1.2.3"
PACKAGE = f"arn:aws:codeartifact:us-east-1:{FOREIGN}:package/my_domain/my_repo/npm/parity/ui"
BUCKETS_ROLE = f"arn:aws:iam::{FOREIGN}:role/x"
MAY_NOT = f"User: {SESSION} is not authorized to perform: "
LIMITS = [
    ("session policy", Side.SESSION),
    ("permissions boundary", Side.BOUNDARY),
    ("service control policy", Side.ORGANISATION),
    ("resource control policy", Side.ORGANISATION),
    ("VPC endpoint policy", Side.ENDPOINT),
]


def of(message: str, action: str = "s3:PutObject", resource: str = OBJECT, **more: str) -> Cause:
    return cause(Call(action=action, resource=resource, **{"caller": SESSION, **more}), read(message))


def statements(found: Cause) -> list[dict[str, object]]:
    return [dict(each.statement or {}) for each in found.mends]


def allow(action: str, resource: str, **more: object) -> dict[str, object]:
    return {"Effect": "Allow", **more, "Action": action, "Resource": resource}


PRINCIPAL = {"AWS": ROLE}


def test_what_the_identity_lacks_is_told_with_its_role() -> None:
    found = of(f'{MAY_NOT}s3:PutObject on resource: "{OBJECT}"{no("identity-based policy", "s3:PutObject")}', owner=OWN)
    assert (found.side, found.likely) == (Side.IDENTITY, "")
    assert statements(found) == [allow("s3:PutObject", OBJECT)]
    assert sentence(found, "s3://acme").endswith(f"on {OBJECT}: no identity policy of {ROLE} allows it.")
    assert f"Add this to the identity policy of {ROLE}:\n" in advice(found)


@pytest.mark.parametrize(
    ("action", "resource", "place", "statement"),
    [
        (
            "s3:PutObject",
            OBJECT,
            f"the bucket policy of arn:aws:s3:::acme-staging (account {FOREIGN})",
            allow("s3:PutObject", OBJECT, Principal=PRINCIPAL),
        ),
        (
            "kms:Decrypt",
            KEY,
            f"the key policy of {KEY}",
            allow("kms:Decrypt", "*", Principal=PRINCIPAL),
        ),
        (
            "codeartifact:PublishPackageVersion",
            PACKAGE,
            f"the repository policy of arn:aws:codeartifact:us-east-1:{FOREIGN}:repository/my_domain/my_repo",
            allow("codeartifact:PublishPackageVersion", PACKAGE, Principal=PRINCIPAL),
        ),
        (
            "sts:AssumeRole",
            BUCKETS_ROLE,
            f"the trust policy of {BUCKETS_ROLE}",
            {"Effect": "Allow", "Principal": PRINCIPAL, "Action": "sts:AssumeRole"},
        ),
    ],
    ids=["bucket", "key", "repository", "trust"],
)
def test_what_a_resource_lacks_names_the_principal_the_place_and_whom_to_ask(
    action: str, resource: str, place: str, statement: dict[str, object]
) -> None:
    found = of(f"{MAY_NOT}{action} on resource: {resource}{no('resource-based policy', action)}", owner=FOREIGN)
    assert statements(found) == [statement]
    told = advice(found)
    assert f"Ask whoever administers account {found.owner}. Add this to {place}:\n" in told
    assert "Across accounts the caller's own policy must allow it, too." in told


@pytest.mark.parametrize(("policy", "side"), LIMITS)
def test_a_limit_is_named_with_what_it_would_need(policy: str, side: Side) -> None:
    found = of(f"{MAY_NOT}s3:PutObject{no(policy, 's3:PutObject')}", owner=OWN)
    assert (found.side, found.likely) == (side, "")
    (statement,) = statements(found)
    assert statement["Action"] == "s3:PutObject"
    assert "would need:" in advice(found)
    assert policy in sentence(found, "x").replace("the policy of the VPC endpoint", policy)


@pytest.mark.parametrize(("policy", "side"), [*LIMITS, ("identity-based policy", Side.IDENTITY)])
def test_a_denial_is_not_mended_by_an_allow(policy: str, side: Side) -> None:
    found = of(f"{MAY_NOT}s3:PutObject on resource: {OBJECT} with an explicit deny in a {policy}", owner=FOREIGN)
    assert (found.side, statements(found)) == (side, [])
    assert "{" not in advice(found), "no statement would help"
    assert "a denial wins over whatever allows" in sentence(found, "x")


@pytest.mark.parametrize(
    ("policy", "arn", "ask"),
    [
        ("service control policy", SCP, "the organisation (account 987654321098)"),
        ("resource control policy", RCP, "the organisation (account 987654321098)"),
        ("identity-based policy", MANAGED, ""),
    ],
)
def test_a_policy_that_aws_names_is_the_one_that_is_told(policy: str, arn: str, ask: str) -> None:
    found = of(f"{MAY_NOT}s3:PutObject with an explicit deny in a {policy}: {arn}", owner=OWN)
    assert arn in sentence(found, "x")
    assert ask in advice(found)


# What AWS leaves open, by the accounts of who asks and of what is asked for.
@pytest.mark.parametrize(
    ("message", "action", "resource", "more", "side", "kinds"),
    [
        ("Access Denied", "s3:GetObject", OBJECT, {"owner": OWN}, Side.IDENTITY, [Kind.IDENTITY]),
        ("Forbidden", "s3:GetObject", OBJECT, {"owner": FOREIGN}, Side.RESOURCE, [Kind.BUCKET, Kind.IDENTITY]),
        ("Forbidden", "s3:GetObject", OBJECT, {}, Side.IDENTITY, [Kind.IDENTITY]),
        ("Forbidden", "s3:GetObject", OBJECT, {"owner": OWN, "caller": ""}, Side.IDENTITY, [Kind.IDENTITY]),
        ("", "ssm:GetParameter", f"arn:aws:ssm:us-east-1:{OWN}:parameter/a", {}, Side.IDENTITY, [Kind.IDENTITY]),
        ("", "codepipeline:GetPipeline", f"arn:aws:codepipeline:us-east-1:{OWN}:a", {}, Side.IDENTITY, [Kind.IDENTITY]),
        ("", "codeartifact:GetPackageVersionAsset", PACKAGE, {}, Side.RESOURCE, [Kind.REPOSITORY, Kind.IDENTITY]),
        (f"{MAY_NOT}kms:Decrypt on resource: {KEY}", "s3:GetObject", OBJECT, {}, Side.KEY, [Kind.KEY, Kind.IDENTITY]),
        (f"{MAY_NOT}kms:Decrypt", "s3:GetObject", OBJECT, {}, Side.IDENTITY, [Kind.IDENTITY, Kind.KEY]),
        (
            f"{MAY_NOT}kms:Decrypt",
            "s3:GetObject",
            OBJECT,
            {"key": f"arn:aws:kms:us-east-1:{OWN}:key/1"},
            Side.IDENTITY,
            [Kind.IDENTITY],
        ),
        ("no", "sts:AssumeRole", BUCKETS_ROLE, {}, Side.TRUST, [Kind.TRUST, Kind.IDENTITY]),
        ("no", "sts:AssumeRole", f"{ROLE}2", {}, Side.TRUST, [Kind.TRUST]),
        ("no", "organizations:ListAccounts", "*", {}, Side.IDENTITY, [Kind.IDENTITY]),
        ("no", "codepipeline:ListPipelines", "*", {}, Side.IDENTITY, [Kind.IDENTITY]),
    ],
)
def test_what_aws_leaves_open_is_taken_for_likely_and_says_why(
    message: str, action: str, resource: str, more: dict[str, str], side: Side, kinds: list[Kind]
) -> None:
    found = of(message, action, resource, **more)
    assert found.side is side
    assert [each.kind for each in found.mends] == kinds
    assert found.likely
    assert found.likely in advice(found)
    assert "AWS does not say whose policy it is" in advice(found)
    assert sentence(found, "x").endswith(f" on {found.resource}.")


def test_a_token_is_let_in_by_no_statement_of_ours() -> None:
    web = "sts:AssumeRoleWithWebIdentity"
    found = of(f"Not authorized to perform {web}", web, ROLE, caller="")
    assert (found.side, found.mends) == (Side.TRUST, ()), "without its conditions it would let in every repository"
    assert sentence(found, "x").startswith("x: The token of this job may not")


@pytest.mark.parametrize("account", [OWN, FOREIGN])
def test_a_key_that_is_perhaps_not_there_is_left_open(account: str) -> None:
    key = f"arn:aws:kms:us-east-1:{account}:key/1"
    found = of(f"{MAY_NOT}kms:GenerateDataKey on this resource {OPEN}", key=key)
    assert (found.side, found.resource) == (Side.KEY, key)
    assert [each.kind for each in found.mends] == [Kind.KEY, *([Kind.IDENTITY] if account == FOREIGN else [])]
    assert "Check that the key exists in the region of the bucket." in advice(found)


def test_a_setting_is_told_in_awss_words() -> None:
    found = of(
        f"{MAY_NOT}s3:PutBucketPolicy on resource: arn:aws:s3:::acme-staging because public policies are prevented by "
        "the BlockPublicPolicy setting in S3 Block Public Access."
    )
    assert (found.side, found.mends) == (Side.RESOURCE, ())
    assert "public policies are prevented by the BlockPublicPolicy setting" in sentence(found, "x")
    assert "change that setting" in advice(found)


def test_an_encoded_message_is_shown_in_short_and_kept_whole() -> None:
    encoded = "aB3" * 2000
    found = of(f"You may not. Encoded authorization failure message: {encoded}", "cloudformation:CreateStack", "*")
    error = denied(found, "x")
    assert error.refused.encoded == encoded
    assert f"aws sts decode-authorization-message --encoded-message {encoded[:60]}…" in error.advice
    assert len(str(error)) < 2000
    assert "`refused.encoded`" in error.advice


@pytest.mark.parametrize("told", EVERY.values(), ids=EVERY)
def test_of_every_sentence_an_error_is_made_that_fits_a_screen(told: Told) -> None:
    error = denied(of(told.message, "s3:GetObject", OBJECT, owner=FOREIGN), "s3://acme-staging in us-east-1")
    document = json.loads(json.dumps(error.refused.to_json()))
    assert document["side"] in {side.value for side in Side}
    assert (document["likely"] is None) == ("AWS does not say whose" not in error.advice)
    assert error.statement == (json.dumps(document["missing"][0]["statement"], indent=2) if document["missing"] else "")
    assert all(name in error.what for name in (error.action, error.resource))
    assert len(error.what.splitlines()) == 1
    assert len(error.advice.splitlines()) <= 25
    assert JOHN not in error.advice or error.caller == JOHN
