"""Setup's verbs where permissions are enforced: what is published, and the tables of calls, are enough and no more.

ministack has no `account:GetAlternateContact` and no CodePipeline: the one is unknown to a check here, and what
`setup pipeline-role` may do is held against its table in tests/commands.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from engines import ministack
from engines.ministack import DEVELOPMENT, PRODUCTION, REGIONS, Stack, bucket_name
from real.here import waybill_here as waybill
from real.tools import Ended
from templates.reading import Stack as Template
from templates.reading import load
from waybill.domain.calls import Call
from waybill.domain.setup.calls import ADOPT_CALLS, CHECK_CALLS

pytestmark = pytest.mark.engine

A = REGIONS[0]
NEEDED = [call for call in ADOPT_CALLS if "may be left out" not in call.why]


def new_role(stack: Stack, name: str, document: dict[str, Any]) -> str:
    """Make a role with exactly this policy in production, which the engine's user may assume; return its ARN."""
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{DEVELOPMENT}:user/{ministack.USER}"},
        "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
    }
    iam = stack.engine.root(PRODUCTION, "iam")
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=ministack.document(trust))
    iam.put_role_policy(RoleName=name, PolicyName="all-there-is", PolicyDocument=json.dumps(document))
    arn = f"arn:aws:iam::{PRODUCTION}:role/{name}"
    allowed = {"Effect": "Allow", "Action": trust["Action"], "Resource": arn}
    stack.engine.root(DEVELOPMENT, "iam").put_user_policy(
        UserName=ministack.USER, PolicyName=name, PolicyDocument=ministack.document(allowed)
    )
    return arn


def allowing(calls: Iterable[Call], resources: object) -> dict[str, Any]:
    allow = {"Effect": "Allow", "Action": [call.action for call in calls], "Resource": resources}
    return {"Version": "2012-10-17", "Statement": [allow]}


def setup(stack: Stack, folder: Path, role: str, *words: str, regions: Iterable[str] = REGIONS) -> Ended:
    """Run a verb of setup with a file that knows production alone."""
    text = (
        f'schema: 1\naccounts: {{production: {{id: "{PRODUCTION}", role: {role}}}}}\nregions: [{", ".join(regions)}]\n'
    )
    (folder / "waybill.yaml").write_text(text, encoding="utf-8")
    return waybill(stack.environment(), "setup", *words, "--config", folder / "waybill.yaml", "--json")


def test_who_has_allow_configure_writes_and_deletes_the_configuration_and_nothing_else(
    stack: Stack, tmp_path: Path
) -> None:
    template = Template(template=load("region"), parameters={"HomeRegion": A}, account=PRODUCTION)
    role = new_role(stack, "configures", template.properties("AllowConfigure")["PolicyDocument"])
    dropped = REGIONS[2]
    words = ("configuration", "--write", "--delete-from", dropped, "--yes")
    done = setup(stack, tmp_path, role, *words, regions=REGIONS[:2])
    assert done.code == 0, done.stderr
    assert done.json["changed"] is True
    back = setup(stack, tmp_path, role, "configuration", "--write", "--yes")
    assert back.code == 0, back.stderr
    assert [place["act"] for place in back.json["configuration"]["places"]] == ["change", "change", "create"]
    assert setup(stack, tmp_path, role, "adopt", "--yes").code == 3


def test_without_it_nobody_does(stack: Stack, tmp_path: Path) -> None:
    role = new_role(stack, "configures-nothing", allowing(ADOPT_CALLS[2:], "*"))
    ended = setup(stack, tmp_path, role, "configuration", "--repair", "--yes")
    assert ended.code == 3, ended.stderr
    assert {place["standing"] for place in ended.json["configuration"]["places"]} == {"unknown"}


def test_the_calls_of_adopt_are_enough_and_what_may_be_left_out_is_unknown(stack: Stack, tmp_path: Path) -> None:
    role = new_role(stack, "adopts", allowing(ADOPT_CALLS, "*"))
    done = setup(stack, tmp_path, role, "adopt", "--yes")
    assert done.code == 0, done.stdout + done.stderr
    findings = [one for bucket in done.json["buckets"] for one in bucket["findings"]]
    assert not [one for one in findings if one["verdict"] == "unknown"]
    assert [bucket["bucket"] for bucket in done.json["buckets"]] == [bucket_name(PRODUCTION, one) for one in REGIONS]

    role = new_role(stack, "adopts-blindly", allowing(NEEDED, "*"))
    done = setup(stack, tmp_path, role, "adopt")
    assert done.code == 0, done.stdout + done.stderr
    unknown = {
        one["check"] for bucket in done.json["buckets"] for one in bucket["findings"] if one["verdict"] == "unknown"
    }
    assert unknown == {"public-access", "ownership", "tls-only", "expiry"}


@pytest.mark.parametrize("call", NEEDED, ids=lambda call: call.action)
def test_adopt_does_nothing_without_any_other_of_its_calls(stack: Stack, tmp_path: Path, call: Call) -> None:
    name = f"adopts-without-{call.action.split(':')[1]}".lower()
    role = new_role(stack, name, allowing([one for one in ADOPT_CALLS if one != call], "*"))
    # Another name, so that there is something to write.
    words = ("adopt", "--yes", "--bucket", f"{A}={bucket_name(PRODUCTION, A)}")
    stack.engine.root(PRODUCTION, "ssm", A).put_parameter(
        Name="/buckets/staging", Value="the-former", Type="String", Overwrite=True
    )
    ended = setup(stack, tmp_path, role, *words, regions=[A])
    stack.engine.root(PRODUCTION, "ssm", A).put_parameter(
        Name="/buckets/staging", Value=bucket_name(PRODUCTION, A), Type="String", Overwrite=True
    )
    assert ended.code in {3, 5}, ended.stdout
    assert ended.json["changed"] is False


CHECKED = {
    "iam:ListAccountAliases": {"alias"},
    "iam:GetAccountSummary": {"root-keys", "root-mfa"},
    "iam:GetAccountPasswordPolicy": {"passwords"},
    "iam:ListUsers": {"access-keys"},
    "iam:ListAccessKeys": {"access-keys"},
    "account:GetAlternateContact": set[str](),
    "": set[str](),
}


@pytest.mark.parametrize("missing", CHECKED)
def test_a_check_without_one_of_its_calls_does_not_know_that_one_thing(
    stack: Stack, tmp_path: Path, missing: str
) -> None:
    assert {call.action for call in CHECK_CALLS} == CHECKED.keys() - {""}
    name = f"checks-{missing.replace(':', '-') or 'all'}".lower()
    iam = stack.engine.root(PRODUCTION, "iam")
    if not iam.list_users()["Users"]:
        iam.create_user(UserName="somebody")
    role = new_role(stack, name, allowing([call for call in CHECK_CALLS if call.action != missing], "*"))
    ended = setup(stack, tmp_path, role, "check")
    unknown = {one["check"] for one in ended.json["findings"] if one["verdict"] == "unknown"}
    assert unknown == {"billing-contact"} | CHECKED[missing], ended.stdout
