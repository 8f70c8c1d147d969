"""The verbs of access as people type them, in a sandbox whose CodeArtifact asks the policies that they write."""

from __future__ import annotations

import json
import pty
import shlex
import sys
from collections.abc import Callable, Iterator
from hashlib import sha256
from os import close, read, write
from pathlib import Path
from subprocess import Popen
from typing import Any

import boto3
import pytest
import yaml
from botocore.exceptions import ClientError

from contract.places import plain as plain_config
from real.here import waybill_here as waybill
from real.runner import Runner
from real.tools import PATIENCE, ROOT, Ended, plain, program, run
from waybill.sandbox import layout
from waybill.sandbox.server import Sandbox, running

pytestmark = pytest.mark.engine

EXAMPLE = ROOT / "examples" / "access.yaml"
PACKAGES = f"arn:aws:codeartifact:us-east-1:{layout.DEVELOPMENT}:package/{layout.PACKAGE_DOMAIN}/my_repo"
BOB = {
    "principal": f"arn:aws:iam::{layout.PRODUCTION}:user/{layout.PUBLISHER}",
    "action": "codeartifact:PublishPackageVersion",
    "resource": f"{PACKAGES}/{layout.PACKAGE}",
}
WAYBILL = [sys.executable, "-m", "waybill"]
HOME = layout.HOME_REGION
THERE = {"domain": layout.PACKAGE_DOMAIN, "domainOwner": layout.DEVELOPMENT, "repository": layout.PACKAGE_REPOSITORY}
TOOL = {**THERE, "format": "generic", "namespace": "parity"}
BODY = b"a tool"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """Another one than the other tests': here policies change under everybody."""
    with running({}) as started:
        yield started


@pytest.fixture
def access(environment: dict[str, str], tmp_path: Path) -> Callable[..., Ended]:
    """Run `waybill access` in a folder of its own, with the example's grants, and bob's for a generic package."""
    file = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    file["grants"]["bob-publishes-ui"]["what"]["package"] = "generic/parity/ui"
    made = tmp_path / "access.yaml"
    made.write_text(yaml.safe_dump(file, sort_keys=False), encoding="utf-8")
    return lambda *words: waybill(environment, "access", *words, cwd=tmp_path)


def client(sandbox: Sandbox, service: str, keys: Any = None, account: str = layout.DEVELOPMENT) -> Any:
    own = keys or sandbox.accounts[account]["user"]
    return boto3.client(
        service,
        region_name=HOME,
        endpoint_url=sandbox.url,
        aws_access_key_id=own["access_key_id"],
        aws_secret_access_key=own["secret_access_key"],
        config=plain_config(),
    )


@pytest.fixture(scope="module")
def bob(sandbox: Sandbox) -> Any:
    """bob of production, and his CodeArtifact."""
    iam = client(sandbox, "iam", account=layout.PRODUCTION)
    made = iam.create_access_key(UserName=layout.PUBLISHER)["AccessKey"]
    keys = {"access_key_id": made["AccessKeyId"], "secret_access_key": made["SecretAccessKey"]}
    return client(sandbox, "codeartifact", keys)


def refused(call: Callable[..., Any], **words: Any) -> bool:
    """Whether CodeArtifact says that somebody may not; it answers nothing else."""
    try:
        call(**words)
    except ClientError as error:
        return bool(error.response["Error"]["Code"] == "AccessDeniedException")
    return False


def published(codeartifact: Any, package: str, version: str) -> dict[str, Any]:
    return {
        **TOOL,
        "package": package,
        "packageVersion": version,
        "assetName": "tool",
        "assetContent": BODY,
        "assetSHA256": sha256(BODY).hexdigest(),
    }


def test_what_is_granted_is_what_codeartifact_allows_until_it_is_taken_back(
    sandbox: Sandbox, bob: Any, access: Callable[..., Ended]
) -> None:
    other = client(sandbox, "codeartifact", account=layout.PRODUCTION)
    assert refused(other.list_packages, **THERE)
    assert refused(bob.publish_package_version, **published(bob, "ui", "1.0.0"))
    done = access("apply", "--json")
    assert done.code == 0, done.stderr
    assert done.json["changed"] is True
    assert not refused(other.list_packages, **THERE)
    assert not refused(bob.publish_package_version, **published(bob, "ui", "1.0.0"))
    assert refused(bob.publish_package_version, **published(bob, "ux", "1.0.0"))
    assert refused(other.publish_package_version, **published(other, "ui", "2.0.0"))
    assert access("plan", "--json").json["changed"] is False
    assert access("remove", "production-reads", "--yes").code == 0
    assert refused(other.list_packages, **THERE)
    assert not refused(bob.publish_package_version, **published(bob, "ui", "1.1.0"))
    assert access("remove", "--everything", "--yes").code == 0
    assert refused(bob.publish_package_version, **published(bob, "ui", "1.2.0"))


def test_somebody_elses_newer_policy_stays_and_the_aws_cli_shows_ours(
    environment: dict[str, str], access: Callable[..., Ended]
) -> None:
    access("apply")
    place = ["--domain", layout.PACKAGE_DOMAIN, "--repository", layout.PACKAGE_REPOSITORY]
    aws = program("aws")
    found = run(environment, aws, "codeartifact", "get-repository-permissions-policy", *place).json["policy"]
    document = json.loads(found["document"])
    assert [one["Sid"] for one in document["Statement"]] == [
        "WaybillProductionReadsRead",
        "WaybillBobPublishesUiPublish",
    ]
    theirs = {**document["Statement"][0], "Sid": "Theirs"}
    put = ["codeartifact", "put-repository-permissions-policy", *place]
    text = json.dumps({**document, "Statement": [theirs, *document["Statement"]]})
    assert run(environment, aws, *put, "--policy-document", text).code == 0
    assert access("remove", "--everything", "--yes").code == 0
    left = run(environment, aws, "codeartifact", "get-repository-permissions-policy", *place).json["policy"]
    assert json.loads(left["document"])["Statement"] == [theirs]


def test_everything_is_shown_with_its_revision(access: Callable[..., Ended]) -> None:
    access("apply")
    documents = access("show", "--json").json["documents"]
    kinds = {one["kind"] for one in documents}
    assert {"repository policy", "domain policy", "bucket policy", "key policy", "trust policy"} <= kinds
    assert all(one["revision"] for one in documents if one["kind"] in {"repository policy", "domain policy"})
    shown = access("show").stdout
    assert '"Sid": "WaybillBobPublishesUiPublish"' in shown


def test_the_line_that_the_example_is_for(tmp_path: Path) -> None:
    itself = shlex.join(WAYBILL)
    line = f"{itself} access apply --config {EXAMPLE} && {itself} access plan --config {EXAMPLE} --json"
    done = run({}, *WAYBILL, "sandbox", "run", "--", "sh", "-c", line, cwd=tmp_path)
    assert done.code == 0, done.stderr
    assert "bob gains publish on npm/parity/ui in my_domain/my_repo" in done.stdout
    assert json.loads(done.stdout[done.stdout.index("{\n") :])["changed"] is False


def test_the_action_plans_applies_and_tells_what_changes(runner: Runner, access: Callable[..., Ended]) -> None:
    access("remove", "--everything", "--yes")
    (runner.workspace / "access.yaml").write_text(EXAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    planned = runner.run("access", {"command": "plan"})
    assert planned.code == 0, planned.log
    assert planned.outputs["changed"] == "true"
    # Whether a policy of somebody's is there already depends on which tests ran before.
    assert "bob gains publish on `npm/parity/ui` in `my_domain/my_repo`" in planned.summary
    stale = runner.run("access", {"command": "apply", "plan-digest": "0" * 64})
    assert stale.code == 5
    done = runner.run("access", {"command": "apply", "plan-digest": planned.outputs["plan-digest"]})
    assert (done.code, done.outputs["outcome"]) == (0, "created")
    assert runner.run("access", {"command": "plan"}).outputs["changed"] == "false"


@pytest.mark.parametrize(("typed", "code"), [("n\n", 2), ("y\n", 0)])
def test_at_a_terminal_the_plan_is_shown_and_a_person_is_asked(
    environment: dict[str, str], access: Callable[..., Ended], tmp_path: Path, typed: str, code: int
) -> None:
    access("remove", "--everything", "--yes")
    screen, other = pty.openpty()
    command = [*WAYBILL, "access", "apply"]
    environ = {**plain(), **environment, "NO_COLOR": "1"}
    with Popen(command, stdin=other, stdout=other, stderr=other, cwd=tmp_path, env=environ) as child:
        close(other)
        shown = b""
        while b"[y/N] " not in shown:
            shown += read(screen, 65536)
        write(screen, typed.encode())
        assert child.wait(PATIENCE) == code
    close(screen)
    assert b"bob gains publish on generic/parity/ui in my_domain/my_repo" in shown
    assert access("plan", "--json").json["changed"] is bool(code)


def test_the_questions_that_the_example_is_for(environment: dict[str, str], tmp_path: Path) -> None:
    def explain(*more: str | Path, **values: str) -> Ended:
        words = [word for name, value in {**BOB, **values}.items() for word in (f"--{name}", value)]
        return waybill(environment, "access", "explain", *words, *more, cwd=tmp_path)

    with_file = ("--config", EXAMPLE, "--json")
    assert waybill(environment, "access", "apply", "--config", EXAMPLE, cwd=tmp_path).code == 0
    done = explain(*with_file)
    assert (done.code, done.json["allowed"], done.json["unread"]) == (0, True, [])
    assert "(WaybillBobPublishesUiPublish) of the repository policy my_domain/my_repo" in done.json["because"]
    other = explain(*with_file, resource=f"{PACKAGES}/npm/parity/ux").json
    assert (other["allowed"], len(other["missing"])) == (False, 2)
    shown = explain()
    assert shown.code == 0
    assert f"No way into account {layout.PRODUCTION} is known" in shown.stdout
    assert explain("--json").json["allowed"] is None
    assert (
        waybill(environment, "access", "remove", "--everything", "--yes", "--config", EXAMPLE, cwd=tmp_path).code == 0
    )
    assert explain("--json").json["allowed"] is False


def test_the_action_explains(runner: Runner) -> None:
    (runner.workspace / "access.yaml").write_text(EXAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    assert runner.run("access", {"command": "apply"}).code == 0
    done = runner.run("access", {"command": "explain", **BOB})
    assert done.code == 0, done.log
    assert (done.outputs["allowed"], done.outputs["changed"]) == ("true", "false")
    assert done.outputs["because"].startswith("Allowed by statement 1 of the identity policy publish of user bob")
    assert "| repository policy `my_domain/my_repo` |" in done.summary
