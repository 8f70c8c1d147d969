from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from inputs.access.example import EXAMPLE, REPOSITORY, faults, file, grant

PRODUCTION = {"account": "production"}
ROLE = "arn:aws:iam::111111111111:role/waybill-publish"
PIPELINE = {"account": "development", "pipeline": "crossaccountdeploy"}
GITHUB = {"repository": "acme/website", "environment": "production"}


def test_the_example_has_none(tmp_path: Path) -> None:
    assert faults(tmp_path, EXAMPLE.read_text(encoding="utf-8")) == []


def told(path: Path, made: Mapping[str, Any]) -> str:
    """Return the one fault of a grant."""
    found = faults(path, file({"a": made}))
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (grant({}, "read", REPOSITORY), "is empty"),
        (grant({"account": "production", "organisation": "o-a1b2c3d4e5"}, "read", REPOSITORY), "names account and org"),
        (
            grant({"account": "produktion"}, "read", REPOSITORY),
            "neither an account of this file nor twelve digits. Did you",
        ),
        (grant({"account": "development"}, "read", REPOSITORY), "whose own policies say who may"),
        (grant({"account": "111111111111"}, "read", REPOSITORY), "whose own policies say who may"),
        (grant({"user": "bob"}, "read", REPOSITORY), "must be the ARN of an IAM user"),
        (grant({**PRODUCTION, "external-id": "acme"}, "read", REPOSITORY), "of no use without `through`"),
        (grant({"repository": "acme/website"}, "read", REPOSITORY, through=ROLE), "needs an `environment`, a `branch`"),
        (grant(GITHUB, "read", REPOSITORY), "through: is missing: a workflow takes a role"),
        (grant(PRODUCTION, "look", REPOSITORY), "must be one of `read`, `download`"),
        (grant(PRODUCTION, "stage", REPOSITORY), "stage is no word for packages"),
        (grant(PRODUCTION, "read", {"account": "development"}), "names nothing; it has one of `domain`"),
        (grant(PRODUCTION, "read", {**REPOSITORY, "project": "SugarWater"}), "names domain and project"),
        (grant(PRODUCTION, "read", {**REPOSITORY, "account": "testing"}), "is not an account of this file"),
        (grant(PRODUCTION, "read", {"domain": "my_domain"}), "account: is missing: the file has the accounts"),
        (grant(PRODUCTION, "read", {**REPOSITORY, "domain": "My"}), "2 to 50 lower-case letters"),
        (grant(PRODUCTION, "read", {**REPOSITORY, "region": "us-gov-west-1"}), "of another partition"),
        (grant(PRODUCTION, "read", {**REPOSITORY, "region": "us-nowhere-1"}), "is not an AWS region"),
        (grant(PRODUCTION, "publish", {**REPOSITORY, "package": "npm/@parity/ui"}), "scope of npm is written without"),
        (grant(PRODUCTION, "publish", {**REPOSITORY, "package": "pypi/acme-x"}), "Example: pypi//acme-x"),
        (grant(PRODUCTION, "publish", {**REPOSITORY, "package": "maven//x"}), "have a namespace always"),
        (
            grant(PRODUCTION, "read", {**REPOSITORY, "package": "npm/parity/ui"}),
            "lets nobody fetch some packages of it only",
        ),
        (grant(PRODUCTION, "administer", {**REPOSITORY, "package": "npm"}), "take `package` out"),
        (
            grant(PRODUCTION, "publish", {"account": "development", "project": "SugarWater"}),
            "no word for staged artifacts",
        ),
        (grant(PRODUCTION, "deploy", PIPELINE), "CodePipeline has no policies"),
        (grant(PRODUCTION, "publish", PIPELINE, through=ROLE), "publish is no word for pipelines"),
        (
            grant(PRODUCTION, "read", REPOSITORY, through="arn:aws:iam::333333333333:role/x"),
            "is no account of this file: its trust policy could not be written",
        ),
        (
            grant(PRODUCTION, "deploy", PIPELINE, through="arn:aws:iam::222222222222:role/x"),
            "is a role of 222222222222, and the pipeline is in 111111111111",
        ),
    ],
)
def test_what_does_not_go_together_is_told_in_its_place(tmp_path: Path, made: dict[str, Any], said: str) -> None:
    fault = told(tmp_path, made)
    assert said in fault
    assert fault.startswith("access.yaml:")
    assert "grants.a" in fault


def test_generic_packages_alone_are_read_one_by_one(tmp_path: Path) -> None:
    what = {**REPOSITORY, "package": "generic/acme/tool"}
    assert faults(tmp_path, file({"a": grant(PRODUCTION, ["read", "download"], what)})) == []


def test_two_grants_that_would_be_named_alike_are_refused(tmp_path: Path) -> None:
    one = grant(PRODUCTION, "read", REPOSITORY)
    assert "would be named as a-b in policies" in faults(tmp_path, file({"a-b": one, "aB": deepcopy(one)}))[0]


def test_accounts_and_regions_are_here_or_in_config(tmp_path: Path) -> None:
    found = faults(tmp_path, {"schema": 1, "grants": {}})
    assert [fault.split(": ")[1] for fault in found] == ["accounts", "regions"]
    assert "are those of `config`" in faults(tmp_path, file({}, config="nowhere.yaml"))[0]


def test_what_is_wrong_with_config_is_told_too(tmp_path: Path) -> None:
    (tmp_path / "waybill.yaml").write_text("schema: 1\naccounts: {}\nregions: [us-east-1]\n", encoding="utf-8")
    made = {"schema": 1, "config": "waybill.yaml", "grants": {"a": grant({"user": "bob"}, "read", REPOSITORY)}}
    found = faults(tmp_path, made)
    assert any(fault.startswith("access.yaml:") for fault in found)
    assert any(fault.startswith("waybill.yaml:") for fault in found)


def test_all_faults_are_told_at_once_each_with_its_line(tmp_path: Path) -> None:
    text = """\
schema: 2
accounts:
  development: {id: 111111111111}
regions: [us-nowhere-1]
grants:
  a: {who: {user: bob}, may: read, what: {domain: my_domain}}
  b: {who: {account: nobody}, may: [read, look], what: {domain: my_domain}}
"""
    lines = [fault.split(":")[1] for fault in faults(tmp_path, text)]
    assert lines == sorted(lines, key=int)
    assert {"1", "3", "4", "6", "7"} <= set(lines)


@pytest.mark.parametrize(
    "text", ["", "- a\n", "schema: 1\nschema: 1\n", "grants: [\n", "grants: {a: 1, b: [x], c: {who: 1}}\n"]
)
def test_whatever_stands_there_is_refused_in_words(tmp_path: Path, text: str) -> None:
    assert faults(tmp_path, text)
