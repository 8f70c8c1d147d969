"""What IAM would refuse for its size is told before anything is begun, with the numbers."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from domain.setup.organisations import File, estate, file, pipeline
from templates.reading import Stack, load
from waybill.domain.setup.stacks.every import wanted_stacks
from waybill.domain.setup.stacks.quotas import DEPLOY_FRAME, MANAGED, TRUST, TRUST_FRAME, WORD, too_much
from waybill.domain.setup.stacks.wanted import StackRef, WantedStack, listed


def repositories(count: int) -> File:
    return file(repositories={f"acme/repository-{number:03}": {"stage": ["tag:v*"]} for number in range(count)})


def test_as_many_repositories_as_a_trust_policy_takes_are_taken_and_one_more_is_not() -> None:
    subject = "repo:acme/repository-000:ref:refs/tags/v*"
    most = (TRUST - TRUST_FRAME) // (len(subject) + WORD)
    wanted_stacks(estate(repositories(most)))
    with pytest.raises(ValueError, match=rf"StageRole of .*waybill-identity .*{most + 1} subjects, and IAM takes 2048"):
        wanted_stacks(estate(repositories(most + 1)))


@pytest.mark.parametrize("count", [1, 5, 20])
def test_the_size_that_is_reckoned_is_that_of_the_template(count: int) -> None:
    subjects = [f"repo:acme/repository-{number:03}:ref:refs/tags/v*" for number in range(count)]
    made = Stack(
        template=load("identity"),
        parameters={"MakeProvider": "no", "StageSubjects": ",".join(subjects)},
        account="111111111111",
    )
    size = len(json.dumps(made.properties("StageRole")["AssumeRolePolicyDocument"], separators=(",", ":")))
    reckoned = TRUST_FRAME + sum(len(one) + WORD for one in subjects)
    assert size <= reckoned <= size + 60


def test_more_pipelines_than_a_role_has_policies_for_are_refused() -> None:
    def many(count: int) -> File:
        return file(pipelines={f"site{n}": pipeline(f"site{n}", deploy_role=f"role-{n}") for n in range(count)})

    wanted_stacks(estate(many(9)))
    with pytest.raises(
        ValueError, match=r"DeployPolicyArns of .*identity would have 11 managed policies, and IAM takes 10"
    ):
        wanted_stacks(estate(many(10)))


@pytest.mark.parametrize("prefix", ["waybill-staging", "p" * 37])
def test_what_is_reckoned_for_output_buckets_is_no_less_than_the_policy_of_the_template(prefix: str) -> None:
    arns = [f"arn:aws:s3:::pages-of-client-{number:03}" for number in range(30)]
    parameters = {
        "HomeRegion": "us-east-1",
        "BucketNamePrefix": prefix,
        "KeyPrefix": "k" * 40,
        "PipelineAccount": "222222222222",
        "KeyPerRegion": "yes",
        "OutputBucketArns": ",".join(arns),
    }
    made = Stack(template=load("region"), parameters=parameters, account="111111111111")
    document = json.dumps(made.properties("AllowDeploy")["PolicyDocument"], separators=(",", ":"))
    size = len("".join(document.split()))
    reckoned = DEPLOY_FRAME + sum(2 * (len(one) + WORD) + 2 for one in arns)
    assert size <= reckoned <= size + 600


def test_more_output_buckets_than_a_policy_takes_are_refused_with_the_numbers() -> None:
    arns = [f"arn:aws:s3:::pages-of-client-{number:03}" for number in range(80)]
    stack = WantedStack(
        ref=StackRef("production", "us-east-1", "waybill-region"),
        template="region",
        parameters={"OutputBucketArns": listed(arns)},
    )
    (said,) = too_much(stack)
    assert f"80 output buckets, and IAM takes {MANAGED}" in said
    assert not list(too_much(replace(stack, parameters={"OutputBucketArns": listed(arns[:40])})))
