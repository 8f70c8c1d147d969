"""Correct accounts that are otherwise than the sandbox: doctor passes them, warns or does not know, and never fails."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from commands.test_doctor import DEPLOY_ROLE, PROMOTER, SERVICE_ROLE, allowing, found, run, world
from fakes.aws import DEVELOPMENT, PRODUCTION, REGIONS, FakeAws, bucket_name
from fakes.site import INPUT, OUTPUT, SITE, SITE_REGION, site_pipeline
from waybill.domain.arns import KeyArn, RoleArn
from waybill.domain.deploy.pipeline import ActionDefinition, Mode, PipelineType
from waybill.domain.doctor.claims import refused_finding
from waybill.domain.doctor.facts import Key, Role, Said, Simulated
from waybill.domain.doctor.keys import KeyLook, Tried, key_findings
from waybill.domain.doctor.permissions import Wanted, permission_findings
from waybill.domain.doctor.readers import Shared, reader_findings
from waybill.domain.doctor.trust import ISSUER, Trusted, providers_of, trust_findings
from waybill.domain.findings import Finding, Seen, Verdict
from waybill.ports.bucket import DefaultEncryption, Encryption

__all__ = ["world"]

ORGANISATION = {"StringEquals": {"aws:PrincipalOrgID": "o-acme123456"}}
PERIMETER = {
    "Sid": "Perimeter",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "*",
    "Resource": "*",
    "Condition": {
        "StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-acme123456"},
        "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
    },
}
AT_HOME = {**PERIMETER, "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-0abc"}}}
Change = Callable[[FakeAws], object]


def with_statement(text: str, *statements: dict[str, Any]) -> str:
    document = json.loads(text)
    return json.dumps({**document, "Statement": [*document["Statement"], *statements]})


def buckets_have(world: FakeAws, *statements: dict[str, Any]) -> None:
    for state in world.buckets.values():
        if state.owner == DEVELOPMENT:
            state.manners.policy = with_statement(state.manners.policy or '{"Statement": []}', *statements)


def keys_have(world: FakeAws, *statements: dict[str, Any]) -> None:
    policies = world.examined[DEVELOPMENT].policies
    policies |= {key: with_statement(text, *statements) for key, text in policies.items()}


def default_key(world: FakeAws, make: Callable[[str], str]) -> None:
    for region in REGIONS:
        bucket = world.buckets[bucket_name(DEVELOPMENT, region)]
        bucket.default = DefaultEncryption(Encryption.KMS, make(region))


def another_account_s_key(world: FakeAws) -> None:
    default_key(world, lambda region: world.add_key(region, "333333333333", shared=True).text)


def multi_region_key(world: FakeAws) -> None:
    def replica(region: str) -> str:
        key = KeyArn.parse(f"arn:aws:kms:{region}:{DEVELOPMENT}:key/mrk-1234abcd12ab34cd56ef1234567890ab")
        world.kms.keys[key.text] = key
        world.examined[DEVELOPMENT].policies[key.text] = allowing({"AWS": PROMOTER}, "kms:Decrypt")
        return key.text

    default_key(world, replica)


def expiring_elsewhere(world: FakeAws) -> None:
    for region in REGIONS:
        world.buckets[bucket_name(DEVELOPMENT, region)].manners.expiring = ("old-logs",)


def organisation_wide_readers(world: FakeAws) -> None:
    everybody = {"Effect": "Allow", "Principal": "*", "Resource": "*", "Condition": ORGANISATION}
    for state in world.buckets.values():
        state.manners.policy = json.dumps({"Statement": [{**everybody, "Action": "s3:GetObject"}]})
    policies = world.examined[DEVELOPMENT].policies
    for key in policies:
        policies[key] = json.dumps({"Statement": [{**everybody, "Action": "kms:Decrypt"}]})


def organisation_wide_trust(world: FakeAws) -> None:
    statement = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole", "Condition": ORGANISATION}
    trust = json.dumps({"Statement": [statement]})
    world.examined[PRODUCTION].roles["prods3role"] = Role(arn=DEPLOY_ROLE, trust=trust)


def artifacts_of_this_pipeline_alone(world: FakeAws) -> None:
    own = json.loads(allowing({"AWS": DEPLOY_ROLE}, "s3:GetObject"))
    own["Statement"][0]["Resource"] = f"arn:aws:s3:::artifacts/{SITE[:20]}/*"
    world.buckets["artifacts"].manners.policy = json.dumps(own)


def only_for_this_pipeline(world: FakeAws) -> None:
    arn = f"arn:aws:codepipeline:{SITE_REGION}:{DEVELOPMENT}:*"
    limits = {"StringEquals": {"aws:SourceAccount": DEVELOPMENT}, "ArnLike": {"aws:SourceArn": arn}}
    service = {"Principal": {"Service": "codepipeline.amazonaws.com"}}
    statement = {"Effect": "Allow", **service, "Action": "sts:AssumeRole", "Condition": limits}
    trust = json.dumps({"Statement": [statement]})
    world.examined[DEVELOPMENT].roles["service"] = Role(arn=SERVICE_ROLE, trust=trust)


def pipeline_is(world: FakeAws, **changes: Any) -> None:
    world.pipelines[DEVELOPMENT, SITE_REGION, SITE].definition = site_pipeline(**changes)


def a_second_s3_source(world: FakeAws) -> None:
    pipeline = site_pipeline()
    second = replace(pipeline.actions[0], name="Second", configuration={"S3Bucket": OUTPUT, "S3ObjectKey": "x.zip"})
    pipeline_is(world, actions=(*pipeline.actions, second))


def a_repository_beside(world: FakeAws) -> None:
    pipeline = site_pipeline()
    code = ActionDefinition(
        stage="Source", name="Code", category="Source", provider="CodeStarSourceConnection", configuration={}
    )
    pipeline_is(world, actions=(*pipeline.actions, code))


def events_and_no_word_of_polling(world: FakeAws) -> None:
    pipeline = site_pipeline()
    silent = replace(pipeline.actions[0], configuration={"S3Bucket": INPUT, "S3ObjectKey": "sample-website.zip"})
    pipeline_is(world, actions=(silent, *pipeline.actions[1:]))
    world.pipelines[DEVELOPMENT, SITE_REGION, SITE].rules = ("on-upload",)


def parameters_of_other_applications(world: FakeAws) -> None:
    configuration = json.loads(world.parameters[DEVELOPMENT, REGIONS[0], "/startifact"].values[-1])
    text = json.dumps({**configuration, "parameter_name_prefix": ""})
    for region in REGIONS:
        world.set_parameter(region, DEVELOPMENT, "/startifact", text)
        world.set_parameter(region, DEVELOPMENT, "/brewery/database-password", "hunter2")
        world.set_parameter(region, DEVELOPMENT, "/SugarWater/latest", "1.2.3")


def a_project_of_fewer_regions(world: FakeAws) -> None:
    for region in REGIONS[:2]:
        world.set_parameter(region, DEVELOPMENT, "/artifacts/Regional/latest", "1.2.3")


ACCOUNTS: dict[str, Change] = {
    "a key by its alias": lambda world: default_key(world, lambda _: "alias/waybill-staging"),
    "another account's key": another_account_s_key,
    "a multi-region key": multi_region_key,
    "a lifecycle rule with a prefix": expiring_elsewhere,
    "a data perimeter on buckets": lambda world: buckets_have(world, PERIMETER, AT_HOME),
    "a data perimeter on keys": lambda world: keys_have(world, PERIMETER, AT_HOME),
    "readers by organisation": organisation_wide_readers,
    "trust by organisation": organisation_wide_trust,
    "a service role for one pipeline": only_for_this_pipeline,
    "artifacts of one pipeline": artifacts_of_this_pipeline_alone,
    "a pipeline of type V1": lambda world: pipeline_is(world, type=PipelineType.V1),
    "another pipeline in PARALLEL mode": lambda world: pipeline_is(world, mode=Mode.PARALLEL),
    "another pipeline of two S3 sources": a_second_s3_source,
    "a repository beside the S3 source": a_repository_beside,
    "events, and no word of polling": events_and_no_word_of_polling,
    "no prefix, among other applications": parameters_of_other_applications,
    "a project of fewer regions": a_project_of_fewer_regions,
}


@pytest.mark.parametrize("change", ACCOUNTS.values(), ids=ACCOUNTS)
def test_a_correct_account_does_not_fail(world: FakeAws, change: Change) -> None:
    change(world)
    result = run(world)
    assert found(result, Verdict.FAIL) == []
    assert result.exit_code == 0


def test_what_hangs_on_the_live_request_is_unknown_and_says_on_what(world: FakeAws) -> None:
    buckets_have(world, AT_HOME)
    told = {one.check: one for one in found(run(world), Verdict.UNKNOWN)}
    assert told.keys() == {"bucket-readers", "artifact-store-policy"}
    assert all("aws:SourceVpce" in one.says for one in told.values())


def test_a_value_that_may_be_a_secret_is_not_shown(world: FakeAws) -> None:
    world.set_parameter(REGIONS[0], DEVELOPMENT, "/artifacts/App/token", "s3cr3t-Value")
    world.set_parameter(REGIONS[0], DEVELOPMENT, "/artifacts/App/latest", "v1.2.3")
    told = "".join(one.says for one in found(run(world), Verdict.FAIL))
    assert "s3cr3t" not in told
    assert "a text of 12 characters" in told
    assert "'v1.2.3'" in told, "what is nearly a version is shown"


def test_the_pipeline_that_deploys_fails_where_it_cannot_be_pinned(world: FakeAws) -> None:
    pipeline_is(world, mode=Mode.PARALLEL)
    (one,) = found(run(world, pipeline=f"{SITE_REGION}:{SITE}"), Verdict.FAIL)
    assert one.check == "pipeline-mode"


KEY = KeyArn.parse(f"arn:aws:kms:us-east-1:{DEVELOPMENT}:key/1234abcd-12ab-34cd-56ef-1234567890ab")


def test_a_key_that_lets_in_s3_alone_can_be_used() -> None:
    """A dry run does not come through S3, and is refused."""
    look = KeyLook(named=KEY, key=Seen(Key(arn=KEY)), used=Seen(Tried(only_through_s3=True)))
    assert {one.verdict for one in key_findings(look, "us-east-1", "somebody")} == {Verdict.PASS}


def test_a_denial_for_want_of_what_a_simulation_is_not_told_is_unknown() -> None:
    """As a policy that denies whatever comes from other addresses."""
    one = Simulated(
        action="s3:PutObject",
        resource="arn:aws:s3:::b/k",
        said=Said.EXPLICIT_DENY,
        missing=("aws:SourceIp",),
    )
    wanted = Wanted(check="objects", what="put", actions=("s3:PutObject",), resources=(one.resource,))
    (told,) = permission_findings(wanted, Seen([one]), "somebody")
    assert told.verdict is Verdict.UNKNOWN
    assert "aws:SourceIp" in told.says


def trusted(operator: str, claim: str, value: Any, issuer: str = ISSUER) -> Role:
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::{DEVELOPMENT}:oidc-provider/{issuer}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": {f"{issuer}:aud": "sts.amazonaws.com", f"{issuer}:sub": "repo:acme/site:environment:live"},
            operator: {f"{issuer}:{claim}": value},
        },
    }
    return Role(arn=f"arn:aws:iam::{DEVELOPMENT}:role/r", trust=json.dumps({"Statement": [statement]}))


@pytest.mark.parametrize(
    ("operator", "claim", "value"),
    [
        ("ForAnyValue:StringLike", "sub", ["repo:acme/site:*", "repo:acme@1/site@2:*"]),
        ("StringLike", "sub", "repo:acme/*:ref:refs/heads/*"),
        ("StringNotLike", "sub", "repo:*/*:pull_request"),
        ("StringEquals", "enterprise_id", "42"),
    ],
)
def test_a_trust_policy_that_is_right_is_good(operator: str, claim: str, value: Any) -> None:
    role = trusted(operator, claim, value)
    (provider,) = providers_of(role)
    found = trust_findings(
        Trusted(role=role, provider=provider, audiences=Seen(["sts.amazonaws.com"])), "sts.amazonaws.com"
    )
    assert {one.verdict for one in found} == {Verdict.PASS}


def test_an_enterprise_s_own_issuer_is_held_against_its_own_provider() -> None:
    issuer = "github.acme.example/_services/token"
    role = trusted("StringLike", "job_workflow_ref", "acme/*", issuer)
    assert providers_of(role) == (), "nothing is said of what other issuers' jobs may take"
    claims = {"iss": f"https://{issuer}", "sub": "repo:acme/other:environment:live", "aud": "sts.amazonaws.com"}
    named = RoleArn.parse(role.arn)
    told: Finding = refused_finding(named, claims, Seen(role))
    assert "it names acme/site, and this repository is acme/other" in told.says
    statement = json.loads(told.mend.partition("must have: ")[2])
    assert statement["Principal"]["Federated"].endswith(f":oidc-provider/{issuer}")
    assert f"{issuer}:sub" in statement["Condition"]["StringEquals"]


def test_a_denial_that_is_met_fails_and_names_the_statement() -> None:
    denial = {"Sid": "NoMore", "Effect": "Deny", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*"}
    shared = Shared(
        account=DEVELOPMENT,
        partition="aws",
        region="us-east-1",
        bucket="b",
        key=KEY.text,
        bucket_policy=allowing({"AWS": PROMOTER}, "s3:GetObject"),
        key_policy=Seen(with_statement(allowing({"AWS": PROMOTER}, "kms:Decrypt"), denial)),
    )
    (one, _) = reader_findings(shared)
    assert (one.check, one.verdict) == ("key-readers", Verdict.FAIL)
    assert json.loads(one.mend.partition("outweighs it: ")[2]) == denial
