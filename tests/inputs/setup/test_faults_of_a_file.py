from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from inputs.setup.example import EXAMPLE, changed, example, faults

PIPELINE = "pipelines|crossaccountdeploy"
TWO = {
    "account": "development",
    "production": "production",
    "source": {"bucket": "in-two"},
    "output": {"bucket": "out-two"},
    "deploy-role": "writer-two",
}
THREE = {"source": {"bucket": "in-three"}, "output": {"bucket": "out-three"}, "deploy-role": "writer-three"}
GRANTS = "codeartifact|my-domain|grants"
PUBLISH = {"account": "production", "may": "publish", "arns": ["arn:aws:iam::222222222222:role/ci"]}
OWN = {key: TWO[key] for key in TWO if key != "output"}
DEFAULT_ROLE = {key: TWO[key] for key in TWO if key != "deploy-role"}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"schema": 2}, "schema: '2': must be 1."),
        ({"regions": []}, "regions: is empty, and must name one at least."),
        ({"regions": ["us-east-1", "us-east-1"]}, "regions: has us-east-1 twice."),
        ({"regions": ["us-east-1", "eu-west-9"]}, "regions[1]: 'eu-west-9': is not an AWS region that this release"),
        ({"regions": "us-east-1"}, "regions: 'us-east-1': must be a list"),
        ({"accounts": {}}, "accounts: is empty"),
        ({"accounts|production|id": 222222222222}, "accounts.production.id: '222222222222': is read as a number"),
        ({"accounts|production|id": "22222222222"}, "accounts.production.id: '22222222222': must be twelve digits."),
        ({"accounts|production|id": "111111111111"}, "is the id of `development`, too"),
        ({"accounts|production|id": "333333333333"}, "is a role of account 222222222222, and this account is 3333"),
        ({"accounts|production|from": "produktion"}, "is not an account of this file. Did you mean `production`?"),
        ({"accounts|development|from": "production"}, "accounts.development.from: 'production': goes in a circle"),
        ({"accounts|production|from": "production"}, "production from production. One of them has no `from`."),
        ({"accounts|production|external-ID": "x"}, "no key `external-ID` here. Did you mean `external-id`?"),
        ({"accounts|production|alias": "222222222222"}, "accounts.production.alias: '222222222222': must be 3 to 63"),
        ({"accounts|no spaces": {"id": "333333333333"}}, "accounts.no spaces: this name must be at most 40"),
        ({"external-id": None}, "external-id: is missing: the roles of an account with `from` ask for it."),
        ({"configuration": {"parameter": "/aws/x"}}, "must not begin with `aws` or `ssm`"),
        ({"configuration": {"parameter": "/buckets/staging"}}, "cannot be in one parameter"),
        ({"prefixes": {"key": "artifacts"}}, "prefixes.key: 'artifacts': must be letters, digits and / ! _ . - only"),
        ({"repositories|website": {}}, "repositories.website: this name must be the name of a repository, OWNER/NAME"),
        ({"repositories|acme/website|stage": ["v*"]}, "repositories.acme/website.stage[0]: 'v*': must be `tag:`"),
        ({"repositories|acme/website|stage": ["environment:*"]}, "stage[0]: 'environment:*': must be"),
        ({"repositories|acme/website|id": 3}, "repositories.acme/website.owner-id: is missing: `id` needs it."),
        ({"projects|SugarWater|pipelines": ["crossacountdeploy"]}, "Did you mean `crossaccountdeploy`?"),
        ({"projects|Other": {"pipelines": ["crossaccountdeploy"]}}, "belongs to SugarWater already"),
        ({"pipelines|waybill-staging": TWO}, "pipelines.waybill-staging: is `prefixes.bucket`, too"),
        ({f"{PIPELINE}|production": "prod"}, "pipelines.crossaccountdeploy.production: 'prod': is not an account"),
        ({f"{PIPELINE}|also": ["us-east-1"]}, "also[0]: 'us-east-1': is the pipeline's own region"),
        ({f"{PIPELINE}|also": ["eu-west-1"]}, "output.also: must have one bucket for each region of `also`: it has 0"),
        ({f"{PIPELINE}|also": ["us-east-2", "us-west-2", "eu-west-1"]}, "has 3, and may have 2 at most."),
        ({f"{PIPELINE}|source": "stagd"}, "source: 'stagd': must be `staged`, or have a `bucket`"),
        ({f"{PIPELINE}|source": {"key": "x.zip"}}, "pipelines.crossaccountdeploy.source.bucket: is missing."),
        ({f"{PIPELINE}|source": "staged", f"{PIPELINE}|region": "us-east-2"}, "needs the pipeline in one of `regions`"),
        ({f"{PIPELINE}|source": "staged", f"{PIPELINE}|starts-on-upload": True}, "needs an input bucket"),
        ({f"{PIPELINE}|starts-on-upload": "yes"}, "must be `true` or `false`"),
        ({f"{PIPELINE}|mode": "queued"}, "must be one of `QUEUED`, `SUPERSEDED`. Did you mean `QUEUED`?"),
        ({f"{PIPELINE}|output": {"bucket": "Output_Bucket"}}, "output.bucket: 'Output_Bucket': must be the name of a"),
        ({f"{PIPELINE}|output": {"bucket": "192.168.0.1"}}, "must be the name of a bucket"),
        ({f"{PIPELINE}|output": {"bucket": "codepipeline-input-bucket"}}, "source.bucket, too; each bucket is"),
        ({f"{PIPELINE}|output": {"bucket": "waybill-staging-222222222222-us-west-2"}}, "an artifact bucket in us-west"),
        ({"pipelines|two": {**OWN, "output": {"bucket": "codepipeline-output-bucket"}}}, "crossaccountdeploy.output"),
        ({f"{PIPELINE}|distribution": {"domain-names": ["a.example.com"]}}, "distribution.certificate: is missing"),
        (
            {
                f"{PIPELINE}|distribution": {
                    "domain-names": ["a.example.com"],
                    "certificate": "arn:aws:acm:us-east-1:111111111111:certificate/1",
                }
            },
            "must be a certificate of the production account, 222222222222.",
        ),
        ({"clients|other": {"account": "production", "buckets": ["brewery-media"]}}, "a bucket of the client brewery"),
        ({"clients|brewery|media|origins": ["https://www.example.com/"]}, "origins[0]: 'https://www.example.com/'"),
        ({"registries|sugarwater|releases-kept": 0}, "releases-kept: '0': must be 1 or more."),
        ({"codeartifact": {"my_domain": example()["codeartifact"]["my-domain"]}}, "my_domain: this name must be 2"),
        ({"codeartifact|my-domain|repositories": {}}, "codeartifact.my-domain.repositories: is empty"),
        ({"codeartifact|my-domain|repositories|my-repo|public": ["pipy"]}, "Did you mean `pypi`?"),
        ({"codeartifact|my-domain|repositories|pypi-store": {}}, "is the name of one that is made between, too."),
        ({"codeartifact|my-domain|grants": [{"may": "read"}]}, "must have an `account`, or an `organisation`."),
        ({"codeartifact|my-domain|grants": [{"may": "read", "account": "prod"}]}, "[0].account: 'prod': is not an"),
        ({GRANTS: [{**PUBLISH, "may": "read"}]}, "arns: does not go with `may: read`."),
        ({GRANTS: [{**PUBLISH, "repositories": ["xy"]}]}, "'xy': is no repository of"),
        ({GRANTS: [{**PUBLISH, "account": "development"}]}, "of another account than deve"),
        ({"pipelines|two": {**TWO, "deploy-role": "prods3role"}}, "is made for crossaccountdeploy already"),
        ({"pipelines|two": DEFAULT_ROLE}, "pipelines.two.deploy-role: 'prods3role': is made for"),
        ({"pipelines|two": {**TWO, "account": "production"}}, "two.account: 'production': production takes from devel"),
        ({"pipelines|a.b": TWO, "pipelines|a-b": {**TWO, **THREE}}, "pipelines.a-b: would have a stack of the"),
        ({"clients|other": {"account": "production", "users": ["u"]}, "clients|brewery|users": ["U"]}, "users[0]"),
        ({"clients|Brewery": {"account": "production"}}, "clients.Brewery: would have a stack of the same name"),
        ({"clients|brewery|users": ["a", "b", "c", "d"]}, "clients.brewery.users: has 4, and may have 3 at most."),
        ({"clients|brewery|assumers": ["arn:aws:iam::333333333333:role/x"]}, "clients.brewery.external-id: is missing"),
        ({"clients|brewery|media|read-origins": ["example.com"]}, "must be the origin of a page, https:// and its"),
        ({"regions": ["us-east-1", "us-gov-west-1"]}, "regions[1]: 'us-gov-west-1': is of another partition than us-"),
        ({"accounts|production|groups": {"tech-leads": {"name": "Brewery"}}}, "groups.tech-leads.name: 'brewery': is"),
        ({"accounts|production|groups": {}}, "accounts.production.groups: is empty"),
        ({"piplines": {}}, "there is no key `piplines` here. Did you mean `pipelines`?"),
    ],
)  # fmt: skip
def test_one_slip_is_one_fault_that_says_where_and_what(tmp_path: Path, changes: Mapping[str, Any], told: str) -> None:
    (fault,) = faults(tmp_path, changed(changes))
    assert told in fault
    assert fault.startswith("waybill.yaml:")


def test_all_faults_are_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = EXAMPLE.read_text()
    for old, new in (("schema: 1", "schema: 3"), ('"111111111111"', "111111111111"), ("[crossaccountdeploy]", "[x]")):
        text = text.replace(old, new)
    found = faults(tmp_path, text)
    told = [fault.split(": ")[1] for fault in found]
    assert told == ["schema", "accounts.development.id", "projects.SugarWater.pipelines[0]"]
    lines = [int(fault.split(":")[1]) for fault in found]
    assert [text.splitlines()[line - 1].strip() for line in lines] == [
        "schema: 3",
        "id: 111111111111",
        "pipelines: [x]",
    ]


def test_a_fault_has_an_example_that_would_do(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, changed({"accounts|production|id": 222222222222}))
    assert fault.endswith('Example: "111111111111"')


def test_a_reference_to_what_has_a_fault_itself_is_told_once(tmp_path: Path) -> None:
    assert len(faults(tmp_path, changed({"accounts|production|id": "x"}))) == 1


def test_a_key_that_is_left_empty_says_so(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, EXAMPLE.read_text().replace("external-id: acme-releases", "external-id:"))
    assert "external-id: is empty: give it a value, or leave the key out." in fault
