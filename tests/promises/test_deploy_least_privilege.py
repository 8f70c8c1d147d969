"""P8 of deploy: each session may do what it is for, judged call by call, and nothing else."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands.deployment.stand import PROJECT, body_of
from fakes.aws import DEVELOPMENT, PRODUCTION
from fakes.site import INPUT, KEY, OUTPUT, site_pipeline
from promises.deploying import ERRANDS, STAGED, Errand, Held, dry_run, into_a_folder, prepared, staged, uploaded
from promises.iam import Need, allows
from waybill.domain.calls import DEPLOY_CALLS, PIPELINE_CALLS, On
from waybill.domain.deploy.policy import published_pipeline_policy
from waybill.domain.outputs import Output, outputs_of
from waybill.domain.policy import Scope, published_deploy_policy, session_policy
from waybill.domain.result import Outcome


@pytest.fixture
def stand() -> Held:
    return prepared()


@pytest.mark.parametrize("errand", ERRANDS)
def test_every_call_is_allowed_by_the_policy_of_the_session_that_makes_it(errand: Errand, stand: Held) -> None:
    judge = errand(stand)
    assert not judge.refused
    policies = [policy for of_account in judge.policies.values() for policy in of_account]
    assert all(0 < len(policy) <= 2048 for policy in policies)


@pytest.mark.parametrize("errand", ERRANDS)
def test_the_published_policies_allow_it_too(errand: Errand, stand: Held) -> None:
    judge = errand(stand)
    published = {
        PRODUCTION: json.dumps(published_deploy_policy()),
        DEVELOPMENT: json.dumps(published_pipeline_policy()),
    }
    refused = [str(need) for account, need in judge.needed if not allows(published[account], need)]
    assert not refused


def test_the_tables_name_what_is_needed_and_no_more() -> None:
    found: dict[str, set[tuple[str, On]]] = {DEVELOPMENT: set(), PRODUCTION: set()}
    for errand in ERRANDS:
        judge = errand(prepared())
        for account in found:
            found[account] |= judge.of(account)
    # An output bucket of the pipeline's own account is looked at with its role; a test of its own shows that.
    elsewhere = {(call.action, call.on) for call in PIPELINE_CALLS if call.on in {On.OUTPUT, On.OUTPUT_BUCKET}}
    assert found[DEVELOPMENT] | elsewhere == {(call.action, call.on) for call in PIPELINE_CALLS}
    assert found[PRODUCTION] == {(call.action, call.on) for call in DEPLOY_CALLS}


def test_an_output_bucket_of_the_pipelines_own_account_is_looked_at_with_its_role(stand: Held) -> None:
    push = replace(stand.pipe.definition.actions[-1], role=None)
    stand.pipe.definition = replace(stand.pipe.definition, actions=(*stand.pipe.definition.actions[:-1], push))
    stand.world.buckets[OUTPUT].owner = DEVELOPMENT
    stand.judged()
    result = stand.run(version="1.0.0", verify_deployed="always")
    assert result.outcome is Outcome.DEPLOYED, result.error
    assert [files.compared and files.good for files in body_of(result).files] == [True]


CHANNEL = f"arn:aws:ssm:us-east-1:{PRODUCTION}:parameter/artifacts/{PROJECT}/latest"
PIPE = f"arn:aws:codepipeline:us-east-1:{DEVELOPMENT}:crossaccountdeploy"
OTHERS = f"arn:aws:s3:::{STAGED}/Other@1.0.0"


@pytest.mark.parametrize(
    ("account", "action", "resource"),
    [
        (PRODUCTION, "s3:PutObject", f"arn:aws:s3:::{STAGED}/{PROJECT}@1.0.0"),
        (PRODUCTION, "s3:PutObject", f"arn:aws:s3:::{STAGED}/{PROJECT}@1.0.0/waybill.json"),
        (PRODUCTION, "s3:PutObject", f"arn:aws:s3:::{STAGED}/{PROJECT}@1.0.0/events/production/x.json"),
        (PRODUCTION, "s3:PutObject", f"arn:aws:s3:::{OUTPUT}/index.html"),
        (PRODUCTION, "s3:DeleteObject", f"arn:aws:s3:::{OUTPUT}/index.html"),
        (PRODUCTION, "s3:GetObject", "arn:aws:s3:::another-bucket/index.html"),
        (PRODUCTION, "s3:GetObject", OTHERS),
        (PRODUCTION, "ssm:PutParameter", CHANNEL),
        (PRODUCTION, "codepipeline:StartPipelineExecution", PIPE),
        (DEVELOPMENT, "codepipeline:StartPipelineExecution", f"{PIPE}2"),
        (DEVELOPMENT, "codepipeline:UpdatePipeline", PIPE),
        (DEVELOPMENT, "codepipeline:PutApprovalResult", f"{PIPE}/Approve/Manual"),
        (DEVELOPMENT, "codepipeline:RetryStageExecution", f"{PIPE}/Deploy"),
        (DEVELOPMENT, "s3:PutObject", f"arn:aws:s3:::{INPUT}/other.zip"),
        (DEVELOPMENT, "s3:DeleteObject", f"arn:aws:s3:::{INPUT}/{KEY}"),
        (DEVELOPMENT, "s3:GetObject", OTHERS),
        (DEVELOPMENT, "s3:PutObject", f"arn:aws:s3:::{STAGED}/{PROJECT}@1.0.0"),
        (DEVELOPMENT, "s3:PutObject", f"arn:aws:s3:::{OUTPUT}/index.html"),
        (DEVELOPMENT, "cloudfront:CreateInvalidation", f"arn:aws:cloudfront::{DEVELOPMENT}:distribution/E1"),
        (DEVELOPMENT, "iam:PassRole", "*"),
        (DEVELOPMENT, "sts:AssumeRole", f"arn:aws:iam::{PRODUCTION}:role/prods3role"),
    ],
)
def test_what_a_deploy_does_not_need_it_may_not(account: str, action: str, resource: str, stand: Held) -> None:
    judge = uploaded(stand)
    for policy in judge.policies[account]:
        assert not allows(policy, Need(action, resource, On.VERSION))


@pytest.mark.parametrize(
    ("errand", "account", "refused"),
    [
        (dry_run, PRODUCTION, ("s3:PutObject", "kms:GenerateDataKey", "ssm:PutParameter", OUTPUT)),
        (dry_run, DEVELOPMENT, ("s3:PutObject", "Start", "Stop", "RollbackStage", "kms:")),
        (staged, DEVELOPMENT, ("s3:PutObject", "kms:GenerateDataKey", "cloudfront:")),
    ],
)
def test_a_deploy_that_does_less_may_less(errand: Errand, account: str, refused: tuple[str, ...], stand: Held) -> None:
    judge = errand(stand)
    assert not [word for word in refused if word in "".join(judge.policies[account])]


def test_a_folder_is_all_that_may_be_looked_at(stand: Held) -> None:
    last = into_a_folder(stand).policies[PRODUCTION][-1]
    bucket = f"arn:aws:s3:::{OUTPUT}"
    assert allows(last, Need("s3:GetObject", f"{bucket}/www/site/index.html", On.OUTPUT))
    assert allows(last, Need("s3:ListBucket", bucket, On.OUTPUT_BUCKET, {"s3:prefix": "www/site/"}))
    assert not allows(last, Need("s3:GetObject", f"{bucket}/index.html", On.OUTPUT))
    assert not allows(last, Need("s3:ListBucket", bucket, On.OUTPUT_BUCKET, {"s3:prefix": "", **OWNED}))


OWNED = {"aws:ResourceAccount": PRODUCTION}


@given(
    project=st.integers(1, 400).map("p".__mul__),
    buckets=st.integers(0, 40).map(lambda count: [f"{number:03d}{'b' * 60}" for number in range(count)]),
    folder=st.integers(0, 900).map("f".__mul__),
    accounts=st.integers(0, 34).map(lambda count: tuple(f"{number:012d}" for number in range(count))),
)
def test_a_session_policy_is_one_that_sts_takes_and_still_allows_the_run(
    project: str, buckets: list[str], folder: str, accounts: tuple[str, ...]
) -> None:
    push = site_pipeline().actions[-1]
    actions = tuple(
        replace(push, configuration={"BucketName": one, "Extract": "true", "ObjectKey": folder}) for one in buckets
    )
    policy = session_policy(
        DEPLOY_CALLS,
        Scope(
            partition="aws-us-gov",
            account=PRODUCTION,
            project=project,
            version="*",
            channel="latest",
            key_prefix="",
            parameter_prefix="/artifacts",
            parameters=("/startifact", "/buckets/staging"),
            key_accounts=accounts,
            outputs=outputs_of(site_pipeline(actions=actions)),
        ),
    )
    assert len(policy) <= 2048
    for one in buckets:
        key = f"{folder}/index.html" if folder else "index.html"
        assert allows(policy, Need("s3:GetObject", f"arn:aws-us-gov:s3:::{one}/{key}", On.OUTPUT))
        prefix = {"s3:prefix": f"{folder}/" if folder else ""}
        assert allows(policy, Need("s3:ListBucket", f"arn:aws-us-gov:s3:::{one}", On.OUTPUT_BUCKET, prefix))
    assert allows(policy, Need("s3:GetObject", f"arn:aws-us-gov:s3:::bucket/{project}@1.2.3", On.VERSION))


@pytest.mark.parametrize(
    ("bucket", "key", "extract", "below"),
    [
        ("site", "", "true", Output(bucket="site", below="*")),
        ("site", "www/", "true", Output(bucket="site", below="www/*")),
        ("site", "app.zip", "false", Output(bucket="site", below="app.zip")),
        ("site", "", "false", Output(bucket="site", below="*")),
        ("site-#{variables.WHERE}", "www", "true", Output(bucket="site-*", below="www/*")),
        ("site", "builds/{datetime}", "true", Output(bucket="site", below="builds/*")),
        ("site", "{uuid}-#{variables.X}", "false", Output(bucket="site", below="*")),
    ],
)
def test_what_an_action_fills_in_while_it_runs_is_known_up_to_there(
    bucket: str, key: str, extract: str, below: Output
) -> None:
    push = site_pipeline().actions[-1]
    said = replace(push, configuration={"BucketName": bucket, "ObjectKey": key, "Extract": extract})
    assert outputs_of(site_pipeline(actions=(said,))) == (below,)
