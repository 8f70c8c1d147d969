"""The templates as stacks of the sandbox's CloudFormation: each service has what the template says.

Every case of every template is a stack in an empty sandbox, and its every resource is asked for by its own service:
never is a stack's word taken.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping

import boto3
import pytest

from templates.asked import CHECKS, check
from templates.cases import CASES
from templates.made import Hands
from templates.reading import load
from waybill.sandbox import layout
from waybill.sandbox.server import running

pytestmark = pytest.mark.engine

DEVELOPMENT, PRODUCTION = layout.DEVELOPMENT, layout.PRODUCTION
ANYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
PLACES: Mapping[tuple[str, str], tuple[str, str]] = {
    ("region", "another region, replicated"): (PRODUCTION, "eu-west-1"),
    ("identity", "development, from GitHub"): (DEVELOPMENT, "us-east-1"),
    ("pipeline", "one region, from an input bucket"): (DEVELOPMENT, "us-east-1"),
    ("pipeline", "three regions, from the staging bucket"): (DEVELOPMENT, "us-east-1"),
    ("pipeline-region", "a further region"): (DEVELOPMENT, "us-west-2"),
}
"""Where a case's stack is made, if not in production's home region."""
POLICY = re.compile(r"arn:aws:iam::\d{12}:policy/([\w-]+)")


@pytest.fixture(scope="module")
def session() -> boto3.Session:
    return boto3.Session()


@pytest.fixture
def hands(session: boto3.Session) -> Iterator[Hands]:
    with running(os.environ, empty=True) as sandbox:
        yield Hands(sandbox, session)


def prepare(hands: Hands, given: Mapping[str, str], account: str, region: str) -> dict[str, str]:
    """Make what the parameters say is there: policies, people, a key, repositories; return them with its key."""
    iam = hands.client("iam", account)
    names = {name for value in given.values() for name in POLICY.findall(value)}
    if "PolicyNamePrefix" in given and "HomeRegion" not in given:
        names |= {f"{given['PolicyNamePrefix']}Allow{name}" for name in ("Write", "Promote", "Deploy", "Read")}
    for name in names - {"Billing"}:
        iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(ANYTHING))
    for user in {user for name, value in given.items() if name.endswith("Names") for user in value.split(",")}:
        if user in ("ada", "grace"):
            iam.create_user(UserName=user)
    if given.get("MakesDomain") == "no":
        packages = hands.client("codeartifact", account, region)
        packages.create_domain(domain=given["DomainName"])
        for repository in given["ExistingUpstreams"].split(","):
            packages.create_repository(domain=given["DomainName"], repository=repository)
    if "PrimaryKeyArn" not in given:
        return dict(given)
    key = hands.client("kms", account).create_key(MultiRegion=True)["KeyMetadata"]["Arn"]
    return {**given, "PrimaryKeyArn": key}


EVERY = [(template, case) for template, cases in CASES.items() for case in cases]


@pytest.mark.parametrize(("template", "case"), EVERY)
def test_each_service_has_what_the_template_says(hands: Hands, template: str, case: str) -> None:
    account, region = PLACES.get((template, case), (PRODUCTION, "us-east-1"))
    given = prepare(hands, CASES[template][case], account, region)
    made = hands.stack(template, given, account, region)
    told = made.told()
    assert made.ids.keys() == told.resources.keys()
    for resource, body in told.resources.items():
        check(made, body["Type"], made.ids[resource], body.get("Properties", {}))
    assert made.outputs == {name: str(value) for name, value in told.outputs.items()}


def test_every_type_of_the_templates_is_asked_for() -> None:
    used = {body["Type"] for name in CASES for body in load(name)["Resources"].values()}
    assert used <= CHECKS.keys()
