"""`waybill setup` as people type it: from two bare accounts to pages in production, and then nothing to change.

One sandbox for all of it, in which the example file is applied once, by a process of its own; what is there is asked of
the services themselves.
"""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml

from contract.places import plain as plain_config
from real.here import waybill_here
from real.tools import ROOT, Ended, waybill
from templates.reading import NAMES, text
from waybill.aws.calls import Calls
from waybill.aws.meanings import Asked
from waybill.domain.setup.policy import planning_policy
from waybill.sandbox import environment as variables
from waybill.sandbox import layout
from waybill.sandbox.server import Sandbox, running

pytestmark = pytest.mark.engine

EXAMPLE = ROOT / "examples" / "waybill.yaml"
DEVELOPMENT, PRODUCTION = layout.DEVELOPMENT, layout.PRODUCTION
REGIONS = ("us-east-1", "us-west-2", "eu-west-1")
PAGE = "<h1>prepared</h1>\n"
TAG, ENVIRONMENT = "repo:acme/website:ref:refs/tags/v1.0.0", "repo:acme/website:environment:production"
RETRY = {"WAYBILL_RETRY_SECONDS": "5"}


@dataclass(frozen=True, slots=True)
class Place:
    """The two accounts, and how the example file was applied to them when they were bare."""

    sandbox: Sandbox
    folder: Path
    applied: Ended

    def setup(self, verb: str, *words: str | Path, config: Path = EXAMPLE) -> Ended:
        return waybill_here(self.sandbox.environment(RETRY), "setup", verb, "--config", config, "--json", *words)

    def as_github(self, subject: str, *words: str | Path) -> Ended:
        """Run a command as a job of GitHub: it has a token of this subject, and no credentials."""
        job = {**self.sandbox.environment(RETRY), **variables.for_job(self.sandbox.url, subject)}
        job = {name: value for name, value in job.items() if not name.startswith(("AWS_ACCESS", "AWS_SECRET"))}
        return waybill_here(job, *words, "--json")

    def changed(self, change: Callable[[dict[str, Any]], object]) -> Path:
        """Return another file than the example."""
        file = yaml.safe_load(EXAMPLE.read_text())
        change(file)
        path = self.folder / "waybill.yaml"
        path.write_text(yaml.safe_dump(file, sort_keys=False))
        return path

    def look(self, service: str, account: str = PRODUCTION, region: str = "us-east-1") -> Any:
        """Look into an account from outside, by the organisation's role."""
        keys = self.sandbox.accounts[layout.MANAGEMENT]["user"]
        at = {"endpoint_url": self.sandbox.url, "region_name": region, "config": plain_config()}
        own = boto3.client(
            "sts",
            aws_access_key_id=keys["access_key_id"],
            aws_secret_access_key=keys["secret_access_key"],
            **at,
        )
        arn = f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole"
        session = own.assume_role(RoleArn=arn, RoleSessionName="looking")["Credentials"]
        return boto3.client(
            service,
            aws_access_key_id=session["AccessKeyId"],
            aws_secret_access_key=session["SecretAccessKey"],
            aws_session_token=session["SessionToken"],
            **at,
        )


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with running({}, empty=True) as sandbox:
        words = ("setup", "apply", "--config", EXAMPLE, "--yes", "--json")
        yield Place(sandbox, tmp_path_factory.mktemp("setup"), waybill(sandbox.environment(RETRY), *words))


def test_bare_accounts_are_prepared(place: Place) -> None:
    assert place.applied.code == 0, place.applied.stderr
    result = place.applied.json
    assert (result["outcome"], result["changed"]) == ("created", True)
    assert {one["end"] for one in result["stacks"]} == {"created"}
    for account in (DEVELOPMENT, PRODUCTION):
        for region in REGIONS:
            name = f"waybill-staging-{account}-{region}"
            s3 = place.look("s3", account, region)
            assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
            (rule,) = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
            assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
            assert all(s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"].values())
            ssm = place.look("ssm", account, region)
            assert ssm.get_parameter(Name="/buckets/staging")["Parameter"]["Value"] == name
            configuration = json.loads(ssm.get_parameter(Name="/startifact")["Parameter"]["Value"])
            assert configuration["regions"].split(",") == list(REGIONS)


def test_what_else_the_file_names_is_there(place: Place) -> None:
    pipeline = place.look("codepipeline", DEVELOPMENT).get_pipeline(name="crossaccountdeploy")["pipeline"]
    (deploy,) = pipeline["stages"][-1]["actions"]
    assert deploy["roleArn"] == f"arn:aws:iam::{PRODUCTION}:role/prods3role"
    assert deploy["configuration"]["BucketName"] == "codepipeline-output-bucket"
    iam = place.look("iam", DEVELOPMENT)
    trust = json.dumps(iam.get_role(RoleName="waybill-stage")["Role"]["AssumeRolePolicyDocument"])
    assert "repo:acme/website:ref:refs/tags/v*" in trust
    assert "repo:acme/website:environment" not in trust
    assert place.look("ecr", DEVELOPMENT).get_lifecycle_policy(repositoryName="sugarwater")["lifecyclePolicyText"]
    packages = place.look("codeartifact", DEVELOPMENT)
    assert packages.describe_repository(domain="my-domain", repository="my-repo")["repository"]["upstreams"]
    cors = place.look("s3").get_bucket_cors(Bucket="brewery-media")["CORSRules"]
    assert any("https://www.example.com" in rule["AllowedOrigins"] for rule in cors)


def test_then_nothing_would_change_and_a_plan_leaves_nothing_behind(place: Place) -> None:
    plan = place.setup("plan")
    assert (plan.code, plan.json["changed"]) == (0, False)
    assert {one["action"] for one in plan.json["stacks"]} == {"nothing"}
    for account in (DEVELOPMENT, PRODUCTION):
        cloudformation = place.look("cloudformation", account)
        for stack in cloudformation.describe_stacks()["Stacks"]:
            assert stack["StackStatus"] == "CREATE_COMPLETE"
            assert not cloudformation.list_change_sets(StackName=stack["StackName"])["Summaries"]


def test_p8_the_session_of_a_plan_allows_all_that_it_asks_and_nothing_that_changes_what_stands(place: Place) -> None:
    """Neither engine holds a session to its policy for CloudFormation: what is asked is held against it here."""
    more = place.changed(lambda file: file["registries"].update({"other": {"account": "development"}}))
    asked: set[tuple[str, str]] = set()
    once = Calls.once

    def listening(self: Calls, what: Asked, *rest: Any) -> Any:
        asked.add((what.action, what.resource))
        return once(self, what, *rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Calls, "once", listening)
        words = ("setup", "plan", "--config", more, "--delete-data", "SugarWater", "--json")
        planned = waybill_here(place.sandbox.environment(RETRY), *words)
    assert planned.code == 0, planned.stderr
    assert "create" in {one["action"] for one in planned.json["stacks"]}
    said = json.loads(planning_policy("waybill"))["Statement"]
    allowed = [(action, one["Resource"]) for one in said for action in one["Action"]]
    asked = {one for one in asked if not one[0].startswith("sts:")}
    assert {"cloudformation:CreateChangeSet", "cloudformation:DeleteStack", "ssm:GetParameter"} <= {a for a, _ in asked}
    refused = {
        one
        for one in asked
        if not any(fnmatchcase(one[0], action) and fnmatchcase(one[1], to) for action, to in allowed)
    }
    assert not refused
    actions = [action for action, _ in allowed]
    writes = ("cloudformation:ExecuteChangeSet", "ssm:PutParameter", "iam:CreateAccountAlias", "s3:DeleteObject")
    reads = ("s3:GetObject", "ecr:GetDownloadUrlForLayer", "codeartifact:GetPackageVersionAsset", "kms:Decrypt")
    assert not [one for one in (*writes, *reads) if any(fnmatchcase(one, action) for action in actions)]


def test_from_a_build_to_pages_in_production(place: Place) -> None:
    """Each step as the job of GitHub that may do it, by the roles and in the buckets that setup made."""
    site = place.folder / "site"
    site.mkdir()
    (site / "index.html").write_text(PAGE)
    project = ("--project", "SugarWater", "--version", "1.0.0")
    role = f"arn:aws:iam::{DEVELOPMENT}:role/waybill"
    staged = place.as_github(TAG, "stage", *project, "--path", site, "--oidc-role", f"{role}-stage")
    assert (staged.code, len(staged.json["regions"])) == (0, 3), staged.stderr
    into = ("--role", f"arn:aws:iam::{PRODUCTION}:role/waybill-promote", "--role-external-id", "acme-releases")
    promoted = place.as_github(ENVIRONMENT, "promote", *project, "--oidc-role", f"{role}-promote", *into)
    assert promoted.code == 0, promoted.stderr
    deploy = ("deploy", *project, "--pipeline", "crossaccountdeploy", "--oidc-role", f"{role}-deploy")
    deployed = place.as_github(ENVIRONMENT, *deploy)
    assert (deployed.code, deployed.json["outcome"]) == (0, "deployed"), deployed.stderr
    page = place.look("s3").get_object(Bucket="codepipeline-output-bucket", Key="index.html")
    assert page["Body"].read().decode() == PAGE
    with urllib.request.urlopen(place.sandbox.site_url("codepipeline-output-bucket", "index.html")) as answer:
        assert answer.read().decode() == PAGE


@pytest.mark.parametrize("subject", ["repo:acme/other:ref:refs/tags/v1.0.0", "repo:acme/website:ref:refs/heads/x"])
def test_nobody_else_comes_in(place: Place, subject: str) -> None:
    role = f"arn:aws:iam::{DEVELOPMENT}:role/waybill-stage"
    ended = place.as_github(subject, "versions", "--project", "SugarWater", "--oidc-role", role)
    assert ended.code == 3


def test_what_is_emitted_is_what_is_applied_and_what_cfn_lint_likes(place: Place) -> None:
    """tests/templates/test_cfn_lint.py holds these very texts to cfn-lint."""
    out = place.folder / "emitted"
    emitted = place.setup("emit", out)
    assert emitted.code == 0, emitted.stderr
    templates = {path.stem: path.read_text() for path in out.glob("*.yaml")}
    assert templates
    assert templates == {name: text(name) for name in templates if name in NAMES}
    cloudformation = place.look("cloudformation", DEVELOPMENT)
    body = cloudformation.get_template(StackName="waybill-pipeline-crossaccountdeploy")["TemplateBody"]
    assert body == (out / "pipeline.yaml").read_text()
    (stack,) = cloudformation.describe_stacks(StackName="waybill-identity")["Stacks"]
    given = json.loads((out / "parameters" / "development.us-east-1.waybill-identity.json").read_text())
    stands = {one["ParameterKey"]: one["ParameterValue"] for one in stack["Parameters"]}
    assert stands == stands | {one["ParameterKey"]: one["ParameterValue"] for one in given}


def test_a_stack_that_failed_is_finished_and_one_that_the_file_has_no_more_leaves_its_data(place: Place) -> None:
    """At the end all is as the example says again."""
    more = place.changed(lambda file: file["registries"].update({"other": {"account": "development"}}))
    place.sandbox.disturb_stack("waybill-registry-other", "Repository", fail="The rules are not liked.")
    failed = place.setup("apply", "--yes", config=more)
    assert failed.code == 6
    assert "Repository (AWS::ECR::Repository)" in failed.json["error"]
    assert "The rules are not liked." in failed.json["error"]
    assert "setup apply" in failed.json["resume"]
    again = place.setup("apply", "--yes", config=more)
    assert (again.code, again.json["changed"]) == (0, True)
    ecr = place.look("ecr", DEVELOPMENT)
    assert ecr.get_lifecycle_policy(repositoryName="other")

    planned = place.setup("plan").json
    (gone,) = [one for one in planned["stacks"] if one["action"] != "nothing"]
    assert (gone["stack"], gone["action"]) == ("waybill-registry-other", "delete")
    assert [one["kept"] for one in gone["changes"]] == [True]
    unapproved = place.setup("apply", "--plan-digest", "0" * 64)
    assert (unapproved.code, place.setup("plan").json["plan_digest"]) == (5, planned["plan_digest"])
    applied = place.setup("apply", "--plan-digest", planned["plan_digest"])
    assert applied.code == 0, applied.stderr
    assert ecr.describe_repositories(repositoryNames=["other"])["repositories"]
    assert place.setup("plan").json["changed"] is False
