"""CodeArtifact beside the buckets, in the sandbox: staged, promoted by a copy across accounts, and downloaded."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from real.here import waybill_here as waybill
from real.runner import PRODUCTION, Runner
from real.tools import ROOT, Ended, program, run
from waybill.sandbox import layout

pytestmark = pytest.mark.engine

Look = Callable[..., Any]
OWNER = {"codeartifact-account": layout.DEVELOPMENT}


@pytest.fixture
def domain(look: Look) -> str:
    """Return a domain of the development account, with the repositories `staging` and `releases`."""
    name = f"d{uuid4().hex[:12]}"
    client = look("codeartifact", layout.HOME_REGION, layout.DEVELOPMENT)
    client.create_domain(domain=name)
    for repository in ("staging", "releases"):
        client.create_repository(domain=name, repository=repository)
    return name


def let_in(look: Look, domain: str, *actions: str) -> None:
    """Let the production account do this with what is in the domain."""
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{layout.PRODUCTION}:root"},
        "Action": [f"codeartifact:{action}" for action in actions],
        "Resource": "*",
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    client = look("codeartifact", layout.HOME_REGION, layout.DEVELOPMENT)
    client.put_domain_permissions_policy(domain=domain, policyDocument=document)


READS = ("DescribePackageVersion", "ListPackageVersionAssets", "GetPackageVersionAsset")


def promote(environment: dict[str, str], project: str, domain: str, *more: str) -> Ended:
    role = ["--role", layout.PROMOTE_ROLE_ARN, "--role-external-id", layout.PROMOTE_EXTERNAL_ID]
    places = ["--codeartifact", f"{domain}/releases/web", "--from-codeartifact", f"{domain}/staging/web"]
    owner = ["--codeartifact-account", layout.DEVELOPMENT]
    return waybill(
        environment, "promote", "--project", project, "--version", "1.2.3", *role, *places, *owner, "--json", *more
    )


def test_a_version_goes_from_the_build_to_production_and_back_to_a_machine(
    environment: dict[str, str], runner: Runner, project: str, domain: str, large: Path, look: Look
) -> None:
    (runner.workspace / "large.bin").write_bytes(large.read_bytes())
    given = {"project": project, "version": "1.2.3", "path": "large.bin", "metadata": "lang=dotnet"}
    staged = runner.stage({**given, "codeartifact": f"{domain}/staging/web"})
    assert staged.code == 0, staged.log
    assert staged.result["package"]["status"] == "Published"
    assert "CodeArtifact" in staged.summary

    let_in(look, domain, *READS, "CopyPackageVersions", "ReadFromRepository", "ListPackageVersions")
    promoted = promote(environment, project, domain)
    assert promoted.code == 0, promoted.stderr
    package = promoted.json["package"]
    assert (package["outcome"], package["copied_from"], package["account"]) == (
        "created",
        "staging",
        layout.DEVELOPMENT,
    )
    assert package["assets"] == [f"{project}.bin", "metadata.json", "waybill.json"]
    assert promote(environment, project, domain).json["changed"] is False

    back = large.with_name("back")
    words = [
        "--codeartifact",
        f"{domain}/releases/web",
        "--codeartifact-account",
        layout.DEVELOPMENT,
        "--to",
        str(back),
    ]
    role = ["--role", layout.PROMOTE_ROLE_ARN, "--role-external-id", layout.PROMOTE_EXTERNAL_ID]
    for wanted in ("^1.0", "production"):
        ended = waybill(environment, "download", project, wanted, *words, *role, "--json")
        assert (ended.code, ended.json["version"], ended.json["verified"]) == (0, "1.2.3", "sha256"), ended.stderr
    assert back.read_bytes() == large.read_bytes()


def test_another_accounts_domain_that_lets_nobody_in_stops_the_stage_before_it_writes(
    runner: Runner, project: str, domain: str, artifact: Path, look: Look
) -> None:
    (runner.workspace / "app.bin").write_bytes(artifact.read_bytes())
    given = {"project": project, "version": "1.2.3", "path": "app.bin", **PRODUCTION, **OWNER}
    refused = runner.stage({**given, "codeartifact": f"{domain}/releases/web"})
    assert refused.code == 3
    assert any("codeartifact:DescribePackageVersion" in text for text in refused.said("error"))
    assert refused.result["changed"] is False

    let_in(look, domain, *READS)
    half = runner.stage({**given, "codeartifact": f"{domain}/releases/web"})
    assert (half.code, half.result["outcome"]) == (3, "partial")
    assert {region["channel"] for region in half.result["regions"]} == {"not-reached"}
    assert any("codeartifact:PublishPackageVersion" in text for text in half.said("error"))

    let_in(look, domain, *READS, "PublishPackageVersion")
    given = {name: value for name, value in given.items() if name != "path"}
    whole = runner.stage({**given, "codeartifact": f"{domain}/releases/web", "resume": "true"})
    assert (whole.code, whole.result["package"]["outcome"]) == (0, "created"), whole.log
    assert {region["channel"] for region in whole.result["regions"]} == {"moved"}


def test_what_the_page_says_to_try_works(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "codeartifact.md").read_text(encoding="utf-8").partition("## Try it")[2]
    script = "\n".join(re.findall(r"^    (.*)$", page, re.MULTILINE))
    assert "create-domain" in script
    path = f"{Path(program('aws')).parent}:{Path(sys.executable).parent}:/usr/bin:/bin"
    ended = run({"PATH": path}, "sh", "-c", script, cwd=tmp_path)
    assert ended.code == 0, ended.stdout + ended.stderr
    assert (tmp_path / "again.txt").read_text() == "hello\n"
