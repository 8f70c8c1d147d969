"""What holds of every template: it is what CloudFormation takes, documented, narrow, and in the wheel."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from templates.reading import FOLDER, NAMES, Loader, load, text

ROOT = Path(__file__).resolve().parents[2]
SCOPES = {"Action", "NotAction", "Resource", "NotResource"}


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_and_output_says_what_it_is(name: str) -> None:
    template = load(name)
    for section in ("Parameters", "Outputs"):
        silent = [one for one, body in template[section].items() if not body.get("Description", "").strip()]
        assert not silent, f"{section} without a Description: {silent}"
    assert template["Description"]
    assert len(template["Description"].encode()) <= 1024


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_is_offered_in_a_group_and_refuses_what_cannot_be(name: str) -> None:
    template = load(name)
    groups = template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    offered = [parameter for group in groups for parameter in group["Parameters"]]
    assert sorted(offered) == sorted(template["Parameters"])
    for parameter, body in template["Parameters"].items():
        if body["Type"] == "Number":
            assert "MinValue" in body, parameter
            continue
        assert "AllowedValues" in body or "AllowedPattern" in body, parameter
        for value in str(body.get("Default", "")).split(","):
            if "AllowedPattern" in body and "Default" in body:
                assert re.fullmatch(body["AllowedPattern"], value), parameter
            elif "AllowedValues" in body:
                assert value in body["AllowedValues"], parameter


@pytest.mark.parametrize("name", NAMES)
def test_no_policy_has_a_wildcard_that_no_comment_explains(name: str) -> None:
    assert not unexplained(text(name))


def test_a_wildcard_without_a_comment_is_seen() -> None:
    policy = 'Statement:\n  - Action: s3:*\n    Resource:\n      # all of them\n      - !Sub "${X}*"\n      - "*"\n'
    assert unexplained(policy) == ["2: s3:*", "6: *"]


def unexplained(source: str) -> list[str]:
    lines = source.splitlines()
    found = []
    for node in scalars(yaml.compose(source, Loader=Loader), inside=False):
        line = node.start_mark.line
        if "*" in node.value and not any("# " in lines[at] for at in {line, max(line - 1, 0)}):
            found.append(f"{line + 1}: {node.value}")
    return found


def scalars(node: yaml.Node | None, *, inside: bool) -> Iterator[yaml.ScalarNode]:
    """Yield the texts below the members of policies that say on what, and what."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from scalars(value, inside=inside or key.value in SCOPES)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from scalars(value, inside=inside)
    elif isinstance(node, yaml.ScalarNode) and inside:
        yield node


@pytest.mark.parametrize("name", NAMES)
def test_what_holds_data_outlives_its_stack_and_goes_where_its_creation_is_rolled_back(name: str) -> None:
    """Whoever deploys it: the aws CLI's `deploy` and StackSets have no flag for that, as ExecuteChangeSet has."""
    holding = {"AWS::S3::Bucket", "AWS::KMS::Key", "AWS::KMS::ReplicaKey", "AWS::ECR::Repository"}
    holding |= {"AWS::CodeArtifact::Domain", "AWS::CodeArtifact::Repository"}
    for resource, body in load(name)["Resources"].items():
        if body["Type"] in holding:
            kept = (body["DeletionPolicy"], body["UpdateReplacePolicy"])
            assert kept == ("RetainExceptOnCreate", "Retain"), resource


@pytest.mark.parametrize("name", NAMES)
def test_every_bucket_is_closed_versioned_and_its_owners(name: str) -> None:
    for resource, body in load(name)["Resources"].items():
        if body["Type"] != "AWS::S3::Bucket":
            continue
        properties = body["Properties"]
        assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}, resource
        assert len(properties["PublicAccessBlockConfiguration"]) == 4, resource
        assert properties["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}], resource
        assert properties["VersioningConfiguration"] == {"Status": "Enabled"}, resource
        assert any(denies_plain_http(policy, resource) for policy in load(name)["Resources"].values()), resource


def denies_plain_http(body: dict[str, Any], bucket: str) -> bool:
    if body["Type"] != "AWS::S3::BucketPolicy" or body["Properties"]["Bucket"] != {"Ref": bucket}:
        return False
    denial = next(one for one in body["Properties"]["PolicyDocument"]["Statement"] if "Sid" in one)
    assert denial["Resource"] == [{"Fn::GetAtt": [bucket, "Arn"]}, {"Fn::Sub": f"${{{bucket}.Arn}}/*"}]
    return bool(
        (denial["Effect"], denial["Principal"], denial["Action"]) == ("Deny", "*", "s3:*")
        and denial["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    )


@pytest.mark.parametrize("name", NAMES)
def test_lines_fit_a_screen_and_nothing_is_a_yaml_alias(name: str) -> None:
    too_long = [number for number, line in enumerate(text(name).splitlines(), 1) if len(line) > 120]
    assert not too_long
    # CloudFormation does not take anchors and aliases everywhere.
    assert not [token for token in yaml.scan(text(name)) if isinstance(token, yaml.AnchorToken | yaml.AliasToken)]


def test_the_templates_are_in_the_wheel(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "flit_core.wheel", "--outdir", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        for name in NAMES:
            assert packed.read(f"waybill/templates/{name}.yaml") == (FOLDER / f"{name}.yaml").read_bytes()
    assert NAMES
