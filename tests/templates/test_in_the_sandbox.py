"""The templates as stacks of the sandbox's CloudFormation: each service has what the template says.

Every case of every template is a stack in an empty sandbox, and its every resource is asked for by its own service:
never is a stack's word taken. Templates whose cases have different names share a sandbox, since a start costs time.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import boto3
import pytest

from templates.asked import CHECKS, check
from templates.cases import CASES
from templates.made import Hands
from templates.reading import NAMES, load, text
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
    ("production", "one bucket"): (DEVELOPMENT, "us-east-1"),
    ("codeartifact", "a further repository"): (PRODUCTION, "us-west-2"),
    ("codeartifact", "for this account alone"): (DEVELOPMENT, "us-east-1"),
    ("codeartifact", "one account administers"): (PRODUCTION, "eu-west-1"),
    **{("organisation", case): (layout.MANAGEMENT, "us-east-1") for case in CASES["organisation"]},
}
"""Where a case's stack is made, if not in production's home region."""
SHARING = frozenset({"account", "application", "codeartifact", "pipeline-region", "production", "registry"})
POLICY = re.compile(r"arn:aws:iam::\d{12}:policy/([\w-]+)")


@pytest.fixture(scope="module")
def session() -> boto3.Session:
    return boto3.Session()


@pytest.fixture(scope="module")
def shared(session: boto3.Session) -> Iterator[Hands]:
    with running(os.environ, empty=True) as sandbox:
        yield Hands(sandbox, session)


@pytest.fixture
def hands(request: pytest.FixtureRequest, session: boto3.Session, template: str) -> Iterator[Hands]:
    if template in SHARING:
        yield request.getfixturevalue("shared")
        return
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
            with suppress(iam.exceptions.EntityAlreadyExistsException):
                iam.create_user(UserName=user)
    if given.get("MakesDomain") == "no":
        packages = hands.client("codeartifact", account, region)
        packages.create_domain(domain=given["DomainName"])
        for repository in given["ExistingUpstreams"].split(","):
            packages.create_repository(domain=given["DomainName"], repository=repository)
    if "RegionTemplateUrl" in given:
        publish(hands.client("s3", account), given["RegionTemplateUrl"])
    if given.get("PermissionModel") == "SELF_MANAGED":
        let_stack_sets_in(hands, account, given["Accounts"].split(","))
    if "PrimaryKeyArn" not in given:
        return dict(given)
    key = hands.client("kms", account).create_key(MultiRegion=True)["KeyMetadata"]["Arn"]
    return {**given, "PrimaryKeyArn": key}


def publish(s3: Any, url: str) -> None:
    """Put the templates where the URL of one says."""
    host, _, path = url.removeprefix("https://").partition("/")
    bucket, folder = host.partition(".")[0], path.rpartition("/")[0]
    s3.create_bucket(Bucket=bucket)
    for name in NAMES:
        s3.put_object(Bucket=bucket, Key=f"{folder}/{name}.yaml", Body=text(name).encode())


def let_stack_sets_in(hands: Hands, home: str, accounts: list[str]) -> None:
    """Make the roles by which StackSets come from one account into others."""
    for account, name, trusted in (
        (home, "AWSCloudFormationStackSetAdministrationRole", {"Service": "cloudformation.amazonaws.com"}),
        *((one, "AWSCloudFormationStackSetExecutionRole", {"AWS": f"arn:aws:iam::{home}:root"}) for one in accounts),
    ):
        statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": trusted}
        trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        hands.client("iam", account).create_role(RoleName=name, AssumeRolePolicyDocument=trust)


EVERY = [(template, case) for template, cases in CASES.items() for case in cases]


@pytest.mark.parametrize(("template", "case"), EVERY)
def test_each_service_has_what_the_template_says(hands: Hands, template: str, case: str) -> None:
    account, region = PLACES.get((template, case), (PRODUCTION, "us-east-1"))
    given = prepare(hands, CASES[template][case], account, region)
    name = f"{template}-{list(CASES[template]).index(case)}"
    check(hands.stack(template, given, account, region, name))


def test_every_type_of_the_templates_is_asked_for() -> None:
    used = {body["Type"] for name in CASES for body in load(name)["Resources"].values()}
    assert used <= CHECKS.keys()
